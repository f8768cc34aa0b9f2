"""What is listed by a model's unconditional axioms: nothing is lost that the model allows with some sources off."""

from __future__ import annotations

import random
from collections.abc import Iterator
from functools import partial

import pytest

from tests.oracle import Checker
from tests.programs import event_graph
from tests.search.test_search import all_executions, graphs, model, structured_graphs
from verifier.cat.compiled import is_consistent
from verifier.cat.terms import BaseRelation, BaseSet, Model, RelationTerm, Term
from verifier.cat.unconditional import FIXED, unconditional
from verifier.decide import MOST_ALLOWED
from verifier.encoding.session import Session
from verifier.events.expression import THIN_AIR, Apply, Const, ReadValue
from verifier.events.graph import EventGraph, escaping, unknowns, without_escapes
from verifier.execution.candidate import Execution, bases, holds, well_formed
from verifier.limits import Deadline, Undecided
from verifier.pairing.moves import fenced, moved, moves
from verifier.record import replace
from verifier.search import listing
from verifier.search.branching import branches
from verifier.search.enumeration import Enumeration
from verifier.search.listing import AllowedListing, Listing, Listings, TooMany, bare
from verifier.search.node import Node

LOCKED = """
struct d { spinlock_t l; int a, b; };
void f(struct d *d) { spin_lock(&d->l); d->a = 1; smp_wmb(); d->b = 1; spin_unlock(&d->l); }
void g(struct d *d) { int s = READ_ONCE(d->b); spin_lock(&d->l); d->a = s; smp_mb(); spin_unlock(&d->l); s = d->b; }
"""


def _key(e: Execution) -> tuple[object, ...]:
    return e.executed, e.reads_from, e.coherence, e.values


def _allowed(graph: EventGraph, m: Model) -> tuple[Execution, ...]:
    return AllowedListing(graph, m).up_to(MOST_ALLOWED)


def _some_off(graph: EventGraph, draw: random.Random) -> frozenset[int]:
    places = sorted({s.place for s in graph.sources})
    return frozenset(draw.sample(places, draw.randint(0, len(places))))


def test_nothing_that_the_model_allows_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(AllowedListing, "few", 1)  # so that the bounds have something to do
    draw = random.Random(1)
    compared = pruned = 0
    for graph, m, found in (*graphs(range(40, 48)), *structured_graphs(range(900, 908))):
        listed = {_key(e) for e in _allowed(graph, m) if THIN_AIR not in e.values}
        assert listed <= {_key(e) for e in found}
        pruned += len(listed) < len(found)
        checker = Checker(graph, m)
        for off in (frozenset[int](), *(_some_off(graph, draw) for _ in range(3))):
            lost = [e for e in found if _key(e) not in listed and checker.is_consistent(e, off)]
            assert not lost
        compared += 1
    assert compared > 20
    assert pruned > 10


def test_unconditional_axioms_are_of_fixed_sets_and_relations() -> None:
    for name in ("armv8", "lkmm", "sc", "tso", "riscv", "power"):
        assert unconditional(model(name)).axioms, name
    assert [a.test for a in unconditional(model("armv8")).axioms] == ["acyclic", "empty"]
    assert not FIXED & {"A", "L", "addr", "data", "ctrl", "F"}


def test_models_that_say_the_same_of_coherence_and_atomicity_share_one() -> None:
    shared = unconditional(model("armv8"))
    for name in ("lkmm", "tso", "riscv", "power"):
        assert unconditional(model(name)) is shared, name
    assert unconditional(model("sc")) is not shared  # its only order is one of its own


