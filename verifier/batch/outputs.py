"""The files that a command line names to be written: nothing else is, and each of them whole or not at all."""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from verifier import __version__
from verifier.errors import InputError, WriteError
from verifier.paths import is_file, is_folder, is_there
from verifier.record import record

if TYPE_CHECKING:
    from verifier.certify.files import CertificateFile
    from verifier.pairing.verdict import UnitResult


@record(frozen=True, slots=True)
class Files:
    """What output options name."""

    html: Path | None
    dot: Path | None
    certify: Path | None
    inputs: frozenset[str]

    @staticmethod
    def named(html: str | None, dot: str | None, certify: str | None, inputs: Sequence[str]) -> Files:
        """The files by their names; raises WriteError for those that can't be written."""
        return Files(
            None if html is None else usable_file("--html", html, inputs),
            None if dot is None else usable_directory("--dot", dot),
            None if certify is None else usable_directory("--certify", certify),
            frozenset(os.path.realpath(one) for one in inputs if one != "-"),
        )

    @property
    def are_wanted(self) -> bool:
        return self.html is not None or self.dot is not None or self.certify is not None

    def write(
        self,
        units: Sequence[UnitResult],
        errors: Sequence[InputError],
        certificates: Sequence[CertificateFile] = (),
    ) -> None:
        """Write what a check came to; raises WriteError."""
        if self.html is not None:
            from verifier.report import page

            write("--html", self.html, page.render(units, errors, __version__))
        if self.dot is not None:
            from verifier.report import dot

            write_all("--dot", self.dot, dot.render(units), self.inputs)
        if self.certify is not None:
            from verifier.certify.files import named

            write_all("--certify", self.certify, named(certificates), self.inputs)


def usable_file(option: str, name: str, inputs: Sequence[str]) -> Path:
    """The file that an option names, links followed; raises WriteError where it can't, or must not, be written."""
    path = Path(os.path.realpath(name))
    if name in ("", "-"):
        raise _problem(option, name, "expected the name of a file")
    if is_folder(path):
        raise _problem(option, name, "is a directory; expected the name of a file")
    near = os.path.realpath(os.path.dirname(name) or ".")  # noqa: PTH120
    if (is_there(path) and not is_file(path)) or f"{near}/".startswith(("/dev/", "/proc/")):
        raise _problem(option, name, "is no regular file")
    if str(path) in {os.path.realpath(one) for one in inputs if one != "-"}:
        raise _problem(option, name, "is one of the inputs, and would be written over")
    if not is_folder(path.parent):
        raise _problem(option, name, f"there is no directory {path.parent}")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise _problem(option, name, f"nothing can be written to {path.parent}")
    return path


def usable_directory(option: str, name: str) -> Path:
    """The directory that an option names, which need not exist; raises WriteError."""
    path = Path(name)
    if not name or (is_there(path) and not is_folder(path)):
        raise _problem(option, name, "is no directory")
    return path


def write(option: str, path: Path, text: str) -> None:
    """Put a text into a file, at once: who reads it sees the old text or the new one. Raises WriteError."""
    partly = path.with_name(f".mbpair-{os.getpid()}.tmp")
    try:
        with partly.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
        if path.exists():
            partly.chmod(stat.S_IMODE(path.stat().st_mode))
        partly.replace(path)
    except OSError as error:
        raise _problem(option, str(path), _why(error)) from None
    finally:
        partly.unlink(missing_ok=True)


def write_all(
    option: str, directory: Path, files: Sequence[tuple[str, str]], inputs: frozenset[str] = frozenset()
) -> None:
    """Put texts into files of a directory, which is made where it is not there, none of them one of these inputs.
    Raises WriteError."""
    try:
        directory.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _problem(option, str(directory), _why(error)) from None
    paths = [Path(os.path.realpath(directory / name)) for name, _ in files]
    for path in paths:
        if str(path) in inputs:
            raise _problem(option, str(path), "is one of the inputs, and would be written over")
    for path, (_, text) in zip(paths, files, strict=True):
        write(option, path, text)


def _why(error: OSError) -> str:
    return (error.strerror or str(error)).lower()


def _problem(option: str, name: str, why: str) -> WriteError:
    return WriteError("unwritable", f"{option}: {name!r} can't be written: {why}")
