"""Where the events and the edges of a graph are drawn: a column a thread, program order downwards.

Sizes are in CSS pixels. Edges within a thread other than program order are arcs beside its column: dependencies
to the right, communication to the left; edges between threads leave and enter at the sides.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from verifier.record import record, replace
from verifier.report.picture import DEPENDENCIES, Arrow, Event, Picture
from verifier.report.style import visible

CHARACTER = 7.3  # the width of one, at 12 pixels, in the fonts that are usual for code
MOST_CHARACTERS = 36
NARROWEST, GUTTER, MARGIN = 132.0, 92.0, 18.0
HEAD, ROW, HIGH, LOW = 40.0, 62.0, 40.0, 24.0
LABEL_HIGH, ARC = 15.0, 34.0


@record(frozen=True, slots=True)
class Box:
    """An event's place: its left upper corner and size; `title` and `code` are cut to what fits."""

    event: Event
    x: float
    y: float
    width: float
    height: float
    title: str
    code: str


@record(frozen=True, slots=True)
class Line:
    """An edge's path, in SVG's notation, its label, cut to what fits, and where that is: it begins there if `is_start`,
    else it is centred."""

    arrow: Arrow
    path: str
    label: str
    x: float
    y: float
    is_start: bool


@record(frozen=True, slots=True)
class Column:
    name: str
    whole: str
    x: float
    width: float


@record(frozen=True, slots=True)
class Drawing:
    width: float
    height: float
    columns: tuple[Column, ...]
    boxes: tuple[Box, ...]
    lines: tuple[Line, ...]


def draw(shown: Picture) -> Drawing:
    """The places of everything in a graph."""
    columns = tuple(_columns(shown))
    boxes = tuple(_boxes(shown, columns))
    lines = _apart([_line(arrow, boxes, number) for number, arrow in enumerate(shown.arrows)])
    right = max((c.x + c.width for c in columns), default=0.0) + MARGIN
    lowest = max((b.y + b.height for b in boxes), default=HEAD)
    labels = [line for line in lines if line.label]
    width = max([right, *(_right(line) + 6 for line in labels)])
    height = max([lowest, *(line.y for line in labels)]) + 14
    return Drawing(round(width, 1), round(height, 1), columns, boxes, tuple(lines))


def shortened(text: str, most: int = MOST_CHARACTERS) -> str:
    """The text as it is shown, cut where it is too long."""
    text = visible(text)
    return text if len(text) <= most else f"{text[: most - 1]}…"


def _columns(shown: Picture) -> Iterable[Column]:
    x = MARGIN + (ARC if any(_is_left_arc(a, shown.events) for a in shown.arrows) else 0)
    for thread, name in enumerate(shown.threads):
        own = [e for e in shown.events if e.row.thread == thread]
        texts = [shortened(name), *(t for e in own for t in (_title(e), _code(e)))]
        width = max(NARROWEST, max(map(len, texts)) * CHARACTER + 20)
        yield Column(shortened(name), name, round(x, 1), round(width, 1))
        x += width + GUTTER


def _is_left_arc(arrow: Arrow, events: Sequence[Event]) -> bool:
    """Whether the edge needs room to the left of the first thread."""
    start, end = events[arrow.start].row.thread, events[arrow.end].row.thread
    return start == end == 0 and arrow.kind in ("rf", "co", "fr")


def _title(event: Event) -> str:
    return shortened(f"{event.letter}: {event.access}" if event.access else "")


def _code(event: Event) -> str:
    return shortened(f"{event.number}  {event.row.code}" if event.number else f"+  {event.row.code}")


def _boxes(shown: Picture, columns: Sequence[Column]) -> Iterable[Box]:
    for event, row in zip(shown.events, rows(shown), strict=True):
        column = columns[event.row.thread]
        height = HIGH if event.access else LOW
        y = HEAD + 10 + row * ROW + (HIGH - height) / 2
        yield Box(event, column.x, round(y, 1), column.width, height, _title(event), _code(event))


def rows(shown: Picture) -> list[int]:
    """Each event below the one before it in its thread, and below those before it that it communicates with."""
    found: list[int] = []
    for number in range(len(shown.events)):
        above = [a.start for a in shown.arrows if a.end == number and a.start < number]
        above += [a.end for a in shown.arrows if a.start == number and a.end < number]
        found.append(max((found[i] + 1 for i in above), default=0))
    return found