def test_what_stands_for_atomicity_follows_from_it() -> None:
    """Of an atomic's two halves and any writes at all, by Z3."""
    import z3

    event = z3.DeclareSort("event")
    relation = {n: z3.Function(n, event, event, z3.BoolSort()) for n in ("rf", "co", "rmw", "int", "ext")}
    is_write = z3.Function("W", event, z3.BoolSort())
    a, b, c, r, w = z3.Consts("a b c r w", event)

    def holds(t: Term, x: z3.ExprRef, y: z3.ExprRef) -> z3.BoolRef:
        match t:
            case BaseRelation(name):
                return relation[name](x, y)
            case RelationTerm("inverse", (inner,)):
                return holds(inner, y, x)
            case RelationTerm("inter", arguments):
                return z3.And(*(holds(i, x, y) for i in arguments))
            case RelationTerm("minus", (left, right)):
                return z3.And(holds(left, x, y), z3.Not(holds(right, x, y)))
            case RelationTerm("identity", (BaseSet("W"),)):
                return z3.And(x == y, is_write(x))
            case RelationTerm("sequence", (first, *rest)):
                if not rest:
                    return holds(first, x, y)
                between = z3.FreshConst(event)
                tail = RelationTerm("sequence", tuple(rest))
                return z3.Exists(between, z3.And(holds(first, x, between), holds(tail, between, y)))
        raise AssertionError(t)

    internal, external = relation["int"], relation["ext"]
    solver = z3.Solver()
    solver.add(z3.ForAll((a, b), external(a, b) == z3.Not(internal(a, b))))
    solver.add(z3.ForAll((a, b), z3.Implies(internal(a, b), internal(b, a))))
    solver.add(z3.ForAll((a, b, c), z3.Implies(z3.And(internal(a, b), internal(b, c)), internal(a, c))))
    solver.add(z3.ForAll((a, b), z3.Implies(relation["rmw"](a, b), internal(a, b))))
    solver.add(z3.ForAll((a, b), z3.Implies(relation["co"](a, b), z3.And(is_write(a), is_write(b)))))
    weak = unconditional(model("lkmm")).axioms[1].term
    strong = next(x.term for x in model("lkmm").axioms if x.name == "atomic")
    assert weak != strong
    solver.add(holds(weak, r, w))
    assert solver.check() == z3.sat  # the question is not empty
    solver.add(z3.ForAll((a, b), z3.Not(holds(strong, a, b))))
    assert solver.check() == z3.unsat


def test_a_listing_is_kept_for_the_same_program_under_another_model() -> None:
    listings = Listings()
    armv8, lkmm = event_graph(LOCKED, "aarch64"), event_graph(LOCKED, "linux")
    assert armv8 != lkmm
    kept = listings.allowed(armv8, model("armv8"))
    assert listings.allowed(lkmm, model("lkmm")) is kept
    assert listings.allowed(without_escapes(armv8), model("tso")) is kept
    assert listings.candidates(lkmm) is listings.candidates(armv8) is not kept
    assert {_key(e) for e in kept.up_to(MOST_ALLOWED)} == {_key(e) for e in _allowed(lkmm, model("lkmm"))}
    other = event_graph(LOCKED.replace("s = d->b", "d->b = 2"), "linux")
    assert listings.allowed(other, model("lkmm")) is not kept
    constrained = replace(lkmm, constraints=(*lkmm.constraints, Apply("==", (ReadValue(9), Const(1)))))
    assert listings.allowed(constrained, model("lkmm")) is not kept
    assert listings.allowed(lkmm, model("sc")) is not kept


def test_nothing_else_of_a_graph_has_a_part_in_its_executions() -> None:
    for graph, m, _ in (*graphs(range(40, 44)), *structured_graphs(range(900, 904))):
        assert bare(bare(graph)) == bare(graph)
        assert unknowns(bare(graph)) == unknowns(graph)
        assert AllowedListing(bare(graph), m).up_to(MOST_ALLOWED) == _allowed(graph, m)


def test_of_many_and_long_listings_the_last_ones_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    listings, m = Listings(), model("armv8")
    monkeypatch.setattr(listing, "MOST_LISTINGS", 3)
    programs = [graph for graph, _, _ in graphs(range(40, 46))][:5]
    made = [listings.allowed(graph, m) for graph in programs]
    assert listings.allowed(programs[4], m) is made[4]
    assert listings.allowed(programs[0], m) is not made[0]
    monkeypatch.setattr(listing, "MOST_KEPT", 0)
    made[4].up_to(MOST_ALLOWED)
    assert made[4].size > 0
    listings.allowed(programs[1], m)
    assert listings.allowed(programs[4], m) is not made[4]


def test_a_listing_that_was_stopped_in_a_step_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    listings, graph, m = Listings(), event_graph(LOCKED, "linux"), model("lkmm")
    whole = _allowed(graph, m)
    for stop_after in range(40):
        torn = listings.allowed(graph, m)
        with monkeypatch.context() as patch:
            steps = iter(range(stop_after))

            def stopped(node: Node, steps: Iterator[int] = steps) -> list[Node]:
                if next(steps, None) is None:
                    raise Undecided("time ran out")
                return branches(node)

            patch.setattr(listing, "branches", stopped)
            try:
                torn.up_to(MOST_ALLOWED)
            except Undecided:
                assert torn.is_torn
        kept = listings.allowed(graph, m)
        assert (kept is torn) == (not torn.is_torn)
        if not torn.is_torn:
            break
        assert kept.up_to(MOST_ALLOWED) == whole
        listings = Listings()
    assert stop_after > 1


