"""RCU under the models of processors: the axiom of models/rcu.cat against the law behind it, by brute force."""

from __future__ import annotations

import random
from graphlib import CycleError, TopologicalSorter
from itertools import islice, product
from pathlib import Path

import pytest

from tests.corpora import ROOT, rows
from tests.models.test_verdicts import LOCKED, RCU, UNLOCKED, kernel, observation, r, w
from tests.oracle import Checker, executions
from verifier.cat.evaluate import Evaluator, holds
from verifier.cat.load import load
from verifier.cat.terms import Model
from verifier.decide import model
from verifier.events.build import build
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution
from verifier.options import Options
from verifier.pipeline import litmus, lower_litmus, parse_litmus
from verifier.source import Source

# The axiom of each model whose relation is what happens before what.
ORDERS = {"armv8": "external", "sc": "sc", "tso": "tso", "riscv": "model"}
ARCHITECTURES = {"armv8": "aarch64", "sc": "any", "tso": "x86", "riscv": "riscv"}


Section = tuple[int | None, int, int]


def sections(graph: EventGraph, executed: frozenset[int]) -> list[Section]:
    """The critical sections, as (domain, lock, unlock): the outermost of RCU, each of SRCU, which are those of the
    index in these tests."""
    found: list[Section] = []
    for thread in range(len(graph.threads)):
        open_locks: list[int] = []
        for i in sorted(executed):
            event = graph.events[i]
            if event.thread == thread and "Rcu-lock" in event.tags:
                open_locks.append(i)
            elif event.thread == thread and "Rcu-unlock" in event.tags and open_locks:
                found.append((None, open_locks.pop(), i))
    found += [
        (graph.events[d.end].location, d.start, d.end)
        for d in graph.dependencies
        if d.kind == "data"
        and {d.start, d.end} <= executed
        and "Srcu-lock" in graph.events[d.start].tags
        and "Srcu-unlock" in graph.events[d.end].tags
    ]
    return found


def keeps_the_law(
    graph: EventGraph, execution: Execution, evaluator: Evaluator, m: Model, axiom: str
) -> bool:
    """Whether of each grace period and critical section one can be put before the other, so that nothing happens
    before itself. A grace period has a start, after all that comes before it in its thread, and an end."""
    before = next(evaluator.value(a.term) for a in m.axioms if a.name == axiom)
    executed = frozenset(i for i in range(len(graph.events)) if execution.executed >> i & 1)
    periods = [i for i in executed if graph.events[i].tags & {"Sync-rcu", "Sync-srcu"}]
    steps = [i for i in executed if graph.events[i].kind != "F" or i in periods]
    starts, ends = (
        {i: i for i in executed},
        {i: i + (len(graph.events) if i in periods else 0) for i in executed},
    )

    def earlier(i: int) -> list[int]:
        return [ends[a] for a in steps if graph.order[a] >> i & 1]

    def later(i: int) -> list[int]:
        return [starts[a] for a in steps if graph.order[i] >> a & 1]

    always = set(evaluator.bases.universe.pairs(before))
    for i in periods:
        always |= {(starts[i], ends[i]), *product(earlier(i), [starts[i]]), *product([ends[i]], later(i))}
    choices = []
    for period, (domain, lock, unlock) in product(periods, sections(graph, executed)):
        if graph.events[period].location != domain:
            continue
        inside = later(lock) + [starts[lock]] * (domain is not None)  # whose lock is an access
        choices.append(
            (set(product(earlier(unlock), [ends[period]])), set(product([starts[period]], inside)))
        )
    return any(is_acyclic(always.union(*chosen)) for chosen in product(*choices))


def is_acyclic(edges: set[tuple[int, int]]) -> bool:
    after: dict[int, set[int]] = {}
    for a, b in edges:
        after.setdefault(a, set()).add(b)
    try:
        tuple(TopologicalSorter(after).static_order())
    except CycleError:
        return False
    return True


