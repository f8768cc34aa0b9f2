"""Figures of a run in a file, and beside those of the run before."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterator
from pathlib import Path

from bench.report import Figures, milliseconds

WIDTH = 96
MARGIN = 26
SLOWER = 1.2  # times as much is marked
YARDSTICK = "yardstick"  # the label of how slow the machine was while a group was measured


def load(path: Path) -> tuple[dict[str, str], Figures]:
    """The facts and figures of an earlier run; none where there is none."""
    try:
        kept = json.loads(path.read_text())
    except FileNotFoundError:
        return {}, {}
    return kept["facts"], kept["figures"]


def save(path: Path, facts: dict[str, str], figures: Figures) -> None:
    """Keep facts and figures, and the older figures of groups that were not measured now."""
    kept = {**load(path)[1], **figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({"facts": facts, "figures": kept}, indent=1) + "\n")


def compare(old: Figures, new: Figures) -> tuple[str, ...]:
    """The ratio new to old of each figure, a group a paragraph; then what is slower or missing, once more.

    A figure is slower where its ratio is more than SLOWER times that of the yardstick, if the machine has slowed down.
    """
    lines: list[str] = []
    slower: list[str] = []
    for group, figures in new.items():
        before = old.get(group, {})
        ratios = {label: v / before[label] for label, v in figures.items() if before.get(label)}
        pace = max(1.0, ratios.get(YARDSTICK, 1.0))
        marked = {label for label, r in ratios.items() if r > SLOWER * pace}
        lines += _paragraph(group, ratios, marked)
        slower += _notes(group, before, figures, marked)
    return (*lines, *slower)


def _paragraph(group: str, ratios: dict[str, float], marked: set[str]) -> list[str]:
    if not ratios:
        return []
    cells = (f"{label} {r:.2f}{'!' if label in marked else ''}" for label, r in ratios.items())
    text = "  ".join(c.replace(" ", "\N{NO-BREAK SPACE}") for c in cells)
    head = f"{group}  ".ljust(MARGIN)
    filled = textwrap.fill(text, WIDTH, initial_indent=head, subsequent_indent=" " * MARGIN)
    return filled.replace("\N{NO-BREAK SPACE}", " ").splitlines()


def _notes(
    group: str, before: dict[str, float], figures: dict[str, float], marked: set[str]
) -> Iterator[str]:
    for label, value in before.items():
        if label in marked or (value == 0 and figures.get(label)):
            yield f"! {group}, {label}: {milliseconds(value)} -> {milliseconds(figures[label])}"
        elif label not in figures:
            yield f"! {group}, {label}: {milliseconds(value)} -> none"
