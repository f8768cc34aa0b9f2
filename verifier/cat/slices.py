"""Sets and relations of many executions at once: for each event, or pair, the executions in which it is there.

Executions are numbered from 0 and sets of them are bits, so that an operator is worked out for 64 of them in a machine
word. What is there in no execution is left out. Values are shared: none is changed once it is made.
"""

from __future__ import annotations

from collections.abc import Iterable

Slice = dict[int, int]  # a set of events: by event, the executions in which it is in the set
Slices = dict[int, Slice]  # a relation: by event, what it is related to


def union(masks: Iterable[int]) -> int:
    """The executions in one of these sets."""
    found = 0
    for m in masks:
        found |= m
    return found


# ------------------------------------------------------------------------ sets


def set_among(s: Slice, executions: int) -> Slice:
    """The set in these executions."""
    return {i: both for i, m in s.items() if (both := m & executions)}


def set_union(a: Slice, b: Slice) -> Slice:
    """`a | b`."""
    found = dict(a)
    for i, m in b.items():
        here = found.get(i)
        found[i] = m if here is None else here | m
    return found


def set_inter(a: Slice, b: Slice) -> Slice:
    """`a & b`."""
    if len(b) < len(a):
        a, b = b, a
    return {i: both for i, m in a.items() if (other := b.get(i)) and (both := m & other)}


def set_minus(a: Slice, b: Slice) -> Slice:
    """`a \\ b`."""
    return {i: left for i, m in a.items() if (left := m & ~other if (other := b.get(i)) else m)}


# ------------------------------------------------------------------- relations


def among(a: Slices, executions: int) -> Slices:
    """The relation in these executions."""
    return {i: row for i, whole in a.items() if (row := set_among(whole, executions))}


def inter(a: Slices, b: Slices) -> Slices:
    """`a & b`."""
    if len(b) < len(a):
        a, b = b, a
    return {i: both for i, row in a.items() if (other := b.get(i)) and (both := set_inter(row, other))}


def minus(a: Slices, b: Slices) -> Slices:
    """`a \\ b`."""
    return {
        i: left for i, row in a.items() if (left := set_minus(row, other) if (other := b.get(i)) else row)
    }


def join(a: Slices, b: Slices) -> Slices:
    """`a | b`."""
    found = dict(a)
    for i, row in b.items():
        here = found.get(i)
        found[i] = row if here is None else set_union(here, row)
    return found


def starting(a: Slices, s: Slice) -> Slices:
    """`[s] ; a`."""
    found = {}
    for i, row in a.items():
        here = s.get(i)
        if here:
            left = {j: both for j, m in row.items() if (both := m & here)}
            if left:
                found[i] = left
    return found


def ending(a: Slices, s: Slice) -> Slices:
    """`a ; [s]`."""
    return {i: both for i, row in a.items() if (both := set_inter(row, s))}


def product(s: Slice, t: Slice) -> Slices:
    """`s * t`."""
    return {i: row for i, m in s.items() if (row := {j: both for j, o in t.items() if (both := m & o)})}


def identity(s: Slice) -> Slices:
    """`[s]`."""
    return {i: {i: m} for i, m in s.items()}


def inverse(a: Slices) -> Slices:
    """`a^-1`."""
    found: Slices = {}
    for i, row in a.items():
        for j, m in row.items():
            found.setdefault(j, {})[i] = m
    return found


def domain(a: Slices) -> Slice:
    """The events with a successor."""
    return {i: union(row.values()) for i, row in a.items()}


def rng(a: Slices) -> Slice:
    """The events with a predecessor."""
    found: Slice = {}
    for row in a.values():
        for j, m in row.items():
            found[j] = found.get(j, 0) | m
    return found


def sequence(a: Slices, b: Slices) -> Slices:
    """`a ; b`."""
    found = {}
    for i, row in a.items():
        line: Slice = {}
        for j, m in row.items():
            for k, n in b.get(j, _NOTHING).items():
                both = m & n
                if both:
                    here = line.get(k)
                    line[k] = both if here is None else here | both
        if line:
            found[i] = line
    return found


def plus(a: Slices) -> Slices:
    """`a+`, the transitive closure, row by row from the last event to the first: most relations go forward in program
    order, and from an event whose own row is done nothing is left to follow."""
    found: Slices = {}
    for i in sorted(a, reverse=True):
        line: Slice = {}
        waiting = dict(a[i])
        while waiting:
            j = min(waiting)
            new = waiting.pop(j)
            here = line.get(j)
            if here is None:
                line[j] = new
            else:
                new &= ~here
                if not new:
                    continue
                line[j] = here | new
            done = found.get(j)
            reached, row = (waiting, a.get(j, _NOTHING)) if done is None else (line, done)
            for k, m in row.items():
                both = new & m
                if both:
                    there = reached.get(k)
                    reached[k] = both if there is None else there | both
        found[i] = line
    return found


def cyclic(a: Slices) -> int:
    """The executions in which `a+` is not irreflexive: events are taken out one by one, each with the fewest ways
    through it, and these ways put in its place."""
    inner = a.keys() & {j for row in a.values() for j in row}
    after = {i: {j: m for j, m in a[i].items() if j in inner} for i in inner}
    before: Slices = {i: {} for i in inner}
    for i, row in after.items():
        for j, m in row.items():
            before[j][i] = m
    found = 0
    waiting = set(inner)
    while waiting:
        k = min(waiting, key=lambda i: (len(after[i]) * len(before[i]), i))
        waiting.discard(k)
        rows, last = before.pop(k), after.pop(k)
        found |= last.pop(k, 0)
        rows.pop(k, None)
        for j in last:
            before[j].pop(k, None)
        for i, m in rows.items():
            line = after[i]
            del line[k]
            for j, n in last.items():
                both = m & n & ~found
                if both:
                    here = line.get(j)
                    now = both if here is None else here | both
                    line[j] = now
                    before[j][i] = now
    return found


def reflexive(a: Slices) -> int:
    """The executions in which some event is related to itself."""
    return union(row.get(i, 0) for i, row in a.items())


def some(a: Slices) -> int:
    """The executions in which some events are related."""
    return union(m for row in a.values() for m in row.values())


_NOTHING: Slice = {}
