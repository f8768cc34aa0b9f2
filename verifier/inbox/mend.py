"""Code that was cut at a hunk's edges, made whole: brackets and comments closed, half statements left out.

A hunk starts and ends anywhere. What is put in stands on lines of its own, which have the place of the code beside
them; what is left out is blanked, so that all that remains keeps its place.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from verifier.errors import SyntaxProblem
from verifier.inbox.line import Line
from verifier.record import record
from verifier.source import Origin, Source
from verifier.syntax.preprocessor import preprocess
from verifier.syntax.scanner import Token, scan
from verifier.syntax.tree import OMITTED, OMITTED_ABOVE

CLOSER = {"(": ")", "[": "]", "{": "}"}
_OPENER = {close: opener for opener, close in CLOSER.items()}
_CONTROL = frozenset(("if", "while", "for", "switch"))
_INFIX = frozenset("= == != <= >= < > + / % ^ | || && ? : , . -> += -= |= &= ^= <<= >>= << >>".split())
_CONDITIONAL = re.compile(r"\s*#\s*(if|ifdef|ifndef|elif|else|endif)\b")


def source_of(name: str, lines: Sequence[Line], raw: tuple[str, ...]) -> Source:
    """The lines as a text; each line knows its place."""
    text = "\n".join(line.text for line in lines)
    return Source(
        name, text, raw, tuple(Origin(line.number, line.column) for line in lines) or (Origin(1, 1),)
    )


def close_comments(lines: Sequence[Line]) -> list[Line]:
    """The lines of a hunk, with `/*` before them or `*/` after them where a comment was cut."""
    found = list(lines)
    if not found:
        return found
    text = "\n".join(line.text for line in lines)
    first_end, first_start = text.find("*/"), text.find("/*")
    starts_inside = first_end >= 0 and not 0 <= first_start < first_end
    if not starts_inside and first_end < 0 and first_start < 0:
        starts_inside = all(re.match(r"\s*\*(?:\s|$)", line.text) for line in lines if not line.is_blank)
    if starts_inside:
        found.insert(0, _beside(found[0], "/*"))
        text = "/*\n" + text
    if _is_open(text):
        found.append(_beside(found[-1], "*/"))
    return found


def _is_open(text: str) -> bool:
    """Whether a comment does not end."""
    bare = re.sub(r"//[^\n]*|/\*.*?\*/", "", text, flags=re.DOTALL)
    return "/*" in bare


def gap(line: Line, is_above: bool = False) -> Line:
    """What stands beside a line where a hunk leaves code out; `is_above`: how the function begins."""
    return _beside(line, OMITTED_ABOVE if is_above else OMITTED)


def _beside(line: Line, text: str) -> Line:
    return Line(text, line.number, line.column, line.depth)


def without_directives(name: str, hunks: Sequence[Sequence[Line]]) -> list[list[Line]]:
    """The hunks of a file with the arms of #if that are left out, and the conditions themselves, blanked.

    Conditions that the hunks do not show the start or the end of are taken to begin before them and to end after them.
    """
    flat = [line for hunk in hunks for line in hunk]
    if not any(_CONDITIONAL.match(line.text) for line in flat):
        return [list(hunk) for hunk in hunks]
    depth = lacking = 0
    for line in flat:
        match = _CONDITIONAL.match(line.text)
        word = match[1] if match else ""
        if word in ("if", "ifdef", "ifndef"):
            depth += 1
        elif word in ("elif", "else", "endif"):
            if depth == 0:
                lacking, depth = lacking + 1, 1
            depth -= word == "endif"
    text = "\n".join(["#ifdef A"] * lacking + [line.text for line in flat] + ["#endif"] * depth)
    try:
        scanned = scan(Source.whole(name, text))
    except SyntaxProblem:
        return [list(hunk) for hunk in hunks]
    arms = preprocess(scanned, text.split("\n")).arms
    left_out = {n - lacking for arm in arms for n in range(arm.line, arm.end_line + 1)}
    kept: list[list[Line]] = []
    number = 0
    for hunk in hunks:
        kept.append([])
        for line in hunk:
            number += 1
            gone = number in left_out or _CONDITIONAL.match(line.text)
            kept[-1].append(_beside(line, "") if gone else line)
    return kept


# ----------------------------------------------------------------- statements


@record(slots=True)
class Brackets:
    """What of a stretch of tokens has no partner in it: closers, and openers, by position; and which closes which."""

    closers: list[int]
    openers: list[int]
    closing: dict[int, int]


def brackets(tokens: Sequence[Token]) -> Brackets:
    """Match the brackets of a stretch; one that is crossed by another counts as without a partner."""
    found = Brackets([], [], {})
    opened: list[int] = []
    for i, token in enumerate(tokens):
        if token.kind != "operator":
            continue
        if token.text in CLOSER:
            opened.append(i)
        elif token.text in _OPENER:
            while opened and tokens[opened[-1]].text != _OPENER[token.text] and token.text == "}":
                found.openers.append(opened.pop())
            if opened and tokens[opened[-1]].text == _OPENER[token.text]:
                found.closing[opened.pop()] = i
            else:
                found.closers.append(i)
    found.openers = sorted(found.openers + opened)
    return found


def whole_statements(lines: Sequence[Line], tokens: Sequence[Token]) -> tuple[list[Line], list[Token]]:
    """A stretch of a function's body as statements that are whole; and the tokens that were left out.

    `tokens` are those of the stretch, placed in `lines`.
    """
    first, end = _trimmed(tokens)
    dropped = [*tokens[:first], *tokens[end:]]
    rest = list(tokens[first:end])
    kept = blank(lines, dropped)
    if not rest:
        return kept, dropped
    before, after = _completions(rest)
    shown = [line for line in kept if not line.is_blank] or kept
    starts = [
        text for start in before for text in ((start, OMITTED_ABOVE) if start.endswith("{") else (start,))
    ]
    head = [_beside(shown[0], text) for text in starts]
    ends = [text for end in after for text in ((OMITTED, end) if end.startswith("}") else (end,))]
    tail = [_beside(shown[-1], text) for text in ends]
    return [*head, *kept, *tail], dropped


def _trimmed(tokens: Sequence[Token]) -> tuple[int, int]:
    """The stretch without the half statement that it starts with, and the one that it ends with."""
    first, end = _after_half(tokens), len(tokens)
    found = brackets(tokens[first:])
    cut = [first + i for i in found.openers if tokens[first + i].text != "{"]
    if cut:
        end = _statement_start(tokens, first, cut[0])
    if end > first and not _may_end(tokens, first, end):
        end = _statement_start(tokens, first, end - 1)
    return (first, end) if end > first else (first, first)


def _after_half(tokens: Sequence[Token]) -> int:
    """Where the first whole statement starts."""
    loose = [i for i in brackets(tokens).closers if tokens[i].text != "}"]
    start = 0
    if loose:
        start = loose[-1] + 1
        following = tokens[start].text if start < len(tokens) else ""
        if following != "{" and (following in _INFIX or following == ";"):
            start = _past_semicolon(tokens, start)
    elif tokens and tokens[0].text in _INFIX:
        start = _past_semicolon(tokens, 0)
    elif tokens and tokens[0].text == ";":
        start = 1
    return start


def _past_semicolon(tokens: Sequence[Token], position: int) -> int:
    while position < len(tokens) and tokens[position].text not in (";", "{", "}"):
        position += 1
    return position + 1 if position < len(tokens) and tokens[position].text == ";" else position


def _statement_start(tokens: Sequence[Token], first: int, position: int) -> int:
    """Where the statement starts that holds the token at `position`."""
    depth = 0
    while position > first:
        text = tokens[position - 1].text
        if text in (")", "]"):
            depth += 1
        elif text in ("(", "["):
            depth -= 1
        if depth <= 0 and text in (";", "{", "}"):
            break
        position -= 1
    return position


def _may_end(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Whether the stretch may end there: with a statement, or a header or label whose statement is put in."""
    last = tokens[end - 1]
    if last.text in (";", "{", "}", "else", "do"):
        return True
    if last.text == ":":
        return True
    start = _statement_start(tokens, first, end - 1)
    return last.text == ")" and tokens[start].text in (*_CONTROL, "else")


