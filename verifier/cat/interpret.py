"""Cat syntax trees -> relation terms. What is not supported is a ModelError with its place, never ignored."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import assert_never

from verifier.cat import families
from verifier.cat.build import bases
from verifier.cat.expressions import Expressions, deeper, parameters
from verifier.cat.problems import error
from verifier.cat.tags import EMPTY_RELATIONS, EMPTY_SETS, RELATIONS, SETS, TAGS
from verifier.cat.terms import Axiom, Term
from verifier.cat.values import (
    Collection,
    OnePerMember,
    Orders,
    Primitive,
    PrimitiveName,
    Routine,
    Scope,
    TagValue,
    Typed,
    Value,
    describe,
)
from verifier.record import field, record, replace
from verifier.source import Source, Span
from verifier.syntax import cat_tree as tree

FUNCTIONS: dict[str, PrimitiveName] = {
    "domain": "domain",
    "range": "range",
    "different-values": "different-values",
}
HERD_FUNCTIONS: dict[str, PrimitiveName] = {
    "map": "map",
    "cross": "cross",
    "generate_cos": "generate_cos",
    "generate_orders": "generate_orders",
    "same-oa": "none",
    "at-least-one-writable": "none",
    "oa-changes": "none",
}
LOCK_READS, LOCK_WRITES = ("LKR", "LF", "RL", "RU"), ("LKW", "UL")

DEEPEST = 16  # includes in includes


@record(slots=True)
class Interpreter:
    """Runs the statements of a model and its includes, collecting axioms and definitions.

    `include` reads and parses a file that a model names, given the place that names it.
    """

    expressions: Expressions
    include: Callable[[str, Source, Span], tree.CatFile]
    axioms: list[Axiom] = field(default_factory=list)
    definitions: dict[str, Term] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    # ------------------------------------------------------------ what is given

    def predefined(self, source: Source) -> Scope:
        """The scope that every model starts from."""
        build = self.expressions.build
        names: dict[str, Value] = {s: Typed("set", build.base_set(s)) for s in SETS}
        names |= {r: Typed("relation", build.base_relation(r)) for r in RELATIONS}
        names["emptyset"] = Typed("set", build.nothing)
        names |= {name: Primitive(primitive) for name, primitive in FUNCTIONS.items()}
        return Scope(names, source)

    def foreign(self, scope: Scope) -> Scope:
        """That scope with what herd7 gives besides, for a model from elsewhere."""
        build = self.expressions.build
        names: dict[str, Value] = {s: Typed("set", build.nothing) for s in EMPTY_SETS}
        names |= {r: Typed("zero", build.zero) for r in EMPTY_RELATIONS}
        names |= {name: Primitive(primitive) for name, primitive in HERD_FUNCTIONS.items()}
        amo = build.base_relation("amo")
        parts = (build.base_relation("id"), amo, build.relation("inverse", (amo,)))
        same = build.relation("union", (*parts, build.base_relation("same-instance")))
        return scope.extended({**names, "same-instance": Typed("relation", same)})

    def annotated(self, scope: Scope) -> Scope:
        """The scope of a kernel model and its .bell file: locks are no reads and writes until it says so."""
        build = self.expressions.build
        reads = build.set_operation("union", tuple(build.base_set(t) for t in LOCK_READS))
        writes = build.set_operation("union", tuple(build.base_set(t) for t in LOCK_WRITES))
        r = build.set_operation("minus", (build.base_set("R"), reads))
        w = build.set_operation("minus", (build.base_set("W"), writes))
        rf = (build.base_relation("rf"), build.relation("identity", (r,)))
        names: dict[str, Value] = {
            "R": Typed("set", r),
            "W": Typed("set", w),
            "M": Typed("set", build.set_operation("union", (r, w))),
            "rf": Typed("relation", build.relation("sequence", rf)),
        }
        return scope.extended(names)

    def require_candidate(self, scope: Scope) -> None:
        """Axioms: where a model makes rf and co of locks by itself, the candidate execution has those."""
        build = self.expressions.build
        for name, title in (("rf", "reads-from"), ("co", "coherence-order")):
            base, found = build.base_relation(name), scope.names[name]
            if isinstance(found, Typed) and found.term is not base:
                differences = (
                    build.relation("minus", (found.term, base)),
                    build.relation("minus", (base, found.term)),
                )
                self.axioms.append(Axiom("empty", False, build.relation("union", differences), title, False))

    def require_supported(self) -> None:
        """Raises ModelError where an axiom speaks about what only herd7 has."""
        foreign = self.expressions.foreign
        for name in bases(a.term for a in self.axioms) if foreign else ():
            if name in foreign:
                raise foreign[name]

    # -------------------------------------------------------------- statements

    def run(self, file: tree.CatFile, scope: Scope) -> Scope:
        """The scope after a file's statements."""
        self.opened.append(file.source.name)
        inner = self._run_all(file.statements, replace(scope, source=file.source))
        self.opened.pop()
        return inner

    def _run_all(self, statements: Iterable[tree.Statement], scope: Scope) -> Scope:
        for statement in statements:
            scope = self.execute(statement, scope)
        return scope

    def execute(self, statement: tree.Statement, scope: Scope) -> Scope:
        """The scope after one statement."""
        match statement:
            case tree.Let():
                return self._let(statement, scope)
            case tree.Test():
                self._test(statement, scope)
                return scope
            case tree.Show() | tree.Annotation():
                return scope
            case tree.Include(path, span):
                return self._include(path, span, scope)
            case tree.Procedure(name):
                return scope.extended({name: Routine(statement, scope)})
            case tree.Call():
                self._call(statement, scope)
                return scope
            case tree.Enumeration():
                return self._enumerate(statement, scope)
            case tree.If(condition, body, otherwise):
                chosen = body if self.expressions.condition(condition, scope) else otherwise
                return self._run_all(chosen, scope)
            case tree.MatchBody(_, cases, span):
                return self._run_all(self.expressions.case_of(statement, cases, scope, span), scope)
            case tree.ForAll():
                return self._for_all(statement, scope)
            case tree.WithFrom():
                return self._choose(statement, scope)
            case _:
                assert_never(statement)

    def _let(self, let: tree.Let, scope: Scope) -> Scope:
        solve = self.expressions.solve if let.is_recursive else self.expressions.bind
        values = solve(let.bindings, scope)
        if scope.depth == 0:
            for name, value in values.items():
                self.definitions.pop(name, None)
                if isinstance(value, Typed):
                    self.definitions[name] = value.term
        inner = scope.extended(values)
        if let.when is not None:
            self._test(let.when, inner)
        return inner

    def _include(self, path: str, span: Span, scope: Scope) -> Scope:
        if len(self.opened) > DEEPEST:
            raise error("cat-include", f"includes nest deeper than {DEEPEST}; expected fewer", scope, span)
        file = self.include(path, scope.source, span)
        if Path(file.source.name).resolve() in map(Path.resolve, map(Path, self.opened)):
            raise error("cat-include", f"'{path}' includes itself", scope, span)
        return replace(self.run(file, scope), source=scope.source)

    def _enumerate(self, statement: tree.Enumeration, scope: Scope) -> Scope:
        """The tags of an `enum`, and the set of the events that carry each, by its capitalised name."""
        known = {t.lower(): t for t in TAGS[self.expressions.architecture]}
        names: dict[str, Value] = {}
        for tag in statement.tags:
            own = known.get(tag.name.lower())
            if own is None:
                message = f"no event carries '{tag.name}: it is no tag of {self.expressions.architecture}"
                raise error("cat-unsupported", message, scope, tag.span)
            names[tag.name[0].upper() + tag.name[1:]] = Typed("set", self.expressions.build.base_set(own))
            self.expressions.tags.add(own)
        names[statement.name] = Collection(tuple(TagValue(t.name) for t in statement.tags))
        return scope.extended(names)

    def _test(self, test: tree.Test, scope: Scope) -> None:
        value = self.expressions.evaluate(test.operand, scope)
        if test.kind == "empty" and isinstance(value, Typed):
            term = value.term
        else:
            term = self.expressions.relation(test.operand, scope)
        if test.negated == test.is_flag and families.is_empty(Typed("zero", term), self.expressions.build):
            return  # an axiom that always holds, or a flag that is never raised
        name = test.name or f"{'~' if test.negated else ''}{test.kind} at line {test.span.line}"
        self.axioms.append(Axiom(test.kind, test.negated, term, name, test.is_flag, _statement(test, scope)))

    def _call(self, call: tree.Call, scope: Scope) -> None:
        routine = self.expressions.lookup(call.name, scope, call.span)
        if not isinstance(routine, Routine):
            raise error("cat-type", f"'{call.name}' is no procedure", scope, call.span)
        procedure = routine.procedure
        argument = self.expressions.evaluate(call.argument, scope)
        names = parameters(procedure.parameters, procedure.is_tuple, argument, scope, call.span)
        inner = replace(routine.scope.extended(names), depth=deeper(scope, call.span))
        first = len(self.axioms)
        self._run_all(procedure.body, inner.extended({call.name: routine}))
        if call.label:
            self.axioms[first:] = [replace(a, name=call.label) for a in self.axioms[first:]]

    def _for_all(self, statement: tree.ForAll, scope: Scope) -> Scope:
        over = self.expressions.evaluate(statement.over, scope)
        items = families.items(over, self.expressions.build)
        if items is None:
            message = "the elements of this set are known in an execution only"
            raise error("cat-unsupported", message, scope, statement.over.span)
        for item in items:
            self._run_all(statement.body, scope.extended({statement.name: item}))
        return scope

    # ----------------------------------------------------------------- choices

    def _choose(self, statement: tree.WithFrom, scope: Scope) -> Scope:
        """`with x from S`: the candidate execution has chosen already, and x is its choice.

        co is one order of all writes; rf gives each read one write. An axiom says that the choice is in S.
        """
        name, value = statement.name, self.expressions.evaluate(statement.choices, scope)
        build = self.expressions.build
        match value:
            case Collection((only,)):
                return self._chosen(name, only, scope)
            case Orders(base, writes):
                co, within = self._orders(base, writes)
                self.axioms.append(Axiom("acyclic", False, within, f"{name}-base", False))
                return self._chosen(name, Typed("relation", co), scope)
            case OnePerMember(members, pairs) if name.startswith("rf"):
                chosen = build.relation("inter", (build.base_relation("rf"), pairs))
                left = build.set_operation("minus", (members, build.set_operation("range", (chosen,))))
                self.axioms.append(Axiom("empty", False, left, f"{name}-total", False))
                return self._chosen(name, Typed("relation", chosen), scope)
            case _:
                message = f"a choice from {describe(value)} like this is not supported"
                raise error("cat-unsupported", message, scope, statement.choices.span)

    def _chosen(self, name: str, value: Value, scope: Scope) -> Scope:
        if scope.depth == 0 and isinstance(value, Typed):
            self.definitions[name] = value.term
        return scope.extended({name: value})

    def _orders(self, base: Term, writes: Term) -> tuple[Term, Term]:
        """co among these writes, and what must be acyclic for it to contain `base`."""
        build = self.expressions.build
        co, both = build.base_relation("co"), build.relation("product", (writes, writes))
        if writes is not build.base_set("W"):
            co = build.relation("inter", (co, both))
        known = build.relation("inter", (base, build.base_relation("loc"), both))
        return co, build.relation("union", (known, co))


def _statement(test: tree.Test, scope: Scope) -> str:
    """A test as the file has it, without its name."""
    span, lines = test.span, scope.source.lines[test.span.line - 1 : test.span.end_line]
    text = "\n".join((*lines[:-1], lines[-1][: span.end_column - 1]))[span.column - 1 :]
    without = re.sub(r"\(\*.*?\*\)", " ", text, flags=re.DOTALL)
    return re.sub(r"\s+as\s+\S+$", "", " ".join(without.split()))
