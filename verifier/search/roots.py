"""The node of all candidate executions of a program."""

from __future__ import annotations

from verifier.cat.bits import members
from verifier.events.expression import Expression, reads_of
from verifier.execution.domains import domains
from verifier.search.images import Images
from verifier.search.node import Node
from verifier.search.space import Space


def root(space: Space) -> Node:
    """All candidate executions, constraints aside. Raises NotModelled, GaveUp and Impossible."""
    node = Node(space)
    node.written = {w: frozenset((v,)) for w, v in space.constants.items()}
    node.sources = {read: space.writers_for(read) for read in space.reads}
    node.values, node.unknowns = _values(space)
    node.co = space.coherence()
    if space.computed or space.conditional:
        node.settle()
    return node


def watch(node: Node, e: Expression) -> None:
    """The final values that an expression mentions become reads of the node."""
    for read in reads_of(e):
        if read < 0 and read not in node.sources:
            writers = node.space.writers[-1 - read]
            node.sources[read] = writers
            found: set[int] = set()
            for w in members(writers):
                found |= node.written.get(w, frozenset())
            node.values[read] = frozenset(found)


def all_values(space: Space) -> frozenset[int]:
    """All values that an access may have in some candidate execution. Raises NotModelled and GaveUp."""
    found = frozenset(space.constants.values())
    if space.computed:
        values, unknowns = _values(space)
        images = Images(values, unknowns)
        found = found.union(*values.values(), *(images.values(e) for _, e in space.computed))
    return found


def _values(space: Space) -> tuple[dict[int, frozenset[int]], dict[int, frozenset[int]]]:
    """The values that each read may return, and those of each unknown."""
    sources = {r: space.writers_for(r) for r in space.reads}
    if space.computed:
        found = domains(space.graph, {r: tuple(members(s)) for r, s in sources.items()})
        values = {r: frozenset(v) for r, v in found.items()}
    else:
        values = {r: frozenset((0, *(space.constants[w] for w in members(s)))) for r, s in sources.items()}
    return values, {u.index: frozenset(u.domain) for u in sorted(space.unknowns, key=lambda u: u.index)}
