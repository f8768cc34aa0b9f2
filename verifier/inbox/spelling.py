"""Accesses, locks and barriers that diagrams say in words: `STORE p->on_cpu = 1`, `read 1 from acked[2]`, `[L] ->run`,
`LOCK rq->lock`, `RMB`."""

from __future__ import annotations

import re

_PLACE = r"[*(]*[A-Za-z_]\w*(?:\([\w, ]*\))?(?:(?:->|\.)\w+|\[\w*\])*\)*"
_END = r"[ ]*;?[ ]*(?=$|//|/\*)"
MARK = r"(?P<mark>STORE|WRITE|LOAD|READ|\[[SLWR]\])"
ORDER = r"(?P<kind>[RW]?MB)\b(?:[ ]*\([\w ]*(?:\(\))?\))?"
UNNAMED = "p"  # the object of `[S] ->on_cpu = 1`
_ACCESS = re.compile(rf"(?P<indent>[ \t]*){MARK}[ ]+(?=(?:->)?{_PLACE}[ ]*(?:$|;|=(?!=)|//|/\*))")
_NO_VALUE = re.compile(rf"[ \t]*{_PLACE}(?P<end>{_END})")
_ORDER = re.compile(rf"(?P<indent>[ \t]*){ORDER}{_END}")
_READ = re.compile(
    rf"(?P<indent>[ \t]*)(?P<words>(?:read|load)s?[ ]+(?:<[^<>]*>|[\w-]+)[ ]+from[ ]+)(?P<place>{_PLACE}){_END}",
    re.IGNORECASE,
)
_WRITE = re.compile(
    rf"(?P<indent>[ \t]*)(?:write|store)s?[ ]+(?P<value>[\w-]+)[ ]+(?:to|in|into)[ ]+(?P<place>{_PLACE}){_END}",
    re.IGNORECASE,
)
_LOCK = re.compile(rf"(?P<indent>[ \t]*)(?P<word>LOCK|UNLOCK|ACQUIRE|RELEASE)[ ]+(?P<place>{_PLACE}){_END}")
_CALL = re.compile(rf"(?:smp_\w+|(?:raw_)?spin_(?:un)?lock\w*)\([&\w>.-]*\){_END}")
_COND_LOAD = re.compile(rf"\b((?:smp_cond_load|atomic_cond_read)_\w+\(&?{_PLACE})\)")
_OWN_COPY = re.compile(r"\b(?:this|raw|__this)_cpu_(?P<verb>read|write)\(")


def spelled(text: str) -> str:
    """A cell's text as code, as far as it can be done in place: what is left out becomes blanks.

    A CPU's own copy of a variable is taken for the variable: a diagram shows it because another CPU looks at it.
    """
    text = _COND_LOAD.sub(r"\1, VAL)", text)
    text = _OWN_COPY.sub(lambda m: f"{m['verb'].upper()}_ONCE(".ljust(len(m[0])), text)
    if match := _ACCESS.match(text):
        return _access(text, match)
    if match := _READ.match(text):
        return _blanked(text, match.start("words"), match.end("words"))
    if match := _WRITE.match(text):
        return f"{match['indent']}{match['place']} = {match['value']};{text[match.end() :]}"
    if match := _ORDER.match(text):
        return f"{match['indent']}smp_{match['kind'].lower()}();{text[match.end() :]}"
    if match := _LOCK.match(text):
        call = "spin_unlock" if match["word"] in ("UNLOCK", "RELEASE") else "spin_lock"
        return f"{match['indent']}{call}(&{match['place']});{text[match.end() :]}"
    return text


def is_access(text: str) -> bool:
    """Whether a cell begins with the mark of an access."""
    return _ACCESS.match(text) is not None


def is_of_unnamed(text: str) -> bool:
    """Whether it is an access to a member of an object without a name."""
    match = _ACCESS.match(text)
    return match is not None and text.startswith("->", match.end())


def is_spelled(text: str) -> bool:
    """Whether a cell is an access, a barrier or an operation of a lock, in words or as a call."""
    return any(p.match(text) for p in (_ACCESS, _ORDER, _LOCK, _CALL))


def _access(text: str, match: re.Match[str]) -> str:
    """The place alone for a load; for a store an assignment, of 1 where no value is told."""
    is_unnamed = text.startswith("->", match.end())
    code = _blanked(text, match.end("indent"), match.end())
    if is_unnamed:
        code = f"{code[: match.end() - 1]}{UNNAMED}{text[match.end() :]}"
    is_store = match["mark"].strip("[]")[0] in "SW" and not re.search(r"\w\(", code)
    bare = _NO_VALUE.match(code) if is_store else None
    return code if bare is None else f"{code[: bare.start('end')]} = 1;{code[bare.end() :]}"


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
