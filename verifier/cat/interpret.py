"""Cat syntax trees -> relation terms. What is not supported is a ModelError with its place, never ignored."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Literal, assert_never

from verifier.cat.build import TermBuilder
from verifier.cat.tags import HERD_ONLY, RELATIONS, SETS, TAGS, Architecture
from verifier.cat.terms import Axiom, Fixpoint, RelationTerm, SetTerm, Term, Variable
from verifier.errors import ModelError
from verifier.source import Source, Span
from verifier.syntax import cat_tree as tree

DEPTH = 100  # of nested function calls; cat has no recursive functions here


@dataclass(frozen=True, slots=True)
class Typed:
    """A term with what it is; `zero` is the empty relation, and the empty set where a set is wanted."""

    kind: Literal["set", "relation", "zero"]
    term: Term


@dataclass(frozen=True, slots=True)
class Closure:
    parameters: tuple[str, ...]
    is_tuple: bool
    body: tree.Expression
    scope: Scope


@dataclass(frozen=True, slots=True)
class Primitive:
    """domain or range."""

    name: Literal["domain", "range"]


@dataclass(frozen=True, slots=True)
class Several:
    """The values of a tuple."""

    items: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Routine:
    """A procedure and the scope that it was written in."""

    procedure: tree.Procedure
    scope: Scope


Value = Typed | Closure | Primitive | Several | Routine


@dataclass(frozen=True, slots=True)
class Scope:
    """Names and their values at one place of one file; extended by copying."""

    names: dict[str, Value]
    source: Source
    depth: int = 0

    def extended(self, names: dict[str, Value]) -> Scope:
        return replace(self, names={**self.names, **names})


class _UndefinedError(ModelError):
    """An undefined name: `try … with …` catches it."""


@dataclass(slots=True)
class Interpreter:
    """Runs the statements of a model and its includes, collecting axioms and definitions.

    `include` reads and parses a file that a model names, given the place that names it.
    """

    architecture: Architecture
    include: Callable[[str, Source, Span], tree.CatFile]
    build: TermBuilder = field(default_factory=TermBuilder)
    axioms: list[Axiom] = field(default_factory=list)
    definitions: dict[str, Term] = field(default_factory=dict)
    used_names: set[str] = field(default_factory=set)
    opened: list[str] = field(default_factory=list)

    def predefined(self, source: Source) -> Scope:
        """The scope that every model starts from."""
        names: dict[str, Value] = {s: Typed("set", self.build.base_set(s)) for s in SETS}
        names |= {r: Typed("relation", self.build.base_relation(r)) for r in RELATIONS}
        names["emptyset"] = Typed("set", self.build.nothing)
        names["domain"], names["range"] = Primitive("domain"), Primitive("range")
        return Scope(names, source)

    def run(self, file: tree.CatFile, scope: Scope) -> Scope:
        """The scope after a file's statements."""
        self.opened.append(file.source.name)
        inner = replace(scope, source=file.source)
        for statement in file.statements:
            inner = self.execute(statement, inner)
        self.opened.pop()
        return inner

    def execute(self, statement: tree.Statement, scope: Scope) -> Scope:
        """The scope after one statement."""
        match statement:
            case tree.Let(bindings, is_recursive):
                values = self._solve(bindings, scope) if is_recursive else self._bind(bindings, scope)
                if scope.depth == 0:
                    self._define(values)
                return scope.extended(values)
            case tree.Test():
                self._test(statement, scope)
                return scope
            case tree.Show():
                return scope
            case tree.Include(path, span):
                file = self.include(path, scope.source, span)
                if file.source.name in self.opened:
                    raise _error("cat-include", f"'{path}' includes itself", scope, span)
                return replace(self.run(file, scope), source=scope.source)
            case tree.Procedure(name):
                return scope.extended({name: Routine(statement, scope)})
            case tree.Call():
                self._call(statement, scope)
                return scope
            case _:
                assert_never(statement)

    def _define(self, values: dict[str, Value]) -> None:
        for name, value in values.items():
            self.definitions.pop(name, None)
            if isinstance(value, Typed):
                self.definitions[name] = value.term

    def _bind(self, bindings: tuple[tree.Binding, ...], scope: Scope) -> dict[str, Value]:
        return {b.name: self.evaluate(b.value, scope) for b in bindings}

    def _solve(self, bindings: tuple[tree.Binding, ...], scope: Scope) -> dict[str, Value]:
        """The least solution of recursive relations."""
        fresh = {b.name: self._fresh(b.name) for b in bindings}
        inner = scope.extended(
            {name: Typed("relation", self.build.variable(unique)) for name, unique in fresh.items()}
        )
        equations = []
        for b in bindings:
            if isinstance(b.value, tree.Function):
                raise _error("cat-unsupported", "recursive functions are not supported", scope, b.span)
            right = self._relation(b.value, inner)
            if not is_monotone(right, frozenset(fresh.values())):
                message = f"'{b.name}' stands under a complement or right of '\\' in its own definition"
                raise _error("cat-recursion", message, scope, b.span)
            equations.append((fresh[b.name], right))
        system = tuple(equations)
        solved = {name: self.build.fixpoint(unique, system) for name, unique in fresh.items()}
        return {name: Typed("relation", term) for name, term in solved.items()}

    def _fresh(self, name: str) -> str:
        unique, n = name, 1
        while unique in self.used_names:
            n += 1
            unique = f"{name}'{n}"
        self.used_names.add(unique)
        return unique

    def _test(self, test: tree.Test, scope: Scope) -> None:
        value = self.evaluate(test.operand, scope)
        if test.kind == "empty" and isinstance(value, Typed):
            term = value.term
        else:
            term = self._relation(test.operand, scope)
        name = test.name or f"{'~' if test.negated else ''}{test.kind} at line {test.span.line}"
        self.axioms.append(Axiom(test.kind, test.negated, term, name, test.is_flag))

    def _call(self, call: tree.Call, scope: Scope) -> None:
        routine = self._lookup(call.name, scope, call.span)
        if not isinstance(routine, Routine):
            raise _error("cat-type", f"'{call.name}' is no procedure", scope, call.span)
        procedure = routine.procedure
        argument = self.evaluate(call.argument, scope)
        names = _parameters(procedure.parameters, procedure.is_tuple, argument, scope, call.span)
        inner = replace(routine.scope.extended(names), depth=_deeper(scope, call.span))
        first = len(self.axioms)
        for statement in procedure.body:
            inner = self.execute(statement, inner)
        if call.label:
            self.axioms[first:] = [replace(a, name=call.label) for a in self.axioms[first:]]

    def evaluate(self, e: tree.Expression, scope: Scope) -> Value:
        """The value of an expression."""
        match e:
            case tree.Name(name, span):
                return self._lookup(name, scope, span)
            case tree.Zero():
                return Typed("zero", self.build.zero)
            case tree.Everything():
                return Typed("set", self.build.base_set("_"))
            case tree.Nothing():
                return Typed("set", self.build.nothing)
            case tree.Tag(name, span):
                raise _error("cat-unsupported", f"tags as values ('{name}) are not supported", scope, span)
            case tree.Tuple(items):
                return Several(tuple(self.evaluate(i, scope) for i in items))
            case tree.Operation():
                return self._operate(e, scope)
            case tree.Apply(function, argument, span):
                return self._apply(self.evaluate(function, scope), argument, scope, span)
            case tree.Function(parameters, is_tuple, body):
                return Closure(parameters, is_tuple, body, scope)
            case tree.LetIn(bindings, body):
                return self.evaluate(body, scope.extended(self._bind(bindings, scope)))
            case tree.Attempt(first, otherwise):
                try:
                    return self.evaluate(first, scope)
                except _UndefinedError:
                    return self.evaluate(otherwise, scope)
            case _:
                assert_never(e)

    def _lookup(self, name: str, scope: Scope, span: Span) -> Value:
        if name in scope.names:
            return scope.names[name]
        if name in TAGS[self.architecture]:
            return Typed("set", self.build.base_set(name))
        raise _UndefinedError("cat-name", self._undefined(name, scope), *_place(scope, span))

    def _undefined(self, name: str, scope: Scope) -> str:
        if name in HERD_ONLY:
            return f"'{name}' is herd7's and not supported here"
        for other, tags in TAGS.items():
            if name in tags:
                return (
                    f"'{name}' is a tag of {other}, but the model is one of {self.architecture} "
                    "(a model whose first word is AArch64 is one of aarch64)"
                )
        near = difflib.get_close_matches(name, sorted({*scope.names, *TAGS[self.architecture]}), 3, 0.5)
        hint = f"; near names: {', '.join(near)}" if near else ""
        return f"'{name}' is defined nowhere before, and no tag{hint}"

    def _operate(self, e: tree.Operation, scope: Scope) -> Value:
        operator = e.operator
        match operator:
            case "union" | "inter" | "minus" | "complement":
                return self._boolean(operator, e, scope)
            case "product" | "identity":
                sets = tuple(self._set(o, scope) for o in e.operands)
                return Typed("relation", self.build.relation(operator, sets))
            case "sequence" | "inverse" | "plus" | "star" | "optional":
                relations = tuple(self._relation(o, scope) for o in e.operands)
                return Typed("relation", self.build.relation(operator, relations))
            case _:
                assert_never(operator)

    def _boolean(
        self, operator: Literal["union", "inter", "minus", "complement"], e: tree.Operation, scope: Scope
    ) -> Typed:
        """An operator that sets and relations share: all operands are of one kind."""
        values = [self._typed(o, scope) for o in e.operands]
        kinds = {v.kind for v in values}
        if kinds == {"set", "relation"}:
            odd = next(i for i, v in enumerate(values) if v.kind not in (values[0].kind, "zero"))
            message = f"this is a {values[odd].kind}, but what stands before is a {values[0].kind}"
            raise _error("cat-type", message, scope, e.operands[odd].span)
        if "set" in kinds:
            sets = tuple(self.build.nothing if v.kind == "zero" else v.term for v in values)
            return Typed("set", self.build.set_operation(operator, sets))
        return Typed("relation", self.build.relation(operator, tuple(v.term for v in values)))

    def _typed(self, e: tree.Expression, scope: Scope) -> Typed:
        value = self.evaluate(e, scope)
        if not isinstance(value, Typed):
            message = f"this is {_describe(value)}, expected a set or a relation"
            raise _error("cat-type", message, scope, e.span)
        return value

    def _relation(self, e: tree.Expression, scope: Scope) -> Term:
        value = self._typed(e, scope)
        if value.kind == "set":
            message = "this is a set, expected a relation ([S] is the identity on set S)"
            raise _error("cat-type", message, scope, e.span)
        return value.term

    def _set(self, e: tree.Expression, scope: Scope) -> Term:
        value = self._typed(e, scope)
        if value.kind == "relation":
            message = "this is a relation, expected a set"
            raise _error("cat-type", message, scope, e.span)
        return self.build.nothing if value.kind == "zero" else value.term

    def _apply(self, function: Value, argument: tree.Expression, scope: Scope, span: Span) -> Value:
        match function:
            case Primitive(name):
                term = self.build.set_operation(name, (self._relation(argument, scope),))
                return Typed("set", term)
            case Closure(parameters, is_tuple, body, home):
                value = self.evaluate(argument, scope)
                names = _parameters(parameters, is_tuple, value, scope, argument.span)
                inner = replace(home.extended(names), depth=_deeper(scope, span))
                return self.evaluate(body, inner)
            case _:
                message = f"this is {_describe(function)}, and can't be applied to anything"
                raise _error("cat-type", message, scope, span)


