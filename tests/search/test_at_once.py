"""What a model says of many executions at once, against what it says of each by itself."""

from __future__ import annotations

import random
from collections.abc import Iterable
from typing import Literal

import pytest

from tests.programs import event_graph
from tests.search.test_listing import LOCKED
from tests.search.test_search import all_executions, graphs, model, structured_graphs
from verifier.cat.at_once import AtOnce
from verifier.cat.bits import Universe, members
from verifier.cat.compiled import flags_raised, is_consistent
from verifier.cat.plan import plan
from verifier.cat.slices import Slice, Slices, union
from verifier.cat.specialise import specialise
from verifier.cat.terms import (
    Axiom,
    BaseRelation,
    BaseSet,
    Fixpoint,
    Model,
    RelationTerm,
    SetTerm,
    Term,
    Variable,
)
from verifier.events.build import build
from verifier.events.expression import Apply, Const, Expression
from verifier.events.graph import EventGraph, expressions, present
from verifier.execution.candidate import Execution, bases, valuation
from verifier.execution.side_by_side import SideBySide
from verifier.limits import Deadline, Undecided
from verifier.program.litmus.lower import lower_litmus
from verifier.search import enumeration
from verifier.search.enumeration import Enumeration
from verifier.search.listing import AllowedListing
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus

RACY = """C racy
{}
P0(int *x, int *y) { *x = 1; smp_wmb(); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0; int r1; r0 = READ_ONCE(*y); if (r0) { r1 = *x; } }
exists (1:r0=1 /\\ 1:r1=0)
"""
UNMATCHED = """C unmatched
{}
P0(int *x, int *y) { rcu_read_lock(); WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 1); }
P1(int *x, int *y) { int r0; r0 = READ_ONCE(*y); synchronize_rcu(); rcu_read_unlock(); WRITE_ONCE(*x, 2); }
exists (1:r0=1)
"""
PICKED = """
int x, y, z;
void f(void) { int a = READ_ONCE(x), b = READ_ONCE(y), v = 0; if (a) v = b; WRITE_ONCE(z, v); }
void g(void) { WRITE_ONCE(y, 1); WRITE_ONCE(x, 1); }
"""  # a dependency in some executions only
Program = tuple[EventGraph, Model, list[Execution]]


def _relation(universe: Universe, value: Slices, number: int) -> int:
    return universe.from_pairs((i, j) for i, row in value.items() for j, m in row.items() if m >> number & 1)


def _set(value: Slice, number: int) -> int:
    return sum(1 << i for i, m in value.items() if m >> number & 1)


def _off(graph: EventGraph, draw: random.Random) -> frozenset[int]:
    places = sorted({s.place for s in graph.sources})
    return frozenset(draw.sample(places, draw.randint(0, len(places))))


def _programs() -> Iterable[Program]:
    yield from graphs(range(60, 64))
    yield from structured_graphs(range(910, 913))
    picked = event_graph(PICKED, "linux")
    yield picked, model("lkmm"), all_executions(picked)
    for text in (RACY, UNMATCHED):
        racy = build(lower_litmus(parse_litmus(Source.whole("racy.litmus", text))), "linux", 2)
        yield racy, model("lkmm"), all_executions(racy)


def test_base_sets_and_relations_are_those_of_each_execution() -> None:
    draw = random.Random(3)
    seen: set[str] = set()
    for graph, _, found in _programs():
        listed = draw.sample(found, min(12, len(found)))
        executions = SideBySide(graph, tuple(listed))
        for off in (frozenset[int](), _off(graph, draw)):
            switched = executions.switched(off)
            for number, e in enumerate(listed):
                one = bases(graph, e, off)
                for name, relation in one.relations.items():
                    assert _relation(one.universe, switched.relation(name), number) == relation, name
                    seen |= {name} if relation else set()
                for name, s in one.sets.items():
                    assert _set(switched.set(name), number) == s, name
    assert {"rf", "co", "po", "loc", "int", "ext", "data", "ctrl", "rmw", "different-values"} <= seen


def test_expressions_have_the_value_that_they_have_in_each_execution() -> None:
    draw = random.Random(4)
    asked = 0
    for graph, _, found in _programs():
        listed = draw.sample(found, min(30, len(found)))
        executions = SideBySide(graph, tuple(listed))
        made = sorted(set(expressions(graph)), key=repr)
        for e in [*made, *_combined(made, draw)]:
            truth = executions.truth(e)
            assert list(members(truth)) == [n for n, x in enumerate(listed) if valuation(graph, x)(e)], e
            asked += 0 < truth < executions.every
    assert asked > 100


