"""Files that output options name: written whole or not at all, and nothing else."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from verifier.batch import outputs
from verifier.errors import WriteError


def refused(name: str | Path, *inputs: str | Path) -> str:
    with pytest.raises(WriteError) as problem:
        outputs.usable_file("--html", str(name), [str(i) for i in inputs])
    return problem.value.message


def test_what_can_not_be_a_file_is_refused_before_anything_is_checked(tmp_path: Path) -> None:
    assert "is a directory" in refused(tmp_path)
    assert "there is no directory" in refused(tmp_path / "none" / "x.html")
    assert "expected the name of a file" in refused("")
    assert "expected the name of a file" in refused("-")
    for special in ("/dev/stdout", "/dev/null", "/proc/self/fd/1"):
        assert "is no regular file" in refused(special)
    os.mkfifo(tmp_path / "fifo")
    assert "is no regular file" in refused(tmp_path / "fifo")


def test_an_input_is_never_written_over(tmp_path: Path) -> None:
    (tmp_path / "x.c").write_text("x")
    (tmp_path / "link.html").symlink_to("x.c")
    for name in ("x.c", "link.html", "../" + tmp_path.name + "/x.c"):
        assert "is one of the inputs" in refused(tmp_path / name, tmp_path / "y.c", tmp_path / "x.c")


def test_a_text_is_written_and_nothing_is_left_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "x.html"
    path.write_text("old")
    path.chmod(0o640)
    outputs.write("--html", outputs.usable_file("--html", str(path), []), "new ü\n")
    assert path.read_bytes() == b"new \xc3\xbc\n"
    assert stat.S_IMODE(path.stat().st_mode) == 0o640
    assert list(tmp_path.iterdir()) == [path]


def test_a_new_file_is_as_readable_as_others(tmp_path: Path) -> None:
    outputs.write("--html", tmp_path / "x.html", "")
    (tmp_path / "y").write_text("")
    assert (tmp_path / "x.html").stat().st_mode == (tmp_path / "y").stat().st_mode


def test_a_link_stays_one(tmp_path: Path) -> None:
    (tmp_path / "to").mkdir()
    (tmp_path / "x.html").symlink_to("to/y.html")
    outputs.write("--html", outputs.usable_file("--html", str(tmp_path / "x.html"), []), "new")
    assert (tmp_path / "x.html").is_symlink()
    assert (tmp_path / "to" / "y.html").read_text() == "new"


def test_what_fails_half_way_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "x.html"
    path.write_text("old")

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(WriteError, match="can't be written: no space left on device"):
        outputs.write("--html", path, "new")
    assert (path.read_text(), list(tmp_path.iterdir())) == ("old", [path])


def test_a_directory_is_made_where_it_is_not_there(tmp_path: Path) -> None:
    wanted = outputs.usable_directory("--dot", str(tmp_path / "a" / "b"))
    outputs.write_all("--dot", wanted, [("x.dot", "1"), ("y.dot", "2")])
    assert sorted(p.name for p in wanted.iterdir()) == ["x.dot", "y.dot"]


def test_a_file_is_no_directory(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    for name in (tmp_path / "x", ""):
        with pytest.raises(WriteError, match="is no directory"):
            outputs.usable_directory("--dot", str(name))
    with pytest.raises(WriteError, match="can't be written"):
        outputs.write_all("--dot", tmp_path / "x" / "y", [])
