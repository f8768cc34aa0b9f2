"""`python -m bench`: what mbpair takes, in CPU milliseconds on one core. Compare numbers of one machine only."""

from __future__ import annotations

import argparse
from pathlib import Path

from bench import parts, report
from bench.growth import Curve
from bench.herd import FASTER
from bench.measure import yardstick
from bench.results import SLOWER, YARDSTICK, compare, load, save

PARTS = ("corpus", "pairing", "growth", "start", "herd7")
PAGE = report.ROOT / "docs" / "growth.md"
RESULTS = report.ROOT / ".bench"


def main() -> None:
    """Measure the parts that were asked for, print them, compare them with the last run's and keep them."""
    arguments = _arguments()
    settings = _settings(arguments)
    results: Path = arguments.results or RESULTS / ("quick.json" if arguments.quick else "latest.json")
    curves: list[Curve] = []
    measures: dict[str, parts.Measure] = {
        "corpus": parts.measure_corpus,
        "pairing": parts.measure_pairing,
        "growth": lambda s: parts.measure_growth(s, curves),
        "start": parts.measure_start,
        "herd7": parts.measure_herd7,
    }
    about = report.facts()
    print(", ".join(f"{name} {value}" for name, value in about.items()))
    figures: report.Figures = {}
    for part in arguments.only:
        pace = yardstick()
        for section in measures[part](settings):
            print("", section.title, *section.lines, sep="\n", flush=True)
            before, pace = pace, yardstick()
            figures |= {g: {**f, YARDSTICK: (before + pace) / 2} for g, f in section.figures.items()}
    _tell_difference(results, about, figures)
    save(results, about, figures)
    if arguments.write_docs:
        PAGE.write_text(report.growth_page(curves, about, settings.seconds))


def _tell_difference(results: Path, about: dict[str, str], figures: report.Figures) -> None:
    """What changed since the run whose results are kept."""
    then, old = load(results)
    lines = compare(old, figures)
    if lines:
        changed = [f"{name} {value}" for name, value in then.items() if about.get(name) != value]
        since = f" ({', '.join(changed)})" if changed else ""
        mark = f"! marks what is {SLOWER} times slower, measured by the yardstick"
        print("", f"ratio to the last run{since}; {mark}", *lines, sep="\n")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", type=_parts, default=PARTS, metavar="PARTS", help=f"of {','.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="a small version, in some seconds")
    parser.add_argument(
        "--corpus", action="append", type=_folder, default=[], metavar="DIR", help="a folder of litmus tests"
    )
    parser.add_argument(
        "--every", type=_count, default=1, metavar="N", help="only each N-th test of the --corpus folders"
    )
    parser.add_argument(
        "--limit", type=float, default=20.0, metavar="S", help="seconds for a size of a family"
    )
    parser.add_argument(
        "--repeat", type=_count, default=3, metavar="N", help="measure N times; the least counts (default: 3)"
    )
    parser.add_argument(
        "--sample",
        type=_count,
        default=parts.SAMPLE,
        metavar="N",
        help=f"tests of a folder for herd7, of its fast mode {FASTER} times as many (default: %(default)s)",
    )
    parser.add_argument("--results", type=Path, metavar="FILE", help="what to compare with and to write")
    parser.add_argument("--write-docs", action="store_true", help="write docs/growth.md")
    arguments = parser.parse_args()
    if arguments.write_docs and ("growth" not in arguments.only or arguments.quick):
        parser.error("--write-docs needs the whole of the part growth")
    return arguments


def _parts(text: str) -> tuple[str, ...]:
    chosen = tuple(text.split(","))
    if not set(chosen) <= set(PARTS):
        raise argparse.ArgumentTypeError(f"expected some of {','.join(PARTS)}")
    return chosen


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) == 0:
        raise argparse.ArgumentTypeError(f"expected a number above 0, found {text}")
    return int(text)


def _folder(text: str) -> Path:
    if not Path(text).exists():
        raise argparse.ArgumentTypeError(f"there is no {text}")
    return Path(text).resolve()


def _settings(arguments: argparse.Namespace) -> parts.Settings:
    folders = {p.name: p for p in (parts.LITMUS, *arguments.corpus)}
    if arguments.quick:
        return parts.Settings(
            folders,
            max(arguments.every, 16),
            every_own=8,
            seconds=2.0,
            most=2,
            times=2,
            sample=6,
            patience=1.0,
        )
    return parts.Settings(
        folders,
        arguments.every,
        seconds=arguments.limit,
        repeat=arguments.repeat,
        sample=arguments.sample,
    )


if __name__ == "__main__":
    main()
