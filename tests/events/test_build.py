"""Event graphs of small snippets: guards, program order, unrolling, dependencies, tags."""

from __future__ import annotations

from itertools import product

import pytest

from tests.outcomes import reachable
from tests.programs import event_graph
from verifier.events import draft
from verifier.events.expression import FALSE, TRUE, unknowns_of
from verifier.events.graph import INITIAL, EventGraph
from verifier.events.rows import Rows
from verifier.options import Options
from verifier.pipeline import check
from verifier.program.primitives import table


def body(text: str, architecture: str = "aarch64", bound: int = 2) -> EventGraph:
    return event_graph(
        f"int x, y, z;\nvoid t(void)\n{{\n\tint r = 0, s = 0;\n\t{text}\n}}\n", architecture, bound
    )


def accesses(graph: EventGraph) -> str:
    return " ".join(
        e.kind + (graph.locations[e.location] if e.location is not None else "")
        for e in graph.events
        if e.thread != INITIAL
    )


def dependencies(graph: EventGraph) -> set[str]:
    def name(i: int) -> str:
        e = graph.events[i]
        return e.kind + graph.locations[e.location or 0]

    return {f"{d.kind} {name(d.start)} {name(d.end)}" for d in graph.dependencies}


def test_exclusive_paths_are_unordered() -> None:
    graph = body("if (READ_ONCE(x)) WRITE_ONCE(y, 1); else WRITE_ONCE(y, 2); WRITE_ONCE(z, 1);")
    read, one, other, last = range(len(graph.locations), len(graph.events))
    assert not graph.order[one] >> other & 1
    assert all(graph.order[i] >> last & 1 for i in (read, one, other))
    assert graph.order[read] >> one & graph.order[read] >> other & 1
    assert graph.events[last].executes == TRUE
    assert graph.events[one].executes not in (TRUE, graph.events[other].executes)


@pytest.mark.parametrize(("bound", "writes"), [(1, 1), (2, 2), (3, 3)])
def test_loops_run_up_to_the_bound(bound: int, writes: int) -> None:
    graph = body("while (READ_ONCE(x)) WRITE_ONCE(y, 1);", bound=bound)
    assert accesses(graph) == " ".join([*["Rx", "Wy"] * writes, "Rx"])
    assert [e.iteration for e in graph.events if e.kind == "W" and e.thread != INITIAL] == list(range(writes))
    assert graph.cuts[0] != FALSE


def test_loops_that_count_run_to_their_end() -> None:
    graph = body("for (r = 0; r < 5; r++) WRITE_ONCE(y, r); WRITE_ONCE(x, 1);")
    assert accesses(graph) == "Wy Wy Wy Wy Wy Wx"
    assert graph.cuts == (FALSE,)


@pytest.mark.parametrize("bound", [1, 2, 3])
@pytest.mark.parametrize(
    ("loop", "least"),
    [
        ("for (s = 0; s < n; s++) WRITE_ONCE(y, s);", 0),
        ("while (n--) { WRITE_ONCE(y, s); s++; }", 0),
        ("while (s < n && s < 100) { if (n == 50) continue; WRITE_ONCE(y, s++); }", 0),
        ("while (more()) { WRITE_ONCE(y, s); s++; }", 0),
        ("for_each_thing(n) { WRITE_ONCE(y, s); s++; }", 0),
        ("do { WRITE_ONCE(y, s); s++; } while (s < n);", 1),
        ("for (;;) { WRITE_ONCE(y, s); s++; if (s >= n) break; }", 1),
        ("again: WRITE_ONCE(y, s); s++; if (s < n) goto again;", 1),
    ],
)
def test_how_often_a_loop_has_run_when_it_ends(loop: str, least: int, bound: int) -> None:
    def text(times: int) -> str:
        return f"int y;\nvoid t(int n) {{ int s = 0; {loop} BUG_ON(s == {times}); }}\n"

    reached = [n for n in range(6) if status(text(n), bound) == "violated"]
    assert reached == list(range(least, bound + 1))


def status(text: str, bound: int) -> str:
    (unit,) = check("a.c", text.encode(), Options(models=("sc",), bound=bound))
    (found,) = unit.results[0].properties
    return found.status


