"""The search against enumeration: what it finds, what it says there is none of, and the bounds that it goes by."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable, Iterator
from functools import cache
from itertools import product
from typing import Literal

import pytest

from tests import structured
from tests.graphs import graph as drawn
from tests.oracle import Checker, TooBigError, executions
from tests.programs import event_graph, random_program
from tests.test_cycles import KINDS
from verifier.cat.bits import members
from verifier.cat.bounds import Bounds
from verifier.cat.compiled import compiled, flags_raised, is_consistent
from verifier.cat.evaluate import Evaluator, holds
from verifier.cat.load import load
from verifier.cat.terms import Axiom, BaseRelation, BaseSet, Model, RelationTerm
from verifier.decide import MOST_CANDIDATES, architecture
from verifier.events.build import build
from verifier.events.expression import THIN_AIR, TRUE, Apply, Const, Expression, ReadValue
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution, bases, valuation
from verifier.limits import Deadline, GaveUp
from verifier.options import Options
from verifier.pipeline import litmus
from verifier.program.litmus.lower import lower_litmus
from verifier.properties.inquiry import Inquiry
from verifier.record import replace
from verifier.search import Search, completions, images, search
from verifier.search.branching import branches
from verifier.search.concrete import Concrete
from verifier.search.listing import Listing, TooMany
from verifier.search.roots import root
from verifier.search.space import Space
from verifier.source import Source
from verifier.syntax.litmus import parse_litmus

# Only what a later write overwrites twice may be read by others: nothing that bounds see through.
LATE = RelationTerm(
    "minus",
    (
        RelationTerm("inter", (BaseRelation("rf"), BaseRelation("ext"))),
        RelationTerm(
            "sequence",
            (BaseRelation("co"), BaseRelation("co"), RelationTerm("product", (BaseSet("W"), BaseSet("R")))),
        ),
    ),
)
MODELS = ("armv8", "lkmm", "sc", "tso", "riscv", "power")
LIMIT = 2000


@cache
def model(name: str) -> Model:
    return load(name)


def litmus_graph(kind: str, seed: int) -> tuple[EventGraph, Model]:
    draw, name = KINDS[kind]
    program = lower_litmus(parse_litmus(Source.whole("cycle.litmus", draw(seed))))
    return build(program, architecture(program, model(name)), 2), model(name)


def snippet_graph(name: str, seed: int) -> tuple[EventGraph, Model]:
    """A random program, with branches and loops for some seeds, and a condition that names each location."""
    rng = random.Random(seed)
    if seed % 2:
        text = structured.text(structured.make(rng))
    else:
        text = random_program(rng, rng.choice((2, 3)), 3)
    names = [x for x in structured.LOCATIONS if re.search(rf"[(&]{x}\b", text)]
    condition = " && ".join(f"{x} == 1" for x in names) or "1"
    return event_graph(f"{text}exists ({condition})\n", model(name).architecture, structured.BOUND), model(
        name
    )


def all_executions(graph: EventGraph) -> list[Execution]:
    """Raises TooBigError."""
    if len(graph.events) > 24:
        raise TooBigError
    found: list[Execution] = []
    for e in executions(graph, coherent=False, limit=LIMIT):
        found.append(e)
        if len(found) > LIMIT:
            raise TooBigError
    return found


def graphs(seeds: range) -> Iterator[tuple[EventGraph, Model, list[Execution]]]:
    """Programs of all kinds that are small enough, with their executions."""
    for seed in seeds:
        made = [litmus_graph(kind, seed) for kind in KINDS] + [snippet_graph(m, seed) for m in MODELS]
        for graph, m in made:
            try:
                yield graph, m, all_executions(graph)
            except TooBigError:
                continue


def outcome(graph: EventGraph, execution: Execution) -> tuple[tuple[Expression, int], ...]:
    """What a condition could ask for: the values of reads, and the final ones of observed locations."""
    value = valuation(graph, execution)
    parts = {e for p in graph.properties for e in comparisons(p.formula)} | {e for _, e in graph.observed}
    return tuple((e, value(e)) for e in sorted(parts, key=repr))


def comparisons(e: Expression) -> Iterator[Expression]:
    """The left sides of the comparisons in a formula."""
    match e:
        case Apply("&&" | "||" | "!", arguments):
            for a in arguments:
                yield from comparisons(a)
        case Apply(_, (left, _)):
            yield left


def wanted(seen: tuple[tuple[Expression, int], ...]) -> list[tuple[Expression, bool]]:
    return [(Apply("==", (e, Const(v))), True) for e, v in seen]


def structured_graphs(seeds: range) -> Iterator[tuple[EventGraph, Model, list[Execution]]]:
    """Programs with branches and loops."""
    for seed in seeds:
        for name in ("armv8", "sc"):
            graph, m = snippet_graph(name, 2 * seed + 1)
            try:
                yield graph, m, all_executions(graph)
            except TooBigError:
                continue


def check_search(programs: Iterable[tuple[EventGraph, Model, list[Execution]]]) -> tuple[int, int, int]:
    """The number of questions asked (for outcomes of executions, allowed or not, and for each flag), of those that an
    example answered, and of nodes that were looked at."""
    asked = easy = nodes = 0
    for graph, m, found in programs:
        checker = Checker(graph, m)
        allowed = [e for e in found if checker.is_consistent(e)]
        possible = {outcome(graph, e) for e in allowed}
        rng = random.Random(len(found))
        drawn = rng.sample(found, min(6, len(found)))
        finder = Search(graph, m, Deadline(None))
        seen_ones = sorted({outcome(graph, e) for e in drawn}, key=repr)
        examples = finder.examples([wanted(seen) for seen in seen_ones])
        for seen, example in zip(seen_ones, examples, strict=True):
            assert example is None or (checker.is_consistent(example) and outcome(graph, example) == seen)
            easy += example is not None
            try:
                execution = finder.find(*wanted(seen))
            except GaveUp:
                continue
            assert (execution is not None) == (seen in possible), (m.name, seen)
            assert execution is None or outcome(graph, execution) == seen
            asked += 1
        raised = {f for e in allowed for f in flags_by_terms(m, graph, e)}
        assert set(finder.flags()) == raised, m.name
        nodes += finder.nodes
    return asked, easy, nodes


def flags_by_terms(m: Model, graph: EventGraph, execution: Execution) -> set[str]:
    evaluator = Evaluator(bases(graph, execution))
    return {a.name for a in m.axioms if a.is_flag and holds(a, evaluator)}


# With 0, bounds and branches decide all by themselves. The last number is what the search makes do with: a change that
# needs more is slower, one that needs less is welcome.
@pytest.mark.parametrize(("few", "most"), [(completions.FEW, 526), (0, 600)])
def test_the_search_finds_what_there_is_and_nothing_else(
    few: int, most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(completions, "FEW", few)
    asked, easy, nodes = check_search(graphs(range(12)))
    assert asked > 200
    assert easy >= 92
    assert nodes <= most


@pytest.mark.parametrize(("few", "most"), [(completions.FEW, 108), (0, 150)])
def test_the_search_knows_branches_and_loops(few: int, most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completions, "FEW", few)
    asked, easy, nodes = check_search(structured_graphs(range(400, 450)))
    assert asked > 80
    assert easy >= 94
    assert nodes <= most


def test_the_search_knows_orders_of_writes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a model leaves co open, the order that is tried first need not be the one that is allowed."""
    monkeypatch.setattr(completions, "FEW", 0)
    asked = 0
    for seed in range(40):
        rng = random.Random(seed)
        x, y = rng.choice(("xx", "xy"))
        graph = drawn(f"W {x} 1; W {y} 2; R {x} | W x 3; R {y}")
        late = Model("late", "", (Axiom("empty", False, LATE, "late", False),), (), "linux", "")
        checker, found = Checker(graph, late), all_executions(graph)
        allowed = {e.reads_from for e in found if checker.is_consistent(e)}
        finder = Search(graph, late, Deadline(None))
        for e in random.Random(seed).sample(found, 4):
            asked_for = [
                (Apply("==", (ReadValue(r), Const(e.values[r] or 0))), True) for r, _ in e.reads_from
            ]
            assert (finder.find(*asked_for) is not None) == (e.reads_from in allowed)
            asked += 1
    assert asked == 160