def random_test(rng: random.Random) -> str:
    """Threads that read and write in sections, and around grace periods."""
    has_srcu = rng.random() < 0.5

    def wait() -> str:
        kinds = ("synchronize_rcu();", "synchronize_srcu(s);", "synchronize_srcu(s);", "synchronize_srcu(t);")
        return rng.choice(kinds) if has_srcu else kinds[0]

    def section(number: int) -> tuple[str, str]:
        if not has_srcu or rng.random() < 0.2:
            return LOCKED, UNLOCKED
        domain = rng.choice("sst")
        return f"int i{number} = srcu_read_lock({domain});", f"srcu_read_unlock({domain}, i{number});"

    threads = []
    count = rng.choice((2, 2, 3))
    for number in range(count):
        ring = ["xyz"[number], "xyz"[(number + 1) % count]]
        places = ring[:: rng.choice((1, 1, -1))] + rng.choices("xyz", k=rng.choice((0, 0, 1)))
        parts, registers = [], 0
        for place in places:
            if rng.random() < 0.5:
                parts.append(w(place))
            else:
                parts.append(r(f"r{registers}", place))
                registers += 1
        kind = (0.0, 0.5, rng.random())[number]
        if kind < 0.4:
            parts.insert(rng.randrange(1, len(parts)), wait())
        elif kind < 0.9:
            start = rng.randrange(len(parts))
            end = rng.randrange(start + 1, len(parts) + 1)
            lock, unlock = section(1)
            parts.insert(end, unlock)
            parts.insert(start, lock)
            if rng.random() < 0.2:
                parts += section(2)
            elif has_srcu and rng.random() < 0.5:  # one that may begin or end in the other
                start = rng.randrange(len(parts))
                lock, unlock = section(2)
                parts.insert(rng.randrange(start + 1, len(parts) + 1), unlock)
                parts.insert(start, lock)
        if rng.random() < 0.15:
            parts.insert(rng.randrange(len(parts) + 1), wait() if kind < 0.4 else "smp_mb();")
        threads.append(" ".join(parts))
    text = kernel(" | ".join(threads), "exists (x=1)")
    return text.replace("struct srcu_struct *s", "struct srcu_struct *s, struct srcu_struct *t")


def graph_of(text: str, name: str) -> EventGraph:
    program = lower_litmus(parse_litmus(Source.whole("t.litmus", text)))
    return build(program, ARCHITECTURES[name], 1)


def compare_with_the_law(name: str, seed: int, count: int) -> tuple[int, int]:
    """How many executions the law forbids of those that the rest of the model allows, and how many it allows."""
    rng = random.Random(seed)
    m, forbidden, allowed = load(name), 0, 0
    for _ in range(count):
        text = random_test(rng)
        graph = graph_of(text, name)
        if not any(e.tags & {"Sync-rcu", "Sync-srcu"} for e in graph.events):
            continue
        checker = Checker(graph, m)
        for execution in islice(executions(graph), 400):
            evaluator = checker.evaluator(execution)
            if not all(a.is_flag or holds(a, evaluator) for a in m.axioms if a.name != "rcu"):
                continue
            lawful = keeps_the_law(graph, execution, evaluator, m, ORDERS[name])
            assert lawful == all(holds(a, evaluator) for a in m.axioms if a.name == "rcu"), text
            forbidden, allowed = forbidden + (not lawful), allowed + lawful
    return forbidden, allowed


@pytest.mark.parametrize("name", ORDERS)
def test_the_axiom_is_the_law(name: str) -> None:
    forbidden, allowed = compare_with_the_law(name, 1, 60)
    assert forbidden > (10 if name in ("armv8", "riscv") else 1)
    assert allowed > 100


@pytest.mark.full
@pytest.mark.parametrize("name", ORDERS)
def test_the_axiom_is_the_law_at_length(name: str) -> None:
    compare_with_the_law(name, 2, 1500)


