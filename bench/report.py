"""What was measured, as text and as a page of docs/."""

from __future__ import annotations

import os
import platform
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.growth import Curve

ROOT = Path(__file__).resolve().parent.parent

Figures = dict[str, dict[str, float]]  # by group and label; less is better


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report: lines to print and figures to keep."""

    title: str
    lines: tuple[str, ...]
    figures: Figures


def table(rows: Sequence[Sequence[str]]) -> tuple[str, ...]:
    """Aligned columns, the first to the left and the others to the right; the first row is the head."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return tuple(
        "  ".join(c.rjust(w) if i else c.ljust(w) for i, (c, w) in enumerate(zip(row, widths, strict=True)))
        for row in rows
    )


def milliseconds(number: float) -> str:
    """Three digits or so."""
    return f"{number:.2f}" if number < 10 else f"{number:.1f}" if number < 100 else f"{number:,.0f}"


def facts() -> dict[str, str]:
    """What the numbers depend on."""
    return {
        "commit": _git("rev-parse", "--short", "HEAD")
        + ("+" if _git("status", "--porcelain", "-uno") else ""),
        "python": platform.python_version(),
        "z3": version("z3-solver"),
        "lark": version("lark"),
        "processor": _processor(),
        "cores": str(os.cpu_count()),
        "system": f"{platform.system()} {platform.machine()}",
    }


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    except OSError:
        return ""
    return done.stdout.strip()


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next(
        (l.partition(":")[2].strip() for l in lines if l.startswith("model name")), platform.processor()
    )


def growth_page(curves: Sequence[Curve], about: dict[str, str], seconds: float) -> str:
    """docs/growth.md."""
    most = max(len(c.points) for c in curves)
    rows = [["family", "size is", *["size: ms"] * most, "not decided"]]
    for c in curves:
        cells = [f"{p.size}: {milliseconds(p.total)}" for p in c.points] + [""] * (most - len(c.points))
        rows.append([c.family.name, c.family.size, *cells, c.stopped])
    rows.insert(1, ["---"] * (most + 3))
    texts = (f"- **{c.family.name}**: {' '.join((c.family.text.__doc__ or '').split())}" for c in curves)
    return _PAGE.format(
        seconds=f"{seconds:.0f}",
        table="\n".join(f"| {' | '.join(row)} |" for row in rows),
        families="\n".join(texts),
        **about,
    )


_PAGE = """\
# Growth

How the time to decide a litmus test's condition, or the barriers of a snippet, grows with the text. `python -m bench
--write-docs` writes this page; the modules `bench/families*.py` make the texts. CPU milliseconds for one text, from
its first line to the answer, in a process that has loaded grammars, models and solver before; of litmus tests under the
kernel's model, unless the name says Armv8, of snippets under both. A family stops at the first size that is not decided
in {seconds} s.

{table}

Python {python}, z3 {z3}, {processor}.

Of litmus tests no execution meets the condition, of snippets each barrier is paired, at any size, and that is what
mbpair says of each size above:

{families}
"""
