"""The command line's grammar: from words to a command and frozen options."""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable
from typing import NoReturn

from verifier import __version__
from verifier.errors import UsageError
from verifier.options import EVENTS, EXPANSION, MEMORY, Options
from verifier.paths import is_file

LARGEST_BOUND = 64
LARGEST_JOBS = 1024
LARGEST_LIMIT = 1_000_000_000
MODELS = {
    "armv8": "Armv8-A (Arm ARM B2.3; Pulte et al., Simplifying ARM Concurrency, POPL 2018)",
    "lkmm": "the Linux-kernel memory model (tools/memory-model; Alglave et al., ASPLOS 2018)",
    "power": "Power (Alglave, Maranget, Tautschnig, Herding Cats, TOPLAS 2014)",
    "riscv": "RISC-V RVWMO (The RISC-V Instruction Set Manual, volume I)",
    "sc": "sequential consistency (Lamport, How to Make a Multiprocessor Computer, 1979)",
    "tso": "x86 total store order (Owens, Sarkar, Sewell, A Better x86 Memory Model, TPHOLs 2009)",
}
DEFAULT_MODELS = ("armv8", "lkmm")  # of code in C; the pipeline has those of litmus tests

LIMITS = {"events": EVENTS, "expansion": EXPANSION, "memory": MEMORY}

Run = Callable[[argparse.Namespace], int]


class _Parser(argparse.ArgumentParser):
    """Complains in one line."""

    def error(self, message: str) -> NoReturn:
        from verifier.report.style import visible

        message = visible(message)
        self.exit(2, f"mbpair: error: {message} (see {self.prog} --help)\n")


def make_parser(
    check: Run, explain: Run, litmus: Run, models: Run, primitives: Run
) -> argparse.ArgumentParser:
    """The parser; each command, when given, leaves its function as `command`."""
    parser = _Parser(
        prog="mbpair",
        description="Is every memory barrier in this kernel code properly paired?",
        epilog="exit codes: 0 all proved, 1 something refuted, 2 bad input, 3 undecided or nothing to check",
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"mbpair {__version__}")
    commands = parser.add_subparsers(metavar="COMMAND", required=True)

    one = _command(commands, "check", "check patches, mails, snippets, diagrams and litmus tests", check)
    one.add_argument("files", nargs="*", metavar="FILE", help="a file, a directory, or - for standard input")
    one.add_argument("--git", metavar="RANGE", help="the commits of a range, whose code has a barrier")
    one.add_argument(
        "--tree", metavar="DIR", default="", help="where the files are that patches change (--git: default .)"
    )
    _add_model_options(one)
    _add_jobs_option(one)
    _add_naming_options(one)
    _add_kernel_options(one)
    one.add_argument(
        "--lenient", action="store_true", help="exit with 0 unless something is refuted: for hooks and CI"
    )
    one.add_argument(
        "--fix",
        action="store_true",
        help="print no report, but the cheapest barriers that prove what is refuted, as a patch for git apply",
    )
    _add_output_options(one, ("text", "json", "sarif", "junit", "reply"))
    _add_certify_option(one)

    one = _command(commands, "explain", "tell the story of one barrier", explain)
    one.add_argument("file", metavar="FILE")
    one.set_defaults(jobs=1)
    one.add_argument("barrier", metavar="BARRIER", help="its name, name:line, or line")
    _add_model_options(one)
    _add_naming_options(one)
    _add_kernel_options(one)
    _add_output_options(one)

    text = "the conditions of litmus tests, in herd7's output format"
    one = _command(commands, "litmus", text, litmus)
    one.add_argument("files", nargs="+", metavar="FILE", help="a file, a directory, or - for standard input")
    one.add_argument("--states", action="store_true", help="find all final states and count executions")
    _add_model_options(one)
    _add_jobs_option(one)
    _add_certify_option(one)
    one.set_defaults(thread=[], alias=[], interrupt=[], softirq=[], kernel=None, primitives=[])

    _command(commands, "models", "the memory models that are known, with sources", models)
    text = "what the kernel's primitives are taken to do"
    one = _command(commands, "primitives", text, primitives)
    one.add_argument("name", nargs="?", metavar="NAME")
    _add_kernel_options(one)
    return parser


def _command(
    commands: argparse._SubParsersAction[_Parser],
    name: str,
    text: str,
    run: Run,
) -> argparse.ArgumentParser:
    command = commands.add_parser(name, help=text, description=text, allow_abbrev=False)
    command.set_defaults(command=run)
    return command


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--model",
        action="append",
        metavar="NAME",
        help=f"{', '.join(MODELS)} or the path of a .cat file; may be repeated (default: armv8 and lkmm for C)",
    )
    parser.add_argument(
        "--bound", type=_bound, default=2, metavar="N", help="how often a loop runs (default: 2)"
    )
    parser.add_argument(
        "--timeout", type=_timeout, default=60.0, metavar="S", help="seconds for a file (default: 60)"
    )
    parser.add_argument(
        "--limit",
        action="append",
        type=_limit,
        default=[],
        metavar="NAME=N",
        help=f"how large things may grow: {', '.join(f'{name}={most}' for name, most in LIMITS.items())} "
        "(memory in MiB); may be repeated",
    )
    parser.add_argument(
        "--atomics",
        choices=("lse", "ll-sc"),
        default="lse",
        help="what atomic operations in C are under armv8: LSE instructions, or loops of LDXR and STXR (default: lse)",
    )
    parser.add_argument("--no-propagation", action="store_true", help="leave every decision to the solver")


