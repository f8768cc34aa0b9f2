"""Every exception that bad input can raise. A broken invariant of our own is not among them."""

from __future__ import annotations

from typing import TypedDict

from verifier.source import Source, Span

SHOWN = 200  # characters of a line that an error quotes, those around its place


class Place(TypedDict):
    """Keyword arguments of InputError that say where it is."""

    name: str
    span: Span
    quoted: str


class InputError(Exception):
    """What the user gave can't be used.

    `code` is a short stable word for tests and scripts; `message` is lower case, says what was
    found and what would be accepted; `name` is the user's file, `span` the place in it and
    `quoted` the text of the span's first line, where there are such.
    """

    def __init__(
        self, code: str, message: str, name: str = "", span: Span | None = None, quoted: str = ""
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.name = name
        self.span = span
        self.quoted = quoted

    def __reduce__(self) -> tuple[type[InputError], tuple[object, ...]]:
        """For a copy in another process."""
        return type(self), (self.code, self.message, self.name, self.span, self.quoted)

    def render(self) -> str:
        """`file:line:column: error: message`, then the line itself with carets under the span."""
        name = self.name.replace("\n", "⟨U+000A⟩")
        if self.span is None:
            return f"{name}: error: {self.message}" if name else f"error: {self.message}"
        head = f"{name}:{self.span.line}:{self.span.column}: error: {self.message}"
        if not self.quoted:
            return head
        end = self.span.end_column if self.span.end_line == self.span.line else len(self.quoted) + 1
        start = self.span.column - 1
        first = max(0, start - SHOWN // 2) if len(self.quoted) > SHOWN else 0
        shown = self.quoted[first : first + SHOWN]
        width = max(1, min(end - 1, first + len(shown)) - start)
        lead = "".join("\t" if c == "\t" else " " for c in shown[: start - first])
        return f"{head}\n    {shown}\n    {lead}{'^' * width}"


class ReadError(InputError):
    """The file can't be read, or is no text."""


class SyntaxProblem(InputError):
    """The text does not parse."""


class ProgramError(InputError):
    """The text parses but has no meaning that can be checked: recursion, a location used as a function …"""


class ModelError(InputError):
    """A memory model is unknown, does not parse or uses what the interpreter does not support."""


class UsageError(InputError):
    """The command line asks for something impossible."""


class WriteError(InputError):
    """A file that an output option names can't be written."""


class GivenUp(InputError):
    """There is no answer, and the input is not to blame: time ran out, or the check crashed."""


class NoRemedy(InputError):
    """No barriers were found that mend what is refuted."""

    def render(self) -> str:
        return f"{self.name}: no fix: {self.message}"


def at(source: Source, span: Span) -> Place:
    """Keyword arguments that place an error: the user's file, the span and the quoted line."""
    return {"name": source.name, "span": span, "quoted": source.quote(span.line)}


def placed(problem: ProgramError, source: Source) -> ProgramError:
    """A problem in a text of its own, as one at the place in the user's file that `source` knows."""
    assert problem.span is not None
    return ProgramError(problem.code, problem.message, **at(source, source.placed(problem.span)))