def test_an_endless_loop_stops_at_the_bound() -> None:
    graph = body("for (;;) WRITE_ONCE(y, READ_ONCE(x));", bound=2)
    assert accesses(graph) == "Rx Wy Rx Wy"
    assert (graph.ends, graph.cuts) == ((TRUE,), (TRUE,))


@pytest.mark.parametrize(
    "loop",
    [
        "while (!READ_ONCE(x)) cpu_relax();",
        "do { r = READ_ONCE(x); } while (!r);",
        "for (;;) { if (READ_ONCE(x)) break; }",
        "again: if (!READ_ONCE(x)) goto again;",
        "smp_cond_load_relaxed(&x, VAL != 0);",
    ],
)
def test_waiting_loops_take_one_iteration(loop: str) -> None:
    graph = body(f"{loop} WRITE_ONCE(y, 1);", bound=3)
    assert accesses(graph) == "Rx Wy"
    assert len(graph.sleeps) == 1
    assert [graph.events[i].kind for i in graph.sleeps[0].reads] == ["R"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("r = READ_ONCE(x); WRITE_ONCE(y, r + 1);", {"data Rx Wy"}),
        ("r = READ_ONCE(x); s = r * 2; WRITE_ONCE(y, s);", {"data Rx Wy"}),
        ("r = READ_ONCE(x); if (r) WRITE_ONCE(y, 1);", {"ctrl Rx Wy"}),
        ("r = READ_ONCE(x); if (r) s = 1; WRITE_ONCE(y, 1);", set()),
        ("if (!READ_ONCE(x)) return; WRITE_ONCE(y, 1);", {"ctrl Rx Wy"}),
        ("while (!READ_ONCE(x)) cpu_relax(); WRITE_ONCE(y, 1);", {"ctrl Rx Wy"}),
        ("if (READ_ONCE(z)) r = READ_ONCE(x); WRITE_ONCE(y, r);", {"ctrl Rz Rx", "data Rx Wy"}),
        ("r = READ_ONCE(x); r = 0; WRITE_ONCE(y, r);", set()),
        ("r = READ_ONCE(x); WRITE_ONCE(y, xchg(&z, r));", {"data Rx Wz", "data Rz Wy"}),
    ],
)
def test_dependencies(text: str, expected: set[str]) -> None:
    assert dependencies(body(text)) == expected


def test_address_dependencies() -> None:
    text = "int a[2], x;\nvoid t(void)\n{\n\tint r = READ_ONCE(x);\n\tint s = READ_ONCE(a[r]);\n}\n"
    assert dependencies(event_graph(text, "aarch64")) == {"addr Rx Ra[0]", "addr Rx Ra[1]"}
    text = """struct s { int v; };
struct s *gp;
void t(void) { struct s *p = READ_ONCE(gp); int r = READ_ONCE(p->v); }
"""
    assert {d.kind for d in event_graph(text, "aarch64").dependencies} == {"addr"}


STATEMENTS = {
    ("load", "once"): "r = READ_ONCE(x);",
    ("load", "acquire"): "r = smp_load_acquire(&x);",
    ("store", "once"): "WRITE_ONCE(x, 1);",
    ("store", "release"): "smp_store_release(&x, 1);",
    ("rmw", "full"): "r = xchg(&x, 1);",
    ("rmw", "acquire"): "r = xchg_acquire(&x, 1);",
    ("rmw", "release"): "r = xchg_release(&x, 1);",
    ("rmw", "relaxed"): "r = xchg_relaxed(&x, 1);",
    ("rmw", "noreturn"): "atomic_inc(&x);",
    ("fence", "mb"): "smp_mb();",
    ("fence", "rmb"): "smp_rmb();",
    ("fence", "wmb"): "smp_wmb();",
    ("fence", "barrier"): "barrier();",
    ("fence", "before-atomic"): "smp_mb__before_atomic();",
    ("fence", "after-atomic"): "smp_mb__after_atomic();",
}


