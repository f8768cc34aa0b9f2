"""Random programs that follow pointers, and what they can end with: an interpreter that knows nothing of mbpair.

A program is a tuple of threads, a thread of commands. An object is ("a",) or, of a thread's own, ("l", thread);
a pointer is 0, an object, or an object and a member. The interpreter runs one access at a time, in every order.
"""

from __future__ import annotations

import random
from collections.abc import Generator
from typing import Any

Command = tuple[Any, ...]
Threads = tuple[tuple[Command, ...], ...]
Access = tuple[Any, ...]

DECLARATIONS = """struct s { struct s *next; int v, t[2], *at; };
struct s a, b;
struct s *g, *h = &b;
struct s array[2];
int cells[2], k;
"""
_POINT = "static void point(struct s **to, struct s *from) { *to = from; }\n"
_SHARED = ("g", "h")
_POINTERS = ("p", "q", "f")


def draw(rng: random.Random, threads: int = 2, length: int = 4) -> Threads:
    """A random program."""
    return tuple(tuple(_command(rng, 2) for _ in range(length)) for _ in range(threads))


def _command(rng: random.Random, depth: int) -> Command:
    p, q = rng.choice(_POINTERS), rng.choice(_POINTERS)
    simple: list[Command] = [
        ("take", p, rng.choice(("a", "b", "l"))),
        ("copy", p, q),
        ("load", p, rng.choice(_SHARED)),
        ("publish", rng.choice(_SHARED), p),
        ("xchg", p, rng.choice(_SHARED), q),
        ("cmpxchg", p, rng.choice(_SHARED), rng.choice(_POINTERS), q),
        ("allocate", p),
        ("element", p, "k"),
        ("cell", rng.randint(1, 3)),
        ("first", rng.randint(1, 3)),
        ("setk", rng.randint(0, 1)),
        ("point", p, q),
        ("write", p, q),
        ("swap", p, q),
    ]
    through: list[Command] = [
        ("next", p, q),
        ("link", p, q),
        ("get", p),
        ("set", p, rng.randint(1, 3)),
        ("inside", p, rng.randint(4, 6)),
        ("around", p, q),
        ("slot", p, rng.choice((0, 0, 1, 1, "k")), rng.randint(1, 3)),
        ("look", p, rng.choice((0, 0, 1, 1, "k"))),
        ("aim", p),
        ("hit", p, rng.choice((0, 0, 1, 1, "k")), rng.randint(4, 6)),
    ]
    if depth and rng.random() < 0.15:
        return ("if-same", p, q, tuple(_command(rng, 0) for _ in range(2)))
    if depth and rng.random() < 0.1:
        return ("twice", tuple(_command(rng, 0) for _ in range(2)))
    return rng.choice(simple if rng.random() < 0.5 else through)


# ------------------------------------------------------------------------ text


def text(threads: Threads) -> str:
    """The program in C; what it ends with is in each thread's r, pa and pl, and in the members' values."""
    parts = [DECLARATIONS]
    for number, commands in enumerate(threads):
        body = "".join(_line(c) for c in commands)
        parts.append(
            f"void t{number}(void)\n{{\n\tstruct s l = {{ 0 }};\n\tstruct s *p = NULL, *q = NULL, *f = &a;\n"
            f"\tint r = 0;\n\tint *inner;\n{body}\tint pa = p == &a;\n\tint pl = p == &l;\n}}\n"
        )
    whole = "".join(parts)
    return _POINT + whole if "point(" in whole else whole


_LINES = {
    "take": "{0} = &{1};",
    "copy": "{0} = {1};",
    "load": "{0} = READ_ONCE({1});",
    "publish": "smp_store_release(&{0}, {1});",
    "xchg": "{0} = xchg(&{1}, {2});",
    "cmpxchg": "{0} = cmpxchg(&{1}, {2}, {3});",
    "allocate": "{0} = kzalloc(sizeof(*{0}), GFP_KERNEL);",
    "element": "{0} = &array[{1}];",
    "cell": "WRITE_ONCE(cells[READ_ONCE(k)], {0});",
    "first": "WRITE_ONCE(*cells, {0});",
    "slot": "if ({0}) WRITE_ONCE({0}->t[{1}], {2});",
    "look": "if ({0}) r = r * 8 + READ_ONCE({0}->t[{1}]);",
    "aim": "if ({0}) WRITE_ONCE({0}->at, cells);",
    "hit": "if ({0} && {0}->at) WRITE_ONCE({0}->at[{1}], {2});",
    "point": "point(&{0}, {1});",
    "write": "WRITE_ONCE({0}, {1});",
    "swap": "swap({0}, {1});",
    "setk": "WRITE_ONCE(k, {0});",
    "next": "if ({1}) {0} = READ_ONCE({1}->next);",
    "link": "if ({0}) WRITE_ONCE({0}->next, {1});",
    "get": "if ({0}) r = r * 8 + READ_ONCE({0}->v);",
    "set": "if ({0}) WRITE_ONCE({0}->v, {1});",
    "inside": "if ({0}) {{ inner = &{0}->v; WRITE_ONCE(*inner, {1}); }}",
    "around": "if ({1}) {{ inner = &{1}->v; {0} = container_of(inner, struct s, v); }}",
}


