"""A diagram's last row is often its outcome: `BUG_ON(r1 == 1 && r2 == 0)` over what several columns read."""

from __future__ import annotations

from verifier.record import replace
from verifier.syntax import tree
from verifier.syntax.walk import walk

# What asserts its first argument, or that it is false (include/linux/bug.h, mmdebug.h, kvm_host.h, sched.h); more
# arguments are for the message.
MUST_HOLD = frozenset(("assert", "ASSERT"))
MUST_FAIL = frozenset(
    (
        *(
            "BUG_ON",
            "WARN",
            "WARN_ON",
            "WARN_ONCE",
            "WARN_ON_ONCE",
            "WARN_ON_SMP",
            "WARN_RATELIMIT",
            "WARN_TAINT",
        ),
        *("WARN_TAINT_ONCE", "SCHED_WARN_ON", "KVM_BUG", "KVM_BUG_ON", "VIRTUAL_BUG_ON", "VIRTUAL_WARN_ON"),
        *(
            f"VM_{kind}{what}"
            for kind in ("BUG_ON", "WARN_ON", "WARN_ON_ONCE")
            for what in ("", "_PAGE", "_FOLIO", "_VMA", "_MM")
        ),
        *("VM_WARN_ONCE", "VM_BUG_ON_PGFLAGS", "VM_WARN_ON_PGFLAGS"),
    )
)


def lift_outcomes(unit: tree.Unit) -> tree.Unit:
    """The unit with each such row turned into a condition on the end of all columns."""
    functions = []
    conditions = list(unit.conditions)
    for function in unit.functions:
        body = list(function.body.body)
        while function.column and body and (found := _outcome(body[-1], function, unit)) is not None:
            conditions.append(found)
            body.pop()
        functions.append(replace(function, body=replace(function.body, body=tuple(body))))
    return replace(unit, functions=tuple(functions), conditions=tuple(conditions))


def _outcome(s: tree.Statement, own: tree.Function, unit: tree.Unit) -> tree.Condition | None:
    """The condition that a statement is, where it asserts something of what another column assigns."""
    match s:
        case tree.Evaluate(tree.Call(tree.Name(name), (formula, *_), span)) if name in MUST_FAIL | MUST_HOLD:
            others = {n for f in unit.functions if f is not own for n in _assigned(f)}
            used = {n.name for n in walk(formula) if isinstance(n, tree.Name)}
            if not used & (others - _assigned(own)):
                return None
            return tree.Condition("~exists" if name in MUST_FAIL else "forall", formula, span)
        case _:
            return None


def _assigned(function: tree.Function) -> frozenset[str]:
    return frozenset(
        node.target.name
        for node in walk(function.body)
        if isinstance(node, tree.Assign) and isinstance(node.target, tree.Name)
    )