@pytest.mark.parametrize("architecture", ["aarch64", "linux"])
@pytest.mark.parametrize(("kind", "row"), STATEMENTS)
def test_tags(architecture: str, kind: str, row: str) -> None:
    graph = body(STATEMENTS[kind, row], architecture)
    found = [sorted(e.tags) for e in graph.events if e.thread != INITIAL]
    tags = table("mapping.toml")[architecture][kind][row]
    assert found == ([sorted(t) for t in tags] if kind == "rmw" else [sorted(tags)])
    assert [(a.read + 1, a.kind) for a in graph.atomics] == (
        [(len(graph.events) - 1, "amo")] if kind == "rmw" else []
    )


ARM = {
    "mb": "DMB.ISH",
    "rmb": "DMB.ISHLD",
    "wmb": "DMB.ISHST",
    "before-atomic": "DMB.ISH",
    "after-atomic": "DMB.ISH",
}


@pytest.mark.parametrize("row", ARM)
def test_what_arm64_makes_of_the_fences(row: str) -> None:
    graph = body(STATEMENTS["fence", row])
    assert graph.events[-1].tags == {ARM[row]}
    assert graph.events[-1].relaxed == set()


def test_an_acquire_that_is_off_is_a_plain_load() -> None:
    graph = body(STATEMENTS["load", "acquire"])
    assert (graph.events[-1].tags, graph.events[-1].relaxed) == ({"A"}, set())
    (source,) = graph.sources
    assert (source.kind, source.is_barrier, source.events) == ("acquire", True, (len(graph.events) - 1,))


def test_a_failed_cmpxchg_writes_nothing() -> None:
    text = "int x = 1;\nvoid t(void)\n{\n\tint r = cmpxchg(&x, 5, 6);\n}\n"
    assert reachable(text, "t:r x") == {(1, 1)}
    write = event_graph(text, "aarch64").events[-1]
    assert (write.kind, write.executes == TRUE) == ("W", False)


def test_copies_of_a_loop_share_the_place() -> None:
    graph = body("while (READ_ONCE(x)) { smp_mb(); WRITE_ONCE(y, 1); }")
    fences = [s for s in graph.sources if s.kind == "fence"]
    assert len(fences) == 2
    assert len({s.place for s in fences}) == 1


def test_unknown_values_have_the_domains_that_tests_ask_for() -> None:
    graph = body("r = foo(); if (r < 3) WRITE_ONCE(x, 1); if (r & 8) WRITE_ONCE(y, 1); WRITE_ONCE(z, bar());")
    unknowns = {u.index: u for e in graph.events for x in (e.executes, e.value) if x for u in unknowns_of(x)}
    assert {(r < 3, bool(r & 8)) for r in unknowns[0].domain} == set(product((False, True), repeat=2))
    assert len(unknowns[1].domain) == 2


def test_what_has_no_row_under_an_architecture_is_not_modelled_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draft, "rows", Rows)  # none that are made already
    monkeypatch.delitem(table("mapping.toml")["aarch64"]["fence"], "wmb")
    text = """int x, y;
void w(void) { WRITE_ONCE(x, 1); smp_wmb(); WRITE_ONCE(y, 1); }
void r(void) { int a = READ_ONCE(y), b; smp_rmb(); b = READ_ONCE(x); BUG_ON(a && !b); }
"""
    (unit,) = check("a.c", text.encode(), Options(models=("armv8", "lkmm")))
    armv8, lkmm = unit.results
    assert (armv8.verdict, armv8.reason) == ("undecided", "not modelled: smp_wmb on aarch64 (line 2)")
    assert lkmm.verdict == "proved"


def test_a_handler_comes_once_so_its_copies_at_different_points_are_unordered() -> None:
    graph = event_graph(
        "/* mbpair: interrupt handler on task */\nint x, y;\n"
        "void task(void) { x = READ_ONCE(y); x = READ_ONCE(y); }\n"
        "void handler(void) { WRITE_ONCE(y, 1); WRITE_ONCE(y, 2); }\n",
        "aarch64",
    )
    writes = [i for i, e in enumerate(graph.events) if e.handler == "handler"]
    assert len(writes) > 2
    ordered = {(a, b) for a in writes for b in writes if graph.order[a] >> b & 1}
    assert ordered == set(zip(writes[::2], writes[1::2], strict=True))
