"""One random program, under all models: the outcomes that the tool allows, and those of enumerated executions."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from tests.oracle import Checker, TooBigError, executions
from tests.programs import random_program, random_ring
from verifier.cat.load import load
from verifier.cat.terms import Model
from verifier.decide import ask
from verifier.encoding.session import Session
from verifier.events.build import build
from verifier.events.expression import Apply, Const, Expression, evaluate
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, final_values, read_values
from verifier.limits import Deadline
from verifier.options import Options
from verifier.program.lower import lower
from verifier.properties.inquiry import Inquiry
from verifier.search.questions import Questions
from verifier.source import Source
from verifier.syntax import parse

Outcome = tuple[int, ...]  # what each thread's registers and the locations have at the end

# The models of each architecture that the events of a program in C can be built for
MODELS: Mapping[str, tuple[str, ...]] = {
    "aarch64": ("armv8", "sc"),
    "linux": ("lkmm",),
    "x86": ("tso",),
    "riscv": ("riscv",),
    "power": ("power",),
}
ASKED = 3  # outcomes of each kind, allowed and forbidden, under each model
SOLVED = 16  # of so many programs, the solver is asked about one
EVENTS = 14
EXECUTIONS = 4_000
_THREAD = re.compile(r"void (p\d)\(void\)\n\{\n((?:\tint \w+;\n)*)")
_LOCATIONS = re.compile(r"int ([\w, ]+);")


class Disagreement(Exception):
    """The tool and the enumeration say different things."""


@cache
def _model(name: str) -> Model:
    return load(name)


def program(seed: int) -> str:
    """The text of the program of that number."""
    rng = random.Random(seed)
    threads = rng.choice((2, 2, 2, 3))
    if seed % 4:
        return random_ring(rng, threads)
    return random_program(rng, threads, 3 if threads == 2 else 2, rng.choice((2, 2, 3)))


def compare(seed: int) -> int:
    """How many answers were compared; 0 for a program that is too large to be enumerated. Raises Disagreement."""
    rng = random.Random(-seed - 1)
    text = program(seed)
    source = Source.whole("random.c", text + "".join(f"exists ({name})\n" for name in _names(text)))
    lowered = lower(parse(source), source, Options())
    graphs = (
        (build(lowered, architecture, Options().bound), models) for architecture, models in MODELS.items()
    )
    return sum(_compare_all(seed, rng, graph, models) for graph, models in graphs)


def _names(text: str) -> Iterator[str]:
    for thread, declared in _THREAD.findall(text):
        yield from (f"{thread}:{name}" for name in re.findall(r"int (\w+);", declared))
    locations = _LOCATIONS.match(text)
    yield from (
        name
        for name in (locations[1].split(", ") if locations else ())
        if f"({name}" in text or f"&{name}" in text
    )


def _compare_all(seed: int, rng: random.Random, graph: EventGraph, models: Iterable[str]) -> int:
    if len(graph.events) > EVENTS:
        return 0
    try:
        found = _outcomes(graph, models)
    except TooBigError:
        return 0
    return sum(_compare(seed, rng, graph, name, found[name], found[""] - found[name]) for name in models)


def _outcomes(graph: EventGraph, models: Iterable[str]) -> dict[str, set[Outcome]]:
    """The outcomes that each model allows, and under "" those of all coherent executions. Raises TooBigError."""
    checkers = {name: Checker(graph, _model(name)) for name in models}
    found: dict[str, set[Outcome]] = {name: set() for name in ("", *models)}
    for number, execution in enumerate(executions(graph, limit=EXECUTIONS)):
        if number > EXECUTIONS:
            raise TooBigError
        outcome = _outcome(graph, execution)
        found[""].add(outcome)
        for name, checker in checkers.items():
            if outcome not in found[name] and checker.is_consistent(execution):
                found[name].add(outcome)
    return found


def _outcome(graph: EventGraph, execution: Execution) -> Outcome:
    values = {**read_values(graph, execution), **final_values(graph, execution)}
    return tuple(evaluate(p.formula, values, dict(execution.unknowns)) for p in graph.properties)


def _compare(
    seed: int,
    rng: random.Random,
    graph: EventGraph,
    name: str,
    allowed: set[Outcome],
    forbidden: set[Outcome],
) -> int:
    model, deadline = _model(name), Deadline(None)
    asked = [(o, True) for o in _some(rng, allowed)] + [(o, False) for o in _some(rng, forbidden)]
    inquiry = Inquiry(graph, model, deadline)
    sessions: list[Questions] = [ask(graph, model, deadline, Options())]
    if seed % SOLVED == 0:
        sessions.append(Session(graph, model, deadline, propagation=seed % (2 * SOLVED) == 0))
    for outcome, expected in asked:
        wanted = _equal(graph, outcome)
        answers = [inquiry.find(*((e, True) for e in wanted)) is not None]
        answers += [s.allows(*(s.truth(e) for e in wanted)) for s in sessions]
        if answers != [expected] * len(answers):
            raise Disagreement(f"seed {seed}, {name}, {outcome}: enumerated {expected}, found {answers}")
    return len(asked) * (1 + len(sessions))


def _some(rng: random.Random, outcomes: set[Outcome]) -> list[Outcome]:
    return rng.sample(sorted(outcomes), min(ASKED, len(outcomes)))


def _equal(graph: EventGraph, outcome: Outcome) -> list[Expression]:
    """That the final values are these."""
    pairs = zip(graph.properties, outcome, strict=True)
    return [Apply("==", (p.formula, Const(value))) for p, value in pairs]
