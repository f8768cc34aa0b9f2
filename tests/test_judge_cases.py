"""Every row of "Cases and right answers" of pairing.md that an event graph can state, through the judge.

An answer names a place by its source and thread: `Wmb0` is the smp_wmb of thread 0 (`Wmb0b` its second).
`a>b` says what a's partners are: segments split by `&`, alternatives by `/`, sources taken together by `+`.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.graphs import graph
from tests.judge import Verdict, judge
from verifier.cat.load import load
from verifier.events.graph import EventGraph

MODELS = {name: load(name) for name in ("armv8", "lkmm")}
SHORT = {"smp_load_acquire": "Acq", "smp_store_release": "Rel"}

KICK = """W data 1; Wmb; A req 1; Before-atomic; CAS[Mb] mode 1 2
    | W mode 1; Mb; R req; if r0==1 { A req -1; After-atomic; R data }"""
KICK_ANSWER = (
    "Wmb0 paired>After-atomic1, Before-atomic0 paired>Mb1, CAS0 unmatched, "
    "Mb1 paired>Before-atomic0, After-atomic1 paired>Wmb0"
)

CASES = [
    # MP
    ("W x 1; Wmb; W y 1 | R y; Rmb; R x", "*", "Wmb0 paired>Rmb1, Rmb1 paired>Wmb0"),
    ("W x 1; W[Release] y 1 | R[Acquire] y; R x", "*", "Rel0 paired>Acq1, Acq1 paired>Rel0"),
    ("W x 1; Wmb; W y 1 | R y; R x @r0", "*", "Wmb0 paired>addr1"),
    ("W x 1; Mb; W y 1 | R y; Rmb; R x", "*", "Mb0 paired>Rmb1, Rmb1 paired>Mb0"),
    ("W x 1; Wmb; W y 1 | R y; R x", "*", "Wmb0 unpaired"),
    ("W x 1; W y 1 | R y; Rmb; R x", "*", "Rmb1 unpaired"),
    ("W x 1; W y 1 | R[Acquire] y; R x", "*", "Acq1 unpaired"),
    (
        "W x 1; Wmb; Mb; W y 1 | R y; Rmb; R x",
        "*",
        "Wmb0 redundant, Mb0 redundant, Rmb1 paired>Mb0/Wmb0",
    ),
    ("W x 1; Wmb; Mb; W y 1 | R y; R x", "*", "Wmb0 unpaired, Mb0 unpaired"),
    # SB
    ("W x 1; Mb; R y | W y 1; Mb; R x", "*", "Mb0 paired>Mb1, Mb1 paired>Mb0"),
    ("W x 1; Wmb; R y | W y 1; Mb; R x", "*", "Wmb0 too weak, Mb1 unpaired"),
    ("W x 1; Barrier; R y | W y 1; Mb; R x", "*", "Barrier0 too weak, Mb1 unpaired"),
    ("W x 1; Mb; R y | W y 1; R x", "*", "Mb0 unpaired"),
    ("W x 1; Wmb; R y | W y 1; Wmb; R x", "*", "Wmb0 too weak, Wmb1 too weak"),
    ("W x 1; Barrier; R y | W y 1; Barrier; R x", "*", "Barrier0 too weak, Barrier1 too weak"),
    (
        "W[Release] x 1; R[Acquire] y | W[Release] y 1; R[Acquire] x",
        "armv8",
        "Rel0 paired>Acq1+Rel1, Acq0 paired>Acq1+Rel1, Rel1 paired>Acq0+Rel0, Acq1 paired>Acq0+Rel0",
    ),
    (
        "W[Release] x 1; R[Acquire] y | W[Release] y 1; R[Acquire] x",
        "lkmm",
        "Rel0 too weak, Acq0 too weak, Rel1 too weak, Acq1 too weak",
    ),
    # what Armv8 keeps of a release and a later acquire beyond what they promise: nobody owes the other half
    (
        "W x 1; W[Release] y 1; R[Acquire] z | R[Acquire] y; R x; W z 1; R y",
        "armv8",
        "Rel0 paired>Acq1, Acq0 unpaired, Acq1 paired>Rel0",
    ),
    (
        "W x 1; W[Release] y 1; R[Acquire] z; R d | R[Acquire] y; R x; W d 1; W[Release] z 1; R y",
        "armv8",
        "Rel0 paired>Acq1, Acq0 paired>Rel1, Acq1 paired>Rel0, Rel1 paired>Acq0",
    ),
    # R, alone and with a waker that reads the state first
    ("W x 1; Wmb; W y 1 | W y 2; Mb; R x", "armv8", "Wmb0 paired>Mb1, Mb1 paired>Wmb0"),
    ("W x 1; Wmb; W y 1 | W y 2; Mb; R x", "lkmm", "Wmb0 too weak, Mb1 unpaired"),
    ("W x 1; Wmb; R y; W y 1 | W y 2; Mb; R x", "armv8", "Wmb0 paired>Mb1, Mb1 half>Wmb0"),
    # 2+2W
    ("W x 1; Wmb; W y 2 | W y 1; Wmb; W x 2", "armv8", "Wmb0 paired>Wmb1, Wmb1 paired>Wmb0"),
    ("W x 1; Wmb; W y 2 | W y 1; Wmb; W x 2", "lkmm", "Wmb0 too weak, Wmb1 too weak"),
    # three and four threads
    ("W x 1 | R x; W[Release] y 1 | R[Acquire] y; R x", "*", "Rel1 paired>Acq2, Acq2 paired>Rel1"),
    (
        "W x 1; Wmb; W y 1 | R y; W z r0 | R z; Rmb; R x",
        "armv8",
        "Wmb0 paired>Rmb2&data1, Rmb2 paired>Wmb0&data1",
    ),
    ("W x 1; Wmb; W y 1 | R y; W z r0 | R z; Rmb; R x", "lkmm", "Wmb0 unpaired, Rmb2 unpaired"),
    ("W x 1 | R x; Mb; R y | W y 1 | R y; Mb; R x", "*", "Mb1 paired>Mb3, Mb3 paired>Mb1"),
    ("W x 1 | R x; Rmb; R y | W y 1 | R y; Rmb; R x", "armv8", "Rmb1 paired>Rmb3, Rmb3 paired>Rmb1"),
    ("W x 1 | R x; Rmb; R y | W y 1 | R y; Rmb; R x", "lkmm", "Rmb1 too weak, Rmb3 too weak"),
    # observers and places
    ("W x 1; Wmb; W y 1 | R y; Rmb; R x | R y; R x", "*", "Wmb0 half>Rmb1, Rmb1 paired>Wmb0"),
    ("W x 1; Wmb; W y 1 | Rmb; R y; R x", "*", "Wmb0 unpaired, Rmb1 misplaced"),
    ("W x 1; W y 1; Wmb | R y; Rmb; R x", "*", "Wmb0 misplaced, Rmb1 unpaired"),
    ("W x 1; W y 1; Wmb | Rmb; R y; R x", "*", "Wmb0 unmatched, Rmb1 unmatched"),
    # atomics
    (
        "W x 1; Wmb; W y 1 | R y; After-atomic; R x",
        "armv8",
        "Wmb0 paired>After-atomic1, After-atomic1 paired>Wmb0",
    ),
    ("W x 1; Wmb; W y 1 | R y; After-atomic; R x", "lkmm", "Wmb0 unpaired, After-atomic1 too weak"),
    (
        "W x 1; Wmb; W y 1 | R y; if r0==1 { A y 2; After-atomic; R x }",
        "*",
        "Wmb0 paired>After-atomic1, After-atomic1 paired>Wmb0",
    ),
    ("W x 1; Wmb; W y 1 | CAS[Mb] y 7 1; R x", "*", "Wmb0 unpaired, CAS1 too weak"),
    ("W x 1; CAS[Mb] z 1 1; R y | W y 1; Mb; R x", "*", "CAS0 too weak, Mb1 unpaired"),
    ("W x 1; X[Mb] z 1; Mb; R y | W y 1; Mb; R x", "*", "X0 redundant, Mb0 redundant, Mb1 paired>Mb0/X0"),
    # protocols
    (
        "W s 1; Wmb; W d 1; Wmb; W s 2 | R s; Rmb; R d; Rmb; R s; assume r0==r2 and (r0==0 or r0==2)",
        "*",
        "Wmb0 paired>Rmb1b, Wmb0b paired>Rmb1, Rmb1 paired>Wmb0b, Rmb1b paired>Wmb0",
    ),
    (
        KICK,
        "*",
        KICK_ANSWER,
    ),
    ("W a 1; W b 1; W c 1; Wmb; W f 1 | R f; Rmb; R a; R b; R c", "*", "Wmb0 paired>Rmb1, Rmb1 paired>Wmb0"),
    # nothing to pair with, and what does not matter
    ("R x; Rmb; R y", "*", "Rmb0 unmatched"),
    ("W x 1; Mb | R x", "*", "Mb0 unmatched"),
    ("W x 1; Wmb; Mb; W y 1", "*", "Wmb0 redundant, Mb0 unmatched"),
    ("W a 1; W x 1; Wmb; W y 1; R b | W b 1; R y; Rmb; R x; R a", "*", "Wmb0 paired>Rmb1, Rmb1 paired>Wmb0"),
    (
        "W x 1; R c; if r0==1 { Wmb } W y 1 | R y; Rmb; R x | W c 1",
        "*",
        "Wmb0 paired>Rmb1, Rmb1 half>Wmb0",
    ),
]


def names(g: EventGraph) -> dict[int, str]:
    """A short name for each place; a second source of the same name in a thread gets a `b`."""
    found: dict[int, str] = {}
    for s in g.sources:
        name = f"{SHORT.get(s.name, s.name.split('[')[0])}{s.thread}"
        while name in found.values():
            name += "b"
        found.setdefault(s.place, name)
    return found


def describe(g: EventGraph, verdicts: dict[int, Verdict]) -> set[str]:
    known = names(g)
    out = set()
    for place, v in verdicts.items():
        text = f"{known[place]} {'half' if v.half_paired else v.status}"
        if v.partners:
            segments = sorted(
                "/".join(sorted("+".join(sorted(known[p] for p in chosen)) for chosen in alternatives))
                for alternatives in v.partners
            )
            text += ">" + "&".join(segments)
        out.add(text)
    return out


@pytest.mark.parametrize(("text", "models", "answer"), CASES)
def test_case(text: str, models: str, answer: str) -> None:
    for name in MODELS if models == "*" else models.split():
        model = MODELS[name]
        g = graph(text, model.architecture)
        assert describe(g, judge(g, model)) == set(answer.split(", ")), name


@pytest.mark.parametrize("name", MODELS)
def test_perf_ring_buffer(name: str) -> None:
    """Two iterations of the writer: B is one place, and D is paired by what the second one overwrites."""
    model = MODELS[name]
    g = graph(
        "W d 1; Wmb; W head 1; R tail; if r0==1 { W d 2; Wmb; W head 2 }"
        "| R head; if r0==1 { Rmb; R d; Mb; W tail 1 }",
        model.architecture,
    )
    first, second = (s for s in g.sources if s.name == "Wmb")
    sources = tuple(replace(s, place=first.place) if s == second else s for s in g.sources)
    g = replace(g, sources=sources)
    answer = {"Wmb0 paired>Rmb1", "Rmb1 paired>Wmb0", "Mb1 paired>ctrl0"}
    assert describe(g, judge(g, model)) == answer
