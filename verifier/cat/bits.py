"""Relations between n events as one integer: bit i*n + j is the pair (i, j). Sets are n-bit integers."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache

from verifier.record import field, record

SMALL = 64  # events up to which a relation is shifted; beyond, its rows are taken apart
DENSE = 24  # of these, one pair at least is in a relation that counts as dense


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


def _unions(rows: Sequence[int]) -> list[int]:
    """The union of each subset of some sets, by the number whose bits say which."""
    found = [0]
    for row in rows:
        found += [row | other for other in found] if row else found
    return found


@record(frozen=True, slots=True)
class Universe:
    """The events 0 to n-1, and the operators over their sets and relations.

    ROW is the set of all events (n ones); COL has the first bit of each row, FULL is the relation of all
    pairs, IDENTITY that of each event with itself. union, intersection and difference are those of Python's
    integers: `a | b`, `a & b`, `a & ~b`.
    """

    n: int
    ROW: int = field(init=False, repr=False, compare=False)
    COL: int = field(init=False, repr=False, compare=False)
    FULL: int = field(init=False, repr=False, compare=False)
    IDENTITY: int = field(init=False, repr=False, compare=False)
    _COPIES: int = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        n = self.n
        full = (1 << n * n) - 1
        object.__setattr__(self, "ROW", (1 << n) - 1)
        object.__setattr__(self, "COL", full // ((1 << n) - 1) if n else 0)
        object.__setattr__(self, "FULL", full)
        object.__setattr__(self, "IDENTITY", sum(1 << i * (n + 1) for i in range(n)))
        object.__setattr__(self, "_COPIES", sum(1 << i * (n - 1) for i in range(n)) if n <= SMALL else 0)

    def from_pairs(self, pairs: Iterable[tuple[int, int]]) -> int:
        """The relation of these pairs."""
        n = self.n
        if n > SMALL:
            rows: dict[int, int] = {}
            for i, j in pairs:
                rows[i] = rows.get(i, 0) | 1 << j
            return self.from_some_rows(rows.items())
        a = 0
        for i, j in pairs:
            a |= 1 << i * n + j
        return a

    def from_rows(self, rows: Iterable[int]) -> int:
        """The relation whose i-th row is the i-th of these sets."""
        return self.from_some_rows((i, row) for i, row in enumerate(rows) if row)

    def from_some_rows(self, rows: Iterable[tuple[int, int]]) -> int:
        """The relation of these rows, by number."""
        n = self.n
        if n <= SMALL:
            a = 0
            for i, row in rows:
                a |= row << i * n
            return a
        digits = ["0" * n] * n
        for i, row in rows:
            digits[n - 1 - i] = f"{row:0{n}b}"
        return int("".join(digits), 2)

    def pairs(self, a: int) -> Iterator[tuple[int, int]]:
        """The pairs of a relation, in order."""
        for i, row in self.rows(a):
            for j in members(row):
                yield i, j

    def rows(self, a: int) -> list[tuple[int, int]]:
        """(i, successors of i) for each event with successors, ascending."""
        n, mask = self.n, self.ROW
        if n > SMALL:
            digits = f"{a:0{n * n}b}"
            lines = ((i, int(digits[(n - 1 - i) * n : (n - i) * n], 2)) for i in range(n))
            return [line for line in lines if line[1]]
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
        n, mask = self.n, self.ROW
        if n > SMALL:
            return self._sequence_of_many(a, b)
        out = 0
        if a.bit_count() << 1 <= n:
            while a:
                low = a & -a
                i, j = divmod(low.bit_length() - 1, n)
                row = (b >> j * n) & mask
                if row:
                    out |= row << i * n
                a ^= low
            return out
        col, j = self.COL, 0
        while b:
            row = b & mask
            if row:
                column = (a >> j) & col
                if column:
                    out |= column * row
            b >>= n
            j += 1
        return out

    def _sequence_of_many(self, a: int, b: int) -> int:
        """The sequence in a large universe, where taking a row out of a relation has a price."""
        first, rows = self.rows(a), dict(self.rows(b))
        if a.bit_count() > len(first) * self.n // DENSE:
            return self.from_some_rows(self._join_dense(first, rows))
        middle = from_members(rows)
        found = []
        for i, row in first:
            line = 0
            for j in members(row & middle):
                line |= rows[j]
            if line:
                found.append((i, line))
        return self.from_some_rows(found)

    def _join_dense(self, first: list[tuple[int, int]], rows: Mapping[int, int]) -> list[tuple[int, int]]:
        """Rows of a sequence, eight events of the middle at a time: the unions of all their subsets' rows are
        looked up (Arlazarov, Dinic, Kronrod, Faradzev, 1970)."""
        size = (self.n + 7) // 8
        tables = [_unions([rows.get(j, 0) for j in range(8 * g, 8 * g + 8)]) for g in range(size)]
        found = []
        for i, row in first:
            line = 0
            for table, byte in zip(tables, row.to_bytes(size, "little"), strict=True):
                if byte:
                    line |= table[byte]
            if line:
                found.append((i, line))
        return found

    def inverse(self, a: int) -> int:
        """`a^-1`."""
        n = self.n
        if not a:
            return 0
        if n <= SMALL and a.bit_count() < 2 * n:
            out = 0
            while a:
                low = a & -a
                i, j = divmod(low.bit_length() - 1, n)
                out |= 1 << j * n + i
                a ^= low
            return out
        digits = f"{a:0{n * n}b}"
        return int("".join([digits[i::n] for i in range(n)]), 2)

    def plus(self, a: int, through: int = -1) -> int:
        """`a+`, the transitive closure (Warshall); of chains whose inner events are all in the set `through`."""
        n, mask, col = self.n, self.ROW, self.COL
        if n > SMALL:
            return self._closure_of_many(a, through)
        k, rest = 0, a
        while rest:
            if rest & mask and through >> k & 1:
                column = (a >> k) & col
                if column:
                    a |= column * ((a >> k * n) & mask)
            rest >>= n
            k += 1
        return a

    def _closure_of_many(self, a: int, through: int) -> int:
        """The closure in a large universe, by squaring."""
        inner = self.ROW & through
        into_inner = -1 if inner == self.ROW else self.COL * inner
        while True:
            longer = a | self._sequence_of_many(a & into_inner, a)
            if longer == a:
                return a
            a = longer

    def star(self, a: int) -> int:
        """`a*`, the reflexive transitive closure."""
        return self.plus(a) | self.IDENTITY

    def product(self, s: int, t: int) -> int:
        """`s * t`: all pairs from set s to set t."""
        return self.spread(s) * t

    def within(self, sets: Iterable[int]) -> int:
        """All pairs of elements of one of these sets."""
        a = 0
        for s in sets:
            a |= self.spread(s) * s
        return a

    def identity(self, s: int) -> int:
        """`[s]`: each element of set s with itself."""
        return self.COL * s & self.IDENTITY

    def is_irreflexive(self, a: int) -> bool:
        """Whether no event is related to itself."""
        return not a & self.IDENTITY

    def is_acyclic(self, a: int) -> bool:
        """Whether a+ is irreflexive: events without successors are peeled off until none is left."""
        rows = self.rows(a)
        rows.reverse()
        alive = 0
        for i, _ in rows:
            alive |= 1 << i
        while rows:
            kept = []
            for line in rows:
                if line[1] & alive:
                    kept.append(line)
                else:
                    alive ^= 1 << line[0]
            if len(kept) == len(rows):
                return False
            rows = kept
        return True

    def spread(self, s: int) -> int:
        """The element i of s as the first bit of row i."""
        n, a = self.n, 0
        if n <= SMALL and s:
            # Copies of s, each a bit short of the next row: bit i of copy i is where it is to be. Without the last
            # element no bits of two copies meet.
            last = n - 1
            return (s & (1 << last) - 1) * self._COPIES & self.COL | (s >> last) << last * n
        while s:
            low = s & -s
            a |= 1 << (low.bit_length() - 1) * n
            s ^= low
        return a


@lru_cache(maxsize=64)
def universe(n: int) -> Universe:
    """The universe of that many events."""
    return Universe(n)
