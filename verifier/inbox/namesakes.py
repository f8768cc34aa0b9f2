"""Functions of one name in several files of a diff: static ones, or one for each architecture. They are read apart."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.inbox.hunks import FileDiff
from verifier.inbox.pieces import Ambiguous
from verifier.inbox.texts import Text
from verifier.inbox.trees import ORDER
from verifier.record import record

_CALLED = re.compile(r"\b([A-Za-z_]\w*)\s*\(")


@record(frozen=True, slots=True)
class Shown:
    """What the diff of a file shows of its functions, before and after."""

    file: FileDiff
    before: tuple[Text, ...]
    after: tuple[Text, ...]

    @property
    def texts(self) -> tuple[Text, ...]:
        return (*self.before, *self.after)

    @property
    def functions(self) -> dict[str, tuple[str, str]]:
        """The code of each function, before and after; "" where that side does not show it."""
        old, new = ({t.name: t.code for t in side if t.is_function} for side in (self.before, self.after))
        return {n: (old.get(n, ""), new.get(n, "")) for n in dict.fromkeys([*old, *new])}


def apart(files: Sequence[Shown]) -> tuple[tuple[Shown, ...], ...]:
    """The files in parts, none of which has two functions of one name that are not the same and that matter: that
    order something or that others call."""
    names = frozenset(_namesakes(files))
    parts: list[list[Shown]] = []
    known: list[dict[str, tuple[str, str]]] = []
    for shown in files:
        own = {n: code for n, code in shown.functions.items() if n in names}
        fits = (i for i, k in enumerate(known) if all(k.get(n, code) == code for n, code in own.items()))
        i = next(fits, len(parts))
        if i == len(parts):
            parts.append([])
            known.append({})
        parts[i].append(shown)
        known[i].update(own)
    return tuple(tuple(part) for part in parts)


def ambiguous(files: Sequence[Shown]) -> tuple[Ambiguous, ...]:
    """The calls of which the diff does not tell what they call."""
    found: dict[Ambiguous, None] = {}
    for name, paths in _namesakes(files).items():
        call = re.compile(rf"\b{name}\s*\(")
        for shown in files:
            if name in shown.functions:
                continue
            lines = (line for text in shown.texts for line in text.lines)
            found.update(
                (Ambiguous(line.number, name, paths), None) for line in lines if call.search(line.text)
            )
    return tuple(found)


def _namesakes(files: Sequence[Shown]) -> dict[str, tuple[str, ...]]:
    """The names of functions that matter and are not the same in all files that have them; and these files."""
    defined: dict[str, list[tuple[Shown, tuple[str, str]]]] = {}
    for shown in files:
        for name, code in shown.functions.items():
            defined.setdefault(name, []).append((shown, code))
    several = {n: found for n, found in defined.items() if len({code for _, code in found}) > 1}
    if not several:
        return {}
    called = {
        n
        for shown in files
        for t in shown.texts
        for n in _CALLED.findall(t.code)
        if n in several and n != t.name
    }
    return {
        name: tuple(shown.file.path for shown, _ in found)
        for name, found in several.items()
        if name in called or any(ORDER.search(side) for _, code in found for side in code)
    }
