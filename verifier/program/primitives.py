"""What a called name means: an operation of the core, a body over the core, or nothing known."""

from __future__ import annotations

import re
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, Literal

from verifier.cache import get, keep
from verifier.record import record

_KERNEL = Path(__file__).resolve().parents[1] / "kernel"

Form = Literal["lvalue", "pointer"]
Result = Literal["old", "new", "none", "new is zero", "new is negative", "bit", "done"]


@record(frozen=True, slots=True)
class LoadCall:
    place: int
    form: Form
    order: str


@record(frozen=True, slots=True)
class StoreCall:
    """`of_null`: the order where the value is a constant 0, if it is another."""

    place: int
    form: Form
    order: str
    value: int
    of_null: str | None = None


@record(frozen=True, slots=True)
class RmwCall:
    """`place` and `operand` are argument numbers (operand None: 1). `operator` makes the new value of old and
    operand; "=" takes the operand. `expected`: the argument that the old value must equal (cmpxchg)
    or, where `excluded`, must not equal (add_unless); `expected_zero`: it must not be 0 (inc_not_zero).
    `by_address`: cmpxchg's expected value stands behind a pointer that a failure updates (try_cmpxchg).
    `is_explicit`: the name has a suffix for its order.
    """

    place: int
    operand: int | None
    operator: str
    order: str
    result: Result
    is_explicit: bool = False
    expected: int | None = None
    excluded: bool = False
    not_zero: bool = False
    by_address: bool = False
    is_bit: bool = False


@record(frozen=True, slots=True)
class BitTest:
    """test_bit(nr, p), or test_bit(FLAG) where the flag is the place."""

    order: str


@record(frozen=True, slots=True)
class LoopCall:
    """smp_cond_load_acquire(p, condition): loads until the condition is true."""

    order: str


@record(frozen=True, slots=True)
class FenceCall:
    """`place`: the argument that points to the object that the fence is about, if any; `index`: the one that says which
    section of it ends."""

    kind: str
    place: int | None = None
    index: int | None = None


LockAction = Literal[
    "lock",
    "unlock",
    "trylock",
    "lock-or-stop",
    "is-locked",
    "lock-shared",
    "unlock-shared",
    "trylock-shared",
    "downgrade",
]
LockKind = Literal["spin", "sleeping", "readers-writer"]


@record(frozen=True, slots=True)
class LockCall:
    """An operation on the lock that the first argument points to. "lock-or-stop" may give up and say so, as a
    signal makes it do; the shared actions are those of the readers of a readers-writer lock."""

    action: LockAction
    kind: LockKind


@record(frozen=True, slots=True)
class NoCall:
    """Orders and accesses nothing."""


@record(frozen=True, slots=True)
class Unmodelled:
    """Orders something, but the models here can't say what yet."""


Core = LoadCall | StoreCall | RmwCall | BitTest | LoopCall | FenceCall | LockCall | NoCall | Unmodelled


@cache
def table(name: str) -> dict[str, Any]:
    """A data file of verifier/kernel, parsed."""
    kept = get(f"kernel-{name}", b"")  # what is kept depends on all files of the package
    if kept is None:
        import tomllib  # what is needed once is not loaded at every start

        kept = tomllib.loads(text(name))
        keep(f"kernel-{name}", b"", kept)
    found: dict[str, Any] = kept
    return found


def text(name: str) -> str:
    """A data file of verifier/kernel."""
    return (_KERNEL / name).read_text(encoding="utf-8")


def data_files(suffix: str) -> list[str]:
    """The data files of verifier/kernel with that suffix."""
    return sorted(p.name for p in _KERNEL.iterdir() if p.suffix == suffix)


def is_access(name: str) -> bool:
    """Whether it is a load or a store."""
    return isinstance(core_call(name), LoadCall | StoreCall)


@lru_cache(maxsize=1 << 14)
def core_call(name: str, is_litmus: bool = False) -> Core | None:
    """The core operation of that name, or None where it is none. Litmus tests have some of their own."""
    core = table("core.toml")
    if is_litmus and (found := _listed(core["litmus"], name)):
        return found
    if found := _listed(core, name):
        return found
    if name in core["nothing"]["names"]:
        return NoCall()
    if name in core["unmodelled"]["names"]:
        return Unmodelled()
    return _family(name)


def _listed(rows: dict[str, Any], name: str) -> Core | None:
    """The row of that name in the tables of core.toml, or of its part for litmus tests."""
    if name in rows.get("load", ()):
        return LoadCall(*rows["load"][name])
    if name in rows["store"]:
        return StoreCall(*rows["store"][name])
    if name in rows["fence"]:
        return FenceCall(rows["fence"][name])
    if name in rows.get("loop", ()):
        return LoopCall(rows["loop"][name])
    if name in rows.get("fence-at", ()):
        place, kind, *index = rows["fence-at"][name]
        return FenceCall(kind, place, *index)
    if name in rows.get("lock", ()):
        return LockCall(*rows["lock"][name])
    return None


@lru_cache(maxsize=1 << 14)
def orders_something(name: str) -> bool:
    """Whether a name that nothing else knows looks like a primitive that orders accesses."""
    return any(re.fullmatch(p, name) for p in table("core.toml")["unmodelled"]["patterns"])


