"""The text report on made-up results: goldens, widths, levels and colour."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest

from tests.report.sample import (
    ALL,
    MP_EXECUTION,
    ONE_SIDE,
    ONE_SIDED,
    PAIRED,
    TWO_MODELS,
    hostile,
    result,
    unit,
)
from verifier.pairing.verdict import Missing
from verifier.report import brief, story, text
from verifier.report.columns import draw
from verifier.report.style import Style, paint, visible, wrap

HERE = Path(__file__).parent
PLAIN = Style()


def compare(path: Path, found: str, rewrites: bool) -> None:
    """Compare with the golden file, or write it."""
    if rewrites:
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("level", ["normal", "verbose"])
def test_golden(name: str, level: text.Level, rewrites_goldens: bool) -> None:
    found = text.render([ALL[name]], PLAIN, level)
    compare(HERE / f"{name}.{level}.expected", found, rewrites_goldens)


@pytest.mark.parametrize("name", ALL)
def test_brief_golden(name: str, rewrites_goldens: bool) -> None:
    compare(HERE / f"{name}.brief.expected", brief.render([ALL[name]]), rewrites_goldens)


@pytest.mark.parametrize("name", ALL)
@pytest.mark.parametrize("width", [80, 100])
def test_width_is_kept(name: str, width: int) -> None:
    style = Style(width=width, drawing_width=width)
    lines = text.render([ALL[name]], style, "verbose").split("\n")
    assert max(map(len, lines)) <= width


def test_a_narrow_terminal_lists_events_below_each_other() -> None:
    report = text.render([ONE_SIDED], Style(width=40, drawing_width=40))
    assert "reader():18" in report
    assert "<-- stale" in " ".join(report.split())


def test_quiet_is_the_verdict_line_alone() -> None:
    assert text.render([ONE_SIDED, PAIRED], PLAIN, "quiet") == (
        "refuted under armv8 and lkmm: mp.c:1-20\nproved under armv8 and lkmm: mp.c:1-20\n"
    )


def test_models_that_agree_share_a_line() -> None:
    report = text.render([PAIRED], PLAIN)
    assert report.count("paired with smp_rmb") == 1
    assert "armv8, lkmm: paired with smp_rmb" in report


def test_models_that_differ_have_a_line_each() -> None:
    report = text.render([TWO_MODELS], PLAIN)
    assert re.search(r"armv8: paired with smp_mb .*\n.*\n\s+lkmm: too weak \(R\)", report)


def test_what_is_wrong_comes_first() -> None:
    report = text.render([ALL["half-paired"]], PLAIN)
    order = [report.index(word) for word in ("half paired with", "unmatched:", "mp.c:17", "(note)")]
    assert order == sorted(order)


def test_alternatives_for_one_place_are_joined_by_or() -> None:
    report = text.render([ONE_SIDED], PLAIN)
    assert "to fix: add smp_rmb() in reader() between lines 16 and 18\n    or: use smp_load_acquire" in report


def test_fixes_in_two_places_are_both_needed() -> None:
    missing = (Missing("writer", 8, 10, "smp_mb"), Missing("reader", 16, 18, "smp_mb"))
    barrier = replace(ONE_SIDE, status="too weak", missing=missing)
    report = text.render([unit(result("lkmm", "refuted", barrier))], PLAIN)
    assert "to fix: replace smp_wmb() on line 9 by smp_mb() in writer()" in report
    assert "and: add smp_mb() in reader() between lines 16 and 18" in report


def test_a_shared_execution_is_shown_once() -> None:
    assert text.render([TWO_MODELS], PLAIN).count("allowed by lkmm (smp_mb, line 44; smp_wmb, line 44)") == 1


def test_a_logic_error_is_said_to_be_one() -> None:
    report = text.render([TWO_MODELS], PLAIN)
    assert "violated even under sc: no barrier helps, this is a logic error" in report


def test_colour_changes_no_character() -> None:
    plain = text.render([TWO_MODELS], Style())
    coloured = text.render([TWO_MODELS], Style(colour=True))
    assert coloured != plain
    assert re.sub(r"\x1b\[\d+m", "", coloured) == plain


def test_no_colour_where_none_is_allowed() -> None:
    assert "\x1b" not in paint("refuted: x", Style())


def test_unseen_characters_are_made_visible() -> None:
    assert visible("a\x1b[31mb\tc\nd") == "a⟨U+001B⟩[31mb\tc\nd"
    assert visible("\u202ea\u2066b\xadc\u200dd\x9b") == "⟨U+202E⟩a⟨U+2066⟩b⟨U+00AD⟩c⟨U+200D⟩d⟨U+009B⟩"


def test_the_code_points_of_unicode_that_format_text_are_unseen() -> None:
    formats = [
        chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) in ("Cf", "Cc", "Cs", "Zl", "Zp")
    ]
    shown = {c for c in formats if visible(c) == c}
    assert {hex(ord(c)) for c in shown if unicodedata.bidirectional(c) not in ("AN", "AL", "L")} == {
        "0x9",
        "0xa",
    }


def test_no_place_of_a_report_drives_the_terminal() -> None:
    bad = "a\x1b]0;x\x07\x9b2J\u202eb\r"
    told = hostile(bad)
    levels: tuple[text.Level, ...] = ("quiet", "normal", "verbose")
    reports = [text.render([told], PLAIN, level) for level in levels]
    for report in (*reports, story.render([told], PLAIN)):
        assert "⟨U+001B⟩" in report
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]", report)
    assert "\n" not in text.verdict_line(replace(told, file="a\nproved: b"))


def test_both_halves_of_an_atomic_share_a_row() -> None:
    read = replace(MP_EXECUTION.steps[3], text="xchg(&flag, 2)", is_stale=False)
    write = replace(read, kind="W", value="= 2")
    example = replace(MP_EXECUTION, steps=(*MP_EXECUTION.steps[:3], read, write), cycle=())
    assert "16  xchg(&flag, 2)  reads 1" in "\n".join(draw(example, example.threads, 96))


def test_the_gap_is_marked_between_the_accesses() -> None:
    lines = draw(MP_EXECUTION, MP_EXECUTION.threads, 96)
    marked = next(i for i, line in enumerate(lines) if "~ nothing orders ~" in line)
    assert "READ_ONCE(flag)" in lines[marked - 1]
    assert "READ_ONCE(data)" in lines[marked + 1]


def test_brief_heads_each_of_several_programs() -> None:
    found = brief.render([replace(PAIRED, title="before it", side="before"), PAIRED])
    assert found.startswith("lines 1-20 (before): before it\narmv8: proved\n")


def test_a_result_without_models_has_nothing_to_check() -> None:
    assert text.render([unit()], PLAIN) == "nothing to check: mp.c:1-20\n"


def test_code_is_parted_where_a_reader_would() -> None:
    step = replace(
        MP_EXECUTION.steps[0], text="atomic_fetch_or_release(irq_bit, &vipi_enable[this_cpu]) [f()]"
    )
    example = replace(MP_EXECUTION, steps=(step, *MP_EXECUTION.steps[1:]))
    assert draw(example, example.threads, 62)[2:6] == [
        " 8  atomic_fetch_or_release(",
        "    irq_bit,",
        "    &vipi_enable[this_cpu])",
        "    [f()]",
    ]


def test_the_remedy_is_on_the_first_screen() -> None:
    wrong = ONE_SIDED.results[0].barriers[0]
    many = replace(ONE_SIDED, results=(replace(ONE_SIDED.results[0], barriers=(wrong,) * 12),))
    lines = text.render([many], PLAIN).split("\n")
    assert "to fix: add smp_rmb()" in lines[1]


def test_of_many_remedies_the_first_are_above() -> None:
    wrong = ONE_SIDED.results[0].barriers[0]
    others = [
        replace(
            wrong,
            missing=tuple(replace(m, after_line=n, before_line=n + 2) for m in wrong.missing),
            counterexample=replace(MP_EXECUTION, shape=f"MP{n}", final=(("x", str(n)),), cycle=()),
        )
        for n in range(100, 105)
    ]
    report = text.render([unit(result("lkmm", "refuted", *others))], PLAIN)
    head = report[: report.index("smp_wmb in")]
    assert head.count("to fix") == text.MOST_REMEDIES
    assert "more, below the executions" in head


def test_of_a_patch_what_it_comes_to_is_ahead() -> None:
    before, after = replace(PAIRED, side="before"), replace(ONE_SIDED, side="after")
    lines = text.render([before, after], PLAIN).split("\n")
    assert lines[0] == text.verdict_line(after)
    assert "to fix: add smp_rmb()" in lines[1]
    assert text.render([replace(ONE_SIDED, side="before")], PLAIN).startswith("refuted")


def test_what_was_wrong_before_a_patch_has_no_remedy_ahead() -> None:
    report = text.render([replace(ONE_SIDED, side="before")], PLAIN)
    assert report.count("to fix: add smp_rmb()") == 1


def test_what_belongs_together_is_not_parted() -> None:
    words = wrap("the read of x = 0 (line 7) and lines 10 and 11", 12)
    assert [w for w in words if w.endswith(("line", "lines", "=")) or w.startswith("=")] == []
