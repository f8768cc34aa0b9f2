"""Each execution as a graph of its own, for Graphviz in herd7's drawing conventions and as SVG."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from pathlib import PurePath

from verifier.pairing.verdict import UnitResult
from verifier.report.drawing import CHARACTER, rows
from verifier.report.executions import Execution, collect
from verifier.report.page import Figure, figure
from verifier.report.picture import Arrow, Event, Picture
from verifier.report.style import visible
from verifier.report.templating import render as render_template
from verifier.report.templating import trusted

# herd7's colours: its names for fences and dependencies stand for all of their kind.
COLOURS = {"po": "black", "rf": "red", "co": "blue", "fr": "#ffa040"}
FENCE, DEPENDENCY = "darkgreen", "indigo"
_WORD = re.compile(r"[^A-Za-z0-9._+-]+")


def render(units: Sequence[UnitResult]) -> list[tuple[str, str]]:
    """The files for all executions, those that are allowed first: pairs of a name and a text."""
    files: list[tuple[str, str]] = []
    taken: set[str] = set()
    for unit in units:
        for number, execution in enumerate(collect(unit, verbose=True), 1):
            stem = _free(_stem(unit, execution, number), taken)
            shown = figure(stem, execution, unit)
            files.append((f"{stem}.dot", _dot(shown, execution)))
            files.append((f"{stem}.svg", _svg(shown)))
    return files


def _stem(unit: UnitResult, execution: Execution, number: int) -> str:
    """`demo-1-MP`; of one side of a patch `ring-before-1-MP`; `forbidden` where a barrier rules it out."""
    name = PurePath(unit.file).stem if unit.file else "program"
    words = [name[:80], unit.side or "", "forbidden" if execution.is_forbidden else "", str(number)]
    words.append(execution.example.shape)
    return "-".join(filter(None, (_WORD.sub("_", visible(w)).strip("._-") for w in words))) or "execution"


def _free(stem: str, taken: set[str]) -> str:
    """A name that is not taken yet, on file systems that tell no cases apart as well."""
    number, found = 1, stem
    while found.lower() in taken:
        number += 1
        found = f"{stem}-{number}"
    taken.add(found.lower())
    return found


def _svg(shown: Figure) -> str:
    return render_template("graph.svg", figure=shown, style=trusted("graph.css"))


def _dot(shown: Figure, execution: Execution) -> str:
    models = " and ".join(execution.models)
    drawn = "forbidden by" if execution.is_forbidden else "allowed by"
    return render_template(
        "graph.dot",
        caption=f"{execution.example.shape or 'execution'}, {drawn} {models} ({shown.caption})",
        picture=shown.picture,
        columns=list(_columns(shown.picture)),
        rows=rows(shown.picture),
        label=_label,
        quote=_quote,
        colour_of=_colour,
        covers=lambda arrow: _is_covered(arrow, shown.picture),
    )


def _columns(shown: Picture) -> Iterable[float]:
    """Where each thread's column is, in inches."""
    x = 0.0
    for thread in range(len(shown.threads)):
        own = [e for e in shown.events if e.row.thread == thread]
        width = max((len(line) for e in own for line in _label(e).split("\n")), default=8) * CHARACTER / 72
        yield round(x + width / 2, 2)
        x += width + 1.0


def _label(event: Event) -> str:
    """`a: Wx=1` and the code below, as herd7 has them; of a fence, `b: F[smp_wmb()]`."""
    if not event.access:
        return f"{event.letter}: F[{event.row.code}]"
    return f"{event.letter}: {event.access.replace(' ', '', 1)}\n{event.row.code}"


def _colour(arrow: Arrow) -> str:
    if arrow.kind == "po" and arrow.on_cycle and not arrow.is_gap:
        return FENCE
    return COLOURS.get(arrow.kind, DEPENDENCY)


def _is_covered(arrow: Arrow, shown: Picture) -> bool:
    """Whether an edge of the cycle stands where a plain one of program order does."""
    same = (a for a in shown.arrows if a.on_cycle and a.kind == "po")
    return any((a.start, a.end) == (arrow.start, arrow.end) for a in same)


def _quote(text: str) -> str:
    """A text as a string of DOT; a new line ends a line that is set to the left."""
    plain = visible(text).replace("\\", "\\\\").replace('"', '\\"')
    return '"{}"'.format(plain.replace("\n", "\\l") + ("\\l" if "\n" in plain else ""))
