"""Diagrams with their white space: headers, rulers, bars, tabs, quoting and comment leaders."""

from __future__ import annotations

import pytest

from verifier.errors import ReadError
from verifier.inbox import Diagram, Snippet, Unreadable, recognise

CODE = ("x = 1;", "smp_wmb();", "y = 1;"), ("r1 = y;", "smp_rmb();", "r2 = x;")


def only(text: str, name: str = "d.txt") -> Diagram:
    """The one diagram of a text."""
    (piece,) = recognise(name, text.encode())
    assert isinstance(piece, Diagram), piece
    return piece


def cells(diagram: Diagram) -> dict[str, list[str]]:
    return {name: [line.strip() for line in source.text.split("\n")] for name, source in diagram.columns}


def drawn(header: str, gap: str = "") -> str:
    """The two columns of CODE under a header, the right one at column 24."""
    rows = [f"{left:24}{gap}{right}" for left, right in zip(*CODE, strict=True)]
    return "\n".join([header, *rows]) + "\n"


HEADERS = [
    ("CPU0                    CPU1", "CPU0", "CPU1"),
    ("CPU 0                   CPU 1", "CPU0", "CPU1"),
    ("  CPU#0                   CPU#1", "CPU0", "CPU1"),
    ("CPU0 - waker            CPU1 - waiter", "CPU0", "CPU1"),
    ("CPU1 (in check())       CPU2 (in handler())", "CPU1", "CPU2"),
    ("P0                      P1", "P0", "P1"),
    ("T0                      T1", "T0", "T1"),
    ("Thread A                Thread B", "Thread A", "Thread B"),
    ("thread 1:               thread 2:", "thread 1", "thread 2"),
    ("func_a()                func_b()", "func_a", "func_b"),
    ("kernel                  user", "kernel", "user"),
    ("ALLOCATING TASK         FREEING TASK", "ALLOCATING TASK", "FREEING TASK"),
    ("VCPU                    handler\n----                    -------", "VCPU", "handler"),
    ("VCPU                    handler\n====                    =======", "VCPU", "handler"),
    ("Task A                  Task B\n------------------------------", "Task A", "Task B"),
    (
        "waiting side            waking side\n------------            -----------",
        "waiting side",
        "waking side",
    ),
    ("[reader]                [writer]\n", "reader", "writer"),
    ("CPU                     CPU\n---                     ---", "CPU#1", "CPU#2"),
]


@pytest.mark.parametrize(("header", "left", "right"), HEADERS, ids=[row[0].split("\n")[0] for row in HEADERS])
def test_headers(header: str, left: str, right: str) -> None:
    assert cells(only(drawn(header))) == {left: list(CODE[0]), right: list(CODE[1])}


LEADERS = ["> ", "> > > ", ">>", ">> > ", " * ", "\t * ", "+\t * ", "+ * ", "> +\t * ", "\t\t", "+"]


@pytest.mark.parametrize("leader", LEADERS)
def test_quoting_and_comment_leaders_are_taken_off(leader: str) -> None:
    text = "".join(f"{leader}{line}\n" for line in drawn("CPU0                    CPU1").splitlines())
    found = only(f"See this:\n\n{text}\nand so on\n")
    assert cells(found) == {"CPU0": list(CODE[0]), "CPU1": list(CODE[1])}
    for name, source in found.columns:
        for index, line in enumerate(source.text.split("\n")):
            place = source.place(index + 1, len(line) - len(line.lstrip()) + 1)
            assert source.quote(place[0])[place[1] - 1 :].startswith(line.strip()), name


BARRED = """\
T0              | T1
----------------+------------
x = 1;          | r1 = y;
smp_wmb();      |
                | smp_rmb();
y = a || b;     | r2 = x;
"""


def test_bars() -> None:
    assert cells(only(BARRED)) == {
        "T0": ["x = 1;", "smp_wmb();", "y = a || b;"],
        "T1": ["r1 = y;", "smp_rmb();", "r2 = x;"],
    }


STAGGERED = """\
\tCPU0\t\t\t\tCPU1\t\t\tCPU2

\tWRITE_ONCE(x, 1);
\tif (a) {
\t\t\t\t\tr1 = x; // sees 1
\t  b = 1;\t\t\tsmp_mb();
\t}
\t\t\t\t\ty = 1;\t\t\tr2 = y;
\t\t\t\t\t\t\t\tsmp_rmb();
\t\t\t\t\t\t\t\tr3 = x;
"""