@pytest.mark.parametrize("name", ORDERS)
@pytest.mark.parametrize(("writer", "reader", "condition", "expected"), RCU)
def test_what_the_kernels_model_forbids(
    name: str, writer: str, reader: str, condition: str, expected: str
) -> None:
    first = writer.format(w_x=w("x"), w_y=w("y"), r_y=r("r0", "y"))
    found = observation(kernel(f"{first} | {reader}", condition), name)
    if name in ("armv8", "riscv"):
        assert found == expected
    else:
        assert expected == "Sometimes" or found == "Never"


@pytest.mark.parametrize("name", ["lkmm", *ORDERS])
def test_a_section_and_a_grace_period_meet_through_other_threads(name: str) -> None:
    """Both ways from one to the other lead over a thread that has neither, and only passes on what it has read."""

    def passes(here: str, there: str) -> str:
        return f"{r('r0', here)} WRITE_ONCE(*{there}, r0);"

    def ring(wait: str) -> str:
        first, second = f"{r('r0', 'y')} {wait} {w('x')}", f"{LOCKED} {r('r0', 'z')} {w('a')} {UNLOCKED}"
        threads = (first, passes("x", "z"), second, passes("a", "y"))
        condition = " /\\ ".join(f"{i}:r0=1" for i in range(4))
        return kernel(" | ".join(threads), f"exists ({condition})").replace("int *z,", "int *z, int *a,")

    assert observation(ring("synchronize_rcu();"), name) == "Never"
    expected = "Never" if name in ("sc", "tso") else "Sometimes"
    assert observation(ring("smp_mb();"), name) == expected


def test_a_model_that_does_not_know_grace_periods_gives_no_answer(tmp_path: Path) -> None:
    text = kernel(f"{w('x')} synchronize_rcu(); {w('y')}", "exists (x=1)").encode()
    own, other = tmp_path / "own.cat", tmp_path / "other.cat"
    own.write_text("AArch64 own\nacyclic po-loc | rf | fr | co as internal\n")
    for name in (str(own), "power"):
        verdict = litmus("t.litmus", text, Options(models=(name,)))
        assert verdict.outcome is None
        assert verdict.reason.startswith("not modelled: synchronize_rcu() under ")
    other.write_text("AArch64 own\nacyclic po-loc | rf | fr | co as internal\nempty Sync-rcu & W as rcu\n")
    srcu = text.replace(b"synchronize_rcu()", b"synchronize_srcu(s)")
    assert litmus("t.litmus", srcu, Options(models=(str(other),))).reason.startswith(
        "not modelled: synchronize_srcu(s) under "
    )
    assert litmus("t.litmus", text, Options(models=(str(other),))).outcome is not None


@pytest.mark.parametrize("name", ORDERS)
def test_without_grace_periods_the_axiom_is_gone(name: str) -> None:
    from verifier.cat.specialise import specialise
    from verifier.cat.terms import EmptyRelation

    special = specialise(model(name), frozenset(("Rcu-lock", "Rcu-unlock")))
    assert [a.term for a in special.axioms if a.name == "rcu"] == [EmptyRelation()]


@pytest.mark.full
@pytest.mark.skipif(not ROOT.is_dir(), reason="the corpora are not here")
@pytest.mark.parametrize("name", ["armv8", "tso", "riscv", "sc"])
def test_what_the_kernels_model_forbids_in_the_corpora(name: str) -> None:
    asked = 0
    for row in rows("lkmm/expected.csv"):
        data = (ROOT / "lkmm" / row["file"]).read_bytes()
        if b"synchronize_" not in data:
            continue
        kernels, own = (litmus(row["file"], data, Options(models=(m,))).outcome for m in ("lkmm", name))
        assert kernels is not None
        assert own is not None
        asked += 1
        assert kernels.observation != "Never" or own.observation == "Never", row["file"]
    assert asked > 25
