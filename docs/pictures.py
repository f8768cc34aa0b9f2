"""Makes the pictures of the README anew, with Chromium, and smaller with Pillow where it is there: `make pictures`.

The terminal's report is what mbpair prints in colour, and the page what --html writes; nothing is drawn by hand.
"""

from __future__ import annotations

import html
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from playwright.sync_api import Browser

DOCS = Path(__file__).parent
DOORBELL = "litmus/kvm/doorbell-wake-up-4.13.c"
DEMO = "litmus/message-passing/demo.c"
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
COLOURS = 256
LARGEST = 250_000  # bytes of a picture
STYLES = {"1": "b", "31": "red", "32": "green", "33": "yellow"}
_PAINTED = re.compile(r"((?:\x1b\[\d+m)+)([^\x1b]*)\x1b\[0m")
CSS = """
body { margin: 0; background: #16181d; color: #d7dae0; width: max-content }
pre { margin: 0; padding: 18px 22px; font: 14px/1.35 "DejaVu Sans Mono", monospace }
.b { font-weight: bold } .red { color: #ff7b72 } .green { color: #7ee787 } .yellow { color: #e3b341 }
.prompt { color: #8b949e }
"""


def main() -> None:
    """Write docs/terminal.png, docs/doorbell.png and docs/page.png."""
    from playwright.sync_api import sync_playwright

    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with sync_playwright() as api, tempfile.TemporaryDirectory() as folder:
        browser = api.chromium.launch(
            executable_path=path, args=["--disable-gpu", "--disable-lcd-text", *sandbox]
        )
        source = Path(folder) / "source.html"
        shown = _mbpair("check", "--color=always", DOORBELL)
        source.write_text(_as_html(f"check {DOORBELL}", shown), encoding="utf-8")
        _take(browser, source, DOCS / "terminal.png", 1)
        for example, goal in ((DOORBELL, "doorbell.png"), (DEMO, "page.png")):
            _mbpair("check", "--html", str(source), example)
            _take(browser, source, DOCS / goal, 1180)
        browser.close()


def _mbpair(*arguments: str) -> str:
    """What mbpair prints at 100 columns."""
    command = [sys.executable, "-m", "verifier", *arguments]
    environment = {**os.environ, "COLUMNS": "100"}
    found = subprocess.run(
        command, capture_output=True, text=True, env=environment, cwd=DOCS.parent, check=False
    )
    return found.stdout


def _as_html(command: str, text: str) -> str:
    """A terminal's text with its colours, below the command that printed it."""
    coloured = _PAINTED.sub(_span, html.escape(text))
    prompt = f'<span class="prompt">$ mbpair {html.escape(command)}</span>\n'
    return f'<!doctype html><meta charset="utf-8"><style>{CSS}</style><pre>{prompt}{coloured}</pre>'


def _span(found: re.Match[str]) -> str:
    styles = " ".join(STYLES[code] for code in re.findall(r"\d+", found[1]))
    return f'<span class="{styles}">{found[2]}</span>'


def _take(browser: Browser, source: Path, goal: Path, width: int) -> None:
    shown = browser.new_page(viewport={"width": width, "height": 100}, color_scheme="light")
    shown.goto(source.as_uri())
    if width > 1:  # the page explains an edge that somebody points at
        shown.locator("figure[data-main] .edge.rf.cycle, figure[data-main] .edge.fr.cycle").first.focus()
        shown.mouse.move(0, 0)
    shown.screenshot(path=goal, full_page=True)
    _shrink(goal)
    size = goal.stat().st_size
    if size > LARGEST:
        raise SystemExit(f"{goal} has {size} bytes, more than {LARGEST}")


def _shrink(picture: Path) -> None:
    """Few colours are enough for text."""
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(picture) as whole:
        few = whole.convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    few.save(picture, optimize=True)


if __name__ == "__main__":
    main()
