"""Checks each snippet of litmus/ once in this process and prints how long it took."""

from __future__ import annotations

import time
from pathlib import Path

from verifier.errors import InputError
from verifier.options import Options
from verifier.pipeline import check

LITMUS = Path(__file__).resolve().parent.parent / "litmus"


def main() -> None:
    """One line a snippet: milliseconds and name; the total last."""
    total = 0.0
    paths = sorted(p for p in LITMUS.rglob("*") if p.suffix in {".c", ".txt", ".litmus"})
    for path in paths:
        start = time.perf_counter()
        try:
            check(path.name, path.read_bytes(), Options())
        except InputError as error:
            print(error.render())
        spent = 1000 * (time.perf_counter() - start)
        total += spent
        print(f"{spent:10.1f} ms  {path.relative_to(LITMUS)}")
    print(f"{total:10.1f} ms  {len(paths)} snippets")


if __name__ == "__main__":
    main()
