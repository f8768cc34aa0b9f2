"""Time that runs out in the middle of a library is noticed, whatever the library does with exceptions."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from types import FrameType

import pytest

from verifier import cli, decide
from verifier.limits import Undecided
from verifier.options import Options
from verifier.pipeline import check
from verifier.syntax import grammars
from verifier.syntax.generate import generate
from verifier.syntax.parser import STARTS

ROOT = Path(__file__).parents[1]


def run_out_after(calls: int) -> None:
    """Raise Undecided in the call of that number, as a signal would."""
    left = calls

    def count(_: FrameType, event: str, __: object) -> None:
        nonlocal left
        left -= event == "call"
        if left == 0:
            raise Undecided("time ran out")

    sys.setprofile(count)


def generate_within(calls: int) -> None:
    run_out_after(calls)
    try:
        generate(grammars.load("pseudo_c"), STARTS)
    finally:
        sys.setprofile(None)


@pytest.mark.parametrize("calls", range(100, 60_000, 3_000))
def test_time_runs_out_while_a_grammar_is_read(calls: int) -> None:
    with pytest.raises(Undecided):
        generate_within(calls)


READER = "void g(void) { int a = READ_ONCE(y); smp_rmb(); int b = READ_ONCE(x); }\n"
LOOPS = f"void f(void) {{ {'for (;;) { if (READ_ONCE(y)) break; ' * 14}smp_wmb(); WRITE_ONCE(x, 1); {'}' * 14} }}\n"
CHAIN = "if (READ_ONCE(x)) r = r * 3 + READ_ONCE(y); else r = r + 2;\n" * 300
TOO_LARGE = {
    "too many operations (more than 5,000: --limit events=N allows more)": (
        "CPU0     CPU1\n----     ----\nx = 1;   y = 1;\n" + "mb();    mb();\n" * 2600
    ),
    "too many events (more than 5,000: --limit events=N allows more)": f"int x, y;\n{LOOPS}{READER}",
    "too deeply nested": f"int x, y;\nvoid f(void) {{ int r = 0; {CHAIN} smp_wmb(); WRITE_ONCE(y, r); }}\n{READER}",
}


@pytest.mark.parametrize("why", TOO_LARGE)
def test_what_is_too_large_is_undecided(why: str) -> None:
    """Relations over so many events would take more memory than there is."""
    (unit,) = check("x.txt", TOO_LARGE[why].encode(), Options(timeout=60))
    assert [r.verdict for r in unit.results] == ["undecided"] * 2
    assert all(why in r.reason for r in unit.results)


SQUARES = "".join(f"#define C{i} (C{i - 1} * C{i - 1})\n" for i in range(1, 60))
WIDE = {
    "a number of more than 4,096 bits": (
        f"static typeof(x) f(typeof(x) v) {{ return v * v; }}\n"
        f"void w(void) {{ WRITE_ONCE(x, {'f(' * 60}3{')' * 60}); smp_wmb(); WRITE_ONCE(y, 1); }}\n"
    ),
    "1024, an access beside an object": "void w(void) { set_bit(1024, &x); smp_mb(); WRITE_ONCE(y, 1); }\n",
    "&y, an access beside an object": "void w(void) { set_bit(&y, &x); smp_mb(); WRITE_ONCE(y, 1); }\n",
    "bit 68719476735 of __set_bit()": "void w(void) { __set_bit(0xfffffffff, &x); smp_mb(); WRITE_ONCE(y, 1); }\n",
}


@pytest.mark.parametrize("why", WIDE)
def test_numbers_that_no_computer_holds_are_undecided(why: str) -> None:
    (unit,) = check("x.c", f"{WIDE[why]}{READER}".encode(), Options())
    assert [r.verdict for r in unit.results] == ["undecided"] * 2
    assert all(why in r.reason for r in unit.results)


def test_a_constant_is_as_wide_as_its_type() -> None:
    text = f"{SQUARES}#define C0 3\nvoid w(void) {{ WRITE_ONCE(x, C59); smp_wmb(); WRITE_ONCE(y, 1); }}\n"
    (unit,) = check("x.c", f"{text}{READER}".encode(), Options())
    assert [r.verdict for r in unit.results] == ["proved"] * 2


def calls(deep: int) -> str:
    """Functions that call each other twice."""
    return "int x, y;\nstatic void g0(void) { WRITE_ONCE(x, 1); }\n" + "".join(
        f"static void g{i}(void) {{ g{i - 1}(); g{i - 1}(); }}\n" for i in range(1, deep + 1)
    )


MACROS = "int x, y;\n#define A0(v) WRITE_ONCE(x, v)\n" + "".join(
    f"#define A{i}(v) do {{ A{i - 1}(v); A{i - 1}(v); }} while (0)\n" for i in range(1, 30)
)
END = f"smp_wmb(); WRITE_ONCE(y, 1); }}\n{READER}"


@pytest.mark.parametrize(
    "text", [f"{calls(29)}void f(void) {{ g29(); {END}", f"{MACROS}void f(void) {{ A29(1); {END}"]
)
def test_what_expands_without_end_is_undecided(text: str) -> None:
    (unit,) = check("x.c", text.encode(), Options(expansion=500))
    assert [r.verdict for r in unit.results] == ["undecided"] * 2
    assert all("(more than 500: --limit expansion=N allows more)" in r.reason for r in unit.results)


def test_a_limit_can_be_raised() -> None:
    text = f"{calls(3)}void f(void) {{ g3(); {END}".encode()
    reasons = {r.reason for u in check("x.c", text, Options(events=10)) for r in u.results}
    assert reasons == {"the program has too many operations (more than 10: --limit events=N allows more)"}
    assert {r.verdict for u in check("x.c", text, Options(events=400)) for r in u.results} == {"proved"}


def test_what_a_loop_hides_is_undecided() -> None:
    """There is a barrier, though none is reached."""
    loops = "for (int i = 0; i < 1000000; i++) {" * 5
    text = f"int x, y;\nvoid f(void) {{ {loops} WRITE_ONCE(x, 1); {'}' * 5} {END}"
    (unit,) = check("x.c", text.encode(), Options())
    assert {r.verdict for r in unit.results} == {"undecided"}
    assert all("raise --bound" in r.reason for r in unit.results)


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        (["--limit", "events=3"], "(more than 3: --limit events=N allows more)"),
        (["--limit", "expansion=1", "--limit", "events=2"], "(more than 2: --limit events=N allows more)"),
    ],
)
def test_the_option(
    options: list[str], expected: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file = tmp_path / "f.c"
    file.write_text(f"int x, y;\nvoid f(void) {{ WRITE_ONCE(x, 1); {END}")
    assert cli.main(["check", *options, str(file)]) == 3
    assert expected in " ".join(capsys.readouterr().out.split())


@pytest.mark.parametrize(
    "value", ["events", "events=", "events=-1", "events=0", "other=3", f"events={'9' * 5000}"]
)
def test_limits_that_are_none(value: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as stop:
        cli.main(["check", "--limit", value, "f.c"])
    assert stop.value.code == 2
    assert "is not NAME=N with one of events, expansion, memory" in capsys.readouterr().err


def allocate(mebibytes: int, before: int = 0) -> str:
    """What a process that has some memory says of a check that would take that much more and may take 300 MiB."""
    code = (
        "import sys\nfrom verifier import cli, pipeline\n"
        f"def check(*_): return bytearray({mebibytes} << 20) and ()\n"
        f"pipeline.check, kept = check, bytearray({before} << 20)\n"
        "sys.exit(cli.main(['check', '--limit', 'memory=300', 'litmus/message-passing/demo.c']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 3
    return done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="no such limit there")
def test_memory_is_limited() -> None:
    assert allocate(10) == ""
    expected = (
        "litmus/message-passing/demo.c: error: memory ran out (--limit memory=N, in MiB, allows more)\n"
    )
    assert allocate(1000) == expected
    assert allocate(10, before=600) == ""


@pytest.mark.skipif(sys.platform != "linux", reason="no such limit there")
def test_what_fails_for_want_of_memory_is_no_crash() -> None:
    code = (
        "import sys\nfrom verifier import cli, pipeline\n"
        "def check(*_):\n"
        "    kept = []\n"
        "    try:\n"
        "        while True: kept.append(bytearray(1 << 20))\n"
        "    except MemoryError: pass\n"
        "    raise SyntaxError('expected :')\n"
        "pipeline.check = check\n"
        "sys.exit(cli.main(['check', '--limit', 'memory=300', 'litmus/message-passing/demo.c']))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=ROOT)
    assert done.returncode == 3
    assert "memory ran out" in done.stderr
    assert "Traceback" not in done.stderr


def test_memory_that_runs_out_in_a_model_leaves_that_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def run_out(*_: object, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(decide, "ask", run_out)
    (unit,) = check("x.c", f"int x, y;\nvoid f(void) {{ WRITE_ONCE(x, 1); {END}".encode(), Options())
    assert {r.reason for r in unit.results} == {"memory ran out (--limit memory=N, in MiB, allows more)"}
    assert {b.status for r in unit.results for b in r.barriers} == {"undecided"}