def _describe(value: Value) -> str:
    match value:
        case Typed(kind):
            return "a relation" if kind == "zero" else f"a {kind}"
        case Closure() | Primitive():
            return "a function"
        case Several():
            return "a tuple"
        case Routine():
            return "a procedure"
        case _:
            assert_never(value)


def _place(scope: Scope, span: Span) -> tuple[str, Span, str]:
    return scope.source.name, span, scope.source.quote(span.line)


def _error(code: str, message: str, scope: Scope, span: Span) -> ModelError:
    return ModelError(code, message, *_place(scope, span))


def _deeper(scope: Scope, span: Span) -> int:
    if scope.depth >= DEPTH:
        raise _error("cat-recursion", f"calls are nested more than {DEPTH} deep", scope, span)
    return scope.depth + 1


def _parameters(
    parameters: tuple[str, ...], is_tuple: bool, value: Value, scope: Scope, span: Span
) -> dict[str, Value]:
    """Parameters with their arguments; a single one takes the argument as it is."""
    if len(parameters) == 1:
        return {parameters[0]: value}
    items = value.items if is_tuple and isinstance(value, Several) else (value,)
    if len(items) != len(parameters):
        message = f"found {len(items)} argument(s), expected {len(parameters)}"
        raise _error("cat-type", message, scope, span)
    return dict(zip(parameters, items, strict=True))


def is_monotone(term: Term, variables: frozenset[str], positive: bool = True) -> bool:
    """Whether a term grows with these variables: none stands under a complement or right of `minus`."""
    match term:
        case Variable(name):
            return positive or name not in variables
        case Fixpoint(_, equations):
            return all(is_monotone(t, variables, positive) for _, t in equations)
        case SetTerm("complement", (a,)) | RelationTerm("complement", (a,)):
            return is_monotone(a, variables, not positive)
        case SetTerm("minus", (a, b)) | RelationTerm("minus", (a, b)):
            return is_monotone(a, variables, positive) and is_monotone(b, variables, not positive)
        case SetTerm(_, arguments) | RelationTerm(_, arguments):
            return all(is_monotone(a, variables, positive) for a in arguments)
        case _:
            return True
