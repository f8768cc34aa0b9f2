"""What is claimed, in words, for those who look into a certificate."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import assert_never

from verifier.cat.terms import Model
from verifier.events.expression import Apply, Const, Expression, ReadValue, Unknown
from verifier.events.graph import INITIAL, EventGraph, line_of
from verifier.execution.cycles import Cycle, Segment
from verifier.execution.shapes import shape
from verifier.search.formula import (
    All,
    Any,
    Broken,
    Executes,
    Formula,
    Not,
    Raised,
    Reaches,
    ReadsLast,
    Related,
    Truth,
)

LONGEST = 1_500  # characters of a statement
_DEEPEST = 12


def statement(graph: EventGraph, model: Model, off: Iterable[int], asked: Formula, is_allowed: bool) -> str:
    """One claim as a sentence without its end."""
    which = f"execution that {model.name} allows" if model.axioms else "execution, whatever its order,"
    off_names = _sources(graph, off)
    without = f" with {off_names} switched off" if off_names else ""
    what = _shortened(_words(graph, asked))
    return f"{'an' if is_allowed else 'no'} {which}{without} has: {what}"


def events(graph: EventGraph) -> list[str]:
    """A line for each event."""
    return [_event(graph, number) for number in range(len(graph.events))]


def _event(graph: EventGraph, number: int) -> str:
    e = graph.events[number]
    thread = "initially" if e.thread == INITIAL else graph.threads[e.thread]
    line = line_of(graph, number)
    where = f", line {line}" if line else ""
    location = f" {_location(graph, e.location)}" if e.location is not None else ""
    tags = f" [{' '.join(sorted(e.tags))}]" if e.tags else ""
    written = f" = {_expression(e.value)}" if e.value is not None else ""
    when = "" if e.executes == Const(1) else f", where {_expression(e.executes)}"
    text = f": {e.text}" if e.text else ""
    return _shortened(f"{number}  {e.kind}{location}{written}{tags} ({thread}{where}{when}){text}")


def _location(graph: EventGraph, location: int) -> str:
    return graph.locations[location] if location < len(graph.locations) else f"register {location}"


def _sources(graph: EventGraph, places: Iterable[int]) -> str:
    wanted = set(places)
    if wanted and wanted >= {s.place for s in graph.sources}:
        return "every ordering source"
    named: dict[int, str] = {}
    for s in graph.sources:
        if s.place in wanted:
            named.setdefault(s.place, f"{s.name} (line {s.span.line})")
    return ", ".join(named[p] for p in sorted(named))


def _words(graph: EventGraph, f: Formula, depth: int = 0) -> str:
    if depth > _DEEPEST:
        return "…"
    match f:
        case Truth(e):
            return _expression(e)
        case Reaches(p, formula):
            return f"control at line {p.span.line} with `{p.text}` {'true' if formula else 'false'}"
        case Executes(event):
            return f"{event} happens"
        case ReadsLast(read):
            return f"{read} reads the last write"
        case Related(name, i, j):
            return f"{i} -{name}-> {j}"
        case Raised(name):
            return f"the flag {name} raised"
        case Broken():
            return "an axiom broken when everything is on"
        case Not(part):
            return f"not ({_words(graph, part, depth + 1)})"
        case All(parts) if name := _shape(graph, parts):
            return f"{name} ({', '.join(_words(graph, p) for p in parts)})"
        case All(parts):
            return " and ".join(_part(graph, p, depth + 1) for p in parts) or "anything"
        case Any(parts):
            return "one of: " + "; ".join(_part(graph, p, depth + 1) for p in parts[:40])
        case _:
            assert_never(f)


def _shape(graph: EventGraph, parts: Sequence[Formula]) -> str:
    """The name of the cycle whose legs these are, and that what else there is belongs to; "" where they are none."""
    legs = [p for p in parts if isinstance(p, Related)]
    if len(legs) < 2 or not isinstance(parts[0], Related):
        return ""
    ends = [(before.second, leg.first) for before, leg in zip([legs[-1], *legs], legs, strict=False)]
    if any(graph.events[a].thread != graph.events[b].thread for a, b in ends):
        return ""
    return shape(graph, Cycle(tuple(Segment(graph.events[a].thread, a, b) for a, b in ends)))


def _part(graph: EventGraph, f: Formula, depth: int) -> str:
    text = _words(graph, f, depth)
    return f"({text})" if isinstance(f, Any) else text


def _expression(e: Expression, depth: int = 0) -> str:
    if depth > _DEEPEST:
        return "…"
    match e:
        case Const(value):
            return str(value)
        case ReadValue(event):
            return f"r{event}" if event >= 0 else f"final{-1 - event}"
        case Unknown(index):
            return f"u{index}"
        case Apply(operator, (a,)):
            return f"{operator}{_expression(a, depth + 1)}"
        case Apply("?:", (c, a, b)):
            return f"({' '.join(_expression(x, depth + 1) for x in (c, a, b))} ?:)"
        case Apply(operator, arguments):
            return "(" + f" {operator} ".join(_expression(a, depth + 1) for a in arguments) + ")"


def _shortened(text: str) -> str:
    clean = " ".join(text.split())
    return clean if len(clean) <= LONGEST else f"{clean[:LONGEST]} …"
