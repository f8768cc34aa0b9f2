"""Files that are refuted, and the patches that make them proved."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from verifier import cli
from verifier.fix import Mended, Unmended, mend, render
from verifier.limits import Deadline
from verifier.options import Options
from verifier.pipeline import check

LITMUS = Path(__file__).parents[2] / "litmus"
MP = """int x, y;
void w(void)
{
    WRITE_ONCE(x, 1);
    smp_wmb();
    WRITE_ONCE(y, 1);
}
int r(void)
{
    if (!READ_ONCE(y))
        return 0;
    return READ_ONCE(x);
}"""


def mended(text: str, name: str = "f.c", options: Options | None = None) -> Mended:
    found = fix(text, name, options)
    assert isinstance(found, Mended)
    return found


def fix(text: str, name: str = "f.c", options: Options | None = None) -> Mended | Unmended | None:
    options = options or Options()
    data = text.encode()
    return mend(name, data, check(name, data, options), options, Deadline(60))


def test_the_cheapest_its_alternatives_and_the_remark() -> None:
    found = mended(MP)
    assert found.remedy == ("add smp_rmb() in r() between lines 10 and 12",)
    assert found.alternatives == (("use smp_load_acquire() for the read on line 10 in r()",),)
    assert found.models == ("armv8", "lkmm")
    assert "    smp_rmb(); /* pairs with smp_wmb() in w() */\n    return READ_ONCE(x);\n" in found.after
    assert found.is_proved


def test_one_that_does_under_one_model_need_not_do_under_the_other() -> None:
    text = (LITMUS / "many-threads" / "wrc-po-rmb.c").read_text()
    assert "use smp_store_release()" in mended(text).remedy[0]
    assert mended(text, options=Options(models=("armv8",))).remedy[0].startswith("add smp_rmb()")


def test_a_barrier_that_is_too_weak_gives_way_to_a_full_one() -> None:
    text = (LITMUS / "store-buffering" / "sb-rmb-mb.c").read_text()
    found = mended(text)
    assert found.remedy[0].startswith("use smp_mb() for smp_rmb() on line 11")
    assert found.after.count("mb();") == text.count("mb();")


def test_what_the_new_barrier_makes_useless_goes() -> None:
    found = mended((LITMUS / "cases" / "sb-release-acquire.c").read_text())
    what = "use WRITE_ONCE() for smp_store_release() on line 9: nothing in the text needs it then"
    assert what in found.remedy
    assert found.is_proved


def test_what_is_redundant_then_is_said() -> None:
    text = MP.replace("    if (!READ_ONCE(y))\n        return 0;\n", "    int a = READ_ONCE(y);\n").replace(
        "return READ_ONCE(x);", "smp_wmb();\n    return a && !READ_ONCE(x);"
    )
    found = mended(text)
    assert found.is_proved
    assert all("smp_wmb" not in one for one in found.redundant)
    after = check("f.c", found.after.encode(), Options())
    now = {b.place.name for u in after for r in u.results for b in r.barriers if b.status == "redundant"}
    assert {one.split("(")[0] for one in found.redundant} == now


def test_nothing_to_mend() -> None:
    assert fix(MP.replace("return READ_ONCE(x)", "smp_rmb();\n    return READ_ONCE(x)")) is None


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("message-passing/wrong-order.c", "assertion on line 23: it goes wrong in program order too"),
        ("interrupts/recursive-lock.c", "self-deadlock on line 9"),
        ("data-races/mp-plain-race.litmus", "data race on line 10: no barrier mends that"),
    ],
)
def test_what_no_barrier_mends(name: str, reason: str) -> None:
    found = fix((LITMUS / name).read_text(), name)
    assert isinstance(found, Unmended)
    assert found.reason.startswith(reason)


def test_no_time_is_said() -> None:
    data = MP.encode()
    units = check("f.c", data, Options())
    found = mend("f.c", data, units, Options(), Deadline(1e-9))
    assert isinstance(found, Unmended)
    assert "time ran out" in found.reason


def test_standard_input_is_no_file() -> None:
    found = fix(MP, "<stdin>")
    assert isinstance(found, Unmended)
    assert found.reason.startswith("standard input")


ODD_NAMES = ["f.c", "with space.c", 'quote".c', "back\\slash.c", "ümlaut.c", "deep/er/f.c", "tab\t.c"]
ENDS = [MP, f"{MP}\n", MP.replace("\n", "\r\n"), f"\ufeff{MP}\n", f"{MP}\n/* \x0c \u2028 */\n"]


@pytest.mark.parametrize("name", ODD_NAMES)
def test_git_applies_it_whatever_the_name(tmp_path: Path, name: str) -> None:
    assert_git_applies(tmp_path, name, MP)


@pytest.mark.parametrize("text", ENDS)
def test_git_applies_it_whatever_the_ends_of_lines(tmp_path: Path, text: str) -> None:
    assert_git_applies(tmp_path, "f.c", text)


def assert_git_applies(folder: Path, name: str, text: str) -> None:
    file = folder / name
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(text.encode())
    found = mended(text, name)
    subprocess.run(["git", "init", "-q", "."], cwd=folder, check=True)
    patch = render(found, 80).encode()
    subprocess.run(["git", "apply", "--whitespace=nowarn"], cwd=folder, input=patch, check=True)
    assert file.read_bytes() == found.after.encode()
    assert all(r.verdict == "proved" for u in check(name, file.read_bytes(), Options()) for r in u.results)


def test_the_command(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.c").write_text(MP)
    (tmp_path / "b.c").write_text((LITMUS / "message-passing" / "wrong-order.c").read_text())
    (tmp_path / "c.c").write_text(MP)
    assert cli.main(["check", "--fix", "."]) == 1
    out, err = capsys.readouterr()
    assert out.count("diff --git") == 2
    assert "b.c: no fix: assertion on line 23" in err
    subprocess.run(["git", "init", "-q", "."], check=True)
    subprocess.run(["git", "apply"], input=out.encode(), check=True)
    assert cli.main(["check", "--fix", "a.c", "c.c"]) == 0
    assert capsys.readouterr() == ("", "")
    assert cli.main(["check", "--fix", "--format", "json", "a.c"]) == 2
    assert "--fix prints a patch" in capsys.readouterr().err


def test_a_weak_barrier_that_is_needed_elsewhere_stays() -> None:
    """On one line, what stands where the missing one belongs is not told from what stands before it."""
    text = (
        "int x, y, z;\nvoid f(void) { WRITE_ONCE(z, 1); smp_wmb(); WRITE_ONCE(x, 1); int r = READ_ONCE(y); }\n"
        "void g(void) { WRITE_ONCE(y, 1); smp_mb(); int r = READ_ONCE(x); int s = READ_ONCE(z); }\n"
    )
    found = mended(text)
    assert found.is_proved
    assert sum(found.after.count(f"{name}()") for name in ("smp_mb", "smp_wmb")) == 3


def test_a_patch_that_leaves_nothing_wrong_needs_none(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--fix", str(LITMUS / "patches" / "ring.patch")]) == 0
    assert capsys.readouterr() == ("", "")


def test_what_says_nothing_before_and_after_is_said() -> None:
    found = mended((LITMUS / "algorithms" / "treiber-stack-no-release.c").read_text())
    assert found.is_proved
    assert found.vacuous == ("use after free on line 22",)
    first = render(found, 200).split("\n")[0]
    assert first.endswith("nothing is refuted under armv8 and lkmm; still vacuous: use after free on line 22")