@pytest.mark.full
@pytest.mark.parametrize("chunk", range(8))
def test_the_search_finds_what_there_is_at_length(chunk: int) -> None:
    asked, _, _ = check_search(graphs(range(100 + 40 * chunk, 140 + 40 * chunk)))
    assert asked > 700


def test_compiled_models_say_what_their_terms_say() -> None:
    compared = 0
    for graph, m, found in graphs(range(30, 38)):
        checker = Checker(graph, m)
        for e in found[:40]:
            consistent = checker.is_consistent(e)
            assert is_consistent(m, bases(graph, e)) == consistent
            if consistent:
                assert set(flags_raised(m, bases(graph, e))) == flags_by_terms(m, graph, e)
            compared += 1
    assert compared > 1000


def test_bounds_of_each_step_hold_of_each_execution() -> None:
    """Where all is known of an execution, its bounds are what it has; and those of all executions are around them."""
    compared = 0
    for graph, m, found in graphs(range(90, 98)):
        made, space = compiled(m), Space(graph)
        if space.conditional or space.pairs:
            continue
        wide = Bounds(made.plan, made.code, space.bases(space.sure, {}))
        made.code.bound_varying(wide, wide.must, wide.may, (0, space.reads_from()), space.coherence())
        narrow = Bounds(made.plan, made.code, space.bases(space.sure, {}))
        narrow.narrow((0, space.reads_from()), space.coherence(), space.total)
        checker = Checker(graph, m)
        for e in found[:30]:
            here = bases(graph, e)
            exact = Bounds(made.plan, made.code, space.bases(space.sure, {}))
            rf, co = here.relations["rf"], here.relations["co"]
            made.code.bound_varying(exact, exact.must, exact.may, (rf, rf), (co, co))
            for axiom, step in made.plan.axioms:
                assert exact.must[step] == exact.may[step] == Evaluator(here).value(axiom.term), axiom.name
            for around in (wide, narrow) if checker.is_consistent(e) else (wide,):
                for step in made.plan.varying:
                    assert around.must[step] & ~exact.must[step] == 0
                    assert exact.may[step] & ~around.may[step] == 0
            compared += 1
    assert compared > 200


