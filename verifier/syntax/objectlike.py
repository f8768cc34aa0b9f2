"""Object-like macros that are no constants. `#define my_wmb smp_wmb()` is read as `#define my_wmb() smp_wmb()`, and its
uses as calls; one of a single word, or of words that are a type, is put in wherever it is used."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence, Set
from itertools import pairwise

from verifier.errors import SyntaxProblem
from verifier.source import Source
from verifier.syntax import tree
from verifier.syntax.preprocessor import Macro
from verifier.syntax.scanner import Remark, Token, scan
from verifier.syntax.vocabulary import ATTRIBUTES, QUALIFIERS

_CAPITALS = re.compile(r"_*[A-Z][A-Z0-9_]*$")
_UNDEFINE = re.compile(r"\s*#\s*undef\s+(\w+)")
_NEVER = frozenset(("current",))  # known by that name
_ACCESSES = frozenset(("READ_ONCE", "WRITE_ONCE", "ACCESS_ONCE"))
_LOOSEST_FIRST = ("?:", "||", "&&", "|", "^", "&", "== !=", "< > <= >=", "<< >>", "+ -", "* / %")
_LEVELS = {o: n for n, level in enumerate(_LOOSEST_FIRST) for o in (level.split() if n else level)}
_TIGHT = frozenset((".", "->", "++", "--", "!", "~"))  # beside an operand: tighter than what has two operands
_LONGEST = 16  # macros that stand for macros


class ObjectMacros:
    """The object-like macros of a text.

    constants   those that stand for a number
    functions   those that are functions without parameters, where the text means one thing by each
    unread      where it means more, or where it can't be read
    """

    def __init__(
        self,
        tokens: Sequence[Token],
        macros: Sequence[Macro],
        directives: Sequence[Remark],
        values: Mapping[Macro, tree.Expression | None],
    ) -> None:
        """`directives` may undefine some; `values` are expressions, where macros have any."""
        self._ends = {
            found[1]: remark.line for remark in directives if (found := _UNDEFINE.match(remark.text))
        }
        self._many = _ambiguous(macros) | self._ends.keys()
        self._words: dict[str, list[tuple[int, Token]]] = {}
        words = {m: own for m in macros if m.name not in _NEVER and (own := _words(m))}
        self._many |= _torn(words, tokens)
        called = {a.text for a, b in pairwise(tokens if macros else ()) if a.kind == "name" and b.text == "("}
        able = [m for m in words if m.name not in self._many | called]
        known = _constants(able, values, {m.name for m in macros})
        others = [m for m in words if m not in known]
        for m in others:
            if len(words[m]) == 1:
                self._words.setdefault(m.name, []).append((m.remark.line, words[m][0]))
        longer = [m for m in others if len(words[m]) > 1]
        self._bodies = {m.name: words[m] for m in longer}
        functions = [m for m in longer if not _is_of_declarations(words[m])]
        self._calls = {m.name for m in functions}
        self.constants = tuple(m for m in macros if m in known)
        self.functions = tuple(m for m in functions if m.name not in self._many)
        self.unread = tuple(m for m in macros if m not in words or (m in functions and m.name in self._many))

    def spread(self, tokens: Sequence[Token], inside: str = "") -> tuple[Token, ...]:
        """The tokens with each use of a macro that is no constant as what it stands for, but for that which they are
        `inside` of."""
        if not self._words and not self._bodies:
            return tuple(tokens)
        found: list[Token] = []
        for token in tokens:
            is_member = bool(found) and found[-1].text in (".", "->")
            found += self._spread(token, inside, is_member)
        return tuple(found)

    def _spread(self, token: Token, inside: str, is_member: bool) -> Iterator[Token]:
        token = self._renamed(token, inside)
        if token.kind != "name" or token.text not in self._bodies or token.text == inside:
            yield token
        elif is_member or token.text not in self._calls:
            for word in self._bodies[token.text]:
                placed = token._replace(kind=word.kind, text=word.text)
                yield self._renamed(placed, token.text)
        else:
            yield token
            end = token._replace(line=token.end_line, column=token.end_column)
            yield end._replace(kind="operator", text="(")
            yield end._replace(kind="operator", text=")")

    def _renamed(self, token: Token, inside: str) -> Token:
        seen = {token.text, inside}
        for _ in range(_LONGEST):
            word = self._word(token) if token.kind == "name" else None
            if word is None or word.text in seen:
                break
            seen.add(word.text)
            token = token._replace(kind=word.kind, text=word.text)
        return token

    def _word(self, use: Token) -> Token | None:
        """The word that a name stands for at its place."""
        found = self._words.get(use.text, [])
        if found and use.text not in self._many:
            return found[0][1]
        before = [(line, word) for line, word in found if line < use.line]
        is_over = bool(before) and before[-1][0] < self._ends.get(use.text, 0) < use.line
        return None if is_over or not before else before[-1][1]


def _words(macro: Macro) -> tuple[Token, ...]:
    """Those of a macro's value; none where it can't be read."""
    try:
        return scan(Source.whole("", macro.value)).tokens
    except SyntaxProblem:
        return ()


def _torn(macros: Mapping[Macro, Sequence[Token]], tokens: Sequence[Token]) -> set[str]:
    """Those whose words have operators outside brackets, and that stand beside one somewhere that takes a part of them:
    `#define N 1 + 2` in `N * 2`."""
    levels = {m.name: level for m, words in macros.items() if (level := _loosest(words)) is not None}
    texts = (tokens, *macros.values()) if levels else ()
    return {
        token.text
        for text in texts
        for i, token in enumerate(text)
        if token.kind == "name" and token.text in levels and _is_torn(text, i, levels[token.text])
    }


def _is_torn(text: Sequence[Token], i: int, level: int) -> bool:
    """Whether what stands beside a word takes a part of what that stands for, which has operators of that level."""
    before = text[i - 1].text if i else ""
    after = text[i + 1].text if i + 1 < len(text) else ""
    if before in _TIGHT or before == ")" or after in _TIGHT or after in ("(", "["):
        return True
    if before in _LEVELS and not _is_operand(text[i - 2] if i > 1 else None):
        return True  # an operator with one operand
    return max(_LEVELS.get(before, -1), _LEVELS.get(after, -1)) >= level


def _loosest(words: Sequence[Token]) -> int | None:
    """The level of the operator with two operands that binds least, outside brackets; None where there is none."""
    levels: list[int] = []
    depth, before = 0, None
    for word in words:
        depth -= word.text in (")", "]", "}")
        if depth == 0 and word.text in _LEVELS and _is_operand(before):
            levels.append(_LEVELS[word.text])
        depth += word.text in ("(", "[", "{")
        before = word
    return min(levels, default=None)


def _is_operand(word: Token | None) -> bool:
    """Whether an operand ends with it, so that an operator after it has two."""
    return word is not None and (word.kind in ("name", "number", "char") or word.text in (")", "]"))


def _is_of_declarations(words: Sequence[Token]) -> bool:
    """Whether words are a type, what stands beside one, or an initial value, and no expression or statement."""
    is_attribute = words[0].text in ATTRIBUTES or words[0].text in QUALIFIERS
    is_list = words[0].text == "{" and all(w.text != ";" for w in words)
    return is_attribute or is_list or all(w.kind in ("name", "keyword") or w.text == "*" for w in words)


def _ambiguous(macros: Sequence[Macro]) -> set[str]:
    values: dict[str, set[str]] = {}
    for macro in macros:
        values.setdefault(macro.name, set()).add(macro.value)
    return {name for name, found in values.items() if len(found) > 1}


def _constants(
    macros: Sequence[Macro], values: Mapping[Macro, tree.Expression | None], names: Set[str]
) -> set[Macro]:
    """Those that stand for a number, whatever number that is."""
    needed = {m: _needed(values[m], names) for m in macros}
    users: dict[str, list[Macro]] = {}
    for m, those in needed.items():
        for name in those or ():
            users.setdefault(name, []).append(m)
    found = {m for m, those in needed.items() if those is not None}
    waiting = [*(names - {m.name for m in found})]
    while waiting:
        for m in users.get(waiting.pop(), ()):
            if m in found:
                found.remove(m)
                waiting.append(m.name)
    return found


def _needed(e: tree.Expression | None, names: Collection[str]) -> set[str] | None:
    """The macros, among those names, that must be constants for an expression to be one; None where none can make it
    one."""
    match e:
        case tree.Number() | tree.String() | tree.TypeArgument():
            return set()
        case tree.Name(name):
            return {name} if name in names else set() if _CAPITALS.match(name) else None
        case tree.Unary("-" | "+" | "~" | "!", operand) | tree.Cast(_, operand):
            parts: tuple[tree.Expression, ...] = (operand,)
        case tree.Binary(_, left, right):
            parts = (left, right)
        case tree.Conditional(condition, then, otherwise):
            parts = (condition, then, otherwise)
        case tree.Call(tree.Name(name), arguments) if arguments and name not in _ACCESSES:
            parts = arguments
        case _:
            return None
    found = [_needed(part, names) for part in parts]
    return None if None in found else {name for those in found if those is not None for name in those}
