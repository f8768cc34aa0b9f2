"""The tool against brute force on random programs: outcomes of interleavings, conditions, and pairing statuses."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from functools import cache
from math import prod

import pytest

from tests import judge, structured
from tests.oracle import Checker, TooBigError, executions, value_domains
from tests.programs import event_graph, random_program, random_ring
from verifier.cat.load import load
from verifier.cat.terms import Model
from verifier.encoding.session import Session
from verifier.events.expression import FALSE, TRUE, evaluate
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, final_values, read_values
from verifier.options import Options
from verifier.pairing.classes import Classes
from verifier.pairing.judge import Judge
from verifier.pipeline import check

MODELS = ("armv8", "lkmm", "sc", "tso")
EVENTS = 24  # larger graphs are left out
PATHS = 20_000  # those with more paths through a thread,
LIMIT = 3000  # more combinations of paths,
EXECUTIONS = 20_000  # or more executions

Outcome = tuple[int, ...]


@cache
def model(name: str) -> Model:
    return load(name)


# ------------------------------------------------------------------ outcomes


def names_of(program: tuple[structured.Tree, ...], text: str) -> dict[int, str]:
    """What a condition can ask for, by its place in the interpreter's outcomes."""
    names = [f"p{i}:{r}" for i, (registers, _) in enumerate(program) for r in registers]
    names += structured.LOCATIONS
    return {i: n for i, n in enumerate(names) if ":" in n or re.search(rf"[(&]{n}\b", text)}


def graph_of(text: str, names: Iterable[str], architecture: str) -> EventGraph:
    """The graph of a program with one condition for each name: its formula is the name's final value."""
    graph = event_graph(text + "".join(f"exists ({n})\n" for n in names), architecture, structured.BOUND)
    endless = any(e == TRUE and c != FALSE for e, c in zip(graph.ends, graph.cuts, strict=True))
    if endless or len(graph.events) > EVENTS or not graph.properties:
        raise TooBigError
    domains = value_domains(graph, {}, 10)
    for thread in range(len(graph.threads)):
        reads = (e for e in graph.events if e.thread == thread and e.kind == "R")
        if prod(len(domains[e.location or 0]) for e in reads) > PATHS:
            raise TooBigError
    return graph


def outcome(graph: EventGraph, execution: Execution) -> Outcome | None:
    """The final values that the conditions name, or None where a thread was cut."""
    values = {**read_values(graph, execution), **final_values(graph, execution)}
    unknowns = dict(execution.unknowns)
    if not evaluate(graph.properties[0].reached, values, unknowns):
        return None
    return tuple(evaluate(p.formula, values, unknowns) for p in graph.properties)


def outcomes(graph: EventGraph, names: Iterable[str]) -> dict[str, set[Outcome]]:
    """The outcomes that each model allows, and under "" those of all coherent executions."""
    checkers = {n: Checker(graph, model(n)) for n in names}
    found: dict[str, set[Outcome]] = {n: set() for n in ("", *names)}
    for number, execution in enumerate(executions(graph, limit=LIMIT)):
        if number > EXECUTIONS:
            raise TooBigError
        seen = outcome(graph, execution)
        if seen is None:
            continue
        found[""].add(seen)
        for n, checker in checkers.items():
            if seen not in found[n] and checker.is_consistent(execution):
                found[n].add(seen)
    return found


def compare_with_interleavings(seed: int) -> bool:
    """Whether a program was small enough; what the tests' interpreter reaches is what sc allows."""
    program = structured.make(random.Random(seed))
    text = structured.text(program)
    names = names_of(program, text)
    try:
        expected = structured.outcomes(program)
        graph = graph_of(text, names.values(), "aarch64")
        found = outcomes(graph, ("sc",))["sc"]
    except (TooBigError, OverflowError):
        return False
    assert found == {tuple(o[i] for i in names) for o in expected}, f"seed {seed}\n{text}"
    return True


def draw(rng: random.Random, choices: Iterable[Outcome]) -> Outcome | None:
    ordered = sorted(choices)
    return rng.choice(ordered) if ordered else None


