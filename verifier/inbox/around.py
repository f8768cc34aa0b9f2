"""What stands around a patch in a tree, in other files than its own: the functions that run against those that it
touches, their callers, and what all of them call."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence

from verifier.inbox.outline import Definition, outline
from verifier.inbox.regions import Shown
from verifier.inbox.trees import (
    BARRIER,
    COMMENT,
    MEMBER,
    MOST_CALLERS,
    ORDER,
    Trees,
    code_of,
    is_open,
    text_of,
)
from verifier.record import field, record

CALLED = "it is called"
MOST_FILES = 24  # that are read for one question
MOST_PARTNERS = 2
MOST_NAMED = 4
LONGEST_CALLEE = 60  # lines
NEAR = 15  # lines around a barrier whose accesses it may be there for
USUAL = frozenset(
    "next prev lock flags list head name count size len data dev state private refcount ref refs node wait"
    " entry counter val value id type mutex rb_node ops work tail index start end".split()
)  # members that many structs have
_ORDERED = (
    r"(smp_[a-z_]*(mb|release|acquire|atomic)|_(acquire|release)\(|[^a-z_](waitqueue_active|set_current_state"
    r"|prepare_to_wait|wait_event[a-z_]*|rcu_assign_pointer|rcu_dereference[a-z_]*|wq_has_sleeper)\()"
)
_ATOMIC = re.compile(
    r"\b(?:READ_ONCE|WRITE_ONCE|atomic\w*_\w+|(?:test|set|clear|change)_\w*bit\w*|x?chg|cmpxchg\w*|wake_up\w*"
    r"|waitqueue_active|refcount_\w+|ACCESS_ONCE)\s*\("
)
_CONSTANT = re.compile(r"\b[A-Z][A-Z0-9_]{2,}\b")
_NO_CONSTANT = re.compile(
    r"(?:GFP_\w+|E[A-Z]{3,12}|NULL|(?:BUG|WARN)\w*|(?:READ|WRITE|ACCESS)_ONCE|TASK_\w+|CONFIG_\w+)$"
)
MOST_CONSTANTS = 16
BLANK = "[ \t]"  # with the tab itself: git knows no escapes
_FLAG = re.compile(r"(?:_acquire|_release|\brcu_assign_pointer|\brcu_dereference\w*)\s*\(([^,;)]*)")
_STRUCT = re.compile(r"\bstruct\s+(\w+)")
_NAMED = re.compile(r"\b([A-Za-z_]\w+)\s*\(\)")
_CALLED = re.compile(r"\b([a-z_]\w+)\s*\(")
_KEYWORDS = frozenset("if while for switch return sizeof do else typeof defined".split())


@record(frozen=True, slots=True)
class Found:
    """A function of another file, and why it is looked at."""

    path: str
    definition: Definition
    why: str


@record(frozen=True, slots=True)
class Meaning:
    """The macro, or the enumeration, that says what a name means: lines of a file."""

    path: str
    first: int
    last: int


@record(frozen=True, slots=True)
class Use:
    """What a text uses: the members near what orders something, those that are released or acquired themselves, the
    structs that it speaks of; whether it has a written barrier."""

    members: frozenset[str]
    flags: frozenset[str]
    structs: frozenset[str]
    has_barrier: bool

    def common(self, other: Use) -> frozenset[str]:
        """The members of both, where these are enough to take them for two sides of one thing: two members, one that is
        released or acquired on both sides, or one of a struct that both speak of around barriers; not usual ones alone.
        """
        if flags := (self.flags & other.flags) - USUAL:
            return flags
        common = self.members & other.members
        is_enough = len(common) > 1 or (
            self.structs & other.structs and self.has_barrier and other.has_barrier
        )
        return common if is_enough and common - USUAL else frozenset()


def used(text: str) -> Use:
    """What a function's text uses."""
    code = code_of(text)
    structs = frozenset(_STRUCT.findall(code))
    flags = frozenset(MEMBER.findall(place)[-1] for place in _FLAG.findall(code) if MEMBER.search(place))
    return Use(frozenset(nearby(text)), flags, structs, BARRIER.search(code) is not None)