def _line(arrow: Arrow, boxes: Sequence[Box], number: int) -> Line:
    start, end = boxes[arrow.start], boxes[arrow.end]
    if start.event.row.thread != end.event.row.thread:
        return _across(arrow, start, end)
    if arrow.kind == "po":
        return _down(arrow, start, end)
    return _arc(arrow, start, end, number)


def _label(arrow: Arrow) -> str:
    return shortened(arrow.label, MOST_CHARACTERS - 8)


def _down(arrow: Arrow, start: Box, end: Box) -> Line:
    x, top, bottom = start.x + start.width / 2, start.y + start.height, end.y
    return Line(arrow, f"M{x:.1f} {top:.1f}V{bottom:.1f}", _label(arrow), x + 8, top + 16, True)


def _arc(arrow: Arrow, start: Box, end: Box, number: int) -> Line:
    """Beside the column: to the right for dependencies, to the left for what communicates."""
    is_right = arrow.kind in DEPENDENCIES
    x = start.x + start.width if is_right else start.x
    bulge = (26 + number % 3 * 8) * (1 if is_right else -1)
    a, b = start.y + start.height / 2, end.y + end.height / 2
    path = f"M{x:.1f} {a:.1f}C{x + bulge:.1f} {a:.1f} {x + bulge:.1f} {b:.1f} {x:.1f} {b:.1f}"
    middle = (a + b) / 2 + 4
    return Line(arrow, path, _label(arrow), x + bulge * 0.75 + (3 if is_right else -12), middle, True)


def _across(arrow: Arrow, start: Box, end: Box) -> Line:
    """Out of the side that faces the other thread, its label in the gutter before the other end."""
    forth = 1 if end.x > start.x else -1
    x1, x2 = (start.x + start.width, end.x) if forth > 0 else (start.x, end.x + end.width)
    y1, y2 = start.y + start.height / 2 + 5, end.y + end.height / 2 - 5
    reach = forth * max(44.0, abs(x2 - x1) / 2)
    points = ((x1, y1), (x1 + reach, y1), (x2 - reach, y2), (x2, y2))
    path = "M{:.1f} {:.1f}C{:.1f} {:.1f} {:.1f} {:.1f} {:.1f} {:.1f}".format(*(c for p in points for c in p))
    x = x2 - forth * GUTTER * 0.3
    return Line(arrow, path, _label(arrow), x, _height_at(points, x) - 4, False)


def _height_at(points: Sequence[tuple[float, float]], x: float) -> float:
    """How high a cubic is at `x`; it goes one way along x."""

    def at(t: float, axis: int) -> float:
        a, b, c, d = (p[axis] for p in points)
        return a * (1 - t) ** 3 + 3 * b * t * (1 - t) ** 2 + 3 * c * t**2 * (1 - t) + d * t**3

    low, high = 0.0, 1.0
    rises = points[-1][0] > points[0][0]
    for _ in range(24):
        middle = (low + high) / 2
        low, high = (middle, high) if (at(middle, 0) < x) == rises else (low, middle)
    return at(low, 1)


def _apart(lines: Sequence[Line]) -> list[Line]:
    """The lines with labels moved downwards until none covers another."""
    placed: list[Line] = []
    found = list(lines)
    for i, line in sorted(enumerate(lines), key=lambda pair: (pair[1].y, pair[1].x, pair[0])):
        if not line.label:
            continue
        while any(_covers(line, other) for other in placed):
            line = replace(line, y=line.y + 4)
        placed.append(line)
        found[i] = replace(line, x=round(line.x, 1), y=round(line.y, 1))
    return found


def _left(line: Line) -> float:
    return line.x if line.is_start else line.x - len(line.label) * CHARACTER / 2


def _right(line: Line) -> float:
    return _left(line) + len(line.label) * CHARACTER


def _covers(a: Line, b: Line) -> bool:
    return abs(a.y - b.y) < LABEL_HIGH and _left(a) < _right(b) + 4 and _left(b) < _right(a) + 4
