"""Arguments and exit codes; the only module that prints.

Exit codes: 0 all proved; 1 something refuted; 2 bad input or usage; 3 undecided, vacuous or
nothing to check; 130 interrupted; 141 the reader of the output went away. In a batch the worst
counts, in the order 2, 1, 3, 0.
"""

from __future__ import annotations

import argparse
import os
import shutil
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from verifier import __version__
from verifier.arguments import DEFAULT_MODELS, MODELS, make_parser, read_options
from verifier.errors import InputError, ModelError, ReadError, UsageError
from verifier.options import Options

if TYPE_CHECKING:
    from verifier.pairing.verdict import ModelResult, UnitResult
    from verifier.properties.verdict import LitmusVerdict
    from verifier.report.style import Style

T = TypeVar("T")
SUFFIXES = frozenset({".c", ".txt", ".eml", ".mbox", ".litmus"})
WORST_FIRST = (2, 1, 3, 0)
LARGEST_INPUT = 32 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a batch: results in the order of the inputs, errors, and the exit code."""

    units: tuple[UnitResult, ...]
    errors: tuple[InputError, ...]
    code: int


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. `arguments` defaults to the process's own."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except KeyboardInterrupt:
        print("mbpair: interrupted", file=sys.stderr)
        return 130
    return code


def _run(arguments: Sequence[str] | None) -> int:
    parsed = make_parser(_check, _explain, _litmus, _models, _primitives).parse_args(arguments)
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except UsageError as error:
        _complain(error)
        return 2


# ------------------------------------------------------------------ commands


def _check(parsed: argparse.Namespace) -> int:
    options = read_options(parsed)
    outcome = check_all(parsed.files, options)
    if parsed.format == "json":
        from verifier.report import json_report

        print(json_report.render(outcome.units, outcome.errors, __version__, outcome.code), end="")
    elif outcome.units:
        from verifier.report import text

        level: text.Level = "quiet" if parsed.quiet else "verbose" if parsed.verbose else "normal"
        print(text.render(outcome.units, _style(parsed), level), end="")
        if len(outcome.units) > 1 and not parsed.quiet:
            print(f"\n{_summary(outcome)}")
    for error in outcome.errors:
        _complain(error)
    return outcome.code


def _explain(parsed: argparse.Namespace) -> int:
    outcome = check_all([parsed.file], read_options(parsed))
    for error in outcome.errors:
        _complain(error)
    if outcome.errors:
        return outcome.code
    chosen = select_barrier(outcome.units, parsed.barrier)
    if not chosen:
        raise UsageError("barrier", _no_such_barrier(outcome.units, parsed), name=parsed.file)
    if parsed.format == "json":
        from verifier.report import json_report

        print(json_report.render(chosen, (), __version__, outcome.code), end="")
    else:
        from verifier.report import text

        print(text.render(chosen, _style(parsed), "verbose"), end="")
    return outcome.code


def _litmus(parsed: argparse.Namespace) -> int:
    options = read_options(parsed)
    if len(options.models) > 1:
        raise UsageError("models", "litmus answers under one model; give --model once")
    from verifier.pipeline import litmus
    from verifier.report import herd

    codes = []
    for name in expand(parsed.files, frozenset({".litmus"})):
        try:
            verdict = _run_one(litmus, name, options)
        except InputError as error:
            error.name = error.name or name
            _complain(error)
            codes.append(2)
            if isinstance(error, ModelError):
                break
        else:
            print(herd.render(verdict), end="", flush=True)
            codes.append(_litmus_code(verdict))
    return worst(codes)


def _litmus_code(verdict: LitmusVerdict) -> int:
    """A condition that only holds as far as a loop's bound goes is undecided; `exists` is a question."""
    if verdict.outcome is None:
        return 3
    if verdict.condition is not None and verdict.condition.kind == "exists":
        return 0
    if not verdict.outcome.is_true:
        return 1
    return 3 if verdict.outcome.is_cut else 0


def _models(_: argparse.Namespace) -> int:
    width = max(map(len, MODELS))
    for name, source in MODELS.items():
        default = " [default]" if name in DEFAULT_MODELS else ""
        print(f"{name:<{width}}  {source}{default}")
    print("A model of your own: --model PATH.cat, in the cat language of herd7.")
    return 0


def _primitives(parsed: argparse.Namespace) -> int:
    from verifier.report import catalogue

    if parsed.name is None:
        print(catalogue.list_all(), end="")
        return 0
    text = catalogue.describe(parsed.name.removesuffix("()"))
    if text is None:
        raise UsageError("unknown primitive", f"no primitive {parsed.name!r}; mbpair primitives lists them")
    print(text, end="")
    return 0


# ---------------------------------------------------------------- the batch


def check_all(names: Sequence[str], options: Options) -> Outcome:
    """Check each input; one that can't be used is kept as an error and the rest goes on.

    A model that can't be used ends the batch. Raises UsageError where there is nothing to read.
    """
    from verifier.pipeline import check

    units: list[UnitResult] = []
    errors: list[InputError] = []
    codes: list[int] = []
    for name in expand(names):
        try:
            found = _run_one(check, name, options)
        except InputError as error:
            error.name = error.name or name
            errors.append(error)
            codes.append(2)
            if isinstance(error, ModelError):
                break
        else:
            units += found
            codes += [unit_code(unit) for unit in found] or [3]
    return Outcome(tuple(units), tuple(errors), worst(codes))


