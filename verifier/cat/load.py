"""Finds a memory model by name or path and makes terms of it."""

from __future__ import annotations

import difflib
from importlib import resources
from pathlib import Path

from verifier.cat.interpret import Interpreter
from verifier.cat.tags import Architecture
from verifier.cat.terms import Model
from verifier.errors import ModelError
from verifier.source import Source, Span
from verifier.syntax import cat
from verifier.syntax.cat_tree import CatFile

MODELS = ("armv8", "lkmm", "sc", "tso")
LIBRARY = "stdlib.cat"


def load(name_or_path: str) -> Model:
    """The model of that name, one of MODELS, or in the file of that path.

    A model whose first word is AArch64 speaks about events of aarch64, any other about those of linux.
    Raises ModelError where there is no such model, or it can't be read or understood; SyntaxProblem
    where it is no cat.
    """
    own = _library(f"{name_or_path}.cat") if name_or_path in MODELS else None
    source, path = own or (_read(name_or_path), name_or_path)
    file = cat.parse(source)
    architecture: Architecture = "aarch64" if file.architecture.lower() == "aarch64" else "linux"
    interpreter = Interpreter(architecture, _included)
    scope = interpreter.predefined(source)
    library = _library(LIBRARY)
    if library is not None:
        scope = interpreter.run(cat.parse(library[0]), scope)
    interpreter.run(file, scope)
    name = name_or_path if own else Path(path).stem
    axioms, definitions = tuple(interpreter.axioms), tuple(interpreter.definitions.items())
    return Model(name, file.title or name, axioms, definitions, architecture, path)


def _library(file: str) -> tuple[Source, str] | None:
    """A file of the package's own models, with its path, if it is there."""
    found = resources.files("verifier").joinpath("models", file)
    if not found.is_file():
        return None
    return Source.whole(f"models/{file}", found.read_text(encoding="utf-8")), str(found)


def _included(path: str, source: Source, span: Span) -> CatFile:
    """The file that a model includes: one of the package's own, else one beside the model."""
    own = _library(path)
    if own is not None:
        return cat.parse(own[0])
    beside = Path(source.name).parent / path
    if not beside.is_file():
        message = f"'{path}' is neither among the own models nor beside this file"
        raise ModelError("cat-include", message, source.name, span, source.quote(span.line))
    return cat.parse(_read(str(beside)))


def _read(path: str) -> Source:
    file = Path(path)
    if not file.is_file():
        near = difflib.get_close_matches(path, MODELS, 1, 0.4)
        hint = f" (did you mean {near[0]}?)" if near else ""
        known = f"known are {', '.join(MODELS)}, or a path of a cat file"
        raise ModelError("model-unknown", f"no model '{path}'{hint}: {known}")
    try:
        return Source.whole(path, file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError) as problem:
        raise ModelError("model-unreadable", f"can't be read as text: {problem}", path) from problem