def is_primitive(name: str) -> bool:
    """Whether a bare name is that of a barrier, or of something that orders and is not modelled."""
    return isinstance(core_call(name), FenceCall | Unmodelled) or orders_something(name)


_SUFFIX = r"(?P<order>_acquire|_release|_relaxed|_mb)?"
_ARITHMETIC = {
    "add": "+",
    "inc": "+",
    "sub": "-",
    "dec": "-",
    "and": "&",
    "or": "|",
    "xor": "^",
    "andnot": "&~",
}
_ATOMIC = r"(?:raw_|arch_)?(?:atomic(?:64|_long)?|refcount)_"


def _order(match: re.Match[str], default: str) -> tuple[str, bool]:
    """The order a suffix asks for, and whether there is one."""
    match match["order"]:
        case "_acquire":
            return "acquire", True
        case "_release":
            return "release", True
        case "_relaxed":
            return "relaxed", True
        case "_mb":
            return "full", True
        case _:
            return default, False


def _family(name: str) -> Core | None:
    """The atomic_*, refcount_*, xchg, cmpxchg and bit operations, by the kernel's naming scheme."""
    for pattern, make in _FAMILIES:
        if found := re.fullmatch(pattern, name):
            return make(found)
    return None


def _arithmetic(m: re.Match[str]) -> Core:
    returns = bool(m["fetch"]) or bool(m["ret"])
    order, explicit = _order(m, "full" if returns else "noreturn")
    result: Result = "old" if m["fetch"] else "new" if m["ret"] else "none"
    if m["op"] in ("inc", "dec"):
        return RmwCall(0, None, _ARITHMETIC[m["op"]], order, result, explicit)
    return RmwCall(1, 0, _ARITHMETIC[m["op"]], order, result, explicit)


def _and_test(m: re.Match[str]) -> Core:
    order, explicit = _order(m, "release" if "refcount" in m[0] else "full")
    if m["op"] in ("inc", "dec"):
        return RmwCall(0, None, _ARITHMETIC[m["op"]], order, "new is zero", explicit)
    return RmwCall(1, 0, _ARITHMETIC[m["op"]], order, "new is zero", explicit)


def _add_negative(m: re.Match[str]) -> Core:
    order, explicit = _order(m, "full")
    return RmwCall(1, 0, "+", order, "new is negative", explicit)


def _exchange(m: re.Match[str]) -> Core:
    order, explicit = _order(m, "full")
    return RmwCall(0, 1, "=", order, "old", explicit)


def _compare(m: re.Match[str]) -> Core:
    order, explicit = _order(m, "full")
    if m["try"]:
        return RmwCall(0, 2, "=", order, "done", explicit, expected=1, by_address=True)
    return RmwCall(0, 2, "=", order, "old", explicit, expected=1)


def _unless(m: re.Match[str]) -> Core:
    order, explicit = _order(m, "full")
    return RmwCall(0, 1, "+", order, "old" if m["fetch"] else "done", explicit, expected=2, excluded=True)


def _not_zero(m: re.Match[str]) -> Core:
    order, explicit = _order(m, "relaxed" if "refcount" in m[0] else "full")
    return RmwCall(0, None, "+", order, "done", explicit, not_zero=True)


def _bit(m: re.Match[str]) -> Core:
    operator = {"set": "|", "clear": "&~", "change": "^"}[m["op"]]
    if m["tail"] == "_lock":
        return RmwCall(1, 0, operator, "acquire", "bit", True, is_bit=True)
    if m["tail"] == "_unlock":
        return RmwCall(1, 0, operator, "release", "none", True, is_bit=True)
    if m["test"]:
        return RmwCall(1, 0, operator, "full", "bit", is_bit=True)
    return RmwCall(1, 0, operator, "noreturn", "none", is_bit=True)


_FAMILIES = (
    (
        rf"{_ATOMIC}(?P<fetch>fetch_)?(?P<op>add|sub|inc|dec|and|or|xor|andnot)(?P<ret>_return)?{_SUFFIX}",
        _arithmetic,
    ),
    (rf"{_ATOMIC}(?P<op>sub|inc|dec)_and_test{_SUFFIX}", _and_test),
    (rf"{_ATOMIC}add_negative{_SUFFIX}", _add_negative),
    (rf"(?:raw_|arch_)?(?:atomic(?:64|_long)?_)?xchg{_SUFFIX}", _exchange),
    (rf"(?:raw_|arch_)?(?:atomic(?:64|_long)?_)?(?P<try>try_)?cmpxchg(?:64)?{_SUFFIX}", _compare),
    (rf"{_ATOMIC}(?P<fetch>fetch_)?add_unless{_SUFFIX}", _unless),
    (rf"{_ATOMIC}inc_not_zero{_SUFFIX}", _not_zero),
    (r"(?P<test>test_and_)?(?P<op>set|clear|change)_bit(?P<tail>_lock|_unlock)?", _bit),
    (
        r"__(?P<op>take|give)_bit",  # for the bodies: what nobody wrote as an acquire, and as a release
        lambda m: (
            RmwCall(1, 0, "|", "lock-acquire", "bit", is_bit=True)
            if m["op"] == "take"
            else RmwCall(1, 0, "&~", "unlock-release", "none", is_bit=True)
        ),
    ),
    (r"test_bit(?P<acquire>_acquire)?", lambda m: BitTest("acquire" if m["acquire"] else "once")),
)
