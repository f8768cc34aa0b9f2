"""`python -m certify`: has a second solver check what mbpair's verdicts rest on.

Without arguments: on all examples of litmus/ and, where --corpora names a folder, a sample of the litmus tests there.
With files or directories that `mbpair check --certify` wrote: on these.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from certify.tally import Tally
from verifier.batch import Job, expand
from verifier.options import Options

ROOT = Path(__file__).resolve().parents[1]
SECONDS = 300.0  # for mbpair, a file


def main() -> int:
    """Check, and print what came of it; 1 where something was rejected."""
    arguments = _arguments()
    tally = Tally()
    if arguments.certificates:
        _check_files(arguments.certificates, tally, arguments.seconds)
    else:
        programs = list(_programs(arguments.corpora, arguments.sample))
        with ProcessPoolExecutor(arguments.jobs) as pool:
            for one in pool.map(partial(_check_program, seconds=arguments.seconds), programs):
                tally.add(one)
                if sys.stderr.isatty():
                    print(f"\r\033[K{tally.programs:,} programs and models", end="", file=sys.stderr)
    print(*tally.lines(), sep="\n")
    return 0 if tally.is_good else 1


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m certify", description=__doc__)
    parser.add_argument(
        "certificates", nargs="*", type=_path, help="what --certify wrote; default: see above"
    )
    parser.add_argument("--seconds", type=float, default=10.0, help="for a claim (default: 10)")
    parser.add_argument("--corpora", type=_path, help="a folder with other litmus tests")
    parser.add_argument("--sample", type=int, default=500, help="how many of these (default: 500)")
    parser.add_argument(
        "--jobs", type=int, default=os.cpu_count() or 1, help="at a time (default: all cores)"
    )
    return parser.parse_args()


def _path(text: str) -> Path:
    if not Path(text).exists():
        raise argparse.ArgumentTypeError(f"there is no {text}")
    return Path(text)


def _check_files(paths: Sequence[Path], tally: Tally, seconds: float) -> None:
    files = [f for p in paths for f in (sorted(p.iterdir()) if p.is_dir() else [p])]
    for file in files:
        _check_text(file.name, file.suffix, file.read_text(encoding="utf-8"), tally, seconds)
    tally.programs = len({f.stem for f in files})


def _programs(corpora: Path | None, sample: int) -> Iterator[tuple[str, str]]:
    """Commands of mbpair and their inputs."""
    for name in expand([str(ROOT / "litmus")]):
        yield "check", name
        if name.endswith(".litmus"):
            yield "litmus", name
    found = sorted(corpora.rglob("*.litmus")) if corpora is not None else []
    count = min(sample, len(found))
    for number in range(count):
        yield "litmus", str(found[number * len(found) // count])


def _check_program(program: tuple[str, str], seconds: float) -> Tally:
    command, name = program
    tally = Tally()
    job = Job("check" if command == "check" else "litmus", (name,), Options(certify=True, timeout=SECONDS))
    answer = job.answer(0)
    if answer.details:
        tally.failed.append(f"{name}: {answer.details}")
    tally.programs = len({c.stem for c in answer.certificates})
    for c in answer.certificates:
        _check_text(f"{command} {c.stem}", c.suffix, c.text, tally, seconds)
    return tally


def _check_text(name: str, suffix: str, text: str, tally: Tally, seconds: float) -> None:
    if suffix == ".json":
        tally.add_executions(name, text)
    else:
        tally.add_proofs(name, text, seconds)


if __name__ == "__main__":
    raise SystemExit(main())
