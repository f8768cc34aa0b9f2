"""A local without an initial value may have any, unless it is set before anything else happens to it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.program.test_lower import lowered
from verifier.program.program import Set, flatten

SET = [
    "old = READ_ONCE(x); WRITE_ONCE(x, old);",
    "for (;;) { old = READ_ONCE(x); if (old) break; }",
    "for (;;) { int n = 0; old = READ_ONCE(x) + n; if (old) break; }",
    "for (;;) { old = READ_ONCE(x); if (old == val) return; val = old; }",
    "for (;;) old = READ_ONCE(x);",
    "do { old = READ_ONCE(x); } while (!old);",
    "do old = READ_ONCE(x); while (!old);",
    "do { do { old = READ_ONCE(x); } while (old); if (val) break; } while (old);",
]
OPEN = [
    "WRITE_ONCE(x, old); old = 1;",
    "for (;;) { if (READ_ONCE(x)) break; old = 1; } WRITE_ONCE(x, old);",
    "for (;;) { if (old) break; old = READ_ONCE(x); }",
    "for (;;) { old = old + READ_ONCE(x); if (old) break; }",
    "for (;;) { if (READ_ONCE(x)) goto out; old = 1; }\nout: WRITE_ONCE(x, old);",
    "for (; READ_ONCE(x);) old = 1; WRITE_ONCE(x, old);",
    "do { if (READ_ONCE(x)) continue; old = 1; } while (val); WRITE_ONCE(x, old);",
    "while (READ_ONCE(x)) { old = 1; } WRITE_ONCE(x, old);",
    "if (READ_ONCE(x)) old = 1; WRITE_ONCE(x, old);",
]


def is_open(body: str) -> bool:
    program = lowered(f"int x;\nvoid f(void)\n{{\n\tint old, val = 0;\n\t{body}\n}}\n")
    (thread,) = program.threads
    return any("Opaque" in repr(o.value) for o in flatten(thread.body) if isinstance(o, Set))


@pytest.mark.parametrize("body", SET)
def test_what_is_set_first_has_no_value_before(body: str) -> None:
    assert not is_open(body)


@pytest.mark.parametrize("body", OPEN)
def test_what_may_be_read_first_may_have_any_value(body: str) -> None:
    assert is_open(body)


def test_the_nodes_of_a_queue_are_told_apart() -> None:
    """What indexes them comes from such a local; as one location, nothing of them would be proved."""
    text = Path(__file__).parents[2] / "litmus" / "algorithms" / "qspinlock-queue.c"
    assert not lowered(text.read_text(encoding="utf-8")).merged
