"""Which locations of different threads are taken to be the same, by how their paths end.

Where roots are not known to be one object, paths that end alike may still lead to one location. What the text tells of
the types on the way decides; where it tells nothing, the members decide that both objects have.
"""

from __future__ import annotations

from collections.abc import Mapping, Set

from verifier.program.declared import Declared
from verifier.program.program import Path, Root

# What stands for an object's roots, and the members down to a part of it.
_Part = tuple[object, tuple[str, ...]]


class Tails:
    """Compares the locations of `threads`, each by a path to it, with those who use it. `groups`: what stands for all
    roots of an object.

    Of a path, `below` counts the members below a part of it, which is the object that these are members of.
    """

    def __init__(
        self, threads: Mapping[Path, Set[str]], groups: Mapping[Root, object], types: Declared
    ) -> None:
        self._groups = groups
        self._types = types
        self._structs: dict[tuple[Path, int], str | None] = {}
        self._matched: dict[_Part, set[_Part]] = {}
        self._members: dict[_Part, set[tuple[str, ...]]] = {}
        self._users: dict[_Part, set[str]] = {}
        shared = [p for p in threads if not p.root.is_own]
        self._paths = [p for p in shared if p.root.owner is not None]
        self._accessed = {(groups[p.root], loosely(p.members)) for p in shared}
        objects: dict[tuple[str, object], set[_Part]] = {}  # of a thread, by type, and by type and name
        for p in shared:
            for below in range(1, len(p.members) + 1):
                part, struct = self._part(p, below), self._struct(p, below)
                self._members.setdefault(part, set()).add(p.members[-below:])
                self._users.setdefault(part, set()).update(threads[p])
                for thread in threads[p] if struct is not None else ():
                    objects.setdefault((thread, struct), set()).add(part)
                    objects.setdefault((thread, (struct, part[1][-1:])), set()).add(part)
        self._crowded = {label for (_, label), parts in objects.items() if len(parts) > 1}

    def pairs(self) -> list[tuple[Path, Path]]:
        """The paths that are taken to be of one location, the likeliest first."""
        found = [
            (self._likeness(p, q, below), p, q)
            for i, p in enumerate(self._paths)
            for q in self._paths[i + 1 :]
            if (below := self._shared(p, q))
        ]
        return [(p, q) for _, p, q in sorted(found, key=lambda pair: pair[0], reverse=True)]

    def are_apart(self, p: Path, q: Path) -> bool:
        """Whether the text tells that two paths are of different members, as these are of different structs."""
        for below in range(1, _alike(p, q) + 1):
            a, b = self._struct(p, below), self._struct(q, below)
            if a is not None and b is not None and a != b:
                return True
            if a == b is not None and self._is_pointed(self._part(p, below), self._part(q, below)):
                return False
        return False

    def match(self, p: Path, q: Path) -> bool:
        """Note that the objects of two paths are one, unless one already is another part of the other's root."""
        parts = [(self._part(p, n), self._part(q, n)) for n in range(1, self._shared(p, q) + 1)]
        parts += [(b, a) for a, b in parts]
        if any(c != b and c[0] == b[0] for a, b in parts for c in self._matched.get(a, ())):
            return False
        for a, b in parts:
            self._matched.setdefault(a, set()).add(b)
        return True

    def _shared(self, p: Path, q: Path) -> int:
        """How many members at the ends of two paths are those of one object; 0 where they are not taken to be of one
        location."""
        most = _alike(p, q)
        if not most or self.are_apart(p, q):
            return 0
        if _is_tail(p, q, most):
            return most
        one = next((n for n in range(most, 0, -1) if self._lead_to_one(p, q, n)), 0)
        return one or (most if self._lead_to_similar(p, q, most) else 0)

    def _likeness(self, p: Path, q: Path, below: int) -> tuple[bool, int, bool]:
        """How likely two paths are of one location: whether the text tells that they are members of one struct, how
        many members the objects have in common, and whether as many members lead there."""
        is_typed = any(self._struct(p, n) == self._struct(q, n) is not None for n in range(1, below + 1))
        common = self._common(self._part(p, below), self._part(q, below))
        return is_typed, common, len(p.members) == len(q.members)

    def _lead_to_one(self, p: Path, q: Path, below: int) -> bool:
        """Whether two parts, of which one is what a pointer leads to, are of one type, of which no thread has two
        objects; else of one name too."""
        struct, a, b = self._struct(p, below), self._part(p, below), self._part(q, below)
        if struct is None or struct != self._struct(q, below) or self._are_distinct(p, q, below):
            return False
        named = struct, a[1][-1:]
        is_alone = struct not in self._crowded or (a[1][-1:] == b[1][-1:] and named not in self._crowded)
        return is_alone and self._is_pointed(a, b)

    def _lead_to_similar(self, p: Path, q: Path, below: int) -> bool:
        """Whether two pointers lead to objects with several members in common, as no others do in these threads, and
        the tail alone would take one of the objects for what leads to the other."""
        a, b = self._part(p, below), self._part(q, below)
        if self._are_distinct(p, q, below) or self._similar(a, b) != {b} or self._similar(b, a) != {a}:
            return False
        return any(self._members[x] & self._members.get((y[0], ()), set()) for x, y in ((a, b), (b, a)))

    def _similar(self, part: _Part, other: _Part) -> set[_Part]:
        """What pointers of the users of `other` lead to, of which several members are also those of `part`."""
        if not self._is_pointed(part) or self._users[part] & self._users[other]:
            return set()
        return {
            o
            for o, users in self._users.items()
            if o != part and users & self._users[other] and self._is_pointed(o) and self._common(part, o) > 1
        }

    def _are_distinct(self, p: Path, q: Path, below: int) -> bool:
        """Whether two parts are not taken to be one: roots, any element of an array, and members of one object or type,
        which lead to different objects."""
        if below in (len(p.members), len(q.members)) or self._groups[p.root] == self._groups[q.root]:
            return True
        if "[*]" in p.members[:-below] or "[*]" in q.members[:-below]:
            return True
        around = self._struct(p, below + 1)
        return around is not None and around == self._struct(q, below + 1)

    def _is_pointed(self, *parts: _Part) -> bool:
        """Whether one of these parts is what a member leads to that is a pointer."""
        return any(members and (root, loosely(members)) in self._accessed for root, members in parts)

    def _common(self, a: _Part, b: _Part) -> int:
        return len(self._members[a] & self._members[b])

    def _part(self, path: Path, below: int) -> _Part:
        return self._groups[path.root], path.members[: len(path.members) - below]

    def _struct(self, path: Path, below: int) -> str | None:
        """The type of a part, where that is known to be a struct."""
        if (path, below) not in self._structs:
            part = Path(path.root, path.members[: len(path.members) - below])
            self._structs[path, below] = self._types.struct(part)
        return self._structs[path, below]


def loosely(members: tuple[str, ...]) -> tuple[str, ...]:
    """Members with every array index left open."""
    return tuple("[*]" if m.startswith("[") else m for m in members)


def _alike(p: Path, q: Path) -> int:
    """How many members at the ends of two paths are the same."""
    count = 0
    for a, b in zip(reversed(p.members), reversed(q.members), strict=False):
        if a != b:
            break
        count += 1
    return count


def _is_tail(p: Path, q: Path, alike: int) -> bool:
    """Whether one path is the other's tail; not of objects of different types."""
    is_known = p.root.type is not None and q.root.type is not None
    is_whole = alike == min(len(p.members), len(q.members))
    return is_whole and not (is_known and len(p.members) == len(q.members))
