"""A plan as Python functions, a line a step: worked out some hundred times faster than a walk over the terms.

The text of the functions is made once for each model, compiled, and kept in the user's cache directory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import CodeType
from typing import Any

from verifier.cat.plan import Plan, Step, empty_steps
from verifier.record import record

Values = tuple[int, ...]
Bases = Mapping[str, int]


@record(frozen=True, slots=True)
class Code:
    """The functions of a plan. `u` is a Universe, `everything` the set of the events that happen, `sets` and
    `relations` the base sets and relations, of which rf, co, FW and different-values are in `given`.

    static(u, everything, sets, relations)              -> values that only the event graph has a part in
    check(u, everything, static, given)                 -> values for `flags`; None where an axiom fails
    (What axioms say of programs alone that have certain events, as grace periods, both skip in others.)
    flags(u, everything, sets, relations, static, checked, given) -> for each flag, whether it is raised
    bound_static(b, must, may)                          these three put values into the lists `must` and `may`,
    bound_varying(b, must, may, rf, co)                 by the numbers of the steps; `b` are the Bounds
    bound_flags(b, must, may)
    """

    static: Callable[..., Values]
    check: Callable[..., Values | None]
    flags: Callable[..., tuple[bool, ...]]
    bound_static: Callable[..., None]
    bound_varying: Callable[..., None]
    bound_flags: Callable[..., None]


def write(plan: Plan) -> str:
    """The text of a plan's functions."""
    return _Writer(plan).text()


def read(code: CodeType) -> Code:
    """The functions that the text of a plan, compiled, defines."""
    made: dict[str, Any] = {}
    exec(code, made)
    names = ("static", "check", "flags", "bound_static", "bound_varying", "bound_flags")
    return Code(*(made[name] for name in names))


_TOOLS = (
    "    sequence, inverse, plus, spread = u.sequence, u.inverse, u.plus, u.spread",
    "    domain, rng, identity, ROW, COL = u.domain, u.rng, u.identity, u.ROW, u.COL",
)
_BOUND_TOOLS = (
    "    u, exact, sets, relations = b.universe, b.is_exact, b.bases.sets, b.bases.relations",
    "    must_sequence, must_plus, to_sure, from_sure = b.must_sequence, b.must_plus, b.to_sure, b.from_sure",
    *_TOOLS,
    "    FULL, everything = u.FULL, ROW",
)
_GUARD = "is_rare"
_COMMON = frozenset(("_", "M", "R", "W", "IW", "FW", "F", "B"))
_ONE_ARGUMENT = {
    "from": "spread({0}) * ROW",
    "to": "COL * {0}",
    "identity": "identity({0})",
    "inverse": "inverse({0})",
    "plus": "plus({0})",
    "domain": "domain({0})",
    "range": "rng({0})",
}