def test_three_columns_with_tabs_and_rows_of_one_cell() -> None:
    assert cells(only(STAGGERED)) == {
        "CPU0": ["WRITE_ONCE(x, 1);", "if (a) {", "b = 1;", "}"],
        "CPU1": ["r1 = x; // sees 1", "smp_mb();", "y = 1;"],
        "CPU2": ["r2 = y;", "smp_rmb();", "r3 = x;"],
    }


OVERHANG = """\
    CPU0              CPU1
    ====              ====
  WRITE_ONCE(data, 1);  r1 = READ_ONCE(flag);
  smp_wmb();            smp_rmb();
  WRITE_ONCE(flag, 1);  r2 = READ_ONCE(data);
"""


def test_cells_need_not_stand_below_their_header() -> None:
    found = cells(only(OVERHANG))
    assert found["CPU0"] == ["WRITE_ONCE(data, 1);", "smp_wmb();", "WRITE_ONCE(flag, 1);"]
    assert found["CPU1"] == ["r1 = READ_ONCE(flag);", "smp_rmb();", "r2 = READ_ONCE(data);"]


TIGHT = """\
CPU0                 CPU1
                     r1 = y;
WRITE_ONCE(x, a + b);
WRITE_ONCE(y, abcd); smp_rmb();
                     r2 = x;
"""


def test_a_single_blank_before_the_columns_edge_is_a_gap() -> None:
    assert cells(only(TIGHT))["CPU1"] == ["r1 = y;", "smp_rmb();", "r2 = x;"]


NUMBERED = """\
CPU0              CPU1
(1) x = 1;        (3) r1 = y;
(2) y = 1;        (4) r2 = x;
[S] z = 1;        [L] r3 = z;
"""


def test_row_numbers_and_tags_are_taken_off() -> None:
    found = cells(only(NUMBERED))
    assert found == {"CPU0": ["x = 1;", "y = 1;", "z = 1;"], "CPU1": ["r1 = y;", "r2 = x;", "r3 = z;"]}


def test_a_diagram_ends_at_the_next_paragraph_and_its_title_is_the_line_before() -> None:
    text = f"This can go wrong:\n\n{drawn('CPU0                    CPU1')}\nso that the reader sees a stale value.\n"
    found = only(text)
    assert found.title == "This can go wrong:"
    assert found.lines == (3, 6)


def test_a_condition_below_belongs_to_the_diagram() -> None:
    text = drawn("P0                      P1") + "\nexists (P1:r1 == 1 &&\n        P1:r2 == 0)\n"
    rest = only(text).rest
    assert rest is not None
    assert rest.text.split() == "exists (P1:r1 == 1 && P1:r2 == 0)".split()
    assert rest.origins[0].line == 6


def test_blank_rows_do_not_end_a_diagram() -> None:
    text = drawn("CPU0                    CPU1").replace("smp_wmb();", "\n\nsmp_wmb();")
    assert cells(only(text))["CPU0"] == list(CODE[0])


def test_two_diagrams_in_one_text() -> None:
    one = drawn("CPU0                    CPU1")
    assert len(recognise("d.txt", f"Before:\n\n{one}\nAfter:\n\n{one}".encode())) == 2


def test_a_c_file_gives_its_code_and_the_diagrams_of_its_comments() -> None:
    diagram = "".join(f" * {line}\n" for line in drawn("CPU0                    CPU1").splitlines())
    text = f"/*\n * Like so:\n *\n{diagram} */\nvoid f(void)\n{{\n\tx = 1;\n}}\n"
    snippet, found = recognise("a.c", text.encode())
    assert isinstance(snippet, Snippet)
    assert isinstance(found, Diagram)
    assert found.lines == (4, 7)
    assert cells(found)["CPU1"] == list(CODE[1])


def test_a_c_file_with_only_a_diagram_has_no_snippet() -> None:
    text = f"/*\n{drawn('CPU0                    CPU1')}*/\n"
    assert [type(piece) for piece in recognise("a.c", text.encode())] == [Diagram]


