"""The page: what a reader finds in it, and that nothing of the input becomes a part of its markup."""

from __future__ import annotations

import re
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256
from pathlib import Path

import pytest

from tests.report.html_text import Element, read
from tests.report.sample import (
    ALL,
    HOSTILE,
    HOSTILE_NAME,
    MP_EXECUTION,
    ONE_SIDE,
    ONE_SIDED,
    PAIRED,
    TWO_MODELS,
    hostile,
    large,
)
from verifier.errors import InputError
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check
from verifier.report import page
from verifier.report.mended import mended
from verifier.source import Span

LITMUS = Path(__file__).parent.parent.parent / "litmus"


def rendered(*units: UnitResult, errors: tuple[InputError, ...] = ()) -> Element:
    return read(page.render(units, errors, "0.1"))


def checked(name: str) -> tuple[UnitResult, ...]:
    path = LITMUS / name
    return check(str(path), path.read_bytes(), Options())


@pytest.fixture(scope="module")
def demo() -> Element:
    return rendered(*checked("message-passing/demo.c"))


def test_the_verdict_comes_first_then_what_is_wrong_and_the_remedy(demo: Element) -> None:
    text = demo.all("body")[0].text
    order = ["refuted under armv8 and lkmm", "demo.c:26: smp_wmb in update_stats()", "To fix: add smp_rmb()"]
    places = [text.index(words) for words in [*order, "Source", "Execution 1"]]
    assert places == sorted(places)


def test_lines_are_marked_and_the_missing_one_stands_where_it_belongs(demo: Element) -> None:
    rows = demo.all(css="source")[0].all("tr")
    texts = [row.all("code")[0].text.strip() for row in rows]
    missing = next(i for i, row in enumerate(rows) if row.has("css", "missing"))
    assert texts[missing : missing + 2] == ["smp_rmb();", "return READ_ONCE(bytes);"]
    assert rows[missing].all("code")[0].text.startswith("\t")
    assert "missing; or smp_load_acquire (armv8, lkmm)" in rows[missing].text
    marks = {row.all("td")[0].text: row.attributes["class"] for row in rows}
    assert (marks["26"], marks["11"], marks["25"]) == ("bad", "good", "")


def test_each_model_has_a_tab_and_its_panel(demo: Element) -> None:
    tabs = demo.all("button", role="tab")
    assert [tab.text.split()[0] for tab in tabs] == ["armv8", "lkmm"]
    panels = {p.attributes["id"]: p for p in demo.all(role="tabpanel")}
    for tab in tabs:
        panel = panels[tab.attributes["aria-controls"]]
        assert panel.attributes["aria-labelledby"] == tab.attributes["id"]


def test_the_tab_of_the_worst_verdict_is_chosen() -> None:
    tabs = rendered(TWO_MODELS).all("button", role="tab")
    assert [tab.attributes["aria-selected"] for tab in tabs] == ["false", "true"]


def test_each_edge_says_why_it_is_there(demo: Element) -> None:
    graph = demo.all("svg")[0]
    edges = graph.all(css="edge")
    assert all(e.attributes["tabindex"] == "0" and e.attributes["role"] == "img" for e in edges)
    why = [e.attributes["aria-label"] for e in edges]
    assert [e.all("title")[0].text for e in edges] == why
    assert (
        "po: the write of bytes (line 25) comes before the write of stats_valid (line 27) in update_stats(), "
        "and smp_wmb keeps that order" in why
    )
    assert (
        "rf (reads from): the read of stats_valid (line 32) in show_stats() reads the 1 that the write of stats_valid "
        "(line 27) in update_stats() writes" in why
    )
    assert any(
        w.startswith("fr (from reads): the read of bytes (line 34) in show_stats() reads 0") for w in why
    )
    assert any(w.startswith("ctrl (control dependency): whether the read of bytes (line 34)") for w in why)
    assert any("but nothing keeps them in order" in w for w in why)