def test_the_list_answers_as_the_solver_does() -> None:
    draw = random.Random(2)
    for name, architecture in (("armv8", "aarch64"), ("lkmm", "linux")):
        graph, m = event_graph(LOCKED, architecture), model(name)
        answers = (
            Enumeration(graph, m, Deadline(None), _allowed(graph, m)),
            Session(graph, m),
        )
        pairs = [(i, j) for i in range(len(graph.events)) for j in range(len(graph.events)) if i != j]
        told = set()
        for kind in ("rf", "co", "fr"):
            for i, j in draw.sample(pairs, 60):
                off = _some_off(graph, draw)
                a, b = (s.allows(s.relation(kind, i, j), off=off) for s in answers)
                assert a == b, (kind, i, j, off)
                told.add(a)
        assert told == {True, False}


def test_variants_have_the_executions_of_the_program_with_other_fences() -> None:
    graph, m = event_graph(LOCKED, "aarch64"), model("armv8")
    listed = Enumeration(graph, m, Deadline(None), _allowed(graph, m))
    starts = [e for e, event in enumerate(graph.events) if event.kind != "F" and event.thread >= 0]
    places = {s.place for s in graph.sources if s.kind == "fence"}
    edits = [fenced(graph, starts[:3], frozenset(("DMB.ISH",)))]
    edits += [moved(graph, move) for place in places for move in moves(graph, place)]
    assert len(edits) > 2
    for edited in edits:
        derived = listed.variant(edited)
        assert all(well_formed(edited, e) is None for e in derived.executions)
        afresh = _allowed(edited, m)
        assert {_key(e) for e in derived.executions} == {_key(e) for e in afresh}
        assert any(is_consistent(m, bases(edited, e)) for e in derived.executions)


def test_a_listing_that_gave_up_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    listings, graph, m = Listings(), event_graph(LOCKED, "linux"), model("lkmm")
    kept = listings.allowed(graph, m)
    with monkeypatch.context() as patch:
        patch.setattr(listing, "MOST_FRUITLESS", 0)
        patch.setattr(AllowedListing, "few", 0)
        assert _answer(kept, MOST_ALLOWED) is None
    assert listings.allowed(graph, m) is kept
    assert _answer(kept, MOST_ALLOWED) is None
    assert not kept.is_torn


def test_a_list_says_the_same_however_it_is_asked() -> None:
    draw, told = random.Random(3), set()
    for graph, m, _ in graphs(range(40, 46)):
        for make in (partial(Listing, graph), partial(AllowedListing, graph, m)):
            going_on = make()
            for most in draw.sample((0, 1, 2, 3, 5, 8, 13, 30, 100, MOST_ALLOWED), 10):
                answers = [_answer(one, most) for one in (going_on, make())]
                assert answers[0] == answers[1]
                told.add(answers[0] is None)
    assert told == {True, False}


def test_the_executions_in_which_an_access_goes_nowhere() -> None:
    text = "struct s { int v; } a, *g;\nint x;\nvoid t(void) { struct s *p = READ_ONCE(g); WRITE_ONCE(p->v, 1); }\n"
    text += "void w(void) { WRITE_ONCE(a.v, 2); WRITE_ONCE(g, &a); }\n"
    graph = event_graph(text, "aarch64")
    found = all_executions(graph)
    wild = {_key(e) for e in found if any(holds(graph, e, c) for _, c in graph.escapes)}
    assert {_key(e) for e in _allowed(escaping(graph), model("armv8"))} == wild
    assert {_key(e) for e in _allowed(without_escapes(graph), model("armv8"))} == {
        _key(e) for e in found
    } - wild
    assert 0 < len(wild) < len(found)


def _answer(one: Listing, most: int) -> tuple[Execution, ...] | None:
    try:
        return one.up_to(most)
    except TooMany:
        return None


def test_what_memory_starts_with_is_settled_before_what_is_read_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Else most branches turn out to have no execution only at their end, and the listing gives up."""
    monkeypatch.setattr(listing, "MOST_FRUITLESS", 100)
    graph = event_graph(
        "void end(struct dev *d) { WRITE_ONCE(d->done, 1); if (atomic_dec_and_test(&d->n)) wake_up(&d->wq); }\n"
        "void drain(struct dev *d) { wait_event(d->wq, !atomic_read(&d->n)); }\n",
        "linux",
    )
    assert any(len(u.domain) > 1 for u in unknowns(graph))
    assert _allowed(graph, model("lkmm"))
