"""The families of the benchmark are what they say: read, impossible at each size, possible without their barriers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bench.growth import FAMILIES, answer, grow
from tests import herd7
from tests.judge import judge
from tests.oracle import allowed
from tests.programs import event_graph
from verifier.decide import architecture, model
from verifier.events.build import build
from verifier.execution.candidate import holds
from verifier.program.litmus.lower import lower_litmus
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus

BY_NAME = {f.name: f for f in FAMILIES}
LITMUS = [f.name for f in FAMILIES if not f.is_snippet]

# A size, what to take out of the text, what to put there instead: then the condition can be met.
WEAKER = {
    "SB ring": (3, r"smp_mb\(\);", ""),
    "MP chain": (3, r"smp_store_release\(", "WRITE_ONCE(*"),
    "spin loops": (3, r"smp_store_release\(", "WRITE_ONCE(*"),
    "IRIW": (3, r"smp_mb\(\);", ""),
    "open values": (2, r" /\\ ~.*\)$", ")"),
    "lock ring": (3, r"spin_(un)?lock\(l[01]\);", ""),
    "RCU chain": (4, r"synchronize_rcu\(\);", ""),
    "long functions": (6, r"smp_mb\(\);", ""),
    "SB ring, Armv8": (3, "DMB ISH", "DMB ISHLD"),
    "MP chain, Armv8": (3, "STLR", "STR"),
    "IRIW, Armv8": (3, "LDAR", "LDR"),
    "descriptor": (3, r"smp_rmb\(\);", ""),
    "flags": (3, r"smp_wmb\(\);\n\tWRITE_ONCE\(w->done1", r"WRITE_ONCE(w->done1"),
}
# What the enumerator can do.
SMALL = {
    "SB ring": 3,
    "MP chain": 3,
    "spin loops": 2,
    "IRIW": 2,
    "open values": 1,
    "lock ring": 2,
    "RCU chain": 4,
    "long functions": 4,
    "SB ring, Armv8": 3,
    "MP chain, Armv8": 3,
    "IRIW, Armv8": 2,
}


def said(name: str, text: str) -> str:
    return answer(BY_NAME[name], text.encode())


@pytest.mark.parametrize("name", BY_NAME)
def test_a_weaker_text_has_another(name: str) -> None:
    size, old, new = WEAKER[name]
    text = BY_NAME[name].text(size)
    weaker = re.sub(old, new, text, flags=re.MULTILINE)
    assert weaker != text
    assert (said(name, text), said(name, weaker)) in (("Never", "Sometimes"), ("proved", "refuted"))


@pytest.mark.parametrize("name", LITMUS)
def test_the_enumerator_agrees(name: str) -> None:
    text = BY_NAME[name].text(SMALL[name])
    assert said(name, text) == BY_NAME[name].answer == "Never"
    source = Source.whole("family.litmus", text)
    program = lower_litmus(parse_litmus(source))
    m = model("lkmm" if program.isa is None else "armv8")
    graph = build(program, architecture(program, m), 2)
    question = graph.properties[-1]
    met = [holds(graph, e, question.formula) for e in allowed(graph, m) if holds(graph, e, question.reached)]
    assert met
    assert not any(met)


@pytest.mark.parametrize("name", [n for n in BY_NAME if n not in LITMUS])
@pytest.mark.parametrize(("about", "architecture"), [("armv8", "aarch64"), ("lkmm", "linux")])
def test_the_judge_by_brute_force_agrees(name: str, about: str, architecture: str) -> None:
    found = judge(event_graph(BY_NAME[name].text(2), architecture), model(about))
    assert found
    assert {(v.status, v.half_paired) for v in found.values()} == {("paired", False)}


@pytest.mark.parametrize("name", BY_NAME)
def test_largest_sizes_are_distinct_texts(name: str) -> None:
    family = BY_NAME[name]
    assert len({family.text(n) for n in family.sizes}) == len(family.sizes)


def test_a_family_stops_in_time() -> None:
    curve = grow(BY_NAME["lock ring"], seconds=0.0)
    assert curve.stopped.startswith(f"{curve.family.sizes[len(curve.points)]}: ")


@pytest.mark.full
@pytest.mark.parametrize("name", [n for n in LITMUS if n != "spin loops"])  # herd7's C has no empty loops
def test_herd7_agrees(name: str, tmp_path: Path) -> None:
    family = BY_NAME[name]
    command = herd7.arguments("AArch64" if "Armv8" in name else "C")
    if command is None:
        pytest.skip("herd7 is not on PATH, or MBPAIR_LINUX_MODEL is not set")
    path = tmp_path / "family.litmus"
    path.write_text(family.text(SMALL[name]))
    assert [a.observation for a in herd7.run(command, [path]).values()] == [family.answer]
