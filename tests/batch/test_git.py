"""Commits of a repository, and patches of the files of a tree."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from verifier import cli
from verifier.batch import git
from verifier.options import Options
from verifier.pipeline import check

pytestmark = pytest.mark.skipif(shutil.which("git") is None, reason="there is no git here")

BOX = """\
struct box { int item; int full; int closed; };

static void note(struct box *b)
{
\tb->closed = 0;
}

static void put(struct box *b, int v)
{
\tnote(b);
\tWRITE_ONCE(b->item, v);
\tWRITE_ONCE(b->full, 1);
}

static int other(int x)
{
\treturn x + 1;
}

static int take(struct box *b)
{
\tif (!READ_ONCE(b->full))
\t\treturn 0;
\tsmp_rmb();
\treturn READ_ONCE(b->item);
}
"""
ORDERED = BOX.replace(
    "\tWRITE_ONCE(b->full", "\tsmp_wmb(); /* pairs with smp_rmb() in take() */\n\tWRITE_ONCE(b->full"
)


def run(root: Path, *words: str) -> str:
    settings = ["-c", "user.name=A", "-c", "user.email=a@example.org", "-c", "commit.gpgsign=false"]
    return subprocess.run(
        ["git", "-C", str(root), *settings, *words], check=True, capture_output=True, text=True
    ).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """Three commits: a file, the barrier that it lacks, and something without any barrier."""
    run(tmp_path, "init", "-q")
    steps = [("box.c", BOX), ("box.c", ORDERED), ("plain.c", "int plain(int x)\n{\n\treturn x;\n}\n")]
    for number, (name, text) in enumerate(steps):
        (tmp_path / name).write_text(text)
        run(tmp_path, "add", "-A")
        run(tmp_path, "commit", "-q", "-m", f"step {number}")
    return tmp_path


def test_commits_without_a_barrier_are_skipped(repository: Path) -> None:
    assert [c.subject for c in git.commits(str(repository), "HEAD~2..HEAD")] == ["step 1"]


def test_a_commit_is_judged_with_its_whole_functions(
    repository: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "-q", "--tree", str(repository), "--git", "HEAD~2..HEAD"]) == 0
    before, after, changed = capsys.readouterr().out.splitlines()
    assert before.startswith("refuted under armv8 and lkmm: box.c:12-12 (before): put(), take()")
    assert after.startswith("proved under armv8 and lkmm: box.c:12-12 (after): put(), take()")
    assert changed == "  change: MP allowed before, forbidden after (armv8, lkmm)"


@pytest.mark.parametrize(
    "text",
    ["#define order() smp_mb()\n", "/* a comment on smp_mb() */\n", "void f(void)\n{\n\tsmp_mb(;\n}\n"],
    ids=["macro", "comment", "nonsense"],
)
def test_a_commit_that_there_is_nothing_to_judge_of_is_no_bad_input(repository: Path, text: str) -> None:
    (repository / "other.c").write_text(text)
    run(repository, "add", "-A")
    run(repository, "commit", "-q", "-m", "other")
    assert cli.main(["check", "-q", "--tree", str(repository), "--git", "HEAD~1..HEAD"]) == 3


def test_no_commit_has_a_barrier(repository: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["check", "--tree", str(repository), "--git", "HEAD~1..HEAD"]) == 3
    assert capsys.readouterr().err == "mbpair: no commit of HEAD~1..HEAD has a barrier\n"


@pytest.mark.parametrize("wanted", ["nowhere..HEAD", "--output=/dev/null"])
def test_a_range_that_git_does_not_know(
    repository: Path, wanted: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert cli.main(["check", "--tree", str(repository), f"--git={wanted}"]) == 2
    assert capsys.readouterr().err.startswith("mbpair: error: --git: ")


@pytest.mark.parametrize("text", [BOX, ORDERED])
def test_a_patch_of_a_tree_that_has_it_or_not(repository: Path, text: str) -> None:
    patch = run(repository, "show", "HEAD~1").encode()
    (repository / "box.c").write_text("/* moved */\n\n" + text)
    units = check("p.patch", patch, Options(), git.Directory(str(repository)))
    assert [(u.file, u.side, {r.verdict for r in u.results}) for u in units] == [
        ("box.c", "before", {"refuted"}),
        ("box.c", "after", {"proved"}),
    ]
    assert units[1].lines == (14, 14)


def test_a_tree_that_is_another(repository: Path) -> None:
    patch = run(repository, "show", "HEAD~1").encode()
    (repository / "box.c").write_text("int nothing;\n")
    units = check("p.patch", patch, Options(), git.Directory(str(repository)))
    assert {u.file for u in units} == {"p.patch"}


def test_no_file_outside_of_the_tree_is_read(tmp_path: Path) -> None:
    (tmp_path / "secret.c").write_text("int x;\n")
    (tmp_path / "tree").mkdir()
    assert git.Directory(str(tmp_path / "tree")).before("../secret.c") is None
    assert git.Directory(str(tmp_path / "tree")).before(str(tmp_path / "secret.c")) is None


def test_a_repository_s_own_settings_run_nothing(repository: Path) -> None:
    run(repository, "config", "diff.external", "false")
    run(repository, "config", "core.fsmonitor", "touch ran")
    assert git.patch(str(repository), "HEAD~1").count(b"smp_wmb") == 1
    assert not (repository / "ran").exists()