def _add_jobs_option(parser: argparse.ArgumentParser) -> None:
    cores = min(usable_cores(), LARGEST_JOBS)
    parser.add_argument(
        "-j",
        "--jobs",
        type=_jobs,
        default=cores,
        metavar="N",
        help=f"how many files are checked at a time (default: {cores}, one a processor)",
    )


def _add_certify_option(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--certify",
        metavar="DIR",
        help="also write what each verdict rests on, for others to check, to files NAME.smt2 and NAME.json there",
    )


def usable_cores() -> int:
    """How many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _add_naming_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--thread",
        action="append",
        default=[],
        metavar="NAME=FUNCTION",
        help="a thread and the function that it runs; may be repeated",
    )
    parser.add_argument(
        "--alias",
        action="append",
        default=[],
        metavar="A=B",
        help="two names of one object; may be repeated",
    )
    parser.add_argument(
        "--interrupt",
        action="append",
        default=[],
        metavar="HANDLER=THREAD",
        help="an interrupt handler that runs on the CPU of a thread; may be repeated",
    )
    parser.add_argument(
        "--softirq",
        action="append",
        default=[],
        metavar="HANDLER=THREAD",
        help="as --interrupt, for a softirq, tasklet or timer callback; may be repeated",
    )


def _add_kernel_options(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--kernel",
        metavar="VERSION",
        help="whose primitives the code uses, such as 4.13 (default: the newest that is known)",
    )
    parser.add_argument(
        "--primitives",
        action="append",
        default=[],
        metavar="FILE",
        help="primitives of your own, in pseudo-C; may be repeated",
    )


def _add_output_options(parser: argparse.ArgumentParser, forms: tuple[str, ...] = ("text", "json")) -> None:
    parser.add_argument(
        "--format", choices=forms, default="text", help="what standard output has (default: text)"
    )
    parser.add_argument(
        "--html", metavar="FILE", help="also write a page to look at in a browser; it needs no network"
    )
    parser.add_argument(
        "--dot",
        metavar="DIR",
        help="also write each execution as a graph, to files NAME.dot and NAME.svg there",
    )
    amount = parser.add_mutually_exclusive_group()
    amount.add_argument("-q", "--quiet", action="store_true", help="only the verdicts")
    amount.add_argument("-v", "--verbose", action="store_true", help="also reasons and all counterexamples")
    parser.add_argument("--color", choices=("auto", "always", "never"), default="auto")


def read_options(parsed: argparse.Namespace) -> Options:
    """The options of a command; raises UsageError for values that can't be meant."""
    models = tuple(parsed.model or ())
    for model in models:
        _require_model(model)
    if len(set(models)) < len(models):
        raise UsageError("duplicate model", f"--model names a model twice: {', '.join(models)}")
    return Options(
        models=models,
        bound=parsed.bound,
        timeout=parsed.timeout,
        threads=tuple(_pair("--thread", text, "NAME=FUNCTION") for text in parsed.thread),
        aliases=tuple(_pair("--alias", text, "A=B") for text in parsed.alias),
        interrupts=(
            *((*_pair("--interrupt", text, "HANDLER=THREAD"), False) for text in parsed.interrupt),
            *((*_pair("--softirq", text, "HANDLER=THREAD"), True) for text in parsed.softirq),
        ),
        propagation=not parsed.no_propagation,
        states=getattr(parsed, "states", False),
        kernel=read_kernel(parsed.kernel),
        atomics=parsed.atomics,
        tree=getattr(parsed, "tree", ""),
        certify=getattr(parsed, "certify", None) is not None,
        **{**LIMITS, **dict(parsed.limit)},
    )


def read_kernel(text: str | None) -> tuple[int, int] | None:
    """The version that --kernel names; raises UsageError."""
    if text is None:
        return None
    from verifier.program.versions import read_version  # only where somebody asks for a version

    try:
        return read_version(text)
    except ValueError as problem:
        raise UsageError("kernel", f"--kernel: {problem}") from None


def _require_model(model: str) -> None:
    if model in MODELS:
        return
    accepted = f"{', '.join(MODELS)} or the path of a .cat file"
    if not model.endswith(".cat"):
        raise UsageError("unknown model", f"--model: {model!r} is not known; accepted: {accepted}")
    if not is_file(model):
        raise UsageError("missing model", f"--model: there is no file {model!r}; accepted: {accepted}")


def _pair(option: str, text: str, form: str) -> tuple[str, str]:
    left, equals, right = text.partition("=")
    if not equals or not left.strip() or not right.strip():
        raise UsageError("pair", f"{option}: {text!r} is not of the form {form}")
    return left.strip(), right.strip()


def _bound(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_BOUND:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {LARGEST_BOUND}")
    return int(text)


def _jobs(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= LARGEST_JOBS:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number from 1 to {LARGEST_JOBS}")
    return int(text)


def _limit(text: str) -> tuple[str, int]:
    name, _, number = text.partition("=")
    if name not in LIMITS or not number.isdecimal() or not 0 < int(number[:12]) <= LARGEST_LIMIT:
        names = ", ".join(LIMITS)
        raise argparse.ArgumentTypeError(f"{text!r} is not NAME=N with one of {names} and a number above 0")
    return name, int(number)


def _timeout(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise argparse.ArgumentTypeError(f"{text!r} is not a positive number of seconds")
    return seconds