def _combined(made: list[Expression], draw: random.Random) -> list[Expression]:
    """Some formulas of these expressions."""
    if len(made) < 2:
        return []
    a, b = draw.sample(made, 2)
    return [Apply("&&", (a, b)), Apply("||", (a, Apply("!", (b,)))), Apply("?:", (a, b, Const(0)))]


def test_long_conditions_are_not_too_deep() -> None:
    graph, _, found = next(iter(graphs(range(60, 61))))
    executions = SideBySide(graph, tuple(found[:3]))
    for operator, part, expected in (("&&", Const(1), executions.every), ("||", Const(0), 0)):
        chain: Expression = part
        for _ in range(5000):
            chain = Apply(operator, (chain, part))
        assert executions.truth(chain) == expected


def test_what_is_beyond_what_is_modelled_counts_only_where_it_is_reached() -> None:
    graph, _, found = next(iter(graphs(range(60, 61))))
    executions = SideBySide(graph, tuple(found[:3]))
    never = Apply("<<", (Const(1 << 4000), Const(1000)))
    assert executions.truth(Apply("&&", (Const(0), never))) == 0
    assert executions.truth(Apply("||", (Const(1), never))) == executions.every


@pytest.mark.parametrize("is_specialised", [False, True])
def test_models_say_the_same_of_all_at_once(is_specialised: bool) -> None:
    draw = random.Random(5)
    told, flagged = {True: 0, False: 0}, 0
    for graph, m, found in _programs():
        listed = tuple(draw.sample(found, min(40, len(found))))
        executions = SideBySide(graph, listed)
        for other in {m.name: m, "lkmm": model("lkmm"), "armv8": model("armv8")}.values():
            made = specialise(other, present(graph)) if is_specialised else other
            checker = AtOnce(plan(made), Deadline(None))
            for off in (frozenset[int](), _off(graph, draw), _off(graph, draw)):
                switched = executions.switched(off)
                meeting = checker.meeting(switched, executions.every)
                alone = [is_consistent(other, bases(graph, e, off)) for e in listed]
                assert list(members(meeting)) == [n for n, ok in enumerate(alone) if ok], (other.name, off)
                for ok in alone:
                    told[ok] += 1
                raised = [flags_raised(other, bases(graph, e, off)) for e in listed]
                flags = [a.name for a in other.axioms if a.is_flag]
                raising = [checker.raising(n, switched, meeting) for n in range(len(flags))]
                for name in flags:
                    here = union(
                        r for r, other_name in zip(raising, flags, strict=True) if other_name == name
                    )
                    assert list(members(here)) == [n for n, r in enumerate(raised) if name in r], name
                    flagged += here != 0
    assert flagged > 2
    assert min(told.values()) > 500


def test_terms_of_all_kinds() -> None:
    """What no model of ours has: sets that axioms are about, complements, domains, mutual recursion, negation."""
    rf, co, po, w, r = BaseRelation("rf"), BaseRelation("co"), BaseRelation("po"), BaseSet("W"), BaseSet("R")
    step = RelationTerm("sequence", (Variable("a"), po))
    terms: list[Term] = [
        SetTerm("domain", (rf,)),
        SetTerm("range", (RelationTerm("inter", (rf, BaseRelation("ext"))),)),
        SetTerm("minus", (w, SetTerm("domain", (rf,)))),
        SetTerm("complement", (SetTerm("union", (r, SetTerm("domain", (rf,)))),)),
        SetTerm("inter", (w, SetTerm("range", (co,)))),
        RelationTerm("complement", (RelationTerm("union", (po, co, rf)),)),
        RelationTerm("minus", (RelationTerm("product", (w, r)), rf)),
        RelationTerm("minus", (rf, RelationTerm("product", (BaseSet("IW"), BaseSet("_"))))),
        RelationTerm("optional", (RelationTerm("star", (co,)),)),
        RelationTerm("sequence", (RelationTerm("identity", (r,)), po, RelationTerm("inverse", (rf,)))),
        RelationTerm(
            "inter", (RelationTerm("product", (w, BaseSet("_"))), RelationTerm("product", (BaseSet("_"), r)))
        ),
        Fixpoint(
            "a",
            (
                ("a", RelationTerm("union", (rf, RelationTerm("sequence", (Variable("b"), co))))),
                ("b", RelationTerm("union", (step, RelationTerm("inverse", (co,))))),
            ),
        ),
    ]
    told = set()
    programs = [(graph, tuple(found[:25])) for graph, _, found in graphs(range(60, 61))]
    tests: tuple[Literal["empty", "irreflexive", "acyclic"], ...] = ("empty", "irreflexive", "acyclic")
    for test in tests:
        for negated in (False, True):
            for term in terms:
                if isinstance(term, SetTerm) and test != "empty":
                    continue
                axiom = Axiom(test, negated, term, "t", is_flag=False)
                m = Model("m", "", (axiom,), (), "any", "")
                for graph, listed in programs:
                    everything_on = SideBySide(graph, listed).switched(frozenset())
                    meeting = AtOnce(plan(m), Deadline(None)).meeting(everything_on, everything_on.every)
                    alone = [is_consistent(m, bases(graph, e)) for e in listed]
                    assert list(members(meeting)) == [n for n, ok in enumerate(alone) if ok], axiom
                    told |= {(test, ok) for ok in alone}
    assert len(told) == 6