def _completions(tokens: Sequence[Token]) -> tuple[list[str], list[str]]:
    """What to put before and after statements whose brackets do not match."""
    found = brackets(tokens)
    before: list[str] = []
    if tokens[0].text == "else":
        before.append("if (...) ;")
    elif _is_cut_off(tokens) or _stands_deeper(tokens):
        before.append("if (...)")
    base = 0
    inside = [*sorted(found.closing.items()), *((i, len(tokens)) for i in found.openers)]
    for closer in found.closers:
        before.insert(0, _opening(tokens, base, closer, inside))
        base = closer + 1
    after = [_closing(tokens, opener) for opener in reversed(found.openers)]
    last = tokens[-1].text
    if last in (")", "else", "do", ":") or (last == "while"):
        after.insert(0, ";")
    if _needs(tokens, base, len(tokens), inside, ("case", "default")):
        return ["switch (...) {", *before], [*after, "}"]
    if _needs(tokens, 0, len(tokens), inside, ("break", "continue")):
        return ["do {", *before], [*after, "} while (0);"]
    return before, after


_JUMPS = frozenset(("goto", "return", "break", "continue"))


def _is_cut_off(tokens: Sequence[Token]) -> bool:
    """Whether the first statement leaves what follows it dead, unless there is a header that is not shown."""
    end = next((i for i, t in enumerate(tokens) if t.text == ";"), len(tokens))
    following = tokens[end + 1].text if end + 1 < len(tokens) else "}"
    return tokens[0].text in _JUMPS and following not in ("}", "case", "default")