def _run_one(run: Callable[[str, bytes, Options], T], name: str, options: Options) -> T:
    """What a stage makes of one input; raises InputError."""
    shown, data = read(name)
    try:
        return run(shown, data, options)
    except RecursionError:
        raise ReadError("nesting", "the text is nested too deeply", name=shown) from None


def expand(names: Sequence[str], suffixes: frozenset[str] = SUFFIXES) -> list[str]:
    """The inputs, directories replaced by their files, sorted; raises UsageError for an empty one."""
    if names.count("-") > 1:
        raise UsageError("stdin", "standard input (-) is given twice; it can be read once")
    found: list[str] = []
    for name in names:
        path = Path(name)
        if name == "-" or not path.is_dir():
            found.append(name)
            continue
        inside = sorted(str(p) for p in path.rglob("*") if p.suffix in suffixes and p.is_file())
        if not inside:
            kinds = " ".join(sorted(suffixes))
            raise UsageError("empty directory", f"the directory has no input (files ending in {kinds})", name)
        found += inside
    return list(dict.fromkeys(found))


def read(name: str) -> tuple[str, bytes]:
    """An input's name as reports show it, and its bytes; raises ReadError."""
    shown = "<stdin>" if name == "-" else name
    try:
        if name == "-":
            data = sys.stdin.buffer.read(LARGEST_INPUT + 1)
        else:
            with Path(name).open("rb") as file:
                data = file.read(LARGEST_INPUT + 1)
    except (OSError, ValueError) as error:
        why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise ReadError("unreadable", f"can't be read: {why.lower()}", name=shown) from None
    if len(data) > LARGEST_INPUT:
        size = LARGEST_INPUT // (1024 * 1024)
        raise ReadError("too large", f"is larger than {size} MiB; give the part in question", name=shown)
    return shown, data


def unit_code(unit: UnitResult) -> int:
    """The exit code for one program."""
    return worst([_result_code(result) for result in unit.results] or [3])


def _result_code(result: ModelResult) -> int:
    return {"proved": 0, "refuted": 1}.get(result.verdict, 3)


def worst(codes: Sequence[int]) -> int:
    """The exit code that counts; 3 for an empty batch."""
    return next((code for code in WORST_FIRST if code in codes), 3)


def select_barrier(units: Sequence[UnitResult], wanted: str) -> tuple[UnitResult, ...]:
    """The programs with the barriers that `wanted` names (name, name:line or line); () if none."""
    name, line = _split_barrier(wanted)
    chosen = []
    for unit in units:
        results = tuple(
            replace(
                result,
                properties=(),
                barriers=tuple(
                    barrier
                    for barrier in result.barriers
                    if name in ("", barrier.place.name, barrier.place.via)
                    and line in (None, barrier.place.line)
                ),
            )
            for result in unit.results
        )
        if any(result.barriers for result in results):
            chosen.append(replace(unit, results=results))
    return tuple(chosen)


def _split_barrier(wanted: str) -> tuple[str, int | None]:
    name, colon, line = wanted.rpartition(":")
    if not colon and wanted.isdecimal():
        return "", int(wanted)
    if colon and line.isdecimal():
        return name.removesuffix("()"), int(line)
    return wanted.removesuffix("()"), None


def _no_such_barrier(units: Sequence[UnitResult], parsed: argparse.Namespace) -> str:
    known = {
        f"{barrier.place.name}:{barrier.place.line}": None
        for unit in units
        for result in unit.results
        for barrier in result.barriers
    }
    have = ", ".join(known) or "none"
    return f"no barrier {parsed.barrier!r}; the barriers here are: {have}"


# ------------------------------------------------------------------ printing


def _summary(outcome: Outcome) -> str:
    counts = {1: 0, 3: 0, 0: 0}
    for unit in outcome.units:
        counts[unit_code(unit)] += 1
    words = {1: "refuted", 3: "undecided", 0: "proved"}
    parts = [f"{count} {words[code]}" for code, count in counts.items() if count]
    if outcome.errors:
        parts.append(f"{len(outcome.errors)} not read")
    return f"{len(outcome.units)} programs: {', '.join(parts)}"


def _complain(error: InputError) -> None:
    from verifier.report.style import printable

    text = error.render()
    print(printable(text if error.name else f"mbpair: {text}"), file=sys.stderr)


def _style(parsed: argparse.Namespace) -> Style:
    from verifier.report.style import Style

    is_terminal = sys.stdout.isatty()
    is_told = is_terminal or bool(os.environ.get("COLUMNS"))
    width = min(shutil.get_terminal_size((80, 24)).columns if is_told else 100, 100)
    allowed = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    colour = parsed.color == "always" or (parsed.color == "auto" and is_terminal and allowed)
    return Style(width=max(40, width if is_told else 80), drawing_width=max(40, width), colour=colour)
