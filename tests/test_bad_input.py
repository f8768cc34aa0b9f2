"""Input that is wrong, through the command line: a message with its place, exit 2 or 3, no traceback."""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from verifier import cli

OTHER = "void other(void) { int r = READ_ONCE(x); smp_mb(); WRITE_ONCE(y, r); }\n"
GOOD = "int x, y;\nvoid f(void) { WRITE_ONCE(x, 1); smp_mb(); WRITE_ONCE(y, 1); }\n" + OTHER


@dataclass(frozen=True)
class Wrong:
    """An input, the exit codes that are right for it, and what the output must say.

    `line`: the message must start with the file and that line. `words`: one of them must occur.
    """

    name: str
    text: str | bytes
    codes: tuple[int, ...] = (2,)
    line: int | None = None
    words: tuple[str, ...] = ()
    options: tuple[str, ...] = field(default=())
    suffix: str = ".c"


UNUSABLE = (2, 3)
TEXTS = [
    # brackets and text
    Wrong(
        "a brace is not closed", "int x;\nvoid f(void)\n{\n\tWRITE_ONCE(x, 1);\n", words=("}", "{", "brace")
    ),
    Wrong("a brace too many", "int x;\nvoid f(void)\n{\n\tWRITE_ONCE(x, 1);\n}\n}\n", UNUSABLE, 6),
    Wrong("a parenthesis is not closed", "int x;\nvoid f(void)\n{\n\tWRITE_ONCE(x, 1;\n}\n", line=5),
    Wrong("a parenthesis too many", "int x;\nvoid f(void)\n{\n\tWRITE_ONCE(x, 1));\n}\n", line=4),
    Wrong("brackets cross", "int x[2];\nvoid f(void)\n{\n\tx[(1]) = 2;\n}\n", line=4),
    Wrong(
        "a comment is not closed",
        "int x;\n/* no end\nvoid f(void) { x = 1; }\n",
        UNUSABLE,
        words=("comment",),
    ),
    Wrong("a string is not closed", 'int x;\nvoid f(void)\n{\n\tprintk("no end);\n\tx = 1;\n}\n', UNUSABLE),
    Wrong("else without if", "int x;\nvoid f(void)\n{\n\telse\n\t\tx = 1;\n}\n", UNUSABLE),
    Wrong("an operator without operand", "int x;\nvoid f(void)\n{\n\tx = 1 +;\n}\n", UNUSABLE),
    # files that are no program
    Wrong("empty", "", UNUSABLE, words=("empty", "nothing")),
    Wrong("blank", " \n\t\n\n", UNUSABLE, words=("empty", "nothing", "no ")),
    Wrong("only a comment", "/* nothing here */\n", UNUSABLE),
    Wrong("only declarations", "int x, y;\nstruct s { int a; };\n", UNUSABLE),
    Wrong("prose", "Dear all,\n\nthe barrier looks wrong to me.\n\nThanks\n", UNUSABLE, suffix=".txt"),
    Wrong("a binary", bytes(range(256)) * 20, words=("text", "binary")),
    Wrong("an object file", b"\x7fELF\x02\x01\x01" + bytes(200), words=("text", "binary")),
    Wrong("UTF-16", "int x;\nvoid f(void) { x = 1; }\n".encode("utf-16"), UNUSABLE),
    Wrong("Latin-1 prose", "Grüße, die Schranke ist falsch.\n".encode("latin-1"), UNUSABLE, suffix=".txt"),
    Wrong("a mail without code", "From: a@b\nSubject: hi\nDate: today\n\nhello\n", UNUSABLE, suffix=".eml"),
    Wrong("one column", "  CPU0\n  ----\n  x = 1;\n  smp_wmb();\n  y = 1;\n", UNUSABLE, suffix=".txt"),
    Wrong("no barrier", "int x;\nvoid f(void) { WRITE_ONCE(x, 1); }\n", (3,), words=("nothing to check",)),
    Wrong("no access", "void f(void)\n{\n\treturn;\n}\n", UNUSABLE),
    # names and calls
    Wrong("recursion", "int x;\nvoid f(void)\n{\n\tx = 1;\n\tf();\n}\n", line=5, words=("recurs", "itself")),
    Wrong(
        "mutual recursion",
        "void g(void);\nvoid f(void)\n{\n\tg();\n}\nvoid g(void)\n{\n\tf();\n}\nvoid h(void) { f(); }\n",
        words=("recurs", "itself", "thread"),
    ),
    Wrong("a location called", "int x;\nvoid f(void)\n{\n\tx = 1;\n\tx();\n}\n", line=5),
    Wrong("a function written", "void g(void) { }\nvoid f(void)\n{\n\tWRITE_ONCE(g, 1);\n}\n", line=4),
    Wrong("a function twice", "int x;\nvoid f(void) { x = 1; }\nvoid f(void) { x = 2; }\n", line=3),
    Wrong("too few arguments", "int x;\nvoid f(void)\n{\n\tsmp_store_release(&x);\n}\n", line=4),
    Wrong("no argument", "int x;\nint f(void)\n{\n\treturn READ_ONCE();\n}\n", line=4),
    Wrong("a number written", "void f(void)\n{\n\tWRITE_ONCE(1, 2);\n}\n", line=3),
    Wrong("a number assigned", "void f(void)\n{\n\t5 = 6;\n}\n", line=3),
    Wrong("break outside a loop", "int x;\nvoid f(void)\n{\n\tx = 1;\n\tbreak;\n}\n", line=5),
    Wrong("continue outside a loop", "int x;\nvoid f(void)\n{\n\tx = 1;\n\tcontinue;\n}\n", line=5),
    Wrong("case outside a switch", "int x;\nvoid f(void)\n{\n\tcase 1:\n\t\tx = 1;\n}\n", line=4),
    Wrong("goto nowhere", "int x;\nvoid f(void)\n{\n\tx = 1;\n\tgoto out;\n}\n", line=5, words=("out",)),
    Wrong(
        "a label twice", "int x;\nvoid f(void)\n{\nout:\n\tx = 1;\nout:\n\tx = 2;\n\tgoto out;\n}\n", line=6
    ),
    Wrong("a condition on nothing known", GOOD + "exists (nobody:r0 == 1)\n", line=4),
    # size
    Wrong("parentheses too deep", f"int x;\nvoid f(void)\n{{\n\tx = {'(' * 20000}1{')' * 20000};\n}}\n"),
    Wrong("blocks too deep", f"int x;\nvoid f(void)\n{'{' * 5000}x = 1;{'}' * 5000}\n"),
    Wrong("a long line", "int x;\nvoid f(void) { x = " + "1 + " * 100000 + "1; }\n", UNUSABLE),
    Wrong("100,000 lines of prose", "the barrier looks wrong to me\n" * 100000, UNUSABLE, suffix=".txt"),
    Wrong("100,000 stores", "int x;\nvoid f(void)\n{\n" + "\tWRITE_ONCE(x, 1);\n" * 100000 + "}\n", UNUSABLE),
    # options about the text
    Wrong("a thread that is not there", GOOD, options=("--thread", "handler=missing"), words=("missing",)),
    # other languages
    Wrong(
        "an unknown architecture", "Z80 test\n{}\n P0 ;\n NOP ;\nexists (x=1)\n", UNUSABLE, suffix=".litmus"
    ),
]
MODELS = [
    ("a token that is none", "MODEL\nlet a = po |\nacyclic a as b\n", 3),
    ("an unknown name", '"own"\nacyclic nothing as b\n', 2),
    ("a bracket is not closed", '"own"\nacyclic (po | rf as b\n', 2),
    ("a set where a relation is needed", '"own"\nacyclic W as b\n', 2),
    ("an include that is not there", '"own"\ninclude "nowhere.cat"\nacyclic po as b\n', 2),
]


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> tuple[int, str]:
    """The exit code and everything printed; an exception that escapes fails the test."""
    try:
        code = cli.main(arguments)
    except SystemExit as stop:
        code = int(stop.code or 0)
    out, err = capsys.readouterr()
    assert "Traceback" not in out + err
    return code, out + err


