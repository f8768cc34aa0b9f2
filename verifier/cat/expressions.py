"""Expressions of cat -> values. What is not supported is a ModelError with its place, never ignored."""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from typing import TypeVar, assert_never

from verifier.cat import families
from verifier.cat.build import TermBuilder
from verifier.cat.monotone import is_monotone
from verifier.cat.nesting import Nesting, find_nesting, matching
from verifier.cat.primitives import apply_primitive
from verifier.cat.problems import UndefinedError, error, place
from verifier.cat.tags import (
    HERD_FUNCTIONS,
    HERD_RELATIONS,
    HERD_SETS,
    REGISTER_RELATIONS,
    REGISTER_SETS,
    TAGS,
    VARIANTS,
    VARIANTS_OFF,
    Architecture,
)
from verifier.cat.terms import Term
from verifier.cat.values import (
    Closure,
    Collection,
    Primitive,
    Scope,
    Several,
    TagValue,
    Typed,
    Value,
    describe,
)
from verifier.errors import ModelError
from verifier.record import field, record, replace
from verifier.source import Span
from verifier.syntax import cat_tree as tree

Body = TypeVar("Body")

DEPTH = 100  # of nested function calls
SCATTERED = "the elements of this set are known in an execution only"


@record(slots=True)
class Expressions:
    """Evaluates expressions.

    tags        the tags that were used
    registers   whether register events were
    variables   the names of recursive relations so far
    foreign     the errors for herd7's own sets and relations that were named: no axiom may use them
    """

    architecture: Architecture
    build: TermBuilder = field(default_factory=TermBuilder)
    tags: set[str] = field(default_factory=set)
    registers: bool = False
    variables: set[str] = field(default_factory=set)
    foreign: dict[str, ModelError] = field(default_factory=dict)

    def evaluate(self, e: tree.Expression, scope: Scope) -> Value:
        """The value of an expression."""
        match e:
            case tree.Name(name, span):
                return self.lookup(name, scope, span)
            case tree.Zero():
                return Typed("zero", self.build.zero)
            case tree.Everything():
                return Typed("set", self.build.everything())
            case tree.Nothing():
                return Typed("set", self.build.nothing)
            case tree.Tag(name):
                return TagValue(name)
            case tree.Tuple(items):
                return Several(tuple(self.evaluate(i, scope) for i in items))
            case tree.Operation():
                return self._operate(e, scope)
            case tree.Apply(function, argument, span):
                value = self.evaluate(argument, scope)
                return self.apply(self.evaluate(function, scope), value, scope, span, argument.span)
            case tree.Function(parameters, is_tuple, body):
                return Closure(parameters, is_tuple, body, scope)
            case tree.LetIn(bindings, body, is_recursive):
                values = self.solve(bindings, scope) if is_recursive else self.bind(bindings, scope)
                return self.evaluate(body, scope.extended(values))
            case tree.Attempt(first, otherwise):
                try:
                    return self.evaluate(first, scope)
                except UndefinedError:
                    return self.evaluate(otherwise, scope)
            case tree.Choose(condition, first, otherwise):
                return self.evaluate(first if self.condition(condition, scope) else otherwise, scope)
            case tree.Braces() | tree.Insert() | tree.MatchTag() | tree.MatchSet():
                return self._elements(e, scope)
            case _:
                assert_never(e)

    # ------------------------------------------------------------------ names

    def lookup(self, name: str, scope: Scope, span: Span) -> Value:
        """The value of a name: what was defined last, else a tag or a set of register events."""
        if name in scope.names:
            return scope.names[name]
        if name in TAGS[self.architecture]:
            self.tags.add(name)
            return Typed("set", self.build.base_set(name))
        if name in HERD_FUNCTIONS:
            raise error("cat-unsupported", f"'{name}' is herd7's and not supported here", scope, span)
        if name in HERD_SETS or name in HERD_RELATIONS:
            self.foreign.setdefault(
                name, error("cat-unsupported", f"'{name}' is herd7's and not supported here", scope, span)
            )
            if name in HERD_SETS:
                return Typed("set", self.build.base_set(name))
            return Typed("relation", self.build.base_relation(name))
        if name in REGISTER_SETS or name in REGISTER_RELATIONS:
            self.registers = True
            if name in REGISTER_SETS:
                return Typed("set", self.build.base_set(name))
            return Typed("relation", self.build.base_relation(name))
        if name == "rf-reg":
            self.registers = True
            return Typed("relation", self._reads_from_registers())
        raise UndefinedError("cat-name", self._undefined(name, scope), *place(scope, span))

    def _reads_from_registers(self) -> Term:
        """[Wreg] ; po & loc ; [Rreg]: `elaborate` gives each value that is passed on its own register."""
        written, read = (self.build.relation("identity", (self.build.base_set(s),)) for s in ("Wreg", "Rreg"))
        bases = (self.build.base_relation("po"), self.build.base_relation("loc"))
        return self.build.relation("sequence", (written, self.build.relation("inter", bases), read))

    def _undefined(self, name: str, scope: Scope) -> str:
        for other, tags in TAGS.items():
            if name in tags:
                return (
                    f"'{name}' is a tag of {other}, but the model is one of {self.architecture} "
                    "(the first word of a model names its architecture: AArch64, LINUX, X86, RISCV or PPC)"
                )
        near = difflib.get_close_matches(name, sorted({*scope.names, *TAGS[self.architecture]}), 3, 0.5)
        hint = f"; near names: {', '.join(near)}" if near else ""
        return f"'{name}' is defined nowhere before, and no tag{hint}"

    def bind(self, bindings: tree.Bindings, scope: Scope) -> dict[str, Value]:
        """The names that `let … and …` gives."""
        found: dict[str, Value] = {}
        for b in bindings:
            value = self.evaluate(b.value, scope)
            if isinstance(b, tree.Unpack):
                found |= parameters(b.names, True, value, scope, b.span)
            else:
                found[b.name] = value
        return found

    def solve(self, bindings: tree.Bindings, scope: Scope) -> dict[str, Value]:
        """The names that `let rec … and …` gives: recursive functions, or the least solution of relations."""
        named = []
        for b in bindings:
            if isinstance(b, tree.Unpack):
                raise error("cat-unsupported", "a tuple can't be defined recursively", scope, b.span)
            named.append(b)
        if not all(isinstance(b.value, tree.Function) for b in named):
            return self._least_solution(named, scope)
        inner = scope.extended({})
        for b in named:
            inner.names[b.name] = self.evaluate(b.value, inner)
        return {b.name: inner.names[b.name] for b in named}

    def _nested(self, found: Nesting, scope: Scope) -> dict[str, Value]:
        """The names of a definition that matches nested sections."""
        locks, unlocks = (self._typed_set(e, scope).term for e in (found.locks, found.unlocks))
        order = self.relation(found.order, scope)
        if found.is_local:
            order = self.build.relation("inter", (order, self.build.base_relation("loc")))
        names = (self._fresh(found.matched), self._fresh(f"inside-{found.matched}"))
        term = matching(locks, unlocks, order, names, self.build)
        values: dict[str, Value] = {found.matched: Typed("relation", term)}
        for b in found.others:
            values[b.name] = self.evaluate(b.value, scope.extended(values))
        return values

    def _least_solution(self, bindings: Sequence[tree.Binding], scope: Scope) -> dict[str, Value]:
        nesting = find_nesting(bindings)
        if nesting is not None:
            return self._nested(nesting, scope)
        fresh = {b.name: self._fresh(b.name) for b in bindings}
        inner = scope.extended(
            {name: Typed("relation", self.build.variable(unique)) for name, unique in fresh.items()}
        )
        equations = []
        for b in bindings:
            if isinstance(b.value, tree.Function):
                message = "a function and a relation can't be defined by each other"
                raise error("cat-unsupported", message, scope, b.span)
            right = self.relation(b.value, inner)
            if not is_monotone(right, frozenset(fresh.values())):
                message = f"'{b.name}' stands under a complement or right of '\\' in its own definition"
                raise error("cat-recursion", message, scope, b.span)
            equations.append((fresh[b.name], right))
        system = tuple(equations)
        solved = {name: self.build.fixpoint(unique, system) for name, unique in fresh.items()}
        return {name: Typed("relation", term) for name, term in solved.items()}

    def _fresh(self, name: str) -> str:
        unique, n = name, 1
        while unique in self.variables:
            n += 1
            unique = f"{name}'{n}"
        self.variables.add(unique)
        return unique

    # -------------------------------------------------------------- operators

    def _operate(self, e: tree.Operation, scope: Scope) -> Value:
        operator = e.operator
        match operator:
            case "union" | "inter" | "minus" | "complement":
                return self._boolean(e, [self.evaluate(o, scope) for o in e.operands], scope)
            case "product" | "identity":
                operands = [self._typed_set(o, scope) for o in e.operands]
                term = self.build.relation(operator, tuple(o.term for o in operands))
            case "sequence" | "inverse" | "plus" | "star" | "optional":
                operands = [self._typed_relation(o, scope) for o in e.operands]
                term = self.build.relation(operator, tuple(o.term for o in operands))
            case _:
                assert_never(operator)
        return self._result(e, "relation", term, operands, scope)

    def _boolean(self, e: tree.Operation, values: Sequence[Value], scope: Scope) -> Value:
        """An operator that sets and relations share: all operands are of one kind."""
        if e.operator == "union" and any(isinstance(v, Collection) for v in values):
            known = [families.items(v, self.build) for v in values]
            if all(k is not None for k in known):
                return Collection(tuple(v for k in known if k is not None for v in k))
        typed = [self._as_typed(v, o, scope) for v, o in zip(values, e.operands, strict=True)]
        kinds = {v.kind for v in typed}
        if kinds == {"set", "relation"}:
            first = typed[0].kind
            odd = next(i for i, v in enumerate(typed) if v.kind not in (first, "zero"))
            message = f"this is a {typed[odd].kind}, but what stands before is a {first}"
            raise error("cat-type", message, scope, e.operands[odd].span)
        operator = e.operator
        assert operator in ("union", "inter", "minus", "complement")
        if "set" in kinds:
            sets = tuple(self.build.nothing if v.kind == "zero" else v.term for v in typed)
            return self._result(e, "set", self.build.set_operation(operator, sets), typed, scope)
        relations = tuple(v.term for v in typed)
        return self._result(e, "relation", self.build.relation(operator, relations), typed, scope)

    def _result(
        self, e: tree.Operation, kind: str, term: Term, operands: Sequence[Typed], scope: Scope
    ) -> Typed:
        try:
            member = families.member_of(e.operator, operands)
        except ValueError as problem:
            raise error("cat-unsupported", f"{problem} is not supported", scope, e.span) from None
        return Typed("set" if kind == "set" else "relation", term, member)

    def _as_typed(self, value: Value, e: tree.Expression, scope: Scope) -> Typed:
        if not isinstance(value, Typed):
            message = f"this is {describe(value)}, expected a set or a relation"
            raise error("cat-type", message, scope, e.span)
        return value

    def typed(self, e: tree.Expression, scope: Scope) -> Typed:
        """The value of an expression that must be a set or a relation."""
        return self._as_typed(self.evaluate(e, scope), e, scope)

    def _typed_relation(self, e: tree.Expression, scope: Scope) -> Typed:
        value = self.typed(e, scope)
        if value.kind == "set" and value.term is self.build.nothing:
            return Typed("zero", self.build.zero)
        if value.kind == "set":
            message = "this is a set, expected a relation ([S] is the identity on set S)"
            raise error("cat-type", message, scope, e.span)
        return value

    def relation(self, e: tree.Expression, scope: Scope) -> Term:
        """The term of an expression that must be a relation."""
        return self._typed_relation(e, scope).term

    def _typed_set(self, e: tree.Expression, scope: Scope) -> Typed:
        value = self.typed(e, scope)
        if value.kind == "relation":
            raise error("cat-type", "this is a relation, expected a set", scope, e.span)
        return Typed("set", self.build.nothing) if value.kind == "zero" else value

    # -------------------------------------------------------------- functions

    def apply(
        self, function: Value, value: Value, scope: Scope, span: Span, argument: Span | None = None
    ) -> Value:
        """The value of a function for an argument that stands at `argument`."""
        where = argument or span
        match function:
            case Primitive():
                return self._apply_primitive(function, value, scope, where)
            case Closure(names, is_tuple, body, home):
                given = parameters(names, is_tuple, value, scope, where)
                return self.evaluate(body, replace(home.extended(given), depth=deeper(scope, span)))
            case _:
                message = f"this is {describe(function)}, and can't be applied to anything"
                raise error("cat-type", message, scope, span)

    def _apply_primitive(self, function: Primitive, value: Value, scope: Scope, span: Span) -> Value:
        result = apply_primitive(
            function, value, scope, self.build, lambda f, v: self.apply(f, v, scope, span)
        )
        if result is None:
            if function.name in ("domain", "range"):
                raise error("cat-type", f"this is {describe(value)}, expected a relation", scope, span)
            message = f"this is {describe(value)}, for which that function is not supported"
            raise error("cat-unsupported", message, scope, span)
        return result

    # ----------------------------------------------------------- sets of sets

    def _elements(self, e: tree.Braces | tree.Insert | tree.MatchTag | tree.MatchSet, scope: Scope) -> Value:
        match e:
            case tree.Braces(elements):
                result = families.braces([self.evaluate(i, scope) for i in elements])
            case tree.Insert(element, rest):
                value = self.evaluate(rest, scope)
                result = families.insert(self.evaluate(element, scope), value, self.build)
            case tree.MatchTag(_, cases, span):
                return self.evaluate(self.case_of(e, cases, scope, span), scope)
            case tree.MatchSet(subject, empty, head, tail, body):
                items = families.items(self.evaluate(subject, scope), self.build)
                if items is None:
                    raise error("cat-unsupported", SCATTERED, scope, subject.span)
                if not items:
                    return self.evaluate(empty, scope)
                names: dict[str, Value] = {head: items[0], tail: Collection(items[1:])}
                return self.evaluate(body, scope.extended(names))
            case _:
                assert_never(e)
        if result is None:
            raise error("cat-unsupported", "a set of such elements is not supported", scope, e.span)
        return result

    def case_of(
        self,
        e: tree.MatchTag | tree.MatchBody,
        cases: Sequence[tuple[str, Body]],
        scope: Scope,
        span: Span,
    ) -> Body:
        """The case of a `match` that the subject's tag selects."""
        tag = self.evaluate(e.subject, scope)
        if not isinstance(tag, TagValue):
            message = f"this is {describe(tag)}, expected a tag"
            raise error("cat-type", message, scope, e.subject.span)
        for name, body in cases:
            if name in (tag.name, "_"):
                return body
        raise error("cat-type", f"no case for '{tag.name}", scope, span)

    # ------------------------------------------------------------- conditions

    def condition(self, c: tree.Condition, scope: Scope) -> bool:
        """Whether a condition holds, which does not depend on the execution."""
        match c:
            case tree.Variant(name):
                if name.lower() not in VARIANTS | VARIANTS_OFF:
                    raise error("cat-variant", f"no variant '{name}' is known", scope, c.span)
                return name.lower() in VARIANTS
            case tree.Connective("not", (operand,)):
                return not self.condition(operand, scope)
            case tree.Connective("and", operands):
                return all(self.condition(o, scope) for o in operands)
            case tree.Connective(_, operands):
                return any(self.condition(o, scope) for o in operands)
            case tree.Compare(operator, left, right, span):
                a, b = self.evaluate(left, scope), self.evaluate(right, scope)
                known = self._compare(operator, a, b)
                if known is None:
                    message = "whether this holds is known in an execution only"
                    raise error("cat-unsupported", message, scope, span)
                return known
            case _:
                assert_never(c)

    def _compare(self, operator: str, a: Value, b: Value) -> bool | None:
        match operator, a, b:
            case "=", TagValue(), TagValue():
                return a == b
            case "in", TagValue(), Collection(items):
                return a in items
            case "=" | "subset", Typed(_, x), Typed(_, y) if x is y or families.is_empty(a, self.build):
                return True if operator == "subset" or families.is_empty(b, self.build) or x is y else None
            case _:
                return None


def deeper(scope: Scope, span: Span) -> int:
    """The depth of a call that is made in a scope."""
    if scope.depth >= DEPTH:
        raise error("cat-recursion", f"calls are nested more than {DEPTH} deep", scope, span)
    return scope.depth + 1


def parameters(
    names: tuple[str, ...], is_tuple: bool, value: Value, scope: Scope, span: Span
) -> dict[str, Value]:
    """Parameters with their arguments; a single one takes the argument as it is."""
    if len(names) == 1:
        return {names[0]: value}
    items = value.items if is_tuple and isinstance(value, Several) else (value,)
    if len(items) != len(names):
        message = f"found {len(items)} argument(s), expected {len(names)}"
        raise error("cat-type", message, scope, span)
    return dict(zip(names, items, strict=True))