class _Writer:
    """Writes the functions of one plan."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.steps = plan.steps
        tested = {n for _, n in plan.axioms}
        flagged = {n for _, n in plan.flags}
        later = self._used(plan.varying) | tested
        flags = self._used((*plan.flag_static, *plan.flag_varying)) | flagged
        self.static_exports = tuple(n for n in plan.static if n in later or n in flags)
        self.checked_exports = tuple(n for n in plan.varying if n in flags)
        self.guard, self.guarded = self._rare(flags)

    def _rare(self, flags: set[int]) -> tuple[tuple[str, ...], set[int]]:
        """Base sets of which programs that have none meet certain axioms, as what these speak of is empty; and the
        steps that no other axiom and none of the `flags` needs."""
        plan = self.plan
        found: dict[tuple[str, ...], list[int]] = {}
        for _, number in plan.axioms:
            if number in plan.varying and (guard := self._needed_sets(number)):
                found.setdefault(guard, []).append(number)
        if not found:
            return (), set()
        guard = max(found, key=lambda g: len(self._behind(found[g])))
        others = {n for _, n in plan.axioms} - set(found[guard])
        return guard, self._behind(found[guard]) - self._behind(others | flags)

    def _needed_sets(self, number: int) -> tuple[str, ...]:
        """The fewest base sets of which a step needs one not to be empty; none where it needs none of them, or what
        most programs have."""
        names = {step.name for step in self.steps if step.operator in ("set", "relation")}
        absent = {step.name for step in self.steps if step.operator == "set"} - _COMMON
        if number not in empty_steps(self.plan, names - absent):
            return ()
        for name in sorted(absent):
            if number in empty_steps(self.plan, names - (absent - {name})):
                absent.remove(name)
        return tuple(sorted(absent))

    def _behind(self, numbers: Iterable[int]) -> set[int]:
        """These steps and all that they need, those inside a fixpoint left out."""
        found: set[int] = set()
        waiting = list(numbers)
        while waiting:
            number = waiting.pop()
            if number not in found:
                found.add(number)
                waiting += self._used([number])
        return found - self._inside()

    def _used(self, numbers: Iterable[int]) -> set[int]:
        """The steps that these speak of, those inside a fixpoint among them."""
        found: set[int] = set()
        for n in numbers:
            found.update(self.steps[n].arguments)
            found |= self._used(self.steps[n].inner)
        return found

    def text(self) -> str:
        plan = self.plan
        static, checked = self.static_exports, self.checked_exports
        flag_numbers = (*plan.flag_static, *plan.flag_varying)
        raised = ", ".join(_test(a.test, f"t{n}", not a.negated) for a, n in plan.flags)
        parts = [
            "def static(u, everything, sets, relations):",
            *_TOOLS,
            *self._concrete(n for n in plan.static if n not in self.guarded),
            *self._guarded_static(),
            f"    return {_tuple('t', static, self.guard)}",
            "def check(u, everything, static, given):",
            *_TOOLS,
            f"    {_tuple('t', static, self.guard)} = static" if static else "",
            "    relations = sets = given",
            *self._checks(),
            f"    return {_tuple('t', checked)}",
            "def flags(u, everything, sets, relations, static, checked, given):",
            *_TOOLS,
            f"    {_tuple('t', static, self.guard)} = static" if static else "",
            f"    {_tuple('t', checked)} = checked" if checked else "",
            *self._concrete(plan.flag_static),
            "    relations = sets = given",
            *self._concrete(plan.flag_varying),
            f"    return ({raised}{',' if raised else ''})",
            "def bound_static(b, must, may):",
            *_BOUND_TOOLS,
            *self._bounds(plan.static),
            *self._put(static),
            "def bound_varying(b, must, may, rf, co):",
            *_BOUND_TOOLS,
            *self._get(self._used(plan.varying) - set(plan.varying) - self._inside()),
            *self._bounds(plan.varying),
            *self._put(plan.varying),
            "def bound_flags(b, must, may):",
            *_BOUND_TOOLS,
            *self._get(self._used(flag_numbers) - set(flag_numbers) - self._inside()),
            *self._bounds(flag_numbers),
            *self._put(flag_numbers),
        ]
        return "\n".join(p for p in parts if p) + "\n"

    def _inside(self) -> set[int]:
        return {i for step in self.steps for i in step.inner}

    def _get(self, numbers: Iterable[int]) -> list[str]:
        return [f"    m{n}, M{n} = must[{n}], may[{n}]" for n in sorted(numbers)]

    def _put(self, numbers: Iterable[int]) -> list[str]:
        return [f"    must[{n}], may[{n}] = m{n}, M{n}" for n in numbers] or ["    pass"]

    # ------------------------------------------------------------ one execution

    def _checks(self) -> list[str]:
        """The steps of axioms, each axiom tested as soon as its step is there."""
        tests: dict[int, list[str]] = {}
        for axiom, number in self.plan.axioms:
            fails = _test(axiom.test, f"t{number}", axiom.negated)
            tests.setdefault(number, []).append(f"    if {fails}: return None")
        lines = [t for n, ts in tests.items() if n not in self.plan.varying for t in ts]
        rare: list[str] = []
        for number in self.plan.varying:
            some = rare if number in self.guarded else lines
            some += self._concrete((number,))
            some += tests.get(number, ())
        return [*lines, *([f"    if {_GUARD}:"] if rare else []), *(f"    {line}" for line in rare)]

    def _guarded_static(self) -> list[str]:
        """The steps that only rare axioms need; what is told of them is empty in programs that these are not about."""
        if not self.guard:
            return []
        numbers = [n for n in self.plan.static if n in self.guarded]
        told = [n for n in numbers if n in self.static_exports]
        return [
            f"    {_GUARD} = {' or '.join(f'{name!r} in sets' for name in self.guard)}",
            *([f"    if {_GUARD}:", *self._concrete(numbers, " " * 8)] if numbers else []),
            *(["    else:", f"        {' = '.join(f't{n}' for n in told)} = 0"] if told else []),
        ]

    def _concrete(self, numbers: Iterable[int], indent: str = "    ") -> list[str]:
        lines = []
        for number in numbers:
            step = self.steps[number]
            if step.operator == "fixpoint":
                lines += self._concrete_fixpoint(number, step, indent)
            else:
                lines.append(f"{indent}t{number} = {self._value(step)}")
        return lines

    def _value(self, step: Step) -> str:
        names = [f"t{a}" for a in step.arguments]
        match step.operator:
            case "set" if step.name == "_":
                return "everything"
            case "set":
                return f"sets.get({step.name!r}, 0)"
            case "relation":
                return f"relations[{step.name!r}]"
            case "empty":
                return "0"
            case "union":
                return " | ".join(names)
            case "inter":
                return " & ".join(names)
            case "minus":
                return " & ~".join(names)
            case "sequence":
                return f"sequence({names[0]}, {names[1]}) if {names[0]} and {names[1]} else 0"
            case "complement-set":
                return f"everything & ~{names[0]}"
            case "complement":
                return f"spread(everything) * everything & ~{names[0]}"
            case "variable":
                return f"v_{_name(step.name)}"
            case operator:
                return f"{_ONE_ARGUMENT[operator].format(*names)} if {names[0]} else 0"

    def _concrete_fixpoint(self, number: int, step: Step, indent: str) -> list[str]:
        variables = [f"v_{_name(n)}" for n in step.names]
        rights = [f"t{a}" for a in step.arguments]
        return [
            f"{indent}{' = '.join(variables)} = 0",
            f"{indent}while True:",
            *self._concrete(step.inner, indent + "    "),
            f"{indent}    if {' and '.join(f'{v} == {r}' for v, r in zip(variables, rights, strict=True))}: break",
            f"{indent}    {', '.join(variables)} = {', '.join(rights)}",
            f"{indent}t{number} = {variables[0]}",
        ]

    # ------------------------------------------------------------------- bounds

    def _bounds(self, numbers: Iterable[int], indent: str = "    ") -> list[str]:
        lines: list[str] = []
        for number in numbers:
            step = self.steps[number]
            if step.operator == "fixpoint":
                lines += self._bound_fixpoint(number, step, indent)
            else:
                lines += (f"{indent}{line}" for line in self._bound(number, step))
        return lines

    def _bound(self, number: int, step: Step) -> list[str]:
        must, may = [f"m{a}" for a in step.arguments], [f"M{a}" for a in step.arguments]
        here = f"m{number}, M{number}"
        same = f"exact and {' and '.join(f'{a} == {b}' for a, b in zip(must, may, strict=True))}"
        match step.operator:
            case "relation" if step.name in ("rf", "co"):
                return [f"{here} = {step.name}"]
            case "set" if step.name == "_":
                return [f"{here} = ROW, ROW"]
            case "set":
                return [f"{here} = sets.get({step.name!r}, (0, 0))"]
            case "relation":
                return [f"{here} = relations.get({step.name!r}, (0, FULL))"]
            case "empty":
                return [f"{here} = 0, 0"]
            case "union" | "inter":
                sign = " | " if step.operator == "union" else " & "
                return [f"{here} = {sign.join(must)}, {sign.join(may)}"]
            case "minus":
                return [f"{here} = {must[0]} & ~{may[1]}, {may[0]} & ~{must[1]}"]
            case "complement-set":
                return [f"{here} = ROW & ~{may[0]}, ROW & ~{must[0]}"]
            case "complement":
                return [f"{here} = FULL & ~{may[0]}, FULL & ~{must[0]}"]
            case "sequence":
                a, b = must
                return [
                    f"M{number} = sequence({may[0]}, {may[1]}) if {may[0]} and {may[1]} else 0",
                    f"m{number} = M{number} if {same} else must_sequence({a}, {b}) if {a} and {b} else 0",
                ]
            case "plus":
                least = f"must_plus({must[0]})"
            case "domain":
                least, same = f"domain({must[0]} & to_sure)", "False"
            case "range":
                least, same = f"rng({must[0]} & from_sure)", "False"
            case "variable":
                return [f"{here} = v_{_name(step.name)}, V_{_name(step.name)}"]
            case operator:
                least, same = _ONE_ARGUMENT[operator].format(*must), f"{must[0]} == {may[0]}"
        return [
            f"M{number} = {_ONE_ARGUMENT[step.operator].format(*may)} if {may[0]} else 0",
            f"m{number} = M{number} if {same} else {least} if {must[0]} else 0",
        ]

    def _bound_fixpoint(self, number: int, step: Step, indent: str) -> list[str]:
        names = [_name(n) for n in step.names]
        variables = [f"{v}_{n}" for n in names for v in "vV"]
        rights = [f"{m}{a}" for a in step.arguments for m in "mM"]
        return [
            f"{indent}{' = '.join(variables)} = 0",
            f"{indent}while True:",
            *self._bounds(step.inner, indent + "    "),
            f"{indent}    if {' and '.join(f'{v} == {r}' for v, r in zip(variables, rights, strict=True))}: break",
            f"{indent}    {', '.join(variables)} = {', '.join(rights)}",
            f"{indent}m{number}, M{number} = {variables[0]}, {variables[1]}",
        ]


def _tuple(letter: str, numbers: Iterable[int], guard: Iterable[str] = ()) -> str:
    return f"({''.join(f'{letter}{n}, ' for n in numbers)}{f'{_GUARD}, ' if guard else ''})"


def _name(name: str) -> str:
    """A name of the model as one of Python."""
    return "".join(c if c.isalnum() and c.isascii() else f"_{ord(c)}_" for c in name)


def _test(test: str, name: str, wanted: bool) -> str:
    """The condition that a test of a step comes out so."""
    match test:
        case "empty":
            holds = f"not {name}"
        case "irreflexive":
            holds = f"u.is_irreflexive({name})"
        case _:
            holds = f"u.is_acyclic({name})"
    return holds if wanted else f"not ({holds})"