def _line(c: Command) -> str:
    match c:
        case ("if-same", p, q, body):
            return f"\tif ({p} == {q}) {{\n{''.join(_line(x) for x in body)}\t}}\n"
        case ("twice", body):
            return f"\tfor (int i = 0; i < 2; i++) {{\n{''.join(_line(x) for x in body)}\t}}\n"
    name, *arguments = c
    return f"\t{_LINES[name].format(*('READ_ONCE(k)' if a == 'k' else a for a in arguments))}\n"


# ----------------------------------------------------------------- interpreter


def outcomes(threads: Threads) -> set[tuple[int, ...]]:
    """What the program can end with, one access at a time: (r, pa, pl) of each thread, then the final values of
    a.v, b.v, cells[0] and cells[1]."""
    found: set[tuple[int, ...]] = set()
    waiting: list[tuple[int, ...]] = [()]
    while waiting:
        order = waiting.pop()
        running, result = _run(threads, order)
        if not running:
            found.add(result)
        waiting += [(*order, t) for t in running]
    return found


def _run(threads: Threads, order: tuple[int, ...]) -> tuple[list[int], tuple[int, ...]]:
    """Which threads still have something to do after the first accesses in that order, and what there is then."""
    memory: dict[Any, Any] = {"h": ("b",)}
    states = [_Thread(number) for number in range(len(threads))]
    bodies = [s.run(c) for s, c in zip(states, threads, strict=True)]
    pending: list[Access | None] = [next(b, None) for b in bodies]
    for t in order:
        access = pending[t]
        assert access is not None
        pending[t] = _next(bodies[t], _perform(memory, access))
    running = [t for t, access in enumerate(pending) if access is not None]
    ends = [
        x
        for s in states
        for x in (s.locals["r"], int(s.locals["p"] == ("a",)), int(s.locals["p"] == ("l", s.number)))
    ]
    finals = [memory.get(x, 0) for x in ((("a",), "v"), (("b",), "v"), ("cells", 0), ("cells", 1))]
    return running, (*ends, *finals)


def _next(body: Generator[Access, Any, None], value: Any) -> Access | None:
    try:
        return body.send(value)
    except StopIteration:
        return None


def _perform(memory: dict[Any, Any], access: Access) -> Any:
    match access:
        case ("R", place):
            return memory.get(place, 0)
        case ("W", place, value):
            memory[place] = value
            return None
        case ("X", place, value):
            old = memory.get(place, 0)
            memory[place] = value
            return old
        case ("C", place, expected, value):
            old = memory.get(place, 0)
            if old == expected:
                memory[place] = value
            return old
    raise AssertionError(access)


class _Thread:
    def __init__(self, number: int) -> None:
        self.number = number
        self.locals: dict[str, Any] = {"p": 0, "q": 0, "f": ("a",), "r": 0}
        self.made = 0

    def run(self, commands: tuple[Command, ...]) -> Generator[Access, Any, None]:
        for c in commands:
            yield from self._do(c)

    def _do(self, c: Command) -> Generator[Access, Any, None]:
        has = self.locals
        match c:
            case ("take", p, name):
                has[p] = ("l", self.number) if name == "l" else (name,)
            case ("copy" | "point" | "write", p, q):
                has[p] = has[q]
            case ("swap", p, q):
                has[p], has[q] = has[q], has[p]
            case ("load", p, shared):
                has[p] = yield ("R", shared)
            case ("publish", shared, p):
                yield ("W", shared, has[p])
            case ("xchg", p, shared, q):
                has[p] = yield ("X", shared, has[q])
            case ("cmpxchg", p, shared, old, q):
                has[p] = yield ("C", shared, has[old], has[q])
            case ("allocate", p):
                self.made += 1
                has[p] = ("new", self.number, self.made)
            case ("next", p, q) if has[q]:
                has[p] = yield ("R", (has[q], "next"))
            case ("link", p, q) if has[p]:
                yield ("W", (has[p], "next"), has[q])
            case ("get", p) if has[p]:
                v = yield ("R", (has[p], "v"))
                has["r"] = has["r"] * 8 + v
            case ("set" | "inside", p, value) if has[p]:
                yield ("W", (has[p], "v"), value)
            case ("around", p, q) if has[q]:
                has[p] = has[q]
            case ("if-same", p, q, body) if has[p] == has[q]:
                yield from self.run(body)
            case ("twice", body):
                yield from self.run(body)
                yield from self.run(body)
            case _:
                yield from self._do_element(c)

    def _do_element(self, c: Command) -> Generator[Access, Any, None]:
        has = self.locals
        match c:
            case ("element", p, index):
                i = yield ("R", index)
                has[p] = ("array", i)
            case ("cell", value):
                i = yield ("R", "k")
                yield ("W", ("cells", i), value)
            case ("first", value):
                yield ("W", ("cells", 0), value)
            case ("slot", p, index, value) if has[p]:
                i = (yield ("R", "k")) if index == "k" else index
                yield ("W", (has[p], "t", i), value)
            case ("look", p, index) if has[p]:
                i = (yield ("R", "k")) if index == "k" else index
                v = yield ("R", (has[p], "t", i))
                has["r"] = has["r"] * 8 + v
            case ("aim", p) if has[p]:
                yield ("W", (has[p], "at"), 1)
            case ("hit", p, index, value) if has[p]:
                if (yield ("R", (has[p], "at"))):
                    yield ("R", (has[p], "at"))
                    i = (yield ("R", "k")) if index == "k" else index
                    yield ("W", ("cells", i), value)
            case ("setk", value):
                yield ("W", "k", value)
