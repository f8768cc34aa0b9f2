"""Records: dataclasses to the type checker, which guards them, but classes that cost little at run time.

Frozen ones are frozen to the type checker alone: a frozen dataclass sets each of its fields through
object.__setattr__, and a program makes tens of thousands of them. The methods that a dataclass has are compiled
when they are first called: few of the classes have instances in a short run, and to compile the methods of all took
a third of it. Records have no subclasses and no ClassVar. The module dataclasses, which takes long to load, is only
used where somebody looks at a record as at a dataclass.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

__all__ = ["annotations_of", "field", "record", "replace"]

_NONE: Any = object()


class _Field:
    """What the class says of a field, with the arguments of dataclasses.field."""

    __slots__ = ("compare", "default", "default_factory", "init", "repr")

    def __init__(
        self,
        *,
        default: Any = _NONE,
        default_factory: Any = _NONE,
        init: bool = True,
        repr: bool = True,  # noqa: A002  as dataclasses.field calls it
        compare: bool = True,
    ) -> None:
        self.default = default
        self.default_factory = default_factory
        self.init = init
        self.repr = repr
        self.compare = compare


def _record(
    *, frozen: bool = False, slots: bool, order: bool = False, eq: bool = True
) -> Callable[[type], type]:
    """A dataclass with slots; where it is `frozen`, hashed by its fields."""
    assert slots
    names = ["__init__", "__repr__"]
    names += ["__eq__"] if eq else []
    names += ["__hash__"] if eq and frozen else []
    names += ["__lt__", "__le__", "__gt__", "__ge__"] if order else []

    def make(cls: type) -> type:
        space = dict(cls.__dict__)
        fields: dict[str, _Field] = {}
        for name in space.get("__annotations__", ()):
            value = space.pop(name, _NONE)
            fields[name] = value if isinstance(value, _Field) else _Field(default=value)
        for name in ("__dict__", "__weakref__"):
            space.pop(name, None)
        space["__slots__"] = tuple(fields)
        space["__match_args__"] = tuple(name for name, f in fields.items() if f.init)
        space["__record_fields__"] = fields
        if eq:
            space.setdefault("__hash__", None)
        for name in names:
            if space.get(name) is None:
                space[name] = _METHODS[name]
        space.update(_VIEWS)
        found = type(cls)(cls.__name__, cls.__bases__, space)
        found.__qualname__ = cls.__qualname__
        return found

    return make


def _replace(value: Any, /, **changes: Any) -> Any:
    """As dataclasses.replace, for records."""
    for name in value.__match_args__:
        if name not in changes:
            changes[name] = getattr(value, name)
    return type(value)(**changes)


def annotations_of(kind: object) -> dict[str, str] | None:
    """The fields of a class of records, with their types as they are written; None for all else."""
    return kind.__annotations__ if hasattr(kind, "__record_fields__") and isinstance(kind, type) else None


# ------------------------------------------------------------------- methods


def _first_call(name: str) -> Callable[..., Any]:
    """The method of that name that puts the class's own in its place and calls it."""

    def first(self: Any, *arguments: Any, **named: Any) -> Any:
        cls = type(self)
        method = _made(cls, name)
        setattr(cls, name, method)
        return method(self, *arguments, **named)

    first.__name__ = name
    return first


def _made(cls: Any, name: str) -> Callable[..., Any]:
    """The method as a dataclass has it."""
    fields: dict[str, _Field] = cls.__record_fields__
    known: dict[str, Any] = {}
    if name == "__init__":
        head, body = _init(fields, known, hasattr(cls, "__post_init__"))
    else:
        compared = [n for n, f in fields.items() if f.compare]
        mine, others = ("".join(f"{who}.{n}, " for n in compared) for who in ("self", "other"))
        if name == "__hash__":
            head, body = "self", [f"return hash(({mine}))"]
        else:
            sign = {"__eq__": "==", "__lt__": "<", "__le__": "<=", "__gt__": ">", "__ge__": ">="}[name]
            head = "self, other"
            body = [
                "if other.__class__ is self.__class__:",
                f" return ({mine}) {sign} ({others})",
                "return NotImplemented",
            ]
    lines = "\n ".join([f"def {name}({head}):", *body])
    made: dict[str, Any] = {}
    exec(lines, known, made)
    method: Callable[..., Any] = made[name]
    method.__qualname__ = f"{cls.__qualname__}.{name}"
    return method


def _init(fields: dict[str, _Field], known: dict[str, Any], is_followed: bool) -> tuple[str, list[str]]:
    """The parameters and the statements of __init__; `known` is given the values that they name."""
    head, body = ["self"], []
    known["none"] = _NONE
    for name, f in fields.items():
        is_made = f.default_factory is not _NONE
        default = f"default_{name}" if is_made or f.default is not _NONE else ""
        if default:
            known[default] = f.default_factory if is_made else f.default
        if not f.init:
            body += [f"self.{name} = {default}{'()' if is_made else ''}"] if default else []
            continue
        head.append(name if not default else f"{name}=none" if is_made else f"{name}={default}")
        value = f"{default}() if {name} is none else {name}" if is_made else name
        body.append(f"self.{name} = {value}")
    if is_followed:
        body.append("self.__post_init__()")
    return ", ".join(head), body or ["pass"]


def _repr(self: Any) -> str:
    shown = [f"{name}={getattr(self, name)!r}" for name, f in self.__record_fields__.items() if f.repr]
    return f"{type(self).__qualname__}({', '.join(shown)})"


_METHODS = {
    "__repr__": _repr,
    **{
        name: _first_call(name)
        for name in ("__init__", "__eq__", "__hash__", "__lt__", "__le__", "__gt__", "__ge__")
    },
}


# --------------------------------------------------------------- dataclasses


class _View:
    """An attribute of dataclasses, made when it is first asked for."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __get__(self, instance: object, cls: Any) -> Any:
        import dataclasses  # rarely needed, and takes long to load

        def described(f: _Field) -> Any:
            given = {n: getattr(f, n) for n in _Field.__slots__ if getattr(f, n) is not _NONE}
            return dataclasses.field(**given)

        fields = [(n, cls.__annotations__[n], described(f)) for n, f in cls.__record_fields__.items()]
        made = dataclasses.make_dataclass(cls.__name__, fields)
        for name in _VIEWS:
            setattr(cls, name, getattr(made, name))
        return getattr(made, self._name)


_VIEWS = {name: _View(name) for name in ("__dataclass_fields__", "__dataclass_params__")}

if TYPE_CHECKING:
    from dataclasses import dataclass as record
    from dataclasses import field, replace
else:
    record, field, replace = _record, _Field, _replace
