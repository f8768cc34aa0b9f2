"""The values of pointers: a number for each place in each object; to members and elements they are sums."""

from __future__ import annotations

from verifier.program.program import Path, Root

ELEMENTS = 16  # of an array whose elements are told apart
_BASE = 0x50000000  # no constant of the text
_ROOTS = 1 << 20  # more than a program has objects; the distance between two places in one


class Addresses:
    """`base + offset`: the base is an object's, an offset is the sum of those of the members on the way.

    So a pointer to a member is a pointer to its object and a constant, whatever the object.
    """

    def __init__(self) -> None:
        self._roots: dict[Root, int] = {}
        self._numbered: list[Root] = []
        self._names: dict[str, int] = {}
        self._members: dict[int, tuple[str, ...]] = {0: ()}

    def value(self, path: Path) -> int:
        """The address of a place."""
        return self.base(path.root) + self.offset(path.members)

    def base(self, root: Root) -> int:
        """The address of an object."""
        if root not in self._roots:
            self._roots[root] = len(self._numbered)
            self._numbered.append(root)
        return _BASE + self._roots[root]

    def offset(self, members: tuple[str, ...]) -> int:
        """How far a member is from the start of its object; no two ways down an object get as far."""
        steps = sum(self._step(m) for m in members)
        if self._members.setdefault(steps, members) != members:
            steps = self._step("/".join(members))
            self._members[steps] = members
        return steps * _ROOTS

    def element(self) -> int:
        """The distance between two elements of an array."""
        return _ROOTS

    def _step(self, name: str) -> int:
        if name[0] == "[" and name[1:-1].isdigit() and int(name[1:-1]) < ELEMENTS:
            return int(name[1:-1]) + 1
        return 2 * ELEMENTS << 2 * self._names.setdefault(name, len(self._names))

    def path(self, value: int) -> Path | None:
        """The place of that address, if it is one."""
        steps, root = divmod(value - _BASE, _ROOTS)
        members = self._members.get(steps)
        return None if members is None or root >= len(self._numbered) else Path(self._numbered[root], members)

    def root(self, value: int) -> Root | None:
        """The object that a number counts from; it may lie outside."""
        root = (value - _BASE) % _ROOTS
        return self._numbered[root] if root < len(self._numbered) else None

    def members(self, offset: int) -> tuple[str, ...] | None:
        """The members that are so far from the start of an object."""
        steps, rest = divmod(offset, _ROOTS)
        return None if rest else self._members.get(steps)
