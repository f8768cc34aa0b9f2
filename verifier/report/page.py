"""Results as one HTML page that needs nothing else: the verdict, the source with its marks, a tab for each model."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha256

from verifier.errors import InputError
from verifier.pairing.verdict import Answer, BarrierVerdict, Counterexample, ModelResult, UnitResult
from verifier.record import record, replace
from verifier.report.axioms import axiom_text
from verifier.report.drawing import Drawing, draw
from verifier.report.entries import Entry, barrier_entries, property_entries
from verifier.report.executions import Execution, collect
from verifier.report.listing import Line, listing
from verifier.report.mended import Mended, mended
from verifier.report.picture import Picture, picture
from verifier.report.templating import render as render_template
from verifier.report.templating import trusted
from verifier.report.text import WORST_FIRST, assumptions, change_items, reasons, verdicts

KINDS = {"refuted": "bad", "proved": "good"}  # all other verdicts are open


@record(frozen=True, slots=True)
class Figure:
    """A graph with its caption. `verdict`: allowed or forbidden."""

    name: str
    verdict: str
    caption: str
    picture: Picture
    drawing: Drawing


@record(frozen=True, slots=True)
class Shown:
    """An execution: the figure that can be stepped through, and the one to compare it with, if there is one; `axioms`
    say what forbids it with the barrier."""

    name: str
    heading: str
    is_forbidden: bool
    initial: str
    final: str
    note: str
    fixes: tuple[str, ...]
    axioms: tuple[str, ...]
    main: Figure
    other: Figure | None


@record(frozen=True, slots=True)
class Tab:
    """What one model says."""

    name: str
    model: str
    verdict: Answer
    kind: str
    reason: str
    entries: tuple[Entry, ...]
    executions: tuple[Shown, ...]


@record(frozen=True, slots=True)
class Program:
    """One program. `wrong`: what refutes it and what to do about it, for all models together."""

    name: str
    unit: UnitResult
    verdict: str
    kind: str
    reasons: tuple[str, ...]
    wrong: tuple[Entry, ...]
    fixes: tuple[str, ...]
    lines: tuple[Line, ...]
    tabs: tuple[Tab, ...]
    changes: tuple[str, ...]
    assumptions: tuple[str, ...]

    @property
    def first(self) -> Tab | None:
        """The tab to show first: that of the worst verdict."""
        return min(self.tabs, key=lambda tab: WORST_FIRST.index(tab.verdict), default=None)


def render(units: Sequence[UnitResult], errors: Sequence[InputError], version: str) -> str:
    """The page; ends with a newline."""
    style, script = trusted("graph.css", "style.css"), trusted("script.js")
    return render_template(
        "page.html",
        programs=[_program(unit, f"p{number}") for number, unit in enumerate(units, 1)],
        errors=[error.render() for error in errors],
        version=version,
        style=style,
        script=script,
        allowed={"style": _hash(style), "script": _hash(script)},
    )


def _hash(text: str) -> str:
    """How a Content-Security-Policy names a text that may be part of the page."""
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"


def _program(unit: UnitResult, name: str) -> Program:
    return Program(
        name=name,
        unit=unit,
        verdict=verdicts(unit.results),
        kind=_kind(unit.results),
        reasons=tuple(reasons(unit.results)),
        wrong=tuple(e for e in _entries(unit) if e.is_wrong),
        fixes=tuple(dict.fromkeys(f for e in collect(unit, verbose=False) for f in _fixes(e))),
        lines=tuple(listing(unit)),
        tabs=tuple(_tab(unit, result, f"{name}m{i}") for i, result in enumerate(unit.results, 1)),
        changes=tuple(change_items(unit.change)) if unit.change else (),
        assumptions=tuple(assumptions(unit)),
    )


def _kind(results: Iterable[ModelResult]) -> str:
    """bad where a model refutes, good where all prove, else open."""
    found = {KINDS.get(result.verdict, "open") for result in results}
    return next((kind for kind in ("bad", "open", "good") if kind in found), "open")


def _entries(unit: UnitResult) -> list[Entry]:
    entries = [*barrier_entries(unit, verbose=True), *property_entries(unit, verbose=True)]
    return sorted(entries, key=lambda entry: entry.urgency)


def _tab(unit: UnitResult, result: ModelResult, name: str) -> Tab:
    own = replace(unit, results=(result,))
    entries = [_without_model(entry, result.model) for entry in _entries(own)]
    found = enumerate(collect(own, verbose=True), 1)
    return Tab(
        name=name,
        model=result.model,
        verdict=result.verdict,
        kind=KINDS.get(result.verdict, "open"),
        reason=result.reason,
        entries=tuple(entries),
        executions=tuple(_shown(execution, own, f"{name}e{number}") for number, execution in found),
    )


def _without_model(entry: Entry, model: str) -> Entry:
    return replace(entry, body=tuple(line.removeprefix(f"{model}: ") for line in entry.body))


def _shown(execution: Execution, unit: UnitResult, name: str) -> Shown:
    example = execution.example
    subjects = "; ".join(execution.subjects)
    verb = "ruled out by" if execution.is_forbidden else "allowed:"
    shape = f"{example.shape}, " if example.shape else ""
    main, other = _figures(execution, unit, name)
    return Shown(
        name=name,
        heading=f"{shape}{verb} {subjects}",
        is_forbidden=execution.is_forbidden,
        initial=_state(example.initial),
        final=_state(example.final),
        note=example.note,
        fixes=tuple(_fixes(execution)),
        axioms=tuple(axiom_text(model, law) for model, law in execution.axioms),
        main=main,
        other=other,
    )


def _figures(execution: Execution, unit: UnitResult, name: str) -> tuple[Figure, Figure | None]:
    """The execution as the model allows it, and with what forbids it: the barrier, or those that are missing."""
    if execution.is_forbidden:
        barrier = execution.verdicts[0]
        assert isinstance(barrier, BarrierVerdict)
        which = f"{barrier.place.name} (line {barrier.place.line})"
        main = _figure(f"{name}a", "allowed", f"without {which}", execution.example, unit)
        kept = barrier.ruled_out
        return main, _figure(f"{name}b", "forbidden", f"with {which}", kept, unit) if kept else None
    main = _figure(f"{name}a", "allowed", "as the code is", execution.example, unit)
    mends = (mended(verdict) for verdict in execution.verdicts)
    best: Mended | None = next((m for m in mends if m is not None), None)
    if best is None:
        return main, None
    return main, _figure(f"{name}b", "forbidden", f"with {best.what} added", best.example, unit, best.added)


def _figure(
    name: str,
    verdict: str,
    caption: str,
    example: Counterexample,
    unit: UnitResult,
    added: frozenset[int] = frozenset(),
) -> Figure:
    shown = picture(example, unit, added)
    return Figure(name, verdict, caption, shown, draw(shown))


def figure(name: str, execution: Execution, unit: UnitResult) -> Figure:
    """The graph of an execution as a model allows it: what a barrier forbids, as it would be without the barrier."""
    return _figures(execution, unit, name)[0]


def _fixes(execution: Execution) -> Iterable[str]:
    """What to do, a sentence for each place."""
    for group in execution.fixes.values():
        yield ", or ".join(group)


def _state(values: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{location}={value.removeprefix('=').strip()}" for location, value in values)
