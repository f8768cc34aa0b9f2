"""Arguments and exit codes; the only module that prints.

Exit codes: 0 all proved; 1 something refuted; 2 bad input or usage; 3 undecided, vacuous or
nothing to check; 130 interrupted; 141 the reader of the output went away. In a batch the worst
counts, in the order 2, 1, 3, 0.
"""

from __future__ import annotations

import argparse
import atexit
import errno
import gc
import os
import shutil
import signal
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from types import FrameType
from typing import TYPE_CHECKING

from verifier import __version__
from verifier.arguments import DEFAULT_MODELS, MODELS, make_parser, read_kernel, read_options
from verifier.batch import LITMUS_SUFFIXES, Answer, Job, answers, expand
from verifier.batch.outputs import Files
from verifier.batch.progress import Progress
from verifier.batch.tally import Tally, summary
from verifier.errors import InputError, UsageError
from verifier.options import Options
from verifier.paths import is_folder
from verifier.record import replace

if TYPE_CHECKING:
    from verifier.certify.files import CertificateFile
    from verifier.pairing.verdict import UnitResult
    from verifier.report.style import Style
    from verifier.report.text import Level

# When Python looks for garbage in circles: there is little among very many small objects, next to none of litmus tests
RARELY = (20_000, 20, 50)
SELDOM = (400_000, 20, 50)
FULL = frozenset(
    (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO)
)  # what a write says where there is no room


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. `arguments` defaults to the process's own."""
    gc.set_threshold(*RARELY)
    atexit.register(gc.freeze)  # what is left at the end goes away without a last look
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    try:
        try:
            code = _run(arguments)
        finally:  # also where --help ends the command
            sys.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return 141
    except OSError as problem:
        if problem.errno not in FULL:
            raise
        _drop_output()
        why = (problem.strerror or str(problem)).lower()
        print(f"mbpair: error: standard output can't be written: {why}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("mbpair: interrupted", file=sys.stderr)
        return 130
    return code


def _drop_output() -> None:
    """Nobody reads what is written from here on, nor what waits to be."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _run(arguments: Sequence[str] | None) -> int:
    parser = make_parser(_check, _explain, _litmus, _models, _primitives)
    parsed = parser.parse_args(arguments)
    if getattr(parsed, "files", None) == [] and getattr(parsed, "git", None) is None:
        parser.error("expected a FILE, - for standard input, or --git RANGE")
    command: Callable[[argparse.Namespace], int] = parsed.command
    try:
        return command(parsed)
    except InputError as error:
        _complain(error)
        return 2


# ------------------------------------------------------------------ commands


def _check(parsed: argparse.Namespace) -> int:
    job = _check_job(parsed, _usable_options(parsed))
    if not job.names:
        print(f"mbpair: no commit of {parsed.git} has a barrier", file=sys.stderr)
    files = Files.named(parsed.html, parsed.dot, parsed.certify, job.names)
    found: list[Answer] = []
    if parsed.fix and parsed.format != "text":
        raise UsageError("format", "--fix prints a patch; it goes without --format")
    if parsed.format == "text":
        tally = _check_to_text(job, parsed, found, has_data=files.are_wanted)
    else:
        tally = _run_all(job, parsed.jobs, found.append, parsed.lenient)
        _print_whole(job, parsed.format, found, tally.code)
    if not tally.stopped_by:
        files.write(*_results(found), [c for answer in found for c in answer.certificates])
    return _finish(tally)


def _check_to_text(job: Job, parsed: argparse.Namespace, found: list[Answer], has_data: bool) -> Tally:
    """Print each report as it comes; the answers are in `found`."""
    level: Level = "quiet" if parsed.quiet else "verbose" if parsed.verbose else "normal"
    is_first = True
    shown = _visible_on_terminals if parsed.fix else str

    def show(answer: Answer) -> None:
        nonlocal is_first
        if answer.text:
            blank = "" if is_first or parsed.quiet else "\n"
            print(f"{blank}{shown(answer.text)}", end="", flush=True)
            is_first = False
        _complain_of(answer)
        if has_data:
            found.append(answer)

    job = replace(job, form=(_style(parsed), level), has_data=has_data, is_to_fix=parsed.fix)
    tally = _run_all(job, parsed.jobs, show, parsed.lenient)
    if tally.programs.total() > 1 and not parsed.quiet and not parsed.fix:
        print(f"\n{summary(tally)}")
    return tally


def _print_whole(job: Job, form: str, found: Sequence[Answer], code: int) -> None:
    """What only all the answers together make."""
    units, errors = _results(found)
    if form == "reply":
        _print_replies(job, found)
    elif form == "json":
        from verifier.report import json_report

        print(json_report.render(units, errors, __version__, code), end="")
    elif form == "sarif":
        from verifier.report import sarif

        print(sarif.render(units, errors, __version__, code), end="")
    else:
        from verifier.report import junit

        print(junit.render(units, errors), end="")
    for answer in found if form != "reply" else ():
        _complain_of(answer)


def _results(found: Sequence[Answer]) -> tuple[list[UnitResult], list[InputError]]:
    """The programs of all answers, and what is said of inputs that have none."""
    units = [unit for answer in found for unit in answer.units]
    return units, [answer.error for answer in found if answer.error is not None]


def _check_job(parsed: argparse.Namespace, options: Options) -> Job:
    """The inputs of a check: files, or commits. Raises UsageError."""
    if parsed.tree and not is_folder(parsed.tree):
        raise UsageError("tree", f"--tree: there is no directory {parsed.tree!r}")
    if parsed.git is None:
        return Job("check", tuple(expand(parsed.files)), options)
    if parsed.files:
        raise UsageError("files", "--git takes the place of files; give either")
    from verifier.batch import git  # only where somebody asks for commits

    options = replace(options, tree=options.tree or ".")
    found = git.commits(options.tree, parsed.git)
    names = tuple(f"{c.name[:12]} ({c.subject})" for c in found)
    return Job("check", names, options, commits=tuple(c.name for c in found))


def _usable_options(parsed: argparse.Namespace) -> Options:
    """The options; raises InputError, once for all files, for primitives of the user's that can't be used."""
    options = replace(read_options(parsed), primitives=_own_primitives(parsed))
    if options.primitives:
        from verifier.program.kernel import kernel

        kernel(options)
    return options


def _own_primitives(parsed: argparse.Namespace) -> tuple[tuple[str, str], ...]:
    """The files that --primitives names, and their texts; raises ReadError."""
    from verifier.batch.inputs import read_text, shown_name

    return tuple((shown_name(name), read_text(name)) for name in dict.fromkeys(parsed.primitives))


def _print_replies(job: Job, found: Sequence[Answer]) -> None:
    from verifier.inbox.letter import letter
    from verifier.report import reply

    for number, answer in enumerate(found):
        if answer.units:
            read = letter(job.shown(number), job.data(number))
            text = reply.render(job.shown(number), answer.units, read.lines, read.sender, read.date)
            print(f"{text}\n" if number + 1 < len(found) else text, end="")
        _complain_of(answer)


def _explain(parsed: argparse.Namespace) -> int:
    from verifier.report.chosen import no_such_barrier, select_barrier, split_barrier

    files = Files.named(parsed.html, parsed.dot, None, [parsed.file])
    found: list[Answer] = []
    options = replace(_usable_options(parsed), explained=split_barrier(parsed.barrier))
    tally = _run_all(Job("check", tuple(expand([parsed.file])), options), parsed.jobs, found.append)
    for answer in found:
        _complain_of(answer)
    if tally.stopped_by or tally.unread or tally.given_up:
        return _finish(tally)
    units = [unit for answer in found for unit in answer.units]
    chosen = select_barrier(units, parsed.barrier)
    if not chosen:
        raise UsageError("barrier", no_such_barrier(units, parsed.barrier), name=parsed.file)
    if parsed.format == "json":
        from verifier.report import json_report

        print(json_report.render(chosen, (), __version__, tally.code), end="")
    else:
        from verifier.report import story

        print(story.render(chosen, _style(parsed), is_brief=parsed.quiet), end="")
    files.write(chosen, ())
    return tally.code


def _litmus(parsed: argparse.Namespace) -> int:
    gc.set_threshold(*SELDOM)
    options = read_options(parsed)
    if len(options.models) > 1:
        raise UsageError("models", "litmus answers under one model; give --model once")

    names = tuple(expand(parsed.files, LITMUS_SUFFIXES))
    files = Files.named(None, None, parsed.certify, names)
    certificates: list[CertificateFile] = []

    def show(answer: Answer) -> None:
        print(answer.text, end="", flush=True)
        _complain_of(answer)
        certificates.extend(answer.certificates)

    tally = _run_all(Job("litmus", names, options), parsed.jobs, show)
    if not tally.stopped_by:
        files.write((), (), certificates)
    return _finish(tally)


def _models(_: argparse.Namespace) -> int:
    width = max(map(len, MODELS))
    for name, source in MODELS.items():
        default = " [default]" if name in DEFAULT_MODELS else ""
        print(f"{name:<{width}}  {source}{default}")
    print("A model of your own: --model PATH.cat, in the cat language of herd7.")
    return 0


def _primitives(parsed: argparse.Namespace) -> int:
    from verifier.program.meanings import describe_primitive, primitive_names
    from verifier.report import catalogue
    from verifier.report.style import visible

    options = Options(kernel=read_kernel(parsed.kernel), primitives=_own_primitives(parsed))
    width = max(40, min(_width(), 100))
    if parsed.name is None:
        version, bodies = primitive_names(options)
        print(visible(catalogue.list_all(bodies, version, width)), end="")
        return 0
    name = parsed.name.removesuffix("()")
    print(visible(catalogue.describe(describe_primitive(name, options), width)), end="")
    return 0


# ---------------------------------------------------------------- the batch


def _run_all(job: Job, jobs: int, show: Callable[[Answer], None], is_lenient: bool = False) -> Tally:
    """Show each answer in order. Ends early, with no worker left, where a signal says so."""
    tally = Tally(len(job.names), is_lenient, code=0 if is_lenient else 3)
    progress = Progress(sys.stderr, tally.total)
    try:
        with _ended_by_signals(tally.total > 1), closing(answers(job, jobs, progress.show)) as found:
            for answer in found:
                progress.hide()
                show(answer)
                tally.add(answer)
    except KeyboardInterrupt as stop:
        tally.stopped_by = stop.args[0] if isinstance(stop, Terminated) else signal.SIGINT
    finally:
        progress.close()
    return tally


class Terminated(KeyboardInterrupt):
    """The process was asked to end, not from the keyboard."""


@contextmanager
def _ended_by_signals(has_workers: bool) -> Iterator[None]:
    """SIGTERM and SIGHUP, unless ignored, are raised as Terminated where there are workers to end."""

    def end(number: int, _: FrameType | None) -> None:
        raise Terminated(number)

    is_main = threading.current_thread() is threading.main_thread()
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGHUP)}
    ours = [n for n, handler in before.items() if has_workers and is_main and handler == signal.SIG_DFL]
    for number in ours:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _finish(tally: Tally) -> int:
    """The exit code; says so where the batch was stopped."""
    if not tally.stopped_by:
        return tally.code
    sys.stdout.flush()
    how = "interrupted" if tally.stopped_by == signal.SIGINT else "terminated"
    print(f"mbpair: {how}: {tally.done} of {tally.total} files done", file=sys.stderr)
    return 128 + tally.stopped_by


# ------------------------------------------------------------------ printing


def _complain_of(answer: Answer) -> None:
    if answer.error is not None:
        _complain(answer.error, answer.details)


def _complain(error: InputError, details: str = "") -> None:
    from verifier.report.style import visible

    text = error.render()
    sys.stdout.flush()
    print(visible(text if error.name else f"mbpair: {text}"), file=sys.stderr)
    print(visible(details), end="", file=sys.stderr)


def _visible_on_terminals(text: str) -> str:
    """A patch, which has to keep each byte of the input where it is applied, but not where people look at it."""
    from verifier.report.style import visible

    return visible(text) if sys.stdout.isatty() else text


def _is_width_told() -> bool:
    return sys.stdout.isatty() or bool(os.environ.get("COLUMNS"))


def _width() -> int:
    """How wide lines may be."""
    return shutil.get_terminal_size((80, 24)).columns if _is_width_told() else 80


def _style(parsed: argparse.Namespace) -> Style:
    from verifier.report.style import Style

    is_terminal, is_told = sys.stdout.isatty(), _is_width_told()
    width = min(_width() if is_told else 100, 100)
    allowed = not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    colour = parsed.color == "always" or (parsed.color == "auto" and is_terminal and allowed)
    return Style(width=max(40, width if is_told else 80), drawing_width=max(40, width), colour=colour)
