"""Random litmus tests under each model, against tests/cycles.tsv: an answer that changes is seen, whatever changed it.

The table is what mbpair said, and the full tier has the enumerator say the same; `--goldens` rewrites it.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from tests import cycles
from tests.oracle import TooBigError
from tests.test_cycles import by_enumerator
from verifier.options import Options
from verifier.pipeline import litmus

TABLE = Path(__file__).parent / "cycles.tsv"
SEEDS = range(2000, 2400)
PART = 20  # tests at a time
ASKED: tuple[tuple[str, Callable[[int], str], str], ...] = (
    *(("C", cycles.linux, model) for model in ("lkmm", "armv8", "riscv", "power", "tso", "sc")),
    ("AArch64", cycles.aarch64, "armv8"),
    ("RISCV", cycles.riscv, "riscv"),
    ("X86_64", cycles.x86, "tso"),
)


def answer(draw: Callable[[int], str], model: str, seed: int) -> str:
    """The observation and the flags, or why there are none."""
    verdict = litmus("cycle.litmus", draw(seed).encode(), Options(models=(model,)))
    if verdict.outcome is None:
        return verdict.reason
    return " ".join((verdict.outcome.observation, *sorted(verdict.outcome.flags)))


@cache
def table() -> list[list[str]]:
    return [line.split("\t") for line in TABLE.read_text(encoding="utf-8").splitlines()]


@pytest.mark.parametrize("first", SEEDS[::PART])
@pytest.mark.parametrize("column", range(len(ASKED)), ids=[f"{kind}-{model}" for kind, _, model in ASKED])
def test_answers(column: int, first: int, rewrites_goldens: bool) -> None:
    if rewrites_goldens:
        return  # test_all_answers does
    _, draw, model = ASKED[column]
    rows = table()[first - SEEDS.start :][:PART]
    assert [answer(draw, model, first + i) for i in range(PART)] == [row[column] for row in rows]


def observed(counts: tuple[int, int]) -> str:
    positive, negative = counts
    return "Never" if not positive else "Sometimes" if negative else "Always"


@pytest.mark.full
@pytest.mark.parametrize("column", range(len(ASKED)), ids=[f"{kind}-{model}" for kind, _, model in ASKED])
def test_the_enumerator_says_the_same(column: int) -> None:
    _, draw, model = ASKED[column]
    compared = 0
    for seed, row in zip(SEEDS, table(), strict=True):
        try:
            expected = observed(by_enumerator(draw(seed), model, limit=800).counts)
        except TooBigError:
            continue
        if not row[column].startswith("not modelled"):
            assert row[column].split()[0] == expected, f"seed {seed}"
            compared += 1
    assert compared > len(SEEDS) // 3


@pytest.mark.full
def test_all_answers(rewrites_goldens: bool) -> None:
    if rewrites_goldens:
        rows = ("\t".join(answer(draw, model, seed) for _, draw, model in ASKED) for seed in SEEDS)
        TABLE.write_text("".join(f"{row}\n" for row in rows), encoding="utf-8")
    assert len(table()) == len(SEEDS)