def test_bounds_hold_of_each_execution() -> None:
    """must and may of what axioms and flags test, with nothing known of rf and co and after narrowing."""
    compared = 0
    for graph, m, found in graphs(range(50, 60)):
        checker, made, space = Checker(graph, m), compiled(m), Space(graph)
        u = space.universe
        bounds = Bounds(made.plan, made.code, space.bases(space.sure, {}))
        rf, co = bounds.narrow((0, space.reads_from()), space.coherence(), space.total)
        bounds.possible_flags()
        for e in (e for e in found[:60] if checker.is_consistent(e)):
            here = bases(graph, e)
            evaluator = Evaluator(here)
            assert here.relations["rf"] & ~rf[1] == 0
            assert here.relations["co"] & ~co[1] == 0
            happening = u.product(e.executed, e.executed)
            assert co[0] & happening & ~here.relations["co"] == 0
            for axiom, step in (*made.plan.axioms, *made.plan.flags):
                value = evaluator.value(axiom.term)
                within = e.executed if step in made.plan.sets else happening
                assert value & ~bounds.may[step] == 0, axiom.name
                assert bounds.must[step] & within & ~value == 0, axiom.name
            compared += 1
    assert compared > 300


def test_a_small_programs_executions_are_listed() -> None:
    compared = 0
    programs = (*graphs(range(70, 80)), *structured_graphs(range(500, 540)))
    for graph, _, found in programs:
        try:
            listed = Listing(graph).up_to(MOST_CANDIDATES)
        except TooMany:
            assert len(found) > 8
            continue
        assert len(set(listed)) == len(listed)
        grounded = {_key(e) for e in listed if THIN_AIR not in e.values}  # no enumerator thinks of others
        assert grounded == {_key(e) for e in found}
        compared += 1
    assert compared > 40


def _key(e: Execution) -> tuple[object, ...]:
    return e.executed, e.reads_from, e.coherence, e.values


def test_where_the_search_gives_up_the_solver_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    answers = []
    for nodes in ((search.MOST_NODES, search.LEAST_NODES), (0, 0)):
        monkeypatch.setattr(search, "MOST_NODES", nodes[0])
        monkeypatch.setattr(search, "LEAST_NODES", nodes[1])
        inquiries = [Inquiry(*litmus_graph("C", seed), Deadline(None)) for seed in range(300, 312)]
        answers.append(
            [
                (
                    [i.find((i.graph.properties[-1].formula, truth)) is not None for truth in (True, False)],
                    i.flags((TRUE, True), examples=()),
                )
                for i in inquiries
            ]
        )
        assert all((i._session is None) == (nodes[1] > 0) for i in inquiries)
    assert answers[0] == answers[1]


