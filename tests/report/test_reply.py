"""A mail answered: quoted down to what matters, each finding below the line that it is about."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from verifier import cli

DIFF = """\
diff --git a/box.c b/box.c
--- a/box.c
+++ b/box.c
@@ -1,14 +1,14 @@
 struct box { int item; int full; };
 void put(struct box *b, int v)
 {
 \tWRITE_ONCE(b->item, v);
-\tsmp_wmb();
+\tsmp_rmb();
 \tWRITE_ONCE(b->full, 1);
 }
 int take(struct box *b)
 {
 \tif (!READ_ONCE(b->full))
 \t\treturn 0;
 \tsmp_rmb();
 \treturn READ_ONCE(b->item);
 }
"""
HEAD = "From: =?utf-8?q?J=C3=B6rg?= <j@example.org>\nDate: Mon, 6 Jan 2025 10:00:00 +0000\nSubject: box\n"
TEXT = f"One says this, and much more.\n\nAnd this.\n\nIt is long.\n\n{DIFF}"


def reply(tmp_path: Path, text: str, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[str]]:
    (tmp_path / "box.eml").write_text(text)
    code = cli.main(["check", "--format", "reply", str(tmp_path / "box.eml")])
    return code, capsys.readouterr().out.split("\n")


def test_a_patch_that_breaks_a_pair(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, lines = reply(tmp_path, f"{HEAD}\n{TEXT}", capsys)
    assert code == 1
    assert lines[:2] == ["On Mon, 6 Jan 2025 10:00:00 +0000, Jörg <j@example.org> wrote:", "> [...]"]
    said = lines.index("> +\tsmp_rmb();")
    assert lines[said + 1] == ""
    assert lines[said + 2].startswith("put, take: refuted under armv8 and lkmm. MP forbidden before")
    assert not any("much more" in line for line in lines)
    assert any(line.startswith("smp_rmb in put:") for line in lines[said:])
    assert any(
        "to fix: replace smp_rmb()" in line or "to fix: add smp_wmb()" in line for line in lines[said:]
    )
    assert all(len(line) <= 72 for line in lines if not line.startswith(">"))


def test_a_mail_that_is_encoded_is_quoted_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    body = base64.encodebytes(TEXT.encode()).decode()
    coded = f"{HEAD}MIME-Version: 1.0\nContent-Type: text/plain\nContent-Transfer-Encoding: base64\n\n{body}"
    code, lines = reply(tmp_path, coded, capsys)
    assert code == 1
    assert any(line.startswith("put, take: refuted") for line in lines)
    assert not any(line.strip("> ") and line.strip("> ") in body for line in lines if len(line) > 40)


def test_what_is_quoted_already_gets_one_mark_more(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    quoted = "\n".join(f"> {line}".rstrip() for line in DIFF.split("\n"))
    _, lines = reply(tmp_path, f"{HEAD}\nLooks right.\n\n{quoted}\n", capsys)
    assert ">> +\tsmp_rmb();" in lines


def test_a_file_that_cannot_be_read(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "a.eml").write_text(f"{HEAD}\nno code\n")
    assert cli.main(["check", "--format", "reply", str(tmp_path / "a.eml")]) == 2
    out = capsys.readouterr()
    assert (out.out, "error: " in out.err) == ("", True)
