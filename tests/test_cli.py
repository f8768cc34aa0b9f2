"""Arguments, exit codes and streams, with a pipeline that answers by the input's first word."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest

from tests.report.sample import ONE_SIDED, PAIRED, TWO_MODELS, UNDECIDED, result, unit
from verifier import __version__, cli
from verifier.errors import ModelError, ProgramError
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.source import Span

ANSWERS = {
    b"refuted": (ONE_SIDED,),
    b"proved": (PAIRED,),
    b"undecided": (UNDECIDED,),
    b"vacuous": (unit(result("lkmm", "vacuous")),),
    b"none": (),
    b"both": (PAIRED, TWO_MODELS),
}


@pytest.fixture(autouse=True)
def asked(monkeypatch: pytest.MonkeyPatch) -> list[Options]:
    """Replaces the pipeline; collects the options that it is called with."""
    seen: list[Options] = []

    def check(name: str, data: bytes, options: Options) -> tuple[UnitResult, ...]:
        seen.append(options)
        if data == b"wrong":
            raise ProgramError("recursion", "found a call of f in f", name, Span(3, 5, 3, 6), "    f();")
        if data == b"model":
            raise ModelError("syntax", "found )", "broken.cat")
        if data == b"deep":
            raise RecursionError
        if data == b"interrupt":
            raise KeyboardInterrupt
        return tuple(replace(answer, file=name) for answer in ANSWERS[data])

    module = ModuleType("verifier.pipeline")
    module.check = check  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "verifier.pipeline", module)
    return seen


@pytest.fixture
def write(tmp_path: Path) -> object:
    def _write(*words: str) -> list[str]:
        names = []
        for number, word in enumerate(words):
            path = tmp_path / f"{number}.c"
            path.write_text(word)
            names.append(str(path))
        return names

    return _write


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["proved"], 0),
        (["refuted"], 1),
        (["wrong"], 2),
        (["undecided"], 3),
        (["vacuous"], 3),
        (["none"], 3),
        (["both"], 1),
        (["proved", "undecided"], 3),
        (["undecided", "refuted"], 1),
        (["refuted", "wrong", "proved"], 2),
    ],
)
def test_exit_code(write, words, code) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", *write(*words)]) == code


def test_an_error_does_not_stop_the_batch(write, capsys) -> None:  # type: ignore[no-untyped-def]
    names = write("wrong", "proved")
    assert cli.main(["check", *names]) == 2
    out, err = capsys.readouterr()
    assert f"proved under armv8 and lkmm: {names[1]}" in out
    assert err == f"{names[0]}:3:5: error: found a call of f in f\n        f();\n        ^\n"


def test_a_broken_model_is_reported_once(write, capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", *write("model", "model")]) == 2
    assert capsys.readouterr().err == "broken.cat: error: found )\n"


def test_too_deep_nesting_is_bad_input(write, capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", *write("deep")]) == 2
    assert "nested too deeply" in capsys.readouterr().err


def test_interrupt(write, capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", *write("interrupt")]) == 130
    assert capsys.readouterr().err == "mbpair: interrupted: 0 of 1 files done\n"


def test_default_options(write, asked) -> None:  # type: ignore[no-untyped-def]
    cli.main(["check", *write("proved")])
    assert asked == [Options(timeout=60.0)]


def test_options_are_passed_down(write, asked, tmp_path) -> None:  # type: ignore[no-untyped-def]
    model = tmp_path / "own.cat"
    model.write_text("own")
    arguments = ["--model", "sc", "--model", str(model), "--bound", "3", "--timeout", "1.5"]
    arguments += ["--thread", "handler=irq", "--alias", "v=vcpu", "--no-propagation"]
    cli.main(["check", *arguments, *write("proved")])
    expected = Options(("sc", str(model)), 3, 1.5, (("handler", "irq"),), (("v", "vcpu"),), False)
    assert asked == [expected]


def test_a_directory_is_walked_in_order(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    for name in ("b/2.c", "a.txt", "b/1.mbox", "b/ignored.md"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text("proved")
    assert cli.main(["check", "-q", str(tmp_path)]) == 0
    lines = capsys.readouterr().out.splitlines()
    shown = [line.split(str(tmp_path))[1].split(":")[0] for line in lines]
    assert shown == ["/a.txt", "/b/1.mbox", "/b/2.c"]


def test_standard_input(monkeypatch, capsys, tmp_path) -> None:  # type: ignore[no-untyped-def]
    path = tmp_path / "input"
    path.write_text("refuted")
    with path.open() as stream:
        monkeypatch.setattr(sys, "stdin", stream)
        assert cli.main(["check", "-"]) == 1
    assert capsys.readouterr().out.startswith("refuted under armv8 and lkmm: <stdin>:1-20\n")


def test_a_batch_ends_with_a_summary(write, capsys) -> None:  # type: ignore[no-untyped-def]
    cli.main(["check", *write("refuted", "proved", "wrong")])
    assert capsys.readouterr().out.endswith("\n\n2 programs: 1 refuted, 1 proved, 1 not read\n")


def test_json_has_the_exit_code_and_the_errors(write, capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", "--format", "json", *write("refuted", "wrong")]) == 2
    report = json.loads(capsys.readouterr().out)
    assert report["mbpair"] == __version__
    assert report["exit"] == 2
    assert [error["line"] for error in report["errors"]] == [3]


@pytest.mark.parametrize(
    "arguments",
    [
        ["check"],
        ["check", "--jobs", "0", "x.c"],
        ["check", "--jobs", "-1", "x.c"],
        ["check", "--jobs", "all", "x.c"],
        ["check", "--jobs", "1000000", "x.c"],
        ["litmus", "--jobs", "1.5", "x.litmus"],
        ["explain", "--jobs", "2", "x.c", "smp_mb"],
        ["litmus", "--html", "x.html", "x.litmus"],
        ["check", "--format", "xml", "x.c"],
        ["litmus", "--kernel", "4.13", "x.litmus"],
        ["check", "--mod", "sc", "x.c"],
        ["check", "--bound", "0", "x.c"],
        ["check", "--bound", "-1", "x.c"],
        ["check", "--bound", "two", "x.c"],
        ["check", "--bound", "1000000", "x.c"],
        ["check", "--timeout", "0", "x.c"],
        ["check", "--timeout", "nan", "x.c"],
        ["check", "--timeout", "soon", "x.c"],
        ["check", "--color", "red", "x.c"],
        ["check", "-q", "-v", "x.c"],
        ["litmus"],
        ["explain", "x.c"],
        [],
    ],
)
def test_usage_errors_take_one_line(arguments, capsys) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(SystemExit) as stop:
        cli.main(arguments)
    assert stop.value.code == 2
    err = capsys.readouterr().err
    assert err.startswith("mbpair: error: ")
    assert err.count("\n") == 1


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--model", "arm"], "'arm' is not known; accepted: armv8, lkmm, power, riscv, sc, tso"),
        (["--model", "nowhere.cat"], "there is no file 'nowhere.cat'"),
        (["--model", "sc", "--model", "sc"], "names a model twice"),
        (["--thread", "handler"], "'handler' is not of the form NAME=FUNCTION"),
        (["--alias", "=x"], "'=x' is not of the form A=B"),
    ],
)
def test_option_values_are_checked(write, capsys, arguments, words) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", *arguments, *write("proved")]) == 2
    err = capsys.readouterr().err
    assert words in err
    assert err.count("\n") == 1


def test_missing_unreadable_and_empty(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", str(tmp_path / "none.c")]) == 2
    assert "can't be read: no such file or directory" in capsys.readouterr().err
    assert cli.main(["check", str(tmp_path)]) == 2
    assert "the directory has no input" in capsys.readouterr().err
    assert cli.main(["check", "-", "-"]) == 2
    assert "given twice" in capsys.readouterr().err


@pytest.mark.parametrize("wanted", ["smp_mb", "smp_mb:44", "kvm_make_request", "44", "smp_wmb:44"])
def test_explain_selects(write, capsys, wanted) -> None:  # type: ignore[no-untyped-def]
    cli.main(["explain", *write("both"), wanted])
    out = capsys.readouterr().out
    assert ":44: " in out
    assert ":17: " not in out


def test_explain_names_what_there_is(write, capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["explain", *write("proved"), "smp_mb"]) == 2
    assert "no barrier 'smp_mb'; the barriers here are: smp_wmb:9, smp_rmb:17" in capsys.readouterr().err


def test_models_are_listed(capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["models"]) == 0
    assert "lkmm   the Linux-kernel memory model" in capsys.readouterr().out


def test_primitives_are_listed_and_described(capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["primitives"]) == 0
    out = capsys.readouterr().out
    assert "smp_store_release" in out
    assert max(map(len, out.split("\n"))) <= 80
    assert cli.main(["primitives", "kvm_make_request"]) == 0
    out = capsys.readouterr().out
    assert "include/linux/kvm_host.h" in out
    assert "smp_wmb();\n        set_bit(req, &vcpu->requests);" in out
    assert "smp_wmb: a barrier, wmb\n    linux    Wmb\n    aarch64  DMB.ISHST\n" in out
    assert cli.main(["primitives", "smp_mb"]) == 0
    assert capsys.readouterr().out.startswith("smp_mb, all versions: a barrier, mb\n")
    assert cli.main(["primitives", "frobnicate"]) == 2
    assert "no primitive 'frobnicate'" in capsys.readouterr().err
    assert cli.main(["primitives", "kvm_make_requst"]) == 2
    assert "there is kvm_make_request" in capsys.readouterr().err


def test_primitives_of_a_version(capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["primitives", "--kernel", "4.18", "prepare_to_swait"]) == 0
    assert "prepare_to_swait, until 4.18\n" in capsys.readouterr().out
    assert cli.main(["primitives", "--kernel", "4.19", "prepare_to_swait"]) == 2
    assert "no primitive 'prepare_to_swait' in 4.19; kernels have it until 4.18" in capsys.readouterr().err
    assert cli.main(["primitives", "try_to_wake_up"]) == 0
    out = capsys.readouterr().out
    assert out.index("try_to_wake_up, until 4.13") < out.index("try_to_wake_up, since 4.14")
    assert cli.main(["primitives", "--kernel", "4.21"]) == 2
    assert (
        "expected a version of the kernel: 4.13 to 4.20, 5.0 to 5.19, 6.0 to 6.13" in capsys.readouterr().err
    )


def test_colour_only_when_asked(write, capsys, monkeypatch) -> None:  # type: ignore[no-untyped-def]
    names = write("refuted")
    cli.main(["check", *names])
    assert "\x1b" not in capsys.readouterr().out
    cli.main(["check", "--color", "always", *names])
    assert "\x1b" in capsys.readouterr().out
    monkeypatch.setenv("NO_COLOR", "1")
    cli.main(["check", *names])
    assert "\x1b" not in capsys.readouterr().out


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "verifier", *arguments], capture_output=True, text=True, check=False
    )


def test_version_and_help_as_a_process() -> None:
    assert run("--version").stdout == f"mbpair {__version__}\n"
    assert run("--help").stdout.startswith("usage: mbpair ")


def test_help_is_quick_and_loads_no_solver() -> None:
    code = "import sys, verifier.cli; sys.exit(any(m in sys.modules for m in ('z3', 'lark')))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
    start = time.perf_counter()
    run("--help")
    assert time.perf_counter() - start < 1.0  # 0.1 s on an idle machine


def test_a_reader_that_goes_away() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)
    try:
        command = [sys.executable, "-m", "verifier", "models"]
        done = subprocess.run(command, stdout=write_end, stderr=subprocess.PIPE, text=True, check=False)
    finally:
        os.close(write_end)
    assert done.returncode == 141
    assert done.stderr == ""


# ------------------------------------------------------------------ other formats, and files


@pytest.mark.parametrize("form", ["json", "sarif", "junit"])
def test_the_formats_for_machines_have_every_input(write, capsys, form) -> None:  # type: ignore[no-untyped-def]
    names = write("refuted", "wrong", "proved")
    assert cli.main(["check", "--format", form, *names]) == 2
    out, err = capsys.readouterr()
    assert out.startswith({"json": "{", "sarif": "{", "junit": "<?xml"}[form])
    assert names[0].rsplit("/", 1)[1] in out
    assert "found a call of f in f" in out
    assert "error: found a call of f in f" in err


@pytest.mark.parametrize("form", ["text", "json", "sarif", "junit", "reply"])
def test_a_page_and_graphs_beside_any_format(write, capsys, tmp_path, form) -> None:  # type: ignore[no-untyped-def]
    names = write("refuted", "both", "wrong")
    plain = cli.main(["check", "--format", form, *names])
    before = capsys.readouterr()
    page, graphs = tmp_path / "out.html", tmp_path / "graphs"
    assert (
        cli.main(["check", "--format", form, "--html", str(page), "--dot", str(graphs), *names]) == plain == 2
    )
    assert capsys.readouterr() == before
    text = page.read_text()
    assert text.startswith("<!doctype html>")
    assert "3 programs" in text
    assert "found a call of f in f" in text
    assert sorted(p.name for p in graphs.iterdir())[:2] == ["0-1-MP.dot", "0-1-MP.svg"]


def test_the_page_does_not_depend_on_the_number_of_workers(write, tmp_path) -> None:  # type: ignore[no-untyped-def]
    names = write("refuted", "both", "proved", "undecided")
    texts = []
    for jobs in ("1", "3"):
        cli.main(["check", "--jobs", jobs, "--html", str(tmp_path / "o.html"), *names])
        texts.append((tmp_path / "o.html").read_text())
    assert texts[0] == texts[1]


def test_a_page_that_can_not_be_written_is_said_before_anything_is_checked(write, asked, capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", "--html", "/no/where/x.html", *write("refuted")]) == 2
    assert capsys.readouterr() == (
        "",
        "mbpair: error: --html: '/no/where/x.html' can't be written: there is no directory /no/where\n",
    )
    assert asked == []


def test_a_page_of_one_barrier(write, tmp_path) -> None:  # type: ignore[no-untyped-def]
    page = tmp_path / "o.html"
    assert cli.main(["explain", "--html", str(page), *write("both"), "smp_mb"]) == 1
    assert ("lost wake-up" in page.read_text(), "smp_mb in VCPU" in page.read_text()) == (False, True)


def test_a_batch_that_is_stopped_writes_no_page(write, tmp_path) -> None:  # type: ignore[no-untyped-def]
    page = tmp_path / "o.html"
    assert cli.main(["check", "--html", str(page), *write("interrupt")]) == 130
    assert not page.exists()


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (["refuted", "wrong"], 1),
        (["undecided"], 0),
        (["vacuous", "proved"], 0),
        (["none"], 0),
        (["wrong"], 0),
        (["wrong", "deep"], 0),
        (["undecided", "both"], 1),
    ],
)
def test_lenient_is_only_about_what_is_refuted(write, capsys, words, code) -> None:  # type: ignore[no-untyped-def]
    names = write(*words)
    assert cli.main(["check", "--lenient", *names]) == code
    assert cli.main(["check", "--lenient", "--format", "sarif", *names]) == code
    log = json.loads(capsys.readouterr().out.partition("{\n")[2].join(["{\n", ""]))
    assert log["runs"][0]["invocations"][0]["exitCode"] == code


def test_lenient_does_not_hide_a_wrong_use(capsys) -> None:  # type: ignore[no-untyped-def]
    assert cli.main(["check", "--lenient", "--html", "/no/where.html", "x.c"]) == 2


def test_the_pre_commit_hook_is_a_command_that_works(write) -> None:  # type: ignore[no-untyped-def]
    text = (Path(__file__).parent.parent / ".pre-commit-hooks.yaml").read_text(encoding="utf-8")
    keys = dict(line.removeprefix("- ").strip().split(": ", 1) for line in text.splitlines())
    assert keys["language"] == "python"
    program, *arguments = keys["entry"].split()
    assert program == "mbpair"
    assert cli.main([*arguments, *write("refuted", "undecided")]) == 1
    assert cli.main([*arguments, *write("proved", "undecided")]) == 0