def test_the_same_execution_is_shown_with_what_is_missing(demo: Element) -> None:
    without, with_it = demo.all(css="pair")[0].all("figure")
    assert without.all("figcaption")[0].text == "As the code is: allowed"
    assert with_it.all("figcaption")[0].text == "With smp_rmb() added: forbidden"
    added = with_it.all(css="added")
    assert [e.all(css="code")[0].text for e in added] == ["+  smp_rmb()"]
    assert not with_it.all("g", css="gap")
    assert len(without.all("g", css="gap")) == 1


def test_each_pair_is_shown_with_and_without_the_barrier() -> None:
    found = rendered(*checked("message-passing/demo.c"))
    details = found.all("details", css="execution")[0]
    captions = [c.text for c in details.all("figcaption")]
    assert captions[0].startswith("Without smp_wmb (line ")
    assert captions[0].endswith(": allowed")
    assert captions[1].startswith("With smp_wmb (line ")
    assert captions[1].endswith(": forbidden")
    with_it = details.all("figure")[1]
    assert not with_it.all("g", css="gap")


def test_the_timeline_has_a_row_a_step_and_says_what_happens(demo: Element) -> None:
    rows = [r for r in demo.all("table", css="timeline")[0].all("tr") if "data-step" in r.attributes]
    assert [r.attributes["data-step"] for r in rows] == ["1", "2", "3", "4", "5"]
    assert rows[4].attributes["data-say"] == (
        "show_stats(), line 34: READ_ONCE(bytes) – reads bytes = 0, the initial value; stale: it has been overwritten"
    )


def test_both_sides_of_a_patch_and_what_it_changes() -> None:
    found = rendered(*checked("patches/ring.patch"))
    assert "2 programs" in found.all("h2")[0].text
    text = found.all("main")[0].text
    assert text.index("(before the patch)") < text.index("(after the patch)")
    change = found.all(css="change")[-1].text
    assert "MP allowed before, forbidden after (armv8, lkmm)" in change
    assert "smp_wmb (line 19) is new: paired with smp_rmb (line 28)" in change


def test_why_nothing_was_decided_is_on_the_first_screen() -> None:
    text = rendered(ALL["undecided"]).all("article")[0].text
    assert text.index("armv8: no answer within 1 s") < text.index("Under armv8")


def test_errors_are_in_the_page() -> None:
    problem = InputError("syntax", "found }", "a<b>.c", Span(2, 3, 2, 4), "  } </pre>")
    assert rendered(ONE_SIDED, errors=(problem,)).all("pre", role="alert")[0].text == problem.render()
    assert "nothing to show" in rendered(errors=(problem,)).text


@pytest.mark.parametrize("name", ALL)
def test_every_sample_is_a_page_whose_names_are_unique(name: str) -> None:
    found = rendered(ALL[name], PAIRED)
    names = [e.attributes["id"] for e in found.all() if "id" in e.attributes]
    assert len(set(names)) == len(names)
    for e in found.all():
        for attribute in ("aria-labelledby", "aria-controls"):
            assert set(e.attributes.get(attribute, "").split()) <= set(names)


def test_a_page_needs_nothing_else() -> None:
    text = page.render([ONE_SIDED, TWO_MODELS], (), "0.1").replace("http://www.w3.org/2000/svg", "")
    assert not re.search(r"https?:|//[a-z]|@import|url\((?!#)", text.replace("// ", ""))
    found = read(text)
    assert all(e.attributes["href"].startswith("#") for e in found.all("a"))
    assert not [e for e in found.all() if "src" in e.attributes or e.name in ("link", "img", "iframe")]


def test_only_the_page_s_own_script_and_style_may_run() -> None:
    found = rendered(ONE_SIDED)
    (policy,) = [e for e in found.all("meta") if e.has("http-equiv", "Content-Security-Policy")]
    for name in ("script", "style"):
        (element,) = found.all(name)
        digest = b64encode(sha256(element.text.encode()).digest()).decode()
        assert f"{name}-src 'sha256-{digest}'" in policy.attributes["content"]
    assert "default-src 'none'" in policy.attributes["content"]


