"""What a text says about the types of its variables and of the members of its structs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from verifier.program.program import Path, Root
from verifier.record import replace
from verifier.source import Span
from verifier.syntax import tree

_NOWHERE = Span(0, 0, 0, 0)
_LONGEST = 16  # typedefs of typedefs


class Declared:
    """The types of places. Grows while threads are lowered, by what pointers point to."""

    def __init__(self, unit: tree.Unit) -> None:
        self.variables = {v.name: v for v in unit.variables if v.type.name != "const"}
        self._typedefs = {t.name: t.type for t in unit.types if isinstance(t, tree.Typedef)}
        self._structs = {
            s.name: {f.name: f for f in s.fields} for s in unit.types if isinstance(s, tree.Struct)
        }
        self._fields: dict[str, tree.Field | None] = {}  # by their names alone, where all of a name are alike
        for fields in self._structs.values():
            for name, field in fields.items():
                is_alike = self._fields.setdefault(name, field) == field
                self._fields[name] = field if is_alike else None
        self._targets: dict[Root, tree.Type] = {}

    def point(self, root: Root, pointer: tree.Type) -> None:
        """Note that an object is what a pointer of that type points to."""
        self._targets[root] = replace(pointer, pointers=pointer.pointers - 1)

    def alike(self, uses: Iterable[tuple[str, Path]]) -> list[tuple[str, ...]]:
        """The names of a function's parameters that might point to one object: of one type, and of both the same member
        is accessed."""
        found: dict[tuple[str | None, str, int, tuple[str, ...]], dict[str, None]] = {}
        for _, path in uses:
            if (kind := self._targets.get(path.root)) is not None:
                key = (path.root.owner, kind.name, kind.pointers, path.members)
                found.setdefault(key, {})[path.root.name] = None
        return [tuple(names) for names in dict.fromkeys(map(tuple, found.values())) if len(names) > 1]

    def resolved(self, of: tree.Type | None) -> tree.Type | None:
        """The type that a type's typedefs stand for."""
        for _ in range(_LONGEST):
            if of is None or of.name not in self._typedefs:
                break
            meant = self._typedefs[of.name]
            of = replace(meant, pointers=of.pointers + meant.pointers)
        return of

    def is_struct(self, of: tree.Type) -> bool:
        """Whether a type is a struct or union, and no pointer."""
        known = self.resolved(of)
        assert known is not None
        is_one = known.name in self._structs or known.name.startswith(("struct ", "union "))
        return is_one and not known.pointers

    def member(self, of: tree.Type | None, name: str) -> tree.Field | None:
        """The member of that name of a struct; where the struct has no name, that of all that have one."""
        known = self.resolved(of)
        return self._fields.get(name) if known is None else self._structs.get(known.name, {}).get(name)

    def at(self, path: Path) -> tree.Type | None:
        """The type of what is at a path; None where the text does not tell, and for arrays."""
        *_, (kind, dimensions, _) = self._along(path)
        return None if dimensions else self.resolved(kind)

    def dimensions(self, path: Path) -> tuple[tree.Expression | None, ...]:
        """Those of the array that is at a path; none where none is, or where the text does not tell."""
        *_, (_, dimensions, _) = self._along(path)
        return dimensions

    def is_bits(self, path: Path) -> bool:
        """Whether a bit-field is at a path."""
        *_, (_, _, field) = self._along(path)
        return field is not None and field.is_bits

    def unions(self, path: Path) -> Iterator[tuple[Path, Span | None, object]]:
        """The unions that lead to a path: where each is, which of the unnamed ones there, and its member."""
        for i, (kind, _, field) in enumerate(self._along(path)):
            step = path.members[i] if i < len(path.members) else ""
            before = Path(path.root, path.members[: i - 1])
            yield from ((before, union, number) for union, number in (field.unions if field else ()))
            if (
                kind is not None
                and kind.name.startswith("union ")
                and step not in ("", "*")
                and step[0] != "["
            ):
                yield Path(path.root, path.members[:i]), None, step

    def _along(
        self, path: Path
    ) -> Iterator[tuple[tree.Type | None, tuple[tree.Expression | None, ...], tree.Field | None]]:
        """For the object and each member down to a path: its type, its dimensions, and the member of a struct that it
        is, if it is one."""
        root = path.root
        variable = self.variables.get(root.name) if root.owner is None else None
        kind = self._targets.get(root)
        dimensions: tuple[tree.Expression | None, ...] = ()
        if variable is not None:
            kind, dimensions = variable.type, variable.dimensions
        elif kind is None and root.type is not None:
            kind = tree.Type(root.type, 0, _NOWHERE)
        yield self.resolved(kind), dimensions, None
        for step in path.members:
            field = None
            if step.startswith("[") and dimensions:
                dimensions = dimensions[1:]
            elif step.startswith("[") or step == "*":
                kind = self.resolved(kind)
                kind = None if kind is None else replace(kind, pointers=kind.pointers - 1)
            else:
                field = self.member(kind, step)
                kind, dimensions = (None, ()) if field is None else (field.type, field.dimensions)
            yield self.resolved(kind), dimensions, field
