"""One barrier's story: what it orders, who observes that, what each model says, what is missing, what is without it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from verifier.pairing.verdict import Access, BarrierVerdict, Counterexample, Edge, Ordered, UnitResult
from verifier.record import replace
from verifier.report.axioms import axiom_text
from verifier.report.columns import code_of, is_gap, why_unordered
from verifier.report.entries import (
    Answers,
    Entry,
    gathered_barriers,
    status_of,
    thread_label,
)
from verifier.report.executions import Execution, collect, draw_steps, fix_lines
from verifier.report.style import Style, and_list, paint, visible, wrap
from verifier.report.text import assumptions

MOST = 3  # accesses of a list
Sentence = Callable[[BarrierVerdict], str]


def render(units: Sequence[UnitResult], style: Style, is_brief: bool = False) -> str:
    """The story of each barrier of these programs, which have no others, or what it comes to; ends with a newline."""
    style = replace(style, drawing_width=style.width)
    tell = _head if is_brief else _story
    stories = [
        "\n".join(tell(unit, answers, entry, style))
        for unit in units
        for answers, entry in gathered_barriers(unit, verbose=True)
    ]
    return paint(visible(("\n" if is_brief else "\n\n").join(stories)), style) + "\n"


def _head(unit: UnitResult, answers: Answers[BarrierVerdict], entry: Entry, style: Style) -> list[str]:
    side = f" ({unit.side} the patch)" if unit.side else ""
    outcomes = (line for text in _told(answers, _outcome) for line in wrap(text, style.width, 2, 6))
    return [*wrap(f"{entry.head}{side}", style.width, 0, 4), *outcomes]


def _story(unit: UnitResult, answers: Answers[BarrierVerdict], entry: Entry, style: Style) -> list[str]:
    own, width = _only(unit, answers), style.width
    found = collect(own, verbose=True)
    return [
        *_head(unit, answers, entry, style),
        *_section("What it orders", _told(answers, _orders), width),
        *_section("Who observes that", _told(answers, lambda v: _observers(unit, v)), width),
        *_section("What each model says", entry.body, width),
        *_drawn("What goes wrong", [e for e in found if not e.is_forbidden], own, style),
        *_section("Without it", _told(answers, _without), width),
        *_drawn("Drawn without it", [e for e in found if e.is_forbidden], own, style),
        *_section("What forbids that with it", _undrawn(answers), width),
        *_section("What this rests on", assumptions(unit), width),
    ]


def _only(unit: UnitResult, answers: Answers[BarrierVerdict]) -> UnitResult:
    """The program with the verdicts of one barrier alone."""
    told = dict(answers)
    results = (replace(r, barriers=(told[r.model],), properties=()) for r in unit.results if r.model in told)
    return replace(unit, results=tuple(results))


def _drawn(head: str, executions: Sequence[Execution], unit: UnitResult, style: Style) -> list[str]:
    """Executions with what would put them right, each below a line that says which it is."""
    lines: list[str] = []
    for execution in executions:
        shape = f"{execution.example.shape}, " if execution.example.shape else ""
        lines += ["", f"  {head} ({shape}possible under {' and '.join(execution.models)})"]
        lines += draw_steps(execution, unit, style, verbose=True)
        lines += fix_lines(execution, style.width)
    return lines


def _told(answers: Answers[BarrierVerdict], sentence: Sentence) -> list[str]:
    """What there is to say, with the models where these differ."""
    models: dict[str, list[str]] = {}
    for model, verdict in answers:
        models.setdefault(sentence(verdict), []).append(model)
    if len(models) == 1:
        return [text for text in models if text]
    return [f"{', '.join(names)}: {text}" for text, names in models.items() if text]


def _outcome(verdict: BarrierVerdict) -> str:
    """The status in plain words."""
    status = status_of(verdict)
    return f"{status}: {MEANINGS[status]}"


MEANINGS = {
    "paired": "it is needed, and others keep their side",
    "half paired": "one observer keeps its side, another does not",
    "unpaired": "it does its half, and nobody does the other",
    "too weak": "it stands in the right place, and is not strong enough there",
    "misplaced": "it would be needed in another place",
    "redundant": "the order that it gives is there without it",
    "unmatched": "nothing in the text observes what it orders",
    "undecided": "there is no answer",
}

# ------------------------------------------------------------- what it orders


def _orders(verdict: BarrierVerdict) -> str:
    if verdict.orders is None:
        return "not determined"
    if not verdict.orders:
        return "by itself no two accesses of the text"
    parts = [f"{_list(before)} before {_list(after)}" for before, after in grouped(verdict.orders)]
    return "; ".join(parts)


def grouped(orders: Sequence[Ordered]) -> list[tuple[tuple[Access, ...], tuple[Access, ...]]]:
    """The same orders as few sets: each access of the first before each of the second."""
    after: dict[Access, list[Access]] = {}
    for one in orders:
        after.setdefault(one.before, []).append(one.after)
    groups: dict[tuple[Access, ...], list[Access]] = {}
    for before, following in after.items():
        groups.setdefault(tuple(following), []).append(before)
    return [(tuple(before), following) for following, before in groups.items()]


def _list(accesses: Sequence[Access]) -> str:
    shown = [f"{' '.join(a.text.split()).rstrip(';')} (line {a.line})" for a in accesses[:MOST]]
    more = len(accesses) - MOST
    return and_list([*shown, f"{more} more"] if more > 0 else shown)


# ------------------------------------------------------------ who observes it


def _observers(unit: UnitResult, verdict: BarrierVerdict) -> str:
    if verdict.status == "undecided":
        return "not decided"
    examples = [e for e in (verdict.ruled_out, verdict.counterexample) if e is not None and e.cycle]
    seen = dict.fromkeys(text for e in examples for text in _others(unit, e, verdict.place.thread))
    if seen:
        return "; ".join(seen)
    if verdict.status == "redundant" and verdict.partners_text:
        return f"{verdict.partners_text} would, if it were needed"
    return verdict.partners_text or "nobody in the text"


def _others(unit: UnitResult, example: Counterexample, own: str) -> Iterable[str]:
    """What each other thread of the cycle does, and what keeps it in order."""
    for edge in example.cycle:
        step = example.steps[edge.start]
        if edge.relation == "po" and example.threads[step.thread] != own:
            yield f"{thread_label(unit, example.threads[step.thread])} {_passage(example, edge)}"


def _passage(example: Counterexample, edge: Edge) -> str:
    first, last = (
        f"{code_of(example.steps[i])} (line {example.steps[i].line})" for i in (edge.start, edge.end)
    )
    if not is_gap(edge):
        return f"does {first}, then {last}, and {edge.ordered_by} keeps these in order"
    why = why_unordered(example, edge)
    if why == "nothing orders":
        return f"does {first}, then {last}, but nothing orders these"
    return f"does {first}, then {last}, but {why.replace('not', 'is not')} to keep these in order"


# ------------------------------------------------------------ what is without it


def _without(verdict: BarrierVerdict) -> str:
    """Only a paired barrier makes a difference."""
    if verdict.status == "undecided":
        return ""
    if verdict.status == "paired":
        return f"it becomes possible that {verdict.forbids}" if verdict.forbids else "more becomes possible"
    if verdict.is_refuting:
        return "nothing would change as the text stands: what goes wrong does so with it, too"
    return "nothing would change: no execution of the text becomes possible"


def _undrawn(answers: Answers[BarrierVerdict]) -> Iterable[str]:
    """The axioms that forbid what no cycle tells."""
    for model, verdict in answers:
        if verdict.witness is None:
            yield from (axiom_text(model, law) for law in verdict.forbidden_by)


# -------------------------------------------------------------------- printing


def _section(head: str, texts: Iterable[str], width: int) -> list[str]:
    lines = [line for text in texts for line in wrap(text, width, 6, 10)]
    return ["", f"  {head}", *lines] if lines else []
