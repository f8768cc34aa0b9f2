"""Diagrams whose white space was folded: they must read as they did before folding."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from verifier.inbox import Diagram, Unreadable, recognise
from verifier.inbox import fold as folding
from verifier.syntax import parse_diagram

Rows = list[tuple[str, ...]]


def draw(names: tuple[str, ...], rows: Rows, ruler: bool) -> str:
    """The diagram with wide gaps."""
    table = [names, *([tuple("-" * len(name) for name in names)] if ruler else []), *rows]
    widths = [max(len(row[column]) for row in table) + 4 for column in range(len(names))]
    lines = ("".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) for row in table)
    return "\n".join(line.rstrip() for line in lines) + "\n"


def fold(text: str) -> str:
    """As archives do: every run of blanks is one blank, and indentation is gone."""
    return "\n".join(" ".join(line.split()) for line in text.split("\n"))


def read(text: str) -> Diagram:
    (piece,) = recognise("d.txt", text.encode())
    assert isinstance(piece, Diagram), piece
    return piece


def assert_reads_alike(names: tuple[str, ...], rows: Rows, ruler: bool = True) -> Diagram:
    """The folded diagram parses into the tree of the drawn one."""
    text = draw(names, rows, ruler)
    folded = read(fold(text))
    expected = parse_diagram(read(text).columns)
    assert parse_diagram(folded.columns).functions == expected.functions, fold(text)
    return folded


TWO = ("waiter", "waker")
THREE = ("CPU0", "CPU1", "CPU2")

DIAGRAMS: dict[str, tuple[tuple[str, ...], Rows]] = {
    "straight lines": (TWO, [
        ("WRITE_ONCE(x, 1);", "WRITE_ONCE(y, 1);"),
        ("smp_mb();", "smp_mb();"),
        ("r1 = READ_ONCE(y);", "r2 = READ_ONCE(x);"),
    ]),
    "the right one is shorter": (TWO, [
        ("while (!READ_ONCE(go))", "data = 1;"),
        ("    cpu_relax();", "smp_wmb();"),
        ("smp_rmb();", "WRITE_ONCE(go, 1);"),
        ("r1 = data;", ""),
    ]),
    "a loop to the left": (TWO, [
        ("for (;;) {", ""),
        ("    set_current_state(SLEEPING);", "ready = true;"),
        ("    smp_mb();", "smp_mb();"),
        ("    if (ready)", "wake_up(task);"),
        ("        break;", ""),
        ("    schedule();", ""),
        ("}", ""),
    ]),
    "a loop to the right": (TWO, [
        ("ready = true;", "for (;;) {"),
        ("smp_mb();", "    set_current_state(SLEEPING);"),
        ("wake_up(task);", "    if (ready)"),
        ("", "        break;"),
        ("", "    schedule();"),
        ("", "}"),
    ]),
    "braces in both": (TWO, [
        ("if (READ_ONCE(x)) {", "if (READ_ONCE(y)) {"),
        ("    smp_rmb();", "    smp_mb();"),
        ("    r1 = y;", "    WRITE_ONCE(x, 2);"),
        ("}", "}"),
    ]),
    "an else on its own": (TWO, [
        ("if (done)", "done = 1;"),
        ("    return;", "smp_wmb();"),
        ("else", "WRITE_ONCE(state, RUNNING);"),
        ("    schedule();", ""),
    ]),
    "an else between braces": (TWO, [
        ("if (a) {", "lock(&l);"),
        ("    x = 1;", "a = 0;"),
        ("} else {", "smp_wmb();"),
        ("    x = 2;", "b = 1;"),
        ("}", "unlock(&l);"),
    ]),
    "a header whose statement comes a row later": (TWO, [
        ("if (flag) {", "data = 1;"),
        ("    smp_rmb();", "smp_wmb();"),
        ("    if (data)", "WRITE_ONCE(flag, 1);"),
        ("        ... give up ...", ""),
        ("    else", ""),
        ("        continue_waiting();", ""),
        ("}", ""),
    ]),
    "comments stay with their cells": (TWO, [
        ("x = 1;", "y = 1; /* the other one */"),
        ("smp_mb(); /* A */", "smp_mb(); // B"),
        ("r1 = y;", "r2 = x;"),
    ]),
    "comments to the left": (TWO, [
        ("x = 1; // the flag", "r1 = y;"),
        ("smp_wmb(); // order", "smp_rmb(); // order"),
        ("y = 1;", "r2 = x;"),
    ]),
    "no semicolons": (TWO, [
        ("x = 1", "y = 1"),
        ("smp_mb()", "smp_mb()"),
        ("r1 = y", "r2 = x"),
    ]),
    "prose that leaves": (TWO, [
        ("for (;;) {", "stop = 1;"),
        ("    if (stop)", "smp_mb();"),
        ("        ... stop waiting ...", "wake_up(t);"),
        ("    schedule();", ""),
        ("}", ""),
    ]),
    "a call over two rows": (TWO, [
        ("smp_store_release(&a->very.long_name,", "r1 = READ_ONCE(b);"),
        ("                  value + 1);", "smp_rmb();"),
        ("smp_mb();", "r2 = READ_ONCE(a);"),
    ]),
    "declarations": (TWO, [
        ("int r1;", "struct foo *p = head;"),
        ("r1 = READ_ONCE(x);", "p->ready = 1;"),
        ("smp_rmb();", "smp_store_release(&x, 1);"),
    ]),
    "a do loop": (TWO, [
        ("do {", "data++;"),
        ("    seq = read_seqbegin(&s);", "smp_wmb();"),
        ("    r1 = data;", "WRITE_ONCE(s.n, 2);"),
        ("} while (read_seqretry(&s, seq));", ""),
    ]),
    "a switch": (TWO, [
        ("switch (READ_ONCE(mode)) {", "x = 1;"),
        ("case 1:", "smp_wmb();"),
        ("    r1 = x;", "mode = 1;"),
        ("    break;", ""),
        ("}", ""),
    ]),
    "three columns": (THREE, [
        ("WRITE_ONCE(x, 1);", "r1 = READ_ONCE(x);", "r2 = READ_ONCE(y);"),
        ("", "", ""),
        ("wake_up(a);", "smp_mb();", "smp_rmb();"),
        ("done();", "WRITE_ONCE(y, 1);", "r3 = READ_ONCE(x);"),
    ]),
    "three columns with blocks": (THREE, [
        ("for (;;) {", "if (a) {", "x = 1;"),
        ("    smp_mb();", "    smp_wmb();", "smp_wmb();"),
        ("    schedule();", "    b = 1;", "a = 1;"),
        ("}", "}", "done();"),
    ]),
    "three columns, the first goes on": (THREE, [
        ("if (x) {", "y = 1;", "z = 1;"),
        ("    smp_rmb();", "smp_wmb();", "smp_mb();"),
        ("    r1 = y;", "x = 1;", "r2 = x;"),
        ("} else {", "", ""),
        ("    r1 = 0;", "", ""),
        ("}", "", ""),
    ]),
}  # fmt: skip


@pytest.mark.parametrize("name", DIAGRAMS)
def test_a_folded_diagram_reads_as_the_drawn_one(name: str) -> None:
    names, rows = DIAGRAMS[name]
    rows = [row for row in rows if any(row)]
    assert_reads_alike(names, rows)


@pytest.mark.parametrize("names", [("CPU0", "CPU1"), ("CPU 0", "CPU 1"), ("P0", "P1"), ("Thread A", "Thread B"),
                                   ("f()", "g()"), ("CPU0 - waker", "CPU1 - waiter")])  # fmt: skip
def test_headers_that_need_no_ruler(names: tuple[str, ...]) -> None:
    assert_reads_alike(names, DIAGRAMS["a loop to the left"][1], ruler=False)


@pytest.mark.parametrize("names", [("ALLOCATING TASK", "FREEING TASK"), ("the task", "irq handler on CPU1")])
def test_headers_of_several_words_are_cut_by_their_ruler(names: tuple[str, ...]) -> None:
    found = assert_reads_alike(names, DIAGRAMS["a loop to the left"][1])
    assert tuple(name for name, _ in found.columns) == names


def test_a_row_that_could_stand_in_either_column_is_noted() -> None:
    rows: Rows = [
        ("prepare();", ""),
        ("x = 1;", "r1 = y;"),
        ("smp_wmb();", "smp_rmb();"),
        ("y = 1;", "r2 = x;"),
    ]
    found = assert_reads_alike(("CPU0", "CPU1"), rows)
    assert any("`prepare();` in CPU0" in note and "CPU1" in note for note in found.notes)


def test_an_unambiguous_diagram_has_one_note() -> None:
    assert len(assert_reads_alike(*DIAGRAMS["a loop to the left"]).notes) == 1


def test_places_are_the_users() -> None:
    names, rows = DIAGRAMS["comments stay with their cells"]
    text = "".join(f"> > {line}\n" for line in fold(draw(names, rows, True)).splitlines())
    found = read(text)
    function = parse_diagram(found.columns).functions[1]
    spans = [statement.span for statement in function.body.body]
    lines = text.split("\n")
    assert [lines[s.line - 1][s.column - 1 : s.end_column - 1] for s in spans] == [
        "y = 1;",
        "smp_mb();",
        "r2 = x;",
    ]


def test_columns_that_no_split_makes_code_are_reported() -> None:
    (piece,) = recognise("d.txt", b"CPU0 CPU1\n---- ----\nfor (;;) { x = 1;\ny = 1; z = 1;\n")
    assert isinstance(piece, Unreadable)
    assert piece.problem.code == "columns"
    assert piece.lines == (1, 4)


@pytest.mark.parametrize("rows", [8, 16])
def test_statements_that_never_end_are_searched_for_so_long(
    rows: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts: list[str] = []
    fragment = folding.read_fragment
    monkeypatch.setattr(folding, "read_fragment", lambda text: texts.append(text) or fragment(text))
    monkeypatch.setattr(folding, "CHARACTERS", 20_000)
    folding._taken.cache_clear()
    row = "return READ_ONCE(x) if (a b c return 0; for (;;) { y\n"
    text = f"CPU0 CPU1 CPU2\n---- ---- ----\nx = 1; y = 1; z = 1;\n{row * rows}"
    (piece,) = recognise("d.txt", text.encode())
    assert isinstance(piece, Unreadable)
    assert 20_000 < sum(map(len, texts)) < 60_000  # the row is read to its end


# ------------------------------------------------------------- random diagrams

LOCATIONS = st.sampled_from(["x", "y", "flag", "v->state", "p->on_rq", "a[0]"])
CONDITIONS = st.sampled_from(
    ["pending", "READ_ONCE(x) == 1", "!flag", "test_bit(BIT, &v->r)", "r0 == 1 && r1 == 0"]
)
SIMPLE = st.one_of(
    st.sampled_from(["smp_mb();", "smp_wmb();", "smp_rmb();", "schedule();", "wake_up_process(p);"]),
    st.builds("WRITE_ONCE({}, {});".format, LOCATIONS, st.integers(0, 3)),
    st.builds("r{} = READ_ONCE({});".format, st.integers(0, 3), LOCATIONS),
    st.builds("{} = {};".format, LOCATIONS, st.integers(0, 3)),
)


def _indent(lines: list[str]) -> list[str]:
    return ["    " + line for line in lines]


def _compound(inner: st.SearchStrategy[list[str]]) -> st.SearchStrategy[list[str]]:
    blocks = st.lists(inner, min_size=1, max_size=2).map(
        lambda parts: _indent([line for p in parts for line in p])
    )
    lone = SIMPLE.map(lambda line: ["    " + line])
    return st.one_of(
        st.builds(lambda c, b: [f"if ({c}) {{", *b, "}"], CONDITIONS, blocks),
        st.builds(lambda c, a, b: [f"if ({c}) {{", *a, "} else {", *b, "}"], CONDITIONS, blocks, blocks),
        st.builds(lambda c, a, b: [f"if ({c})", *a, "else", *b], CONDITIONS, lone, lone),
        st.builds(lambda c: [f"while ({c})", "    cpu_relax();"], CONDITIONS),
        st.builds(
            lambda c, b: ["for (;;) {", *b, f"    if ({c})", "        break;", "}"], CONDITIONS, blocks
        ),
    )


STATEMENTS = st.recursive(SIMPLE.map(lambda line: [line]), _compound, max_leaves=4)
COLUMN = st.lists(STATEMENTS, min_size=2, max_size=4).map(lambda parts: [line for p in parts for line in p])


@st.composite
def two_columns(draw_: st.DrawFn) -> Rows:
    """Two columns of code from their first row on; the left one, where folding leaves rows alone, is the longer."""
    left, right = sorted((draw_(COLUMN), draw_(COLUMN)), key=len, reverse=True)
    return list(zip(left, right + [""] * (len(left) - len(right)), strict=True))


@settings(max_examples=60, deadline=None, derandomize=True)
@given(two_columns())
def test_random_diagrams_read_alike(rows: Rows) -> None:
    assert_reads_alike(("CPU0", "CPU1"), rows)


@st.composite
def three_columns(draw_: st.DrawFn) -> Rows:
    """Three columns, every row full."""
    columns = [draw_(COLUMN) for _ in range(3)]
    longest = max(map(len, columns))
    filled = [[*column, *(f"pad{n}();" for n in range(longest - len(column)))] for column in columns]
    return list(zip(*filled, strict=True))


@settings(max_examples=8, deadline=None, derandomize=True)
@given(three_columns())
def test_random_diagrams_of_three_columns_read_alike(rows: Rows) -> None:
    assert_reads_alike(THREE, rows)
