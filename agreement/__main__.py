"""`python -m agreement`: random programs under all models against enumerated executions. Exit code 1 if any disagree.

A program is made from its number alone, so `--first N --programs 1` makes it again.
"""

from __future__ import annotations

import argparse
import sys
import traceback
from collections.abc import Iterator
from multiprocessing import get_context

from agreement.compare import compare, program
from verifier.arguments import usable_cores

REPORTED = 5_000  # programs between two lines of progress


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m agreement", description=__doc__.partition("\n")[0])
    parser.add_argument(
        "--programs", type=int, default=100_000, metavar="N", help="how many (default: 100000)"
    )
    parser.add_argument(
        "--first", type=int, default=0, metavar="SEED", help="the number of the first (default: 0)"
    )
    parser.add_argument("--jobs", type=int, default=usable_cores(), metavar="N", help="how many at a time")
    given = parser.parse_args()
    numbers = range(given.first, given.first + given.programs)
    compared = answers = failures = 0
    for done, (seed, count, problem) in enumerate(_results(numbers, given.jobs), 1):
        compared += count > 0
        answers += count
        if problem:
            failures += 1
            print(f"{problem}\n{program(seed)}", flush=True)
        if done % REPORTED == 0:
            print(
                f"{done:,} programs, {answers:,} answers, {failures} disagreements",
                file=sys.stderr,
                flush=True,
            )
    print(
        f"programs {numbers.start:,} to {numbers.stop - 1:,}: {compared:,} compared under six models, "
        f"{len(numbers) - compared:,} too large; {answers:,} answers, {failures} disagreements"
    )
    return int(failures > 0)


def _results(numbers: range, jobs: int) -> Iterator[tuple[int, int, str]]:
    if jobs == 1:
        yield from map(_result, numbers)
        return
    with get_context("fork").Pool(jobs) as pool:
        yield from pool.imap(_result, numbers, chunksize=50)


def _result(seed: int) -> tuple[int, int, str]:
    """The number, how many answers were compared, and what is wrong."""
    try:
        return seed, compare(seed), ""
    except Exception:  # noqa: BLE001  a crash is a failure as well, and the rest goes on
        return seed, 0, traceback.format_exc()


if __name__ == "__main__":
    sys.exit(main())