@record(slots=True)
class Around:
    """The trees, and which calls need no body: the primitives. Asks for each file once."""

    trees: Trees
    is_known: Callable[[str], bool]
    _outlines: dict[str, tuple[tuple[str, ...], tuple[Definition, ...]]] = field(default_factory=dict)

    def functions(self, path: str) -> tuple[tuple[str, ...], tuple[Definition, ...]]:
        """The lines of a file, after the patch, and its functions."""
        if path not in self._outlines:
            text = self.trees.after(path)
            text = self.trees.before(path) if text is None else text
            lines = tuple((text or "").split("\n"))
            self._outlines[path] = lines, outline(lines)
        return self._outlines[path]

    def text(self, found: Found) -> str:
        """The text of a function."""
        lines, _ = self.functions(found.path)
        return "\n".join(lines[found.definition.first - 1 : found.definition.last])

    def stretch(self, meaning: Meaning) -> str:
        """The text of a macro or an enumeration."""
        lines, _ = self.functions(meaning.path)
        return "\n".join(lines[meaning.first - 1 : meaning.last])

    def defined(self, names: Iterable[str], near: str, why: str) -> list[Found]:
        """The functions of those names, each where it is defined nearest to the file `near`, and nowhere in it."""
        wanted = sorted(n for n in set(names) if not self.is_known(n))
        if not wanted:
            return []
        pattern = rf"^([a-zA-Z_].*[^a-zA-Z0-9_]|)({'|'.join(wanted)})[ ]*\(([^;]*|[^;]*[{{].*)$"
        found: dict[str, Found] = {}
        for path in self._holding([pattern], near):
            for d in self.functions(path)[1]:
                if d.name in wanted:
                    found.setdefault(d.name, Found(path, d, why))
        return [found[name] for name in wanted if name in found]

    def meanings(self, names: Iterable[str], near: str) -> list[Meaning]:
        """Where constants of those names, and macros, are defined, each nearest to `near`, and nowhere in it."""
        wanted = sorted(n for n in set(names) if not self.is_known(n))
        if not wanted:
            return []
        one = "|".join(wanted)
        define = f"^{BLANK}*#{BLANK}*define{BLANK}+({one})([^a-zA-Z0-9_]|$)"
        pattern = f"{define}|^{BLANK}+({one}){BLANK}*(=.*|,.*|/[*].*)?$"
        line = re.compile(pattern)
        found: dict[str, Meaning] = {}
        for path in self._holding([pattern], near):
            lines, _ = self.functions(path)
            for number, text in enumerate(lines):
                match = line.match(text)
                name = match and (match[1] or match[3])
                if name and name not in found:
                    stretch = _macro(lines, number) if match and match[1] else _enumeration(lines, number)
                    if stretch is not None:
                        found[name] = Meaning(path, *stretch)
        return list(dict.fromkeys(found[n] for n in wanted if n in found))

    def calling(self, name: str, near: str) -> list[Found]:
        """Functions of other files that call that one, the nearest first."""
        found = []
        for path in self._holding([rf"[^a-zA-Z0-9_]{name}[ ]*\("], near):
            lines, definitions = self.functions(path)
            for d in definitions:
                body = code_of("\n".join(lines[d.first : d.last]))
                if d.name != name and re.search(rf"\b{name}\s*\(", body):
                    found.append(Found(path, d, f"it calls {name}()"))
        return found

    def accessing(self, own: Use, near: str) -> list[Found]:
        """Functions of other files that order something and use the same members; those that use most first."""
        rare = sorted(own.members - USUAL)
        if not rare:
            return []
        pattern = rf"(->|\.)({'|'.join(rare)})([^a-zA-Z0-9_]|$)"
        ranked = []
        for distance, path in enumerate(self._holding([pattern, _ORDERED], near)):
            lines, definitions = self.functions(path)
            for d in definitions:
                use = used("\n".join(lines[d.first - 1 : d.last]))
                common = own.common(use)
                if common:
                    why = f"it uses {', '.join(sorted(common)[:3])} beside a barrier"
                    ranked.append(
                        (-len(common & own.flags), -len(common), distance, d.first, Found(path, d, why))
                    )
        return [found for *_, found in sorted(ranked, key=lambda r: r[:4])]

    def _holding(self, patterns: Sequence[str], near: str) -> list[str]:
        return [p for p in self.trees.holding(patterns, near) if p != near][:MOST_FILES]


def _macro(lines: Sequence[str], number: int) -> tuple[int, int] | None:
    """The first and the last line of the macro on the line of that index; None where it defines nothing."""
    last = number
    while last + 1 < len(lines) and lines[last].rstrip().endswith("\\"):
        last += 1
    is_empty = last == number and re.fullmatch(r"\s*#\s*define\s+\w+\s*(?:/\*.*)?", lines[number])
    return None if is_empty else (number + 1, last + 1)


def _enumeration(lines: Sequence[str], number: int) -> tuple[int, int] | None:
    """The first and the last line of the enumeration that the line of that index is in."""
    first = next((i for i in range(number, -1, -1) if re.search(r"[{};]", lines[i])), None)
    last = next((i for i in range(number, len(lines)) if "}" in lines[i]), None)
    if first is None or last is None or not re.match(r"(?:typedef )?enum\b[^;]*\{", lines[first]):
        return None
    return first + 1, last + 1


