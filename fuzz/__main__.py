"""`python -m fuzz --seconds N`: feeds the targets one after the other, and says what broke.

Needs the extra `fuzz`, for it is guided by what inputs reach; with --inputs it is not, and does not. A failure's input
and traceback are in `.fuzz/findings`, the inputs that reach new code in `.fuzz/TARGET/corpus`, from where the next run
goes on. Exit code 1 if anything was found.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
import traceback
from pathlib import Path

from fuzz.findings import FOLDER, keep
from fuzz.numbered import feed_all
from fuzz.targets import TARGETS, load
from verifier.arguments import usable_cores
from verifier.limits import Undecided

REPORTED = 20_000  # inputs between two lines
LEAST = 5  # seconds that a process is started for


def main() -> int:
    """Feed the targets that were asked for, or the files again; the exit code."""
    arguments = _arguments()
    if arguments.again:
        return int(sum(_fails(file) for file in arguments.again if file.suffix != ".why") > 0)
    if arguments.inputs:
        numbers = range(arguments.first, arguments.first + arguments.inputs)
        return _feed_numbered(arguments.only, numbers, arguments.jobs)
    each = arguments.seconds / len(arguments.only)
    found = 0
    for target in arguments.only:
        runs, failures = feed(target, each)
        found += failures
        print(f"{target}: {runs:,} runs in {each:.0f} s, {failures} kinds of failure", flush=True)
    return int(found > 0)


def _feed_numbered(targets: tuple[str, ...], numbers: range, jobs: int) -> int:
    """The inputs that are made from these numbers; the exit code."""
    done = kinds = most = 0
    for done, kinds, most in feed_all(targets, numbers, jobs):
        if done % REPORTED == 0:
            print(
                f"{done:,} inputs, {kinds} kinds of failure, at most {most:,} MiB",
                file=sys.stderr,
                flush=True,
            )
    print(
        f"{done:,} inputs for {len(targets)} targets, {kinds} kinds of failure, at most {most:,} MiB in a process"
    )
    return int(kinds > 0 or done < len(numbers))


def _fails(file: Path) -> bool:
    """Whether the target that a finding is named for still fails."""
    load()
    try:
        TARGETS[file.name.partition("-")[0]](file.read_bytes())
    except (Exception, Undecided):  # noqa: BLE001  whatever it is
        print(f"{file}: {traceback.format_exc()}")
        return True
    print(f"{file}: no failure")
    return False


def feed(target: str, seconds: float) -> tuple[int, int]:
    """How often the target was run in that time, and how many kinds of failure came of it."""
    before = _failures(target)
    end = time.monotonic() + seconds
    runs = 0
    while (left := end - time.monotonic()) > LEAST:
        runs += _feed_once(target, left)
    return runs, len(_failures(target) - before)


def _feed_once(target: str, seconds: float) -> int:
    """One process's runs. It may have died of an input, which is then a finding."""
    folder = FOLDER / target
    (folder / "runs").unlink(missing_ok=True)
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-m", "fuzz.run", target, str(int(seconds))],
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    sys.stderr.write("".join(line for line in done.stderr.splitlines(True) if line.startswith("found:")))
    if done.returncode:
        if time.monotonic() - start < LEAST and not (folder / "runs").exists():
            raise SystemExit(f"python -m fuzz.run {target} does not start:\n{done.stderr}")
        keep(target, f"died-{done.returncode}", (folder / "now").read_bytes(), done.stderr[-20_000:])
    return int((folder / "runs").read_text()) if (folder / "runs").exists() else 0


def _failures(target: str) -> set[Path]:
    return {path for path in (FOLDER / "findings").glob(f"{target}-*") if path.suffix != ".why"}


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m fuzz", description=__doc__)
    parser.add_argument(
        "--seconds", type=float, default=240.0, help="for all targets together (default: 240)"
    )
    parser.add_argument(
        "--only", type=_targets, default=tuple(TARGETS), metavar="TARGETS", help=",".join(TARGETS)
    )
    parser.add_argument(
        "--inputs",
        type=int,
        default=0,
        metavar="N",
        help="instead, N inputs that are made from their numbers",
    )
    parser.add_argument(
        "--first", type=int, default=0, metavar="N", help="the number of the first of these (default: 0)"
    )
    parser.add_argument(
        "--jobs", type=int, default=usable_cores(), metavar="N", help="how many at a time of these"
    )
    parser.add_argument(
        "--again", type=Path, nargs="+", metavar="FILE", help="run findings once more instead"
    )
    return parser.parse_args()


def _targets(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    if unknown := set(chosen) - set(TARGETS):
        raise argparse.ArgumentTypeError(
            f"no target {', '.join(sorted(unknown))}; there are {', '.join(TARGETS)}"
        )
    return chosen


if __name__ == "__main__":
    sys.exit(main())
