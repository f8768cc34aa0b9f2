"""Accesses and locks that diagrams say in words: `STORE p->on_cpu = 1`, `read 1 from acked[2]`, `LOCK rq->lock`."""

from __future__ import annotations

import re

_PLACE = r"[*(]*[A-Za-z_]\w*(?:\([\w, ]*\))?(?:(?:->|\.)\w+|\[\w*\])*\)*"
_END = r"[ ]*;?[ ]*(?=$|//|/\*)"
_ACCESS = re.compile(
    rf"(?P<indent>[ \t]*)(?:STORE|WRITE|LOAD|READ|\[[SLWR]\])[ ]+(?={_PLACE}[ ]*(?:$|;|=(?!=)|//|/\*))"
)
_READ = re.compile(
    rf"(?P<indent>[ \t]*)(?P<words>(?:read|load)s?[ ]+(?:<[^<>]*>|[\w-]+)[ ]+from[ ]+)(?P<place>{_PLACE}){_END}",
    re.IGNORECASE,
)
_WRITE = re.compile(
    rf"(?P<indent>[ \t]*)(?:write|store)s?[ ]+(?P<value>[\w-]+)[ ]+(?:to|in|into)[ ]+(?P<place>{_PLACE}){_END}",
    re.IGNORECASE,
)
_LOCK = re.compile(rf"(?P<indent>[ \t]*)(?P<word>LOCK|UNLOCK|ACQUIRE|RELEASE)[ ]+(?P<place>{_PLACE}){_END}")


_COND_LOAD = re.compile(rf"\b((?:smp_cond_load|atomic_cond_read)_\w+\(&?{_PLACE})\)")
_OWN_COPY = re.compile(r"\b(?:this|raw|__this)_cpu_(?P<verb>read|write)\(")


def spelled(text: str) -> str:
    """A cell's text as code, as far as it can be done in place: what is left out becomes blanks.

    A CPU's own copy of a variable is taken for the variable: a diagram shows it because another CPU looks at it.
    """
    text = _COND_LOAD.sub(r"\1, VAL)", text)
    text = _OWN_COPY.sub(lambda m: f"{m['verb'].upper()}_ONCE(".ljust(len(m[0])), text)
    if match := _ACCESS.match(text):
        return _blanked(text, match.end("indent"), match.end())
    if match := _READ.match(text):
        return _blanked(text, match.start("words"), match.end("words"))
    if match := _WRITE.match(text):
        return f"{match['indent']}{match['place']} = {match['value']};{text[match.end() :]}"
    if match := _LOCK.match(text):
        call = "spin_unlock" if match["word"] in ("UNLOCK", "RELEASE") else "spin_lock"
        return f"{match['indent']}{call}(&{match['place']});{text[match.end() :]}"
    return text


def _blanked(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
