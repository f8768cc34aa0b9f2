"""What the input holds never drives the terminal: no escape sequence and nothing unseen in what people read."""

from __future__ import annotations

import contextlib
import re
import sys
from pathlib import Path

import pytest

from verifier import cli

BAD = "\x1b]0;owned\x07\x1b[2J\x9b1A\u202eevil\u2066\u200b\r"
UNSEEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]")
SHOWN = "⟨U+001B⟩"

SNIPPET = f"""/* {BAD} mbpair: thread w = writer */
void writer(void)
{{
        WRITE_ONCE(data, 1);
        smp_wmb(); /* pairs with {BAD} in nobody() */
        WRITE_ONCE(flag, 1); // {BAD}
}}

void reader(void)
{{
        if (READ_ONCE(flag)) assert(READ_ONCE(data) == 1 /* {BAD} */);
}}
"""
MAIL = f"""From: {BAD} <a@b.c>
Date: Thu, 1 Jan 2026 00:00:00 +0000
Subject: [PATCH] {BAD}
Message-Id: <1@x>

Some words {BAD}
---
diff --git a/x.c b/x.c
--- a/x.c
+++ b/x.c
@@ -1,12 +1,13 @@
 void writer(void)
 {{
 \tWRITE_ONCE(data, 1); /* {BAD} */
+\tsmp_wmb(); /* pairs with {BAD} */
 \tWRITE_ONCE(flag, 1);
 }}

 void reader(void)
 {{
 \tif (READ_ONCE(flag))
 \t\tr = READ_ONCE(data); /* {BAD} */
 }}
"""
DIAGRAM = f"""    CPU{BAD}               CPU1{BAD}
    ----                   ----
    WRITE_ONCE(x, 1);      r1 = READ_ONCE(y);
    smp_wmb();             r2 = READ_ONCE(x);
    WRITE_ONCE(y, 1);
"""
LITMUS = f"""C MP{BAD}
"{BAD}"
{{}}
P0(int *x) {{ WRITE_ONCE(*x, 1); (* {BAD} *) }}
exists (x=1 (* {BAD} *))
"""
TEXTS = {
    "a.c": SNIPPET,
    "a.eml": MAIL,
    "a.txt": DIAGRAM,
    "a.litmus": LITMUS,
    "b.c": f"void f(void) {{ {BAD} }}",
}
WAYS = (
    ["check"],
    ["check", "-q"],
    ["check", "-v"],
    ["check", "--format", "reply"],
    ["litmus"],
    ["explain"],
)


def run(arguments: list[str], capsys: pytest.CaptureFixture[str]) -> str:
    """Everything that a command prints."""
    with contextlib.suppress(SystemExit):
        cli.main(arguments)
    printed = capsys.readouterr()
    return printed.out + printed.err


@pytest.mark.parametrize("way", WAYS, ids=" ".join)
@pytest.mark.parametrize("name", TEXTS)
def test_nothing_unseen_comes_out(
    name: str, way: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / name
    path.write_bytes(TEXTS[name].encode())
    last = ["smp_wmb"] if way == ["explain"] else []
    printed = run([*way, str(path), *last], capsys)
    assert printed.strip()
    assert UNSEEN.findall(printed) == []


def test_what_is_shown_of_it_is_shown_by_number(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a.eml"
    path.write_bytes(MAIL.encode())
    assert SHOWN in run(["check", str(path)], capsys)
    assert SHOWN in run(["check", "--format", "reply", str(path)], capsys)


@pytest.mark.parametrize("command", [["check"], ["check", "-q"], ["litmus"], ["explain"]], ids=" ".join)
@pytest.mark.parametrize("is_there", [True, False])
def test_a_file_name_is_shown_on_one_line(
    is_there: bool, command: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a\x1b[2J\u202eb\nproved under armv8: c.c"
    if is_there:
        path.write_text(SNIPPET)
    printed = run([*command, str(path), *(["smp_wmb"] if command == ["explain"] else [])], capsys)
    assert SHOWN in printed
    assert UNSEEN.findall(printed) == []
    assert not any(line.startswith("proved") for line in printed.splitlines())


@pytest.mark.parametrize(
    "arguments",
    [
        ["check", "--\x1b[2J"],
        ["check", "--model", "\x1b[2J\u202e", "a.c"],
        ["check", "--kernel", "\x1b[2J", "a.c"],
        ["check", "--thread", "\x1b[2J", "a.c"],
        ["check", "--format", "\x1b[2J", "a.c"],
        ["check", "--git", "\x1b[2J..x"],
        ["check", "--tree", "\x1b[2J", "a.c"],
        ["primitives", "\x1b[2J"],
        ["\x1b[2J"],
    ],
)
def test_so_are_arguments(
    arguments: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a.c").write_text("void f(void) { smp_mb(); }")
    monkeypatch.chdir(tmp_path)
    printed = run(arguments, capsys)
    assert printed
    assert UNSEEN.findall(printed) == []


@pytest.mark.parametrize("is_terminal", [True, False])
def test_a_patch_is_shown_on_a_terminal_and_kept_elsewhere(
    is_terminal: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.c"
    path.write_text(SNIPPET.replace("\r", ""))
    monkeypatch.setattr(sys.stdout, "isatty", lambda: is_terminal)
    printed = run(["check", "--fix", str(path)], capsys)
    assert "+++ " in printed
    assert bool(UNSEEN.findall(printed)) is not is_terminal


def test_so_are_primitives_of_the_users(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "a\x1b[2J.c"
    path.write_bytes(
        f"/* mine.h {BAD} */\nvoid my_kick(int *x) {{ smp_mb(); /* {BAD} */ *x = 1; }}\n".encode()
    )
    printed = run(["primitives", "--primitives", str(path), "my_kick"], capsys)
    assert "my_kick" in printed
    assert SHOWN in printed
    assert UNSEEN.findall(printed) == []
