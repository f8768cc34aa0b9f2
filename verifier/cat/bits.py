"""Relations between n events as one integer: bit i*n + j is the pair (i, j). Sets are n-bit integers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


def members(s: int) -> Iterator[int]:
    """The elements of a set, ascending."""
    while s:
        low = s & -s
        yield low.bit_length() - 1
        s ^= low


def from_members(elements: Iterable[int]) -> int:
    """The set of these elements."""
    s = 0
    for e in elements:
        s |= 1 << e
    return s


@dataclass(frozen=True, slots=True)
class Universe:
    """The events 0 to n-1, and the operators over their sets and relations.

    ROW is the set of all events (n ones); COL has the first bit of each row; FULL is the relation
    of all pairs, IDENTITY that of each event with itself. union, intersection and difference are
    those of Python's integers: `a | b`, `a & b`, `a & ~b`.
    """

    n: int
    ROW: int = field(init=False, repr=False, compare=False)
    COL: int = field(init=False, repr=False, compare=False)
    FULL: int = field(init=False, repr=False, compare=False)
    IDENTITY: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n = self.n
        full = (1 << n * n) - 1
        object.__setattr__(self, "ROW", (1 << n) - 1)
        object.__setattr__(self, "COL", full // ((1 << n) - 1) if n else 0)
        object.__setattr__(self, "FULL", full)
        object.__setattr__(self, "IDENTITY", sum(1 << i * (n + 1) for i in range(n)))

    def from_pairs(self, pairs: Iterable[tuple[int, int]]) -> int:
        """The relation of these pairs."""
        a = 0
        for i, j in pairs:
            a |= 1 << i * self.n + j
        return a

    def from_rows(self, rows: Iterable[int]) -> int:
        """The relation whose i-th row is the i-th of these sets."""
        a = 0
        for i, row in enumerate(rows):
            if row:
                a |= row << i * self.n
        return a

    def pairs(self, a: int) -> Iterator[tuple[int, int]]:
        """The pairs of a relation, in order."""
        for i, row in self.rows(a):
            for j in members(row):
                yield i, j

    def rows(self, a: int) -> list[tuple[int, int]]:
        """(i, successors of i) for each event with successors, ascending."""
        n, mask = self.n, self.ROW
        found = []
        i = 0
        while a:
            row = a & mask
            if row:
                found.append((i, row))
            a >>= n
            i += 1
        return found

    def row(self, a: int, i: int) -> int:
        """The successors of event i."""
        return (a >> i * self.n) & self.ROW

    def has(self, a: int, i: int, j: int) -> bool:
        """Whether (i, j) is in the relation."""
        return bool(a >> i * self.n + j & 1)

    def domain(self, a: int) -> int:
        """The events with a successor."""
        s = 0
        for i, _ in self.rows(a):
            s |= 1 << i
        return s

    def rng(self, a: int) -> int:
        """The events with a predecessor."""
        height = self.n
        while height > 1:  # fold the lower half of the rows onto the upper one
            height = (height + 1) // 2
            shift = height * self.n
            a = (a >> shift) | (a & ((1 << shift) - 1))
        return a

    def sequence(self, a: int, b: int) -> int:
        """`a ; b`: (i, k) where (i, j) is in a and (j, k) in b."""
        if not a or not b:
            return 0
        rows = self.rows(b)
        if a.bit_count() < len(rows) * (1 + (self.n >> 4)):
            return self._sequence_by_pairs(a, dict(rows))
        col, out = self.COL, 0
        for j, row in rows:
            column = (a >> j) & col
            if column:
                out |= column * row
        return out

    def _sequence_by_pairs(self, a: int, rows: dict[int, int]) -> int:
        """The sequence where a has few pairs; `rows` are those of b."""
        out = 0
        middle = sum(1 << j for j in rows)
        for i, row in self.rows(a):
            line = 0
            for j in members(row & middle):
                line |= rows[j]
            out |= line << i * self.n
        return out

    def inverse(self, a: int) -> int:
        """`a^-1`."""
        n = self.n
        if not a:
            return 0
        if a.bit_count() < 4 * n:
            return self.from_pairs((j, i) for i, j in self.pairs(a))
        digits = f"{a:0{n * n}b}"
        return int("".join(digits[i::n] for i in range(n)), 2)

    def plus(self, a: int) -> int:
        """`a+`, the transitive closure (Warshall)."""
        n, mask, col = self.n, self.ROW, self.COL
        for k, _ in self.rows(a):
            column = (a >> k) & col
            if column:
                a |= column * ((a >> k * n) & mask)
        return a

    def star(self, a: int) -> int:
        """`a*`, the reflexive transitive closure."""
        return self.plus(a) | self.IDENTITY

    def optional(self, a: int) -> int:
        """`a?`, the reflexive closure."""
        return a | self.IDENTITY

    def complement(self, a: int) -> int:
        """`~a` of a relation."""
        return self.FULL & ~a

    def complement_set(self, s: int) -> int:
        """`~s` of a set."""
        return self.ROW & ~s

    def product(self, s: int, t: int) -> int:
        """`s * t`: all pairs from set s to set t."""
        return self._spread(s) * t

    def identity(self, s: int) -> int:
        """`[s]`: each element of set s with itself."""
        n, a = self.n, 0
        for i in members(s):
            a |= 1 << i * (n + 1)
        return a

    def restrict(self, a: int, s: int, t: int) -> int:
        """`[s] ; a ; [t]`."""
        return a & (self._spread(s) * t)

    def is_irreflexive(self, a: int) -> bool:
        """Whether no event is related to itself."""
        return not a & self.IDENTITY

    def is_acyclic(self, a: int) -> bool:
        """Whether a+ is irreflexive: events without successors are peeled off until none is left."""
        rows = self.rows(a)
        rows.reverse()
        alive = sum(1 << i for i, _ in rows)
        while rows:
            kept = []
            for i, row in rows:
                if row & alive:
                    kept.append((i, row))
                else:
                    alive &= ~(1 << i)
            if len(kept) == len(rows):
                return False
            rows = kept
        return True

    def _spread(self, s: int) -> int:
        """The element i of s as the first bit of row i."""
        n, a = self.n, 0
        for i in members(s):
            a |= 1 << i * n
        return a