class _OneByOne(Enumeration):
    def _are_many(self, executions: int) -> bool:
        return False


class _AtOnce(Enumeration):
    def _are_many(self, executions: int) -> bool:
        return executions != 0


def _enumerations(graph: EventGraph, m: Model) -> tuple[Enumeration, Enumeration]:
    """One that looks at executions one by one, and one that looks at all at once."""
    listed = AllowedListing(graph, m).up_to(10_000)
    return _OneByOne(graph, m, Deadline(None), listed), _AtOnce(graph, m, Deadline(None), listed)


def test_a_recursive_relation_changes_with_what_is_off() -> None:
    """What sources have a part in is worked out anew, inside a recursive definition too."""
    on_and_on = RelationTerm(
        "sequence", (Variable("a"), RelationTerm("union", (BaseRelation("data"), BaseRelation("rf"))))
    )
    term = Fixpoint("a", (("a", RelationTerm("union", (BaseRelation("data"), on_and_on))),))
    m = Model("m", "", (Axiom("empty", False, term, "t", is_flag=False),), (), "any", "")
    told = set()
    for graph, _, found in graphs(range(60, 64)):
        listed = SideBySide(graph, tuple(found[:10]))
        checker = AtOnce(plan(m), Deadline(None))
        every_place = frozenset(s.place for s in graph.sources)
        for off in (frozenset[int](), every_place):
            meeting = checker.meeting(listed.switched(off), listed.every)
            alone = [is_consistent(m, bases(graph, e, off)) for e in listed.executions]
            assert list(members(meeting)) == [n for n, ok in enumerate(alone) if ok]
            told |= {(bool(off), ok) for ok in alone}
    assert told >= {(False, False), (True, True)}


@pytest.mark.parametrize("one_by_one_at_first", [0, 2])
def test_the_list_answers_the_same_all_at_once(
    monkeypatch: pytest.MonkeyPatch, one_by_one_at_first: int
) -> None:
    monkeypatch.setattr(enumeration, "ONE_BY_ONE", one_by_one_at_first)
    draw = random.Random(6)
    told = set()
    for name, architecture in (("armv8", "aarch64"), ("lkmm", "linux")):
        graph, m = event_graph(LOCKED, architecture), model(name)
        one_by_one, at_once = _enumerations(graph, m)
        events = range(len(graph.events))
        for kind in ("rf", "co", "fr"):
            for _ in range(60):
                i, j = draw.sample(events, 2)
                off = _off(graph, draw)
                a, b = (s.find(s.relation(kind, i, j), off=off) for s in (one_by_one, at_once))
                assert a is b, (kind, i, j, off)
                told.add(a is None)
        for s, t in zip(*(_sets(s) for s in (one_by_one, at_once)), strict=True):
            assert s == t
    assert told == {True, False}


def _sets(s: Enumeration) -> list[int]:
    return [s._set(l) for l in (s.violated_with_all_on(), *map(s.raised, s.flags))]


def test_what_differs_from_a_look_at_one_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever is found is checked by itself too."""
    monkeypatch.setattr(enumeration, "ONE_BY_ONE", 0)
    graph, m = event_graph(LOCKED, "aarch64"), model("armv8")
    _, listed = _enumerations(graph, m)
    monkeypatch.setattr(AtOnce, "meeting", lambda self, bases, among: among)
    forbidden = next(n for n, e in enumerate(listed.executions) if not is_consistent(m, bases(graph, e)))
    with pytest.raises(RuntimeError, match="among others"):
        listed.find(listed._literal(1 << forbidden))


def test_time_runs_out_between_two_steps() -> None:
    graph, m = event_graph(LOCKED, "linux"), model("lkmm")
    executions = SideBySide(graph, AllowedListing(graph, m).up_to(10_000))
    with pytest.raises(Undecided):
        AtOnce(plan(m), Deadline(0)).meeting(executions.switched(frozenset()), executions.every)