def test_what_the_writes_answer_takes_no_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where few executions have the values that are asked for, each is looked at instead of bounds and branches."""
    monkeypatch.setattr(search, "MOST_NODES", 0)
    monkeypatch.setattr(search, "LEAST_NODES", 0)
    graph = drawn("W x 1 | R x")
    (read,) = Space(graph).reads
    finder = Search(graph, model("sc"), Deadline(None))
    for value, is_possible in ((0, True), (1, True), (2, False)):
        asked = (Apply("==", (ReadValue(read), Const(value))), True)
        assert (finder.find(asked) is not None) == is_possible
    assert finder.nodes == 0
    with pytest.raises(GaveUp):  # no value is asked for
        finder.find((Apply(">", (ReadValue(read), Const(0))), True))


def test_a_read_that_happens_returns_what_its_sources_write() -> None:
    """0 is a value of reads that do not happen: of others only where it is written."""
    space = Space(drawn("W x 1; W x 2 | R x"))
    (read,) = space.reads
    for values in ({1}, {2}, {1, 2}):
        node = root(space)
        node.sources[read] = sum(space.writing(v) for v in values)
        node.settle()
        assert node.values[read] == values


def test_what_tells_whether_an_event_happens_is_decided_first() -> None:
    """By parting the values of the read that it depends on, though another one is as open and comes before."""
    graph = drawn("R y; R x; if r1==1 { W z 1 } | W x 1 | W y 1")
    space = Space(graph)
    ((event, _),) = space.conditional
    happens = set()
    for node in branches(root(space)):
        node.settle()
        assert not (node.possible & ~node.sure) >> event & 1
        happens.add(bool(node.sure >> event & 1))
    assert happens == {True, False}


def test_a_read_that_does_not_happen_need_not_have_a_value_that_is_written() -> None:
    graph = event_graph(
        "int x = 1, y;\n"
        "void p(void) { int b = 7; if (READ_ONCE(y)) b = READ_ONCE(x); WRITE_ONCE(x, 2); }\n"
        "void q(void) { WRITE_ONCE(y, 1); }\n",
        "aarch64",
    )
    listed = Listing(graph).up_to(MOST_CANDIDATES)
    assert {_key(e) for e in listed} == {_key(e) for e in all_executions(graph)}
    assert len({e.executed for e in listed}) == 2


def test_flags_of_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Those that are raised where something is empty or has no cycle, too."""
    monkeypatch.setattr(completions, "FEW", 0)
    rf, co = BaseRelation("rf"), BaseRelation("co")
    across = RelationTerm("inter", (rf, BaseRelation("ext")))
    seen = RelationTerm("sequence", (across, BaseRelation("po")))
    terms = (across, seen, RelationTerm("union", (seen, RelationTerm("inverse", (seen,)))), co)
    coherent = Axiom("acyclic", False, RelationTerm("union", (rf, co, BaseRelation("po"))), "coherent", False)
    tests: tuple[Literal["empty", "irreflexive", "acyclic"], ...] = ("empty", "irreflexive", "acyclic")
    flags = [
        Axiom(test, negated, term, f"{negated} {test} {i}", True)
        for test in tests
        for negated in (True, False)
        for i, term in enumerate(terms)
    ]
    m = Model("flags", "", (coherent, *flags), (), "any", "")
    raised: dict[str, set[bool]] = {}
    for text in ("W x 1; R y | W y 1; R x", "W x 1", "R x | W x 1", "W x 1; W x 2 | R x; R x"):
        graph = drawn(text)
        checker = Checker(graph, m)
        allowed = [e for e in all_executions(graph) if checker.is_consistent(e)]
        expected = {f for e in allowed for f in flags_by_terms(m, graph, e)}
        finder = Search(graph, m, Deadline(None))
        assert set(finder.flags()) == expected
        assert set(finder.flags(examples=allowed[:1])) == expected
        for f in flags:
            raised.setdefault(f.name, set()).add(f.name in expected)
    assert sum(len(found) == 2 for found in raised.values()) == 8