def _stands_deeper(tokens: Sequence[Token]) -> bool:
    """Whether the first statement is the body of a header that is not shown: it is indented further than what follows
    it, and no brace ends there."""
    first = tokens[0]
    end = next((i for i, t in enumerate(tokens) if t.text in (";", "{", "}")), len(tokens))
    if end + 1 >= len(tokens) or tokens[end].text != ";" or first.text in ("case", "default"):
        return False
    following = tokens[end + 1]
    return following.text not in ("}", "case", "default") and following.column < first.column


def _opening(tokens: Sequence[Token], base: int, closer: int, inside: list[tuple[int, int]]) -> str:
    """The opener of a block of which the stretch only has the end."""
    following = tokens[closer + 1].text if closer + 1 < len(tokens) else ""
    if _needs(tokens, base, closer, inside, ("case", "default")):
        return "switch (...) {"
    if following == "else":
        return "if (...) {"
    if following == "while":
        return "do {"
    return "if (...) {" if _ends_in_jump(tokens, base, closer) else "{"


def _ends_in_jump(tokens: Sequence[Token], base: int, closer: int) -> bool:
    """Whether what follows a block would be dead, were it always entered."""
    start = closer - 2
    while start >= base and tokens[start].text not in (";", "{", "}"):
        start -= 1
    return tokens[closer - 1].text == ";" and start + 1 < closer and tokens[start + 1].text in _JUMPS


def _needs(
    tokens: Sequence[Token], first: int, end: int, inside: list[tuple[int, int]], words: tuple[str, ...]
) -> bool:
    """Whether one of the words stands between, and in no loop or switch that the stretch shows."""
    for i in range(first, end):
        if tokens[i].text in words and tokens[i].kind == "keyword":
            around = [a for a, b in inside if a < i < b and tokens[a].text == "{" and _breaks(tokens, a)]
            if not around:
                return True
    return False


def _breaks(tokens: Sequence[Token], opener: int) -> bool:
    """Whether the brace opens the body of a loop or a switch."""
    before = opener - 1
    if before >= 0 and tokens[before].text == "do":
        return True
    if before < 0 or tokens[before].text != ")":
        return False
    depth = 0
    while before >= 0:
        depth += {")": 1, "(": -1}.get(tokens[before].text, 0)
        if depth == 0:
            break
        before -= 1
    word = tokens[before - 1].text if before > 0 else ""
    return word != "if" and (word in _CONTROL or "for_each" in word)


def _closing(tokens: Sequence[Token], opener: int) -> str:
    return "} while (...);" if opener > 0 and tokens[opener - 1].text == "do" else "}"


def blank(lines: Sequence[Line], tokens: Sequence[Token]) -> list[Line]:
    """The lines with these tokens blanked."""
    texts = [line.text for line in lines]
    for t in tokens:
        for n in range(t.line, t.end_line + 1):
            text = texts[n - 1]
            start = t.column - 1 if n == t.line else 0
            end = t.end_column - 1 if n == t.end_line else len(text)
            texts[n - 1] = text[:start] + re.sub(r"[^\t]", " ", text[start:end]) + text[end:]
    return [_beside(line, text) for line, text in zip(lines, texts, strict=True)]
