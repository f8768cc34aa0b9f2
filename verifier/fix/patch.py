"""A mended file as a patch that git applies: what it does in words, then the diff."""

from __future__ import annotations

import os
import re
import textwrap
from difflib import unified_diff

from verifier.fix.mending import Mended

_PLAIN = re.compile(r"[^\x00-\x1f\"\\\x7f-\uffff]*\Z")
_CONTEXT = 3


def render(found: Mended, width: int) -> str:
    """The patch; git passes over the words before it."""
    lines = [f"{found.name}: refuted; with this, {_end(found)}", ""]
    lines += [f"  - {what}" for what in found.remedy]
    lines += [f"    or, at the same cost: {'; '.join(other)}" for other in found.alternatives]
    lines += [f"    redundant then: {one}" for one in found.redundant]
    words = [textwrap.fill(line, width, subsequent_indent=" " * 8) if line else "" for line in lines]
    return "\n".join([*words, "", _diff(found)])


def _end(found: Mended) -> str:
    """What is said of the mended text."""
    models = " and ".join(found.models)
    if found.is_proved and not found.vacuous:
        return f"proved under {models}"
    rest = (
        [] if found.is_proved else [f"without a partner in the text: {', '.join(found.left) or 'something'}"]
    )
    rest += [f"vacuous: {', '.join(found.vacuous)}"] if found.vacuous else []
    return f"nothing is refuted under {models}; still {'; '.join(rest)}"


def _diff(found: Mended) -> str:
    path = _path(found.name)
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (found.before, found.after))
    names = (_quoted("a/", path), _quoted("b/", path))
    lines = [f"diff --git {' '.join(names)}\n", *unified_diff(old, new, *names, n=_CONTEXT)]
    return "".join(one if one.endswith("\n") else f"{one}\n\\ No newline at end of file\n" for one in lines)


def _path(name: str) -> str:
    """The file's path as git wants it: from the directory where the patch is applied."""
    path = os.path.relpath(name)
    return name.lstrip("/") if path.startswith("..") else path


def _quoted(prefix: str, path: str) -> str:
    """A path in a patch; as in C where it has a character that is not plain."""
    whole = f"{prefix}{path}"
    if _PLAIN.match(whole):
        return whole
    return '"' + "".join(_escape(b) for b in os.fsencode(whole)) + '"'


def _escape(byte: int) -> str:
    character = chr(byte)
    if character in '"\\':
        return f"\\{character}"
    return character if 32 <= byte < 127 else f"\\{byte:03o}"