def test_axioms_of_each_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those that ask for something: that a relation is not empty, or has a cycle."""
    monkeypatch.setattr(completions, "FEW", 0)
    rf, po = BaseRelation("rf"), BaseRelation("po")
    coherent = Axiom("acyclic", False, RelationTerm("union", (rf, BaseRelation("co"), po)), "coherent", False)
    across = RelationTerm("inter", (rf, BaseRelation("ext")))
    seen = RelationTerm("sequence", (across, po))
    back = RelationTerm("union", (across, RelationTerm("inverse", (across,))))
    tests: tuple[Literal["empty", "irreflexive", "acyclic"], ...] = ("empty", "irreflexive", "acyclic")
    outcomes = set()
    for text in ("W x 1; R y | W y 1; R x", "R x | W x 1", "W x 1; W x 2 | R x; R x"):
        graph = drawn(text)
        for test, negated, term in product(tests, (True, False), (across, seen, back)):
            m = Model("asks", "", (coherent, Axiom(test, negated, term, "asks", False)), (), "any", "")
            checker, finder = Checker(graph, m), Search(graph, m, Deadline(None))
            for reads in {
                tuple((r, e.values[r] or 0) for r, _ in e.reads_from) for e in all_executions(graph)
            }:
                expected = any(
                    checker.is_consistent(e)
                    for e in all_executions(graph)
                    if all(e.values[r] == v for r, v in reads)
                )
                asked_for = [(Apply("==", (ReadValue(r), Const(v))), True) for r, v in reads]
                assert (finder.find(*asked_for) is not None) == expected
                outcomes.add((test, negated, expected))
    assert len(outcomes) > 8


def test_what_breaks_a_filter_is_not_allowed() -> None:
    text = (
        "C filtered\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { int r0 = READ_ONCE(*x); }\n"
        "filter (1:r0=1)\nexists (x=1)\n"
    )
    graph = build(lower_litmus(parse_litmus(Source.whole("filtered.litmus", text))), "linux", 2)
    concrete = Concrete(Space(graph), compiled(model("lkmm")))
    free = Listing(replace(graph, constraints=())).up_to(MOST_CANDIDATES)
    assert sorted((e.values[e.reads_from[0][0]], concrete.is_allowed(e)) for e in free) == [
        (0, False),
        (1, True),
    ]


def test_orders_that_contradict_each_other_leave_no_execution() -> None:
    space = Space(drawn("W x 1; W y 1 | W x 2 | W x 3"))
    node = root(space)
    a, b, c = (w for w in members(space.writers[0]) if w in space.constants and node.sure >> w & 1 and w > 1)
    must, may = node.co
    cycle = space.universe.from_pairs([(a, b), (b, c), (c, a)])
    node.co = (must | cycle, may & ~space.universe.inverse(cycle))
    few = completions.Completions(space).few(node, 10**6)
    assert few is not None
    assert not list(few.executions)


def test_where_values_are_too_many_the_solver_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "C many\n{}\n"
        "P0(int *x, int *y) { int r0 = READ_ONCE(*x); int r1 = READ_ONCE(*y); WRITE_ONCE(*x, r0 + r1); }\n"
        "P1(int *x, int *y) { WRITE_ONCE(*x, 1); WRITE_ONCE(*y, 2); }\nexists (x=3)\n"
    )
    program = lower_litmus(parse_litmus(Source.whole("many.litmus", text)))
    graph = build(program, "linux", 2)
    answers = []
    for most in (images.MOST_COMBINATIONS, 1):
        monkeypatch.setattr(images, "MOST_COMBINATIONS", most)
        inquiry = Inquiry(graph, model("lkmm"), Deadline(None))
        inquiry.require_within()
        answers.append(inquiry.find((graph.properties[-1].formula, True)) is not None)
        assert (inquiry._session is None) == (most > 1)
    assert answers == [True, True]
    with pytest.raises(TooMany):
        Listing(graph).up_to(MOST_CANDIDATES)


def test_a_filter_on_final_memory_leaves_executions_out() -> None:
    text = (
        "C filtered\n{}\nP0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { WRITE_ONCE(*x, 2); }\n"
        "filter (x=2)\nexists (x=1)\n"
    )
    graph = build(lower_litmus(parse_litmus(Source.whole("filtered.litmus", text))), "linux", 2)
    listed = Listing(graph).up_to(MOST_CANDIDATES)
    assert {_key(e) for e in listed} == {_key(e) for e in all_executions(graph)}
    assert len(listed) == 1
    assert Search(graph, model("lkmm"), Deadline(None)).find((graph.properties[-1].formula, True)) is None


@pytest.mark.parametrize("options", [Options(), Options(states=True), Options(propagation=False)])
@pytest.mark.parametrize(("value", "expected"), [(1, "Always"), (2, "Never")])
def test_a_test_without_accesses_is_answered(options: Options, value: int, expected: str) -> None:
    for text in (
        f"C none\n{{}}\nP0() {{ int r0 = 1; }}\nexists (0:r0={value})\n",
        f"AArch64 none\n{{}}\n P0 ;\n MOV W0,#1 ;\nexists (0:X0={value})\n",
    ):
        outcome = litmus("none.litmus", text.encode(), options).outcome
        assert outcome is not None
        assert outcome.observation == expected
