"""Finds a memory model by name or path and makes terms of it."""

from __future__ import annotations

import difflib
from functools import cache
from pathlib import Path

from verifier.cat.definitions import require_same
from verifier.cat.expressions import Expressions
from verifier.cat.interpret import Interpreter
from verifier.cat.library import FOLDER, MODELS
from verifier.cat.tags import BUILT_IN, FOREIGN_TITLES, TITLES, Architecture, architecture_of
from verifier.cat.terms import Model
from verifier.cat.values import Scope
from verifier.errors import ModelError
from verifier.paths import is_file
from verifier.source import Source, Span
from verifier.syntax import cat
from verifier.syntax.cat_tree import CatFile

LIBRARY, FOREIGN_LIBRARY = "stdlib.cat", "herd.cat"
ALIASES = {"cos-opt.cat": "cos.cat", "cos-no-opt.cat": "cos.cat", "cos-ok-opt.cat": "cos.cat"}


def load(name_or_path: str) -> Model:
    """The model of that name, one of MODELS, or in the file of that path.

    The first word of a model names the architecture whose events it speaks about. Without such a word
    it is the one architecture that has all tags that the model uses, or "any". A model with a .bell
    file beside it, of the same name, is one of the kernel, and that file is run first; a .def file
    there must say of each primitive what this project says.

    Raises ModelError where there is no such model, or it can't be read or understood; SyntaxProblem
    where it is no cat.
    """
    own = _library(f"{name_or_path}.cat") if name_or_path in MODELS else None
    file, path = own or (cat.parse(_read(name_or_path)), name_or_path)
    bell = None if own else Path(path).with_suffix(".bell")
    has_bell = bell is not None and is_file(bell)
    _require_architecture(file)
    titled: Architecture | None = "linux" if has_bell else TITLES.get(file.architecture.lower())
    interpreter = Interpreter(Expressions(titled or "any"), _included)
    scope = _prepare(interpreter, file.source, is_own=own is not None)
    if bell is not None and has_bell:
        scope = interpreter.run(cat.parse(_read(str(bell))), interpreter.annotated(scope))
        macros = bell.with_suffix(".def")
        if is_file(macros):
            require_same(_read(str(macros)))
    scope = interpreter.run(file, scope)
    if has_bell:
        interpreter.require_candidate(scope)
    interpreter.require_supported()
    return Model(
        name=name_or_path if own else Path(path).stem,
        title=file.title or (name_or_path if own else Path(path).stem),
        axioms=tuple(interpreter.axioms),
        definitions=tuple(interpreter.definitions.items()),
        architecture=titled or architecture_of(frozenset(interpreter.expressions.tags)),
        path=path,
        registers=interpreter.expressions.registers,
    )


def _require_architecture(file: CatFile) -> None:
    """Raises ModelError for a model of an architecture whose programs are not understood here."""
    if file.architecture.lower() in FOREIGN_TITLES:
        known = ", ".join(sorted(TITLES))
        message = f"models of {file.architecture} are not supported; the architectures are {known}"
        raise ModelError("cat-architecture", message, file.source.name)


def _prepare(interpreter: Interpreter, source: Source, is_own: bool) -> Scope:
    """The scope that a model starts from, with the libraries; tags that only these use don't count."""
    scope = interpreter.predefined(source)
    names = (LIBRARY,) if is_own else (LIBRARY, FOREIGN_LIBRARY)
    scope = scope if is_own else interpreter.foreign(scope)
    for name in names:
        library = _library(name)
        if library is not None:
            scope = interpreter.run(library[0], scope)
    interpreter.expressions.tags.clear()
    return scope


@cache
def _library(file: str) -> tuple[CatFile, str] | None:
    """A file of the package's own models, with its path, if it is there."""
    found = FOLDER / ALIASES.get(file, file)
    if not is_file(found):
        return None
    name = f"models/{found.name}"
    return cat.parse(Source.whole(name, found.read_text(encoding="utf-8"))), str(found)


def _included(path: str, source: Source, span: Span) -> CatFile:
    """The file that a model includes: the one beside the model, else one of the package's own."""
    if path in BUILT_IN:
        return CatFile("", "", False, (), Source.whole(path, ""))
    beside = Path(source.name).parent / path
    if is_file(source.name) and is_file(beside):
        if not beside.resolve().is_relative_to(Path(source.name).parent.resolve()):
            message = f"'{path}' leads out of the folder of this file; expected a file in it"
            raise ModelError("cat-include", message, source.name, span, source.quote(span.line))
        return cat.parse(_read(str(beside)))
    own = _library(path)
    if own is None:
        message = f"'{path}' is neither beside this file nor among the own models"
        raise ModelError("cat-include", message, source.name, span, source.quote(span.line))
    return own[0]


def _read(path: str) -> Source:
    file = Path(path)
    if not is_file(file):
        near = difflib.get_close_matches(path, MODELS, 1, 0.4)
        hint = f" (did you mean {near[0]}?)" if near else ""
        known = f"known are {', '.join(MODELS)}, or a path of a cat file"
        raise ModelError("model-unknown", f"no model '{path}'{hint}: {known}")
    try:
        return Source.whole(path, file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise ModelError("model-unreadable", f"can't be read as text: {problem}", path) from problem
