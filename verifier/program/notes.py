"""What to tell the user of text that the front end left out."""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.program.program import Skipped
from verifier.syntax import tree

_CONDITION = re.compile(r"#\s*(ifdef|ifndef|if)\b\s*(.*)", re.DOTALL)
_MEANINGLESS = re.compile(
    r"#\s*(?:include|else|elif|endif|define|undef|pragma|line|error|warning)\b"
    r"|(?:static\s+)?(?:EXPORT_|MODULE_|DEFINE_|DECLARE_|[HL]?LIST_HEAD|module_|\w*_initcall|MODULE)\w*"
)


def notes(skipped: Sequence[tree.Skipped]) -> tuple[list[str], list[Skipped]]:
    """Assumptions about the arms of preprocessor conditions, and what else was skipped and may matter."""
    assumptions: list[str] = []
    rest: list[Skipped] = []
    for s in skipped:
        line, text = s.span.line, s.text.strip()
        condition = _CONDITION.match(text)
        if condition is not None:
            assumptions.append(f"line {line}: {' '.join(text.split())} is taken to be {_taken(condition)}")
        elif not text.startswith("#") and "\n" not in text and _MEANINGLESS.match(text):
            continue
        elif not _MEANINGLESS.match(text):
            rest.append(Skipped(line, text, _reason(s)))
    return assumptions, rest


def _taken(condition: re.Match[str]) -> str:
    word, what = condition[1], condition[2].strip()
    if what == "0" or (word == "ifndef" and what.startswith("CONFIG_")):
        return "false"
    return "true"


def _reason(s: tree.Skipped) -> str:
    return (
        "the other arm of #if"
        if s.span.column == 1 and s.text.rstrip().endswith((";", "}"))
        else "not understood"
    )
