"""What a text says about the types of its variables and of the members of its structs."""

from __future__ import annotations

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

    def resolved(self, of: tree.Type | None) -> tree.Type | None:
        """The type that a type's typedefs stand for."""
        for _ in range(_LONGEST):
            if of is None or of.name not in self._typedefs:
                break
            meant = self._typedefs[of.name]
            of = replace(meant, pointers=of.pointers + meant.pointers)
        return of

    def member(self, of: tree.Type | None, name: str) -> tree.Field | None:
        """The member of that name of a struct; where its struct is not known, that of all that have it."""
        known = self.resolved(of)
        found = self._structs.get(known.name, {}).get(name) if known is not None else None
        return found or self._fields.get(name)

    def at(self, path: Path) -> tree.Type | None:
        """The type of what is at a path; None where the text does not tell, and for arrays."""
        root = path.root
        variable = self.variables.get(root.name) if root.owner is None else None
        kind, dimensions = self._targets.get(root), 0
        if variable is not None:
            kind, dimensions = variable.type, len(variable.dimensions)
        elif kind is None and root.type is not None:
            kind = tree.Type(root.type, 0, _NOWHERE)
        for step in path.members:
            if step.startswith("[") and dimensions:
                dimensions -= 1
            elif step.startswith("[") or step == "*":
                kind = self.resolved(kind)
                kind = None if kind is None else replace(kind, pointers=kind.pointers - 1)
            else:
                field = self.member(kind, step)
                kind, dimensions = (None, 0) if field is None else (field.type, field.dimensions)
        return None if dimensions else self.resolved(kind)
