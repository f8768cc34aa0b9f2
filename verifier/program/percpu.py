"""Variables that each CPU has an instance of: which of them only this_cpu_*() accesses."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable

from verifier.syntax import tree
from verifier.syntax.walk import nodes

_OPERATION = re.compile(
    r"(?:__this_|this_|raw_)cpu_(?:read|write|add|sub|inc|dec|and|or|xchg|cmpxchg)(?:_return)?(?:_[1248])?$"
)


def of_this_cpu(e: tree.Call) -> str | None:
    """The variable of which a call accesses this CPU's instance; None where it is no such call, or where the variable
    goes by a pointer."""
    if not isinstance(e.function, tree.Name) or not _OPERATION.match(e.function.name) or not e.arguments:
        return None
    variable = e.arguments[0]
    while isinstance(variable, tree.Member) and not variable.arrow:
        variable = variable.object
    return variable.name if isinstance(variable, tree.Name) else None


def of_all_cpus(functions: Iterable[tree.Function]) -> frozenset[str]:
    """The names that are used elsewhere than in this_cpu_*(): other CPUs may access what they stand for."""
    uses: Counter[str] = Counter()
    for function in functions:
        for node in nodes(function):
            if isinstance(node, tree.Name):
                uses[node.name] += 1
            elif isinstance(node, tree.Call) and (own := of_this_cpu(node)) is not None:
                uses[own] -= 1
    return frozenset(name for name, count in uses.items() if count > 0)