def test_a_hostile_input_is_text() -> None:
    text = page.render([hostile()], (InputError("x", HOSTILE, HOSTILE),), HOSTILE)
    assert not re.search("[\u202a-\u202e\u2066-\u2069\u200e\u200f]", text)
    found, plain = read(text), rendered(TWO_MODELS)
    assert len(found.all("script")) == 1
    assert {e.name for e in found.all()} <= {e.name for e in plain.all()} | {"dd", "li", "ul", "pre", "span"}
    known = {key for e in plain.all() for key in e.attributes} | {"href", "colspan"}
    assert {key for e in found.all() for key in e.attributes} <= known
    shown = HOSTILE.replace("\u202e", "⟨U+202E⟩").replace("\u2066", "⟨U+2066⟩")
    assert shown in found.all(css="source")[0].text
    assert shown in found.all("h2")[0].text
    assert HOSTILE_NAME in found.all(css="source")[0].text
    assert "49" not in found.all("h2")[0].text


def test_long_names_are_cut_in_the_graph_and_whole_beside_it() -> None:
    graph = rendered(hostile()).all("svg")[0]
    assert max(len(t.text) for t in graph.all("text")) <= 40
    assert any(HOSTILE_NAME in t.text for t in graph.all("title"))
    assert float(graph.attributes["width"]) < 900


def test_a_large_counterexample_is_no_large_page() -> None:
    text = page.render([large()], (), "0.1")
    assert len(text.encode()) < 500_000
    assert len(read(text).all("svg")[0].all(css="event")) == 40


def test_the_same_input_gives_the_same_bytes() -> None:
    assert page.render([ONE_SIDED], (), "0.1") == page.render([ONE_SIDED], (), "0.1")


# -------------------------------------------------------------- what is missing, put in


def test_a_missing_barrier_closes_the_gap() -> None:
    found = mended(ONE_SIDE)
    assert found is not None
    assert found.what == "smp_rmb()"
    assert [(s.kind, s.text) for s in found.example.steps][4] == ("F", "smp_rmb()")
    assert found.added == {4}
    assert [(e.start, e.end, e.ordered_by) for e in found.example.cycle] == [
        (0, 2, "smp_wmb"),
        (2, 3, ""),
        (3, 5, "smp_rmb"),
        (5, 0, ""),
    ]
    assert found.example.steps[3].reads_from == 2


def test_nothing_is_claimed_where_a_gap_stays_open() -> None:
    open_cycle = tuple(replace(e, ordered_by="") for e in MP_EXECUTION.cycle)
    assert mended(replace(ONE_SIDE, counterexample=replace(MP_EXECUTION, cycle=open_cycle))) is None
    assert mended(replace(ONE_SIDE, missing=())) is None
    assert mended(replace(ONE_SIDE, counterexample=None)) is None


def test_lines_of_the_other_side_of_a_patch_are_said_to_be() -> None:
    before, after = (found.all(css="source")[0] for found in map(rendered, checked("patches/ring.patch")))
    (added,) = before.all("tr", css="absent")
    assert "smp_wmb();" in added.text
    assert added.text.strip().endswith("added by the patch")
    assert after.all("tr", css="absent") == []


def test_of_a_long_source_what_is_near_a_mark_is_shown() -> None:
    text = tuple(f"line {n}" for n in range(1, 1001))
    source = rendered(replace(ONE_SIDED, lines=(1, 1000), text=text)).all(css="source")[0]
    shown = [row.all("td")[0].text for row in source.all("tr")]
    assert len(shown) < 40
    assert {"3", "9", "15", "18", "24"} <= set(shown)
    assert "⋯" in shown or shown[0] == "⋯"