def look_around(
    around: Around,
    path: str,
    functions: dict[str, Shown],
    touched: frozenset[str],
    partners: frozenset[str],
    message: str,
    earlier: Sequence[Shown],
) -> tuple[tuple[Found, ...], tuple[Meaning, ...]]:
    """What to look at in other files than the one at `path`, of which the functions `touched` by the patch and their
    `partners` are shown: the functions that comments and the message name; those that use the same members around
    barriers, where the file has none that do; callers of what has a barrier at its edge; what all of these call that
    matters. And what the constants and the macros that they use mean.

    `functions` are those of the file, by name; `earlier` those that the patch touches as they were before.
    """
    texts = {n: text_of(functions[n]) for n in touched if n in functions}
    barred = {n: text for n, text in texts.items() if ORDER.search(text)}
    if not barred:  # what orders may have moved to what they call
        old = {f.name: text_of(f) for f in earlier if f.name in texts}
        barred = {n: text for n, text in old.items() if ORDER.search(text)}
    if not barred:
        return (), ()
    found: list[Found] = []
    said = "\n".join([*(" ".join(COMMENT.findall(text)) for text in barred.values()), message])
    named = [n for n in dict.fromkeys(_NAMED.findall(said)) if n not in functions]
    found += around.defined(named[:MOST_NAMED], path, "a comment or the message names it")
    own = used("\n".join(f"{_head(functions[n])}\n{text}" for n, text in sorted(barred.items())))
    beside = [used(f"{_head(functions[n])}\n{text_of(functions[n])}") for n in partners if n in functions]
    beside += [used(around.text(f)) for f in found]
    wanted = (own.flags - USUAL) or own.members
    if not any(own.common(use) & wanted for use in beside) and not _is_among(texts):
        found += around.accessing(own, path)[:MOST_PARTNERS]
    for name, text in sorted(barred.items()):
        is_static = any("static" in line.text.split() for line in functions[name].head)
        if is_open(text) and not is_static and not _is_called(name, functions):
            found += around.calling(name, path)[:MOST_CALLERS]
    found = _distinct(found, functions)
    shown = [*(text_of(functions[n]) for n in sorted({*texts, *partners}) if n in functions)]
    shown += [around.text(f) for f in found]
    found = _distinct([*found, *_callees(around, shown, path, functions)], functions)
    shown += [around.text(f) for f in found]
    known = {*functions, *(f.definition.name for f in found)}
    return tuple(found), tuple(_meanings(around, shown, path, known))


def _meanings(around: Around, texts: Sequence[str], path: str, functions: set[str]) -> list[Meaning]:
    """The constants that those texts use, and the macros that they call, as far as these order or access something."""
    code = "\n".join(code_of(text) for text in texts)
    constants = [n for n in dict.fromkeys(_CONSTANT.findall(code)) if not _NO_CONSTANT.match(n)]
    found = around.meanings(constants[:MOST_CONSTANTS], path)
    macros = around.meanings(set(_CALLED.findall(code)) - functions - _KEYWORDS, path)
    return list(dict.fromkeys([*found, *(m for m in macros if _matters(around.stretch(m)))]))


def _callees(around: Around, texts: Sequence[str], path: str, functions: dict[str, Shown]) -> list[Found]:
    """What those texts call, directly or not, that has a barrier or an atomic access of its own."""
    found: list[Found] = []
    asked = set(functions)
    waiting = list(texts)
    for _ in range(2):
        names = {n for text in waiting for n in _CALLED.findall(code_of(text))} - asked - _KEYWORDS
        asked |= names
        new = [
            f
            for f in around.defined(names, path, CALLED)
            if f.definition.last - f.definition.first <= LONGEST_CALLEE and _matters(around.text(f))
        ]
        found += new
        waiting = [around.text(f) for f in new]
    return found


def _head(function: Shown) -> str:
    return " ".join(line.text for line in function.head)


def _is_among(texts: dict[str, str]) -> bool:
    """Whether two of the functions are the two sides of one thing."""
    uses = [used(text) for text in texts.values()]
    return any(a.common(b) for i, a in enumerate(uses) for b in uses[:i] if len(a.members & b.members) > 1)


def _matters(text: str) -> bool:
    code = code_of(text)
    return bool(ORDER.search(code) or _ATOMIC.search(code))


def _distinct(found: Iterable[Found], functions: dict[str, Shown]) -> list[Found]:
    """Each name once, and none that the patch's own file has."""
    seen = {f.definition.name: f for f in reversed(list(found)) if f.definition.name not in functions}
    return [*reversed(seen.values())]


def _is_called(name: str, functions: dict[str, Shown]) -> bool:
    call = re.compile(rf"\b{name}\s*\(")
    return any(n != name and call.search(code_of(text_of(f))) for n, f in functions.items())


def nearby(text: str) -> set[str]:
    """The members that are used near a barrier of a function."""
    lines = text.split("\n")
    barriers = [i for i, line in enumerate(lines) if ORDER.search(line)]
    return {
        member
        for i, line in enumerate(lines)
        if any(abs(i - b) <= NEAR for b in barriers)
        for member in MEMBER.findall(code_of(line))
    }
