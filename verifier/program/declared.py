"""What a text says about the types of its variables and of the members of its structs."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from verifier.program.program import Path, Root
from verifier.record import replace
from verifier.source import Span
from verifier.syntax import tree
from verifier.syntax.walk import nodes

_NOWHERE = Span(0, 0, 0, 0)
_LONGEST = 16  # typedefs of typedefs


class Declared:
    """The types of places. Grows while threads are lowered, by what pointers point to."""

    def __init__(self, unit: tree.Unit, variables: Iterable[tree.Variable]) -> None:
        self.variables = {v.name: v for v in variables if v.type.name != "const"}
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
        self._led: dict[Root, tree.Type] = {}  # by the values of pointers
        self._own: dict[Root, tree.Variable] = {}

    def declare(self, root: Root, v: tree.Variable) -> None:
        """Note that an object is a local variable."""
        self._own[root] = v

    def define(self, name: str, meant: tree.Type) -> None:
        """Note what an enumeration's type is."""
        self._typedefs[name] = meant

    def lead(self, root: Root, pointer: tree.Type | None) -> None:
        """Note that a pointer with a value of that type leads to an object, which may have other names."""
        known = self.resolved(pointer)
        if known is not None and known.pointers:
            self._led[root] = replace(known, pointers=known.pointers - 1)

    def point(self, root: Root, pointer: tree.Type) -> None:
        """Note that an object is what a pointer of that type points to."""
        self._targets[root] = replace(pointer, pointers=pointer.pointers - 1)

    def alike(self, uses: Iterable[tuple[str, Path]], places: Mapping[Path, int]) -> list[tuple[str, ...]]:
        """The pointers and variables of one type that a thread accesses the same member by, as different places: they
        might lead to one object. `places`: what each path was taken for."""
        found: dict[tuple[str, str, tuple[str, ...]], dict[Path, int]] = {}
        reached: set[tuple[str, str, tuple[str, ...]]] = set()  # by some pointer
        for thread, path in uses:
            for base, kind, is_pointer in self._objects(path):
                key = (thread, kind, path.members[len(base.members) :])
                found.setdefault(key, {})[base] = places[path]
                reached.update((key,) if is_pointer else ())
        alike = [
            tuple(self._written(p) for p in objects)
            for key, objects in found.items()
            if len(set(objects.values())) > 1 and key in reached
        ]
        return list(dict.fromkeys(alike))

    def _objects(self, path: Path) -> Iterator[tuple[Path, str, bool]]:
        """The last pointer or variable on the way to a member, the type that it points to or has, and whether it is a
        pointer; the same of the place itself, where it is no struct."""
        is_object = path.root.owner is not None  # what a pointer of a thread leads to
        steps = list(self._along(path))
        for i in range(len(path.members), -1, -1):
            kind, dimensions, _ = steps[i]
            if kind is None or not kind.name.startswith("struct "):
                continue
            is_pointer = kind.pointers == 1 and i < len(path.members) and not dimensions
            is_variable = not kind.pointers and not path.root.is_own
            if is_pointer or (i == 0 and (is_variable or path.root in self._targets)):
                base, pointers = Path(path.root, path.members[:i]), 0 if is_pointer else kind.pointers
                yield base, f"{kind.name} {pointers}", is_pointer or is_object
                break
        kind, dimensions, _ = steps[-1]
        if kind is None or dimensions or path.root.is_own:
            return
        if kind.pointers or not kind.name.startswith("struct "):
            last = path.members[-1:]
            yield path, f"{kind.name} {kind.pointers}", last == ("*",) or (not last and is_object)

    def _written(self, path: Path) -> str:
        """A path as C has it."""
        text, is_pointer = path.root.name, path.root.owner is not None
        for step, (kind, _, _) in zip(path.members, self._along(path), strict=False):
            is_pointer |= kind is not None and kind.pointers > 0
            if step != "*":
                text += step if step.startswith("[") else ("->" if is_pointer else ".") + step
            is_pointer = False
        return text

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

    def has_members(self, of: tree.Type | None) -> bool:
        """Whether a type is a struct or union that is more than an atomic variable's `counter`."""
        if of is None or not self.is_struct(of):
            return False
        return set(self._structs.get(of.name, ())) != {"counter"}

    def member(self, of: tree.Type | None, name: str) -> tree.Field | None:
        """The member of that name of a struct; where the struct has no name, that of all that have one."""
        known = self.resolved(of)
        return self._fields.get(name) if known is None else self._structs.get(known.name, {}).get(name)

    def at(self, path: Path) -> tree.Type | None:
        """The type of what is at a path; None where the text does not tell, and for arrays."""
        *_, (kind, dimensions, _) = self._along(path)
        return None if dimensions else self.resolved(kind)

    def struct(self, path: Path) -> str | None:
        """The struct or union that is at a path, or that a pointer there leads to; None where no text tells."""
        *_, (kind, dimensions, _) = self._along(path)
        if kind is None or dimensions or kind.pointers not in (0, 1) or "{" in kind.name:
            return None
        return kind.name if self.is_struct(replace(kind, pointers=0)) else None

    def of_pointer(self, path: Path) -> tree.Type | None:
        """The type of a pointer to what is at a path."""
        known = self.at(path)
        return None if known is None else replace(known, pointers=known.pointers + 1)

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
        variable = self.variables.get(root.name) if root.owner is None else self._own.get(root)
        kind = self._targets.get(root) or self._led.get(root)
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


def statics(unit: tree.Unit) -> Iterator[tree.Variable]:
    """The variables of functions that all calls share."""
    declared = (n for f in unit.functions for n in nodes(f) if isinstance(n, tree.Declare))
    return (v for d in declared for v in d.variables if v.static)
