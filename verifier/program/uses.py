"""Small programs that ask what a function orders: it stands between two accesses, and a thread meets these the other
way round with a full barrier between."""

from __future__ import annotations

import re

from verifier.program.bodies import Body
from verifier.program.frame import text_of
from verifier.program.kernel import Kernel
from verifier.program.primitives import (
    BitTest,
    Core,
    FenceCall,
    LoadCall,
    LockCall,
    LoopCall,
    NoCall,
    RmwCall,
    StoreCall,
    table,
)
from verifier.program.waiters import WAKE_UPS
from verifier.record import record
from verifier.source import Source
from verifier.syntax import tree
from verifier.syntax.macros import MANY
from verifier.syntax.walk import nodes

PAIRS = {
    "WR": "earlier stores before later loads",
    "WW": "earlier stores before later stores",
    "RR": "earlier loads before later loads",
    "RW": "earlier loads before later stores",
}
ONE, OTHER = "order_one", "order_other"
_FULL = frozenset({"mb", "after-spinlock", "after-atomic", "before-atomic", "sync-rcu", "sync-srcu"})
_DEEPEST = 6
_CALL = re.compile(r"\b(?!if\b)(\w+)\(")
WAKES = "it wakes a task"  # by try_to_wake_up()


@record(frozen=True, slots=True)
class Use:
    """Statements with a call, the globals that they need, and the parameters of the function that they stand in."""

    code: str
    declared: str
    parameters: str = ""


def uses(name: str, kernel: Kernel) -> tuple[Use, ...]:
    """Ways to call a primitive, where it may fail also such that it does; none where it is not known how. Those of
    orders.toml come first."""
    listed = () if kernel.own(name) is not None else _listed(name)
    body, core = kernel.body(name), kernel.core(name)
    if body is not None:
        return listed or (call_of(body.function, body.source),)
    if core is None or (listed and not may_fail(core)):
        return listed
    return (*listed, *_core_uses(name, core))


def _listed(name: str) -> tuple[Use, ...]:
    """The uses in orders.toml that end with the call: what comes behind it there may order more."""
    rows = [row for row in table("orders.toml")["order"] if name in _names(row)]
    found = [
        Use(
            row["code"].replace("{name}", name),
            f"int entry, node; struct task_struct *task; {row.get('declare', 'int x, z;')}",
            "struct kvm_vcpu *vcpu",
        )
        for row in rows
    ]
    return tuple({(u.code, u.declared): u for u in found if _CALL.findall(u.code)[-1:] == [name]}.values())


def _names(row: dict[str, object]) -> list[object]:
    found = row["name"]
    return found if isinstance(found, list) else [found]


def may_fail(core: Core | None) -> bool:
    """Whether it is an atomic operation that changes nothing where a condition does not hold."""
    return isinstance(core, RmwCall) and (core.expected is not None or core.not_zero)


def call_of(function: tree.Function, source: Source) -> Use:
    """A call of a function with arguments that come from outside."""
    parameters, arguments, declared = [], [], []
    for p in function.parameters:
        if p.type.name == "lvalue":
            declared.append(f"int order_{p.name};")
            arguments.append(f"order_{p.name}")
        elif p.type.name == MANY:
            continue
        elif p.type.name == "expression":
            arguments.append("1")
        else:
            parameters.append(text_of(source, p.span))
            arguments.append(p.name)
    return Use(f"{function.name}({', '.join(arguments)});", " ".join(declared), ", ".join(parameters))


def _core_uses(name: str, core: Core) -> tuple[Use, ...]:
    """Calls of a core operation on a location of its own, x."""
    match core:
        case LoadCall(_, form):
            calls = [f"{name}({'&' if form == 'pointer' else ''}x)"]
        case StoreCall(_, form):
            calls = [f"{name}({'&' if form == 'pointer' else ''}x, 1)"]
        case RmwCall():
            return _atomic_uses(name, core)
        case BitTest():
            calls = [f"{name}(0, &x)"]
        case LoopCall():
            calls = [f"{name}(&x, VAL == 1)"]
        case FenceCall(_, None) | NoCall():
            calls = [f"{name}()"]
        case LockCall("lock" | "lock-shared" | "lock-or-stop" | "trylock" | "trylock-shared"):
            return (Use(f"{name}(&x);", "spinlock_t x;"),)
        case _:
            return ()
    return tuple(Use(f"{call};", "int x = 1;") for call in calls)