@pytest.mark.parametrize("wrong", TEXTS, ids=lambda wrong: wrong.name)
def test_text(wrong: Wrong, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / f"input{wrong.suffix}"
    path.write_bytes(wrong.text if isinstance(wrong.text, bytes) else wrong.text.encode())
    code, output = run(["check", *wrong.options, str(path)], capsys)
    assert code in wrong.codes, output
    assert str(path) in output
    if code == 2 and wrong.line is not None:
        assert f"{path}:{wrong.line}:" in output
        assert "^" in output
    if wrong.words:
        assert any(word in output.lower() for word in wrong.words), output


@pytest.mark.parametrize(("name", "text", "line"), MODELS, ids=[name for name, _, _ in MODELS])
def test_model(name: str, text: str, line: int, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    program, model = tmp_path / "good.c", tmp_path / "own.cat"
    program.write_text(GOOD)
    model.write_text(text)
    code, output = run(["check", "--model", str(model), str(program)], capsys)
    assert code == 2
    assert "own.cat" in output
    assert f"own.cat:{line}:" in output


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "armv9"], "accepted: armv8, lkmm, power, riscv, sc, tso"),
        (["--model", "none.cat"], "there is no file"),
        (["--model", "lkmm", "--model", "lkmm"], "twice"),
        (["--bound", "0"], "not a number from 1"),
        (["--bound", "many"], "not a number from 1"),
        (["--timeout", "-3"], "not a positive number"),
        (["--thread", "irq"], "NAME=FUNCTION"),
        (["--alias", "a="], "A=B"),
        (["--format", "xml"], "invalid choice"),
        (["--jobs", "0"], "not a number from 1"),
        (["--html", "no/where/x.html"], "there is no directory"),
        (["--dot", __file__], "is no directory"),
        (["--graph", "x.html"], "unrecognized arguments"),
    ],
)
def test_option(arguments: list[str], words: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "good.c"
    path.write_text(GOOD)
    code, output = run(["check", *arguments, str(path)], capsys)
    assert code == 2
    assert words in output


def test_missing_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = run(["check", str(tmp_path / "none.c")], capsys)
    assert code == 2
    assert "none.c: error: can't be read: no such file" in output


def test_file_that_must_not_be_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "secret.c"
    path.write_text(GOOD)

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    code, output = run(["check", str(path)], capsys)
    assert code == 2
    assert "secret.c: error: can't be read: permission denied" in output


def test_links_in_a_circle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "loop.c"
    path.symlink_to(path)
    code, output = run(["check", str(path)], capsys)
    assert code == 2
    assert "can't be read" in output


def test_directory_without_inputs(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, output = run(["check", str(tmp_path)], capsys)
    assert code == 2
    assert "the directory has no input" in output


def test_file_that_is_too_large(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("verifier.batch.inputs.LARGEST_INPUT", 1024 * 1024)
    path = tmp_path / "large.c"
    path.write_bytes(b" " * (1024 * 1024 + 1))
    code, output = run(["check", str(path)], capsys)
    assert code == 2
    assert "is larger than 1 MiB" in output


def test_empty_standard_input(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(b"")))
    code, output = run(["check", "-"], capsys)
    assert code in UNUSABLE
    assert "<stdin>" in output


def test_one_bad_file_does_not_hide_the_others(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "bad.c").write_text("void f(void)\n{\n")
    (tmp_path / "good.c").write_text(GOOD)
    code, output = run(["check", str(tmp_path)], capsys)
    assert code == 2
    assert "bad.c:" in output
    assert f"{tmp_path / 'good.c'}:1-" in output


def test_nothing_is_written(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "good.c").write_text(GOOD)
    before = sorted(tmp_path.iterdir())
    run(["check", str(tmp_path)], capsys)
    assert sorted(tmp_path.iterdir()) == before
    assert (tmp_path / "good.c").read_text() == GOOD


LONG = "a" * 300  # no file can have that name
PATCH = """diff --git a/{0} b/{0}
--- a/{0}
+++ b/{0}
@@ -1,5 +1,6 @@
 void f(void)
 {{
 \tWRITE_ONCE(x, 1);
+\tsmp_wmb();
 \tWRITE_ONCE(y, 1);
 }}
"""


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", f"{LONG}.cat", "a.c"], "there is no file"),
        (["--model", "long.cat", "a.c"], "is neither beside this file nor among the own models"),
        ([f"{LONG}.c"], "can't be read"),
        ([LONG, "a.c"], "can't be read"),
        (["--tree", LONG, "a.c"], "there is no directory"),
        (["--html", LONG, "a.c"], "can't be written"),
        (["--html", f"{LONG}/a.html", "a.c"], "there is no directory"),
        (["--certify", f"{LONG}/a", "a.c"], "can't be written"),
        (["--primitives", LONG, "a.c"], "can't be read"),
        (["--tree", ".", "a.patch"], ""),
    ],
)
def test_a_name_that_no_file_can_have(
    arguments: list[str],
    words: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.c").write_text("int x;\nvoid f(void) { BUG_ON(READ_ONCE(x)); }\n")
    (tmp_path / "a.patch").write_text(PATCH.format(f"{LONG}.c"))
    (tmp_path / "long.cat").write_text(f'"long"\ninclude "{LONG}.cat"\nacyclic po as order\n')
    code, output = run(["check", *arguments], capsys)
    assert words in output
    assert code == (2 if words else 3)
