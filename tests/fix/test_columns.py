"""Barriers in tables of instructions and in diagrams: a row, or a cell, and the other columns stay."""

from __future__ import annotations

import pytest

from verifier.fix.columns import Table
from verifier.fix.edits import Edit, Parts, edited
from verifier.fix.text import Text
from verifier.fix.writable import writable
from verifier.inbox.recognise import recognise
from verifier.source import Span

ROWS = """\
 P0          | P1          ;
 MOV W0,#1   | LDR W0,[X3] ;
 STR W0,[X1] | CBZ W0,L    ;
 DMB ISHST   | L:          ;
 STADD W0,[X3] | LDAR W2,[X1] ;
"""


def span(text: str, words: str) -> Span:
    line = next(n for n, one in enumerate(text.split("\n"), 1) if words in one)
    column = text.split("\n")[line - 1].index(words) + 1
    return Span(line, column, line, column + len(words))


def row(parts: Parts | None, text: str = ROWS) -> list[str]:
    """The lines that are new."""
    assert parts is not None
    new = edited(text, [Edit(parts, 0, "")])
    return [line for line in new.split("\n") if line not in text.split("\n")]


TABLE = Table(Text.of(ROWS))


def test_a_fence_gets_a_row() -> None:
    ways = list(TABLE.fences("DMB ISHLD", span(ROWS, "LDR W0,[X3]"), span(ROWS, "LDAR W2,[X1]")))
    assert [row(parts) for parts in ways] == [
        ["               | DMB ISHLD    ;"],
        ["             | DMB ISHLD   ;"],
    ]
    assert edited(ROWS, [Edit(ways[0], 0, "")]).split("\n")[4] == "               | DMB ISHLD    ;"
    assert edited(ROWS, [Edit(ways[1], 0, "")]).split("\n")[2] == "             | DMB ISHLD   ;"


@pytest.mark.parametrize(
    ("parts", "expected"),
    [
        (TABLE.renamed(span(ROWS, "DMB ISHST"), "DMB ISH"), " DMB ISH     | L:          ;"),
        (TABLE.stronger("LDAR", span(ROWS, "LDR W0,[X3]")), " MOV W0,#1   | LDAR W0,[X3] ;"),
        (TABLE.stronger("LDADDA", span(ROWS, "STADD W0,[X3]")), " LDADDA W0,W9,[X3] | LDAR W2,[X1] ;"),
        (TABLE.without(span(ROWS, "LDAR W2,[X1]")), " STADD W0,[X3] | LDR W2,[X1]  ;"),
        (TABLE.without(span(ROWS, "DMB ISHST")), "             | L:          ;"),
    ],
)
def test_cells(parts: Parts | None, expected: str) -> None:
    assert row(parts) == [expected]


def test_a_fence_changes_places_with_its_neighbour() -> None:
    parts = TABLE.relocated(span(ROWS, "DMB ISHST"), "before", span(ROWS, "STR W0,[X1]"))
    assert row(parts) == [" DMB ISHST   | CBZ W0,L    ;", " STR W0,[X1] | L:          ;"]
    assert TABLE.relocated(span(ROWS, "DMB ISHST"), "before", span(ROWS, "MOV W0,#1")) is None


DIAGRAM = """\
> CPU 0                  CPU 1
> -----                  -----
> WRITE_ONCE(x, 1);      while (!READ_ONCE(y))
> smp_wmb();               ;
> WRITE_ONCE(y, 1);      r = READ_ONCE(x);
"""


def test_a_diagram_keeps_its_columns() -> None:
    (place,) = writable(Text.of(DIAGRAM), recognise("d.txt", DIAGRAM.encode()))
    first = next(place.fences("smp_rmb()", span(DIAGRAM, "READ_ONCE(y)"), span(DIAGRAM, "READ_ONCE(x)")))
    assert row(first, DIAGRAM) == [">                        smp_rmb();"]
    stronger = place.stronger("smp_load_acquire", span(DIAGRAM, "READ_ONCE(x)"))
    assert row(stronger, DIAGRAM) == ["> WRITE_ONCE(y, 1);      r = smp_load_acquire(&x);"]
    full = place.renamed(span(DIAGRAM, "smp_wmb()"), "smp_mb()")
    assert row(full, DIAGRAM) == ["> smp_mb();                ;"]
