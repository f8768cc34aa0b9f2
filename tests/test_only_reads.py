"""Reading an input runs nothing, fetches nothing and writes nothing but the user's cache, whatever it holds."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
WATCH = """
import io, sys
from verifier import cli
FORBIDDEN = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "socket.", "urllib.", "ftplib.",
    "os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink", "os.truncate", "os.chmod", "shutil.",
    "ctypes.dlopen", "webbrowser.", "pty.")
WRITING = 3 | 64 | 512 | 1024  # O_WRONLY, O_RDWR, O_CREAT, O_TRUNC, O_APPEND

def watch(event, arguments):
    if event == "open":
        path, mode, flags = arguments
        if path != "/dev/null" and ((flags or 0) & WRITING or (mode and set(str(mode)) & set("wax+"))):
            found.append(f"{event} {arguments}")
    elif event.startswith(FORBIDDEN):
        found.append(f"{event} {arguments}")

found = []
sys.addaudithook(watch)
sys.stdout = io.StringIO()
for name in sys.argv[1:]:
    for form in (["--format", "json"], ["--format", "reply"], ["-v"]):
        cli.main(["check", "--timeout", "5", *form, name])
sys.stdout = sys.__stdout__
print("== watched ==", *found, sep="\\n")
"""
SPITEFUL = """From: a <a@example.org>
Subject: [PATCH] $(touch run) `touch run`; touch run

Link: https://example.org/fetch?me=1
Fixes: 123456789012 ("x")

diff --git a/../../../../tmp/run b/../../../../tmp/run
--- a/../../../../tmp/run
+++ b/../../../../tmp/run
@@ -1,4 +1,6 @@ void f(void)
 #include "/etc/passwd"
 #pragma touch run
 void f(void) {
 \tWRITE_ONCE(x, 1);
+\tsmp_wmb();
+\tWRITE_ONCE(y, 1);
 }
diff --git a/x.c b/x.c
old mode 100644
new mode 120000
--- a/x.c
+++ b/x.c
@@ -0,0 +1 @@
+/etc/passwd
"""


def watched(folder: Path, *names: str, code: str = WATCH) -> list[str]:
    """What was done, but for reading, while these files were checked."""
    env = {**os.environ, "XDG_CACHE_HOME": str(folder / "cache")}
    done = subprocess.run(
        [sys.executable, "-c", code, *names], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.partition("== watched ==")[2].split("\n")[1:-1]
    return [line for line in lines if str(folder / "cache") not in line]


@pytest.mark.parametrize("name", ["litmus/patches/ring.patch", "litmus/message-passing/demo.c"])
def test_examples_are_only_read(tmp_path: Path, name: str) -> None:
    assert watched(tmp_path, name) == []


def test_a_spiteful_patch_is_only_read(tmp_path: Path) -> None:
    file = tmp_path / "spite.patch"
    file.write_text(SPITEFUL)
    assert watched(tmp_path, str(file)) == []
    assert not (ROOT / "run").exists()
    assert not Path("/tmp/run").exists()


def test_writing_would_be_seen(tmp_path: Path) -> None:
    """Output options write, and the watch says so."""
    code = WATCH.replace('"--timeout", "5"', f'"--html", {str(tmp_path / "page.html")!r}')
    found = watched(tmp_path, "litmus/message-passing/demo.c", code=code)
    assert any(one.startswith("os.rename") for one in found)
