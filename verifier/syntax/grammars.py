"""Finds the grammars: package data in an installed wheel, `grammars/` beside the package in a checkout."""

from __future__ import annotations

from functools import cache
from importlib import resources
from pathlib import Path


@cache
def load(name: str) -> str:
    """The text of `grammars/NAME.lark`. Raises FileNotFoundError where the installation lacks it."""
    file = f"{name}.lark"
    packaged = resources.files("verifier").joinpath("grammars", file)
    if packaged.is_file():
        return packaged.read_text(encoding="utf-8")
    return (Path(__file__).resolve().parents[2] / "grammars" / file).read_text(encoding="utf-8")