def test_an_empty_column_is_reported() -> None:
    (piece,) = recognise("d.txt", b"CPU0            CPU1\n----            ----\nx = 1;\ny = 1;\n")
    assert isinstance(piece, Unreadable)
    assert piece.problem.code == "columns"
    assert "CPU1" in piece.problem.message
    assert piece.problem.span is not None
    assert piece.problem.span.line == 1


BOXES = [
    "Like this:\n\n  x = 1;          y = 1;\n  smp_mb();       smp_mb();\n  r1 = y;         r2 = x;\n\nand so on.\n",
    "  x = 1;     |  y = 1;\n  smp_mb();  |  smp_mb();\n  r1 = y;    |  r2 = x;\n",
    "/*\n *  x = 1;\t\ty = 1;\n *  smp_mb();\t\tsmp_mb();\n *  r1 = y;\t\tr2 = x;\n */\n",
]


@pytest.mark.parametrize("text", BOXES)
def test_a_box_without_a_header(text: str) -> None:
    found = only(text, "a.c" if text.startswith("/*") else "d.txt")
    assert cells(found) == {
        "P0": ["x = 1;", "smp_mb();", "r1 = y;"],
        "P1": ["y = 1;", "smp_mb();", "r2 = x;"],
    }
    assert "no header" in found.notes[0]


NO_DIAGRAMS = [
    "int a, b;\nstatic int f(int x)  { return x; }\n",
    "void f(void)\n{\n\tfoo();          bar();\n\tx = 1;\n}\n",
    "void f(void)\n{\n\tfoo()  /* a */\n\tx = 1;\n}\n",
    "void f(void)\n{\n\tif (a)      b = 1;\n\tif (c)      d = 1;\n}\n",
    "void f(void)\n{\n\tx = 1;      /* one */\n\ty = 1;      /* two */\n}\n",
    "struct foo {\n\tint\t\ta;\n\tint\t\tb;\n};\nvoid f(void)\n{\n}\n",
]


@pytest.mark.parametrize("text", NO_DIAGRAMS)
@pytest.mark.parametrize("name", ["a.c", "a.txt"])
def test_code_is_no_diagram(name: str, text: str) -> None:
    assert [type(piece) for piece in recognise(name, text.encode())] == [Snippet]


MARKED = """\
See:

 *  [S] ->run = 1;\t\t[L] ->queued
 *      UNLOCK q->lock
 *\t\t\t\tRMB
 *      LOCK   q->lock
 *  [S] ->queued = 0;\t\t[L] ->run

and so on.
"""


def test_a_box_of_marked_accesses() -> None:
    found = only(MARKED)
    assert cells(found) == {
        "P0": ["p->run = 1;", "spin_unlock(&q->lock);", "spin_lock(&q->lock);", "p->queued = 0;"],
        "P1": ["p->queued", "smp_rmb();", "p->run"],
    }
    assert [note.split(":")[0] for note in found.notes] == [
        "these columns have no header",
        "`->` without an object is about one and the same object, here p",
    ]


@pytest.mark.parametrize(
    "text",
    [
        MARKED.replace("UNLOCK q->lock", "UNLOCK q->lock ----."),  # an arrow
        MARKED.replace("RMB", "then it sleeps"),
        MARKED.replace("[L] ->run", ""),  # one row of two pieces says nothing of columns
    ],
)
def test_a_box_that_is_not_plain_is_left_alone(text: str) -> None:
    try:
        found = recognise("d.txt", text.encode())
    except ReadError:
        found = ()
    assert not any(isinstance(piece, Diagram) for piece in found)


def test_barriers_in_capitals_and_stores_without_a_value() -> None:
    rows = [
        "STORE p->mask           STORE run",
        "MB                      WMB (in f())",
        "LOAD run                LOAD p->mask",
    ]
    text = "\n".join(["CPU0                    CPU1", *rows]) + "\n"
    assert cells(only(text)) == {
        "CPU0": ["p->mask = 1;", "smp_mb();", "run"],
        "CPU1": ["run = 1;", "smp_wmb();", "p->mask"],
    }


def test_a_letter_before_a_call_is_a_label() -> None:
    text = "CPU0                    CPU1\n[S] put(1);             [L] get();\n[W] smp_wmb();          smp_rmb();\n"
    assert cells(only(text)) == {"CPU0": ["put(1);", "smp_wmb();"], "CPU1": ["get();", "smp_rmb();"]}
