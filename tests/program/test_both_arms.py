"""A store with which both arms of a branch start is no control dependency's end."""

from __future__ import annotations

import pytest

from tests.program.test_lower import lowered
from verifier import decide
from verifier.encoding.session import Session
from verifier.events.build import build
from verifier.events.graph import without_escapes
from verifier.options import Options
from verifier.pipeline import check
from verifier.program import lower as lowering
from verifier.program.program import Branch, Scope, Store

HEAD = (
    "int x, y, z; static void set(void) { WRITE_ONCE(y, 1); }\n"
    "void b(void) { int r = READ_ONCE(y); smp_mb(); x = 1; }\n"
)
READ = "int r = READ_ONCE(x); "

ONCE = [
    "if (r) WRITE_ONCE(y, 1); else WRITE_ONCE(y, 1);",
    "if (r) { WRITE_ONCE(y, 1); z = 1; } else { WRITE_ONCE(y, 1); z = 2; }",
    "if (r) { barrier(); WRITE_ONCE(y, 1); } else { barrier(); WRITE_ONCE(y, 1); }",
    "if (r) y = 1; else y = 1;",
    "if (r) set(); else set();",
    "if (r) { set(); return; } set();",
    "if (!r) { } else { WRITE_ONCE(y, 1); return; } WRITE_ONCE(y, 1);",
    "if (r == 1) WRITE_ONCE(y, 1); else if (r == 2) WRITE_ONCE(y, 1); else WRITE_ONCE(y, 1);",
    "int s; if (r) { s = 1; WRITE_ONCE(y, 1); } else { s = 2; WRITE_ONCE(y, 1); } WRITE_ONCE(z, s);",
    "if (r) { WRITE_ONCE(y, 1); WRITE_ONCE(z, 1); } else { WRITE_ONCE(y, 1); WRITE_ONCE(z, 1); }",
]
TWICE = [
    "if (r) WRITE_ONCE(y, 1); else WRITE_ONCE(y, 2);",
    "if (r) WRITE_ONCE(y, 1); else WRITE_ONCE(z, 1);",
    "if (r) WRITE_ONCE(y, 1); else y = 1;",
    "if (r) WRITE_ONCE(y, 1);",
    "if (r) { WRITE_ONCE(z, 1); WRITE_ONCE(y, 1); } else WRITE_ONCE(y, 1);",
    "if (r) { smp_mb(); WRITE_ONCE(y, 1); } else WRITE_ONCE(y, 1);",
    "if (r) smp_store_release(&y, 1); else smp_store_release(&y, 1);",
    "if (r) { WRITE_ONCE(y, 1); } WRITE_ONCE(y, 1);",
    "int s; if (r) { s = 1; WRITE_ONCE(y, s); } else { s = 2; WRITE_ONCE(y, s); }",
    "if (r) { WRITE_ONCE(y, 1); return; } smp_rmb(); WRITE_ONCE(y, 1);",
]


def text(body: str) -> str:
    return f"{HEAD}void a(void)\n{{ {READ}{body} }}\n"


def statuses(body: str, name: str) -> set[str]:
    (unit,) = check("a.c", text(body).encode(), Options(models=(name,)))
    return {
        b.status for r in unit.results for b in r.barriers if b.place.name == "smp_mb" and b.place.line == 2
    }


@pytest.mark.parametrize("name", ["armv8", "lkmm"])
@pytest.mark.parametrize("body", ONCE)
def test_one_store_before_the_branch(body: str, name: str) -> None:
    program = lowered(text(body))
    (scope,) = (o for o in program.threads[1].body if isinstance(o, Scope))
    kinds = [type(o) for o in scope.body if isinstance(o, Store | Branch)]
    assert kinds[0] is Store
    assert any("starts both arms of an if" in a for a in program.assumptions)
    assert statuses(body, name) == {"unpaired"}


@pytest.mark.parametrize("name", ["armv8", "lkmm"])
@pytest.mark.parametrize("body", TWICE)
def test_each_arm_has_its_own(body: str, name: str) -> None:
    assert not any("both arms" in a for a in lowered(text(body)).assumptions)
    assert statuses(body, name) <= {"paired", "redundant"}


@pytest.mark.parametrize("body", ONCE)
def test_in_program_order_nothing_changes(body: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def outcomes() -> set[object]:
        graph = without_escapes(build(lowered(text(body)), "linux", 2))
        found: set[object] = set()
        for e in Session(graph, decide.model("sc")).executions():
            values: dict[tuple[int, str], list[object]] = {}
            for i, event in enumerate(graph.events):
                if e.executed >> i & 1 and event.kind == "R":
                    values.setdefault((event.thread, event.text), []).append(e.values[i])
            last = tuple(e.values[order[-1]] for order in e.coherence if order)
            found.add((last, str(sorted(values.items()))))
        return found

    hoisted = outcomes()
    monkeypatch.setattr(lowering.both_arms, "made_once", lambda threads: (tuple(threads), ()))
    assert outcomes() == hoisted
    assert len(hoisted) > 1


def test_the_note_names_the_lines() -> None:
    program = lowered("int x, y;\nvoid a(void)\n{\n\tif (READ_ONCE(x))\n\t\ty = 1;\n\telse\n\t\ty = 1;\n}\n")
    (note,) = (a for a in program.assumptions if "both arms" in a)
    assert note.startswith(
        "y = 1 starts both arms of an if (lines 5 and 7): a compiler may do it before that, "
    )
