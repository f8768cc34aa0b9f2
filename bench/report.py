"""What was measured as text, as JSON, as a page of docs/, and beside what was measured before."""

from __future__ import annotations

import json
import os
import platform
import subprocess
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from bench.growth import Curve

ROOT = Path(__file__).resolve().parent.parent
WIDTH = 96
SLOWER = 1.2  # times as much is marked

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


def compare(old: Figures, new: Figures) -> tuple[str, ...]:
    """The ratio new to old of each figure that both have, a group a paragraph; what is slower, once more."""
    lines, slower = [], []
    for group, figures in new.items():
        cells = []
        for label, value in figures.items():
            before = old.get(group, {}).get(label)
            if not before:
                continue
            ratio = value / before
            cells.append(
                f"{label} {ratio:.2f}{'!' if ratio > SLOWER else ''}".replace(" ", "\N{NO-BREAK SPACE}")
            )
            if ratio > SLOWER:
                slower.append(f"! {group}, {label}: {milliseconds(before)} -> {milliseconds(value)}")
        if cells:
            indent = " " * 20
            text = textwrap.fill(
                "  ".join(cells), WIDTH, initial_indent=f"{group:<20}", subsequent_indent=indent
            )
            lines += text.replace("\N{NO-BREAK SPACE}", " ").splitlines()
    return (*lines, *slower)


def load(path: Path) -> tuple[dict[str, str], Figures]:
    """The facts and figures of an earlier run; none where there is none."""
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        return {}, {}
    return kept["facts"], kept["figures"]


def save(path: Path, about: dict[str, str], figures: Figures) -> None:
    """Keep facts and figures, and the older figures of groups that were not measured now."""
    kept = {**load(path)[1], **figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"facts": about, "figures": kept}, indent=1) + "\n")


def growth_page(curves: Iterable[Curve], about: dict[str, str], seconds: float) -> str:
    """docs/growth.md."""
    lines = [_PAGE.format(seconds=f"{seconds:.0f}", **about)]
    curves = list(curves)
    most = max((len(c.points) for c in curves), default=0)
    lines.append("| family | size | " + " | ".join(["ms"] * most) + " | not decided |")
    lines.append("|---|---|" + "---|" * (most + 1))
    for c in curves:
        cells = [f"{p.size}: {milliseconds(p.total)}" for p in c.points] + [""] * (most - len(c.points))
        lines.append(f"| {c.family.name} | {c.family.size} | " + " | ".join(cells) + f" | {c.stopped} |")
    lines += [
        "",
        "Each condition is impossible, and at each size that is what comes out:" if curves else "",
        "",
    ]
    for c in curves:
        about_it = " ".join((c.family.text.__doc__ or "").split())
        lines.append(f"- **{c.family.name}**: {about_it}")
    return "\n".join(lines) + "\n"


_PAGE = """\
# Growth

How the time to decide a litmus test's condition grows with the test. `python -m bench --write-docs` writes this page;
`bench/families.py` and `bench/families_aarch64.py` make the tests. CPU milliseconds for one test in a process that has
loaded grammars, model and solver before, from the text to the answer; kernel model, unless the name says Armv8. A family
stops at the first size that is not decided in {seconds} s.

Commit {commit}, Python {python}, z3 {z3}, {processor}.
"""
