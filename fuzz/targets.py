"""What is done with each text. Whatever comes out of a target is a failure: an exception, or too much time."""

from __future__ import annotations

import contextlib
import io
import json
import pkgutil
import sys
import time
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from unittest import mock

import verifier
from verifier import cli
from verifier.errors import InputError
from verifier.inbox import recognise
from verifier.inbox.letter import letter
from verifier.inbox.pieces import Diagram, Patch, Piece, Snippet
from verifier.options import Options
from verifier.program.lower import lower
from verifier.syntax import parse, parse_diagram

LIMIT = 0.5  # seconds that a check may take, by its own clock
LONGEST = 5.0  # CPU seconds after which whatever goes on has missed its end
FORMS = ("text", "json", "reply", "text --verbose", "text --quiet")


def load() -> None:
    """Import all of the product: a time limit that rings in the middle of an import leaves half a module behind,
    which harms no process that ends with its answer."""
    for module in pkgutil.walk_packages(verifier.__path__, "verifier."):
        if not module.name.endswith("__main__"):
            import_module(module.name)


class Failure(Exception):
    """Something that no input may bring about, and that is no exception by itself."""


@contextlib.contextmanager
def refused() -> Iterator[None]:
    """What may be said of an input instead of an answer."""
    try:
        yield
    except InputError as error:
        error.render()
    except RecursionError:  # a job says of it that the text is nested too deeply
        pass


@contextlib.contextmanager
def in_time() -> Iterator[None]:
    start = time.process_time()
    yield
    taken = time.process_time() - start
    if taken > LONGEST:
        raise Failure(f"took {taken:.1f} s")


def _read(name: str) -> Callable[[bytes], None]:
    """Reads a file of that name as far as programs go, with no question asked of them."""

    def read(data: bytes) -> None:
        with in_time(), refused():
            letter(name, data)
            for piece in recognise(name, data):
                with refused():
                    _lower(piece)

    return read


def _lower(piece: Piece) -> None:
    options = Options()
    match piece:
        case Snippet(source):
            lower(parse(source), source, options)
        case Diagram(columns):
            lower(parse_diagram(columns, piece.rest), columns[0][1], options)
        case Patch(before, after):
            for side in filter(None, (before, after)):
                parse(side.source)


def check(data: bytes) -> None:
    """The whole command, with the text as standard input; the text says in which form the answer is."""
    form, *more = FORMS[zlib.crc32(data) % len(FORMS)].split()
    out, problems = io.StringIO(), io.StringIO()
    arguments = ["check", "--timeout", str(LIMIT), "--format", form, *more, "-"]
    with (
        in_time(),
        mock.patch.object(sys, "stdin", io.TextIOWrapper(io.BytesIO(data))),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(problems),
    ):
        code = cli.main(arguments)
    if code not in (0, 1, 2, 3) or "Traceback" in problems.getvalue():
        raise Failure(f"exit code {code}: {problems.getvalue()}")
    if form == "json":
        json.loads(out.getvalue())


TARGETS: dict[str, Callable[[bytes], None]] = {
    "mails": _read("m.eml"),
    "diffs": _read("d.patch"),
    "diagrams": _read("d.txt"),
    "check": check,
}
