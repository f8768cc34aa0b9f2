"""What is done with each text. Whatever comes out of a target is a failure: an exception, or too much time."""

from __future__ import annotations

import contextlib
import io
import json
import pkgutil
import sys
import tempfile
import time
import zlib
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from unittest import mock

import verifier
from verifier import cli
from verifier.cat.load import load as load_model
from verifier.errors import InputError
from verifier.inbox import recognise
from verifier.inbox.letter import letter
from verifier.inbox.pieces import Diagram, Litmus, Patch, Piece, Snippet
from verifier.inbox.recognise import decode
from verifier.limits import NotModelled, Undecided
from verifier.options import Options
from verifier.program.kernel import kernel
from verifier.program.litmus.lower import lower_litmus
from verifier.program.lower import lower
from verifier.source import Source
from verifier.syntax import parse, parse_diagram
from verifier.syntax.litmus import parse_litmus

LIMIT = 0.5  # seconds that a check may take, by its own clock
LONGEST = 5.0  # CPU seconds after which whatever goes on has missed its end
CALLER = Source.whole("c.c", "int x; void f(void) { smp_mb(); kvm_make_request(1, &x); my_barrier(&x, 1); }")
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
    except (NotModelled, RecursionError):  # a job says of the latter that the text is nested too deeply
        pass
    except Undecided as reason:
        if "--limit" not in str(reason):
            raise


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
        case Litmus(source):
            lower_litmus(parse_litmus(source))
        case Diagram(columns):
            lower(parse_diagram(columns, piece.rest), columns[0][1], options)
        case Patch(before, after):
            for side in filter(None, (before, after)):
                parse(side.source)


def models(data: bytes) -> None:
    """Loads a model of the user's own."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "m.cat"
        file.write_bytes(data)
        with in_time(), refused():
            load_model(str(file))


def primitives(data: bytes) -> None:
    """Reads primitives of the user's own, and a program that calls one."""
    with in_time(), refused():
        text = decode("p.c", data)
        options = Options(primitives=(("p.c", text),))
        kernel(options)
        lower(parse(CALLER), CALLER, options)


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
    "snippets": _read("s.c"),
    "litmus": _read("l.litmus"),
    "models": models,
    "primitives": primitives,
    "check": check,
}