def compare_conditions(seed: int) -> bool:
    """Whether a program was small enough; conditions hold where enumeration has an execution, with propagation
    and without."""
    rng = random.Random(seed)
    program = structured.make(rng)
    text = structured.text(program)
    names = tuple(names_of(program, text).values())
    try:
        allowed: dict[str, set[Outcome]] = {}
        groups = (("aarch64", ("armv8", "sc")), ("linux", ("lkmm",)), ("x86", ("tso",)))
        for architecture, group in groups:
            allowed |= outcomes(graph_of(text, names, architecture), group)
    except TooBigError:
        return False
    weak = (allowed["armv8"] | allowed["lkmm"]) - allowed["sc"]
    forbidden = allowed[""] - (allowed["armv8"] & allowed["lkmm"])
    asked = [draw(rng, weak or allowed["sc"]), draw(rng, forbidden), tuple(9 for _ in names)]
    wanted = [o for o in asked if o is not None]
    for o in wanted:
        text += "exists (" + " && ".join(f"{n} == {v}" for n, v in zip(names, o, strict=True)) + ")\n"
    for propagation in (True, False):
        options = Options(models=MODELS, bound=structured.BOUND, propagation=propagation)
        (unit,) = check("random.c", text.encode(), options)
        for result in unit.results:
            reached = [p.status == "holds" for p in result.properties if p.kind == "condition"]
            expected = [o in allowed[result.model] for o in wanted]
            assert reached == expected, f"seed {seed}, {result.model}, propagation {propagation}\n{text}"
    return True


# ------------------------------------------------------------------- statuses


def compare_statuses(seed: int, models: Iterable[str] = ("armv8", "lkmm")) -> bool:
    """Whether a program was small enough; the status of each barrier is that of the definition's brute force."""
    rng = random.Random(seed)
    threads = rng.choice((2, 2, 2, 3))
    if seed % 4:
        text = random_ring(rng, threads)
    else:
        text = random_program(rng, threads, 3 if threads == 2 else 2, rng.choice((2, 2, 3)))
    for name in models:
        m = model(name)
        graph = event_graph(text, m.architecture)
        if len(graph.events) > 16:
            return False
        try:
            expected = judge.Judge(graph, m, 20_000).verdicts()
        except TooBigError:
            return False
        assert found_statuses(graph, m) == {
            place: (v.status, v.half_paired) for place, v in expected.items()
        }, f"seed {seed}, {name}\n{text}"
    return True


def found_statuses(graph: EventGraph, m: Model) -> dict[int, tuple[str, bool]]:
    session = Session(graph, m)
    findings = Judge(session, Classes(session)).findings()
    return {f.place: (f.status, f.half_paired) for f in findings}


# ---------------------------------------------------------------------- tests


def share(compared: Iterable[bool]) -> float:
    """How much of the programs was small enough to be compared."""
    results = list(compared)
    return sum(results) / len(results)


def test_lowering_against_interleavings() -> None:
    assert share(compare_with_interleavings(seed) for seed in range(150)) > 0.9


def test_conditions_against_enumeration() -> None:
    assert share(compare_conditions(seed) for seed in range(10_000, 10_060)) > 0.85


def test_statuses_against_the_definition() -> None:
    assert share(compare_statuses(seed) for seed in range(25)) > 0.9


def test_statuses_under_riscv() -> None:
    assert share(compare_statuses(seed, ("riscv",)) for seed in range(500, 515)) > 0.7


@pytest.mark.full
@pytest.mark.parametrize("chunk", range(10))
def test_lowering_against_interleavings_at_length(chunk: int) -> None:
    first = 20_000 + 300 * chunk
    assert share(compare_with_interleavings(seed) for seed in range(first, first + 300)) > 0.9


@pytest.mark.full
@pytest.mark.parametrize("chunk", range(12))
def test_conditions_against_enumeration_at_length(chunk: int) -> None:
    first = 30_000 + 200 * chunk
    assert share(compare_conditions(seed) for seed in range(first, first + 200)) > 0.85


@pytest.mark.full
@pytest.mark.parametrize("chunk", range(12))
def test_statuses_against_the_definition_at_length(chunk: int) -> None:
    first = 1000 + 100 * chunk
    assert share(compare_statuses(seed) for seed in range(first, first + 100)) > 0.9