def _atomic_uses(name: str, core: RmwCall) -> tuple[Use, ...]:
    """Where it succeeds, and where it fails: what it expects, and what x is at first."""
    places = [p for p in (core.place, core.operand, core.expected) if p is not None]
    tries = [("", 1), ("", 0)] if core.not_zero else [("", 1)]
    if core.expected is not None:
        tries = [("&e", 1), ("&d", 1)] if core.by_address else [("1", 1), ("0", 1)]
    found = []
    for wanted, initial in tries:
        arguments = ["1"] * (max(places) + 1)
        arguments[core.place] = "&x"
        if core.expected is not None:
            arguments[core.expected] = wanted
        call = f"{name}({', '.join(arguments)})"
        found.append(Use(f"int e = 1, d = 7; {call};", f"int x = {initial};"))
    return tuple(found)


def asks(use: Use, pair: str) -> str:
    """The text of a program whose condition is reached where the use does not keep the pair in order; of the pair ""
    where it comes to its end."""
    first, last = tuple(pair or "WR")
    before = {"R": "int order_p = READ_ONCE(order_a);", "W": "WRITE_ONCE(order_a, 1);"}[first]
    after = {"R": "int order_s = READ_ONCE(order_b);", "W": "WRITE_ONCE(order_b, 1);"}[last]
    onto_b = "WRITE_ONCE(order_b, 1);" if last == "R" else "int order_q = READ_ONCE(order_b);"
    onto_a = "WRITE_ONCE(order_a, 1);" if first == "R" else "int order_u = READ_ONCE(order_a);"
    seen_last = f"{ONE}:order_s == 0" if last == "R" else f"{OTHER}:order_q == 1"
    seen_first = f"{ONE}:order_p == 1" if first == "R" else f"{OTHER}:order_u == 0"
    condition = f"{seen_last} && {seen_first}" if pair else f"{ONE}:order_done == 1"
    return (
        f"int order_a, order_b; {use.declared}\n"
        f"void {ONE}({use.parameters}) {{ int r; int order_done = 0; {before} {use.code} {after} order_done = 1; }}\n"
        f"void {OTHER}(void) {{ {onto_b} smp_mb(); {onto_a} }}\n"
        f"exists ({condition})\n"
    )


def only_where(name: str, kernel: Kernel, own: tree.Function | None = None) -> str:
    """Where a function that does not always have a full barrier has one; empty where it has none at all."""
    core = None if own is not None else kernel.core(name)
    body = own if own is not None else _function(kernel.body(name))
    if body is None and isinstance(core, RmwCall) and core.order == "full" and may_fail(core):
        return "it succeeds"
    if body is None and isinstance(core, FenceCall) and core.kind in _FULL:
        return "it stands beside the operation that it is for"
    return "" if body is None else _inside(body, kernel, _DEEPEST)


def _function(body: Body | None) -> tree.Function | None:
    return None if body is None else body.function


def _inside(function: tree.Function, kernel: Kernel, depth: int) -> str:
    """A full barrier that a function may come to, or that it wakes a task; empty where neither."""
    names = dict.fromkeys(
        n.function.name
        for n in nodes(function)
        if isinstance(n, tree.Call) and isinstance(n.function, tree.Name)
    )
    for name in names:
        body, core = kernel.body(name), kernel.core(name)
        if name in WAKE_UPS:
            return WAKES
        if name == "__full_order":
            return f"it comes to the full barrier in {function.name}()"
        if body is None and _is_full(core):
            return f"it comes to {name}() in {function.name}()"
        deeper = _inside(body.function, kernel, depth - 1) if body is not None and depth else ""
        if deeper:
            return deeper
    return ""


def _is_full(core: Core | None) -> bool:
    """Whether a core operation is a full barrier somewhere."""
    if isinstance(core, FenceCall):
        return core.kind in _FULL
    return isinstance(core, RmwCall) and core.order == "full"
