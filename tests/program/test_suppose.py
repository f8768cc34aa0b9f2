"""The other side of a barrier that the text does not have: which accesses it is asked about, and who observes them."""

from __future__ import annotations

import pytest

from tests.program.test_lower import lowered
from verifier.program.probes import Probe, probes, shared_around
from verifier.program.program import Branch, Fence, Load, Loop, Operation, Program, Rmw, Scope, Store, Thread
from verifier.program.suppose import hides_order, supposed

HEAD = "struct s { int a, b, c, d; spinlock_t l; };\nvoid f(struct s *s, int n)\n{\n"
BARRIERS = ("smp_", "_acquire", "_release", "xchg(", "clear_bit_unlock(")


def program(body: str) -> tuple[Program, Thread, int]:
    """Of a body with a line for each statement; the line is its first barrier's."""
    text = HEAD + body.replace("; ", ";\n").replace("{ ", "{\n") + "\n}\n"
    found = lowered(text)
    line = next((i for i, t in enumerate(text.split("\n"), 1) if any(b in t for b in BARRIERS)), 0)
    return found, found.threads[0], line


def asked(body: str, said: str = "") -> tuple[Probe, ...]:
    return probes(*program(body), said)


def shown(found: tuple[Probe, ...]) -> list[str]:
    return [f"{p.shape} {p.first.kind}{p.first.name} {p.second.kind}{p.second.name}" for p in found]


PROBES = [
    ("s->a = 1; smp_mb(); s->b = 2;", ["MP Ws.a Ws.b"]),
    ("s->a = 1; smp_mb(); n = s->b;", ["SB Ws.a Rs.b"]),
    ("n = s->a; smp_mb(); n = s->b;", ["MP Rs.a Rs.b"]),
    ("n = s->a; smp_mb(); s->b = 2;", ["LB Rs.a Ws.b"]),
    ("s->a = 1; n = s->b; smp_wmb(); n = s->c; s->d = 2;", ["MP Ws.a Ws.d"]),
    ("n = s->a; s->b = 1; smp_rmb(); s->c = 1; n = s->d;", ["MP Rs.a Rs.d"]),
    ("s->a = 1; s->b = 1; smp_wmb(); s->c = 1;", ["MP Ws.b Ws.c", "MP Ws.a Ws.c"]),
    ("s->a = 1; s->b = 1; smp_wmb(); s->c = 1; s->d = 1;", ["MP Ws.b Ws.c", "MP Ws.a Ws.c"]),
    ("s->a = 1; smp_wmb(); s->a = 2;", []),
    ("n = xchg_relaxed(&s->a, 1); smp_wmb(); s->b = 1;", ["MP Ws.a Ws.b"]),
    ("n = xchg_relaxed(&s->a, 1); smp_rmb(); n = s->b;", ["MP Rs.a Rs.b"]),
    ("s->a = 1; smp_mb(); n = xchg_relaxed(&s->b, 1);", ["SB Ws.a Rs.b"]),
    # what is not shown
    ("smp_mb();", ["SB W<above> R<below>"]),
    ("smp_wmb();", ["MP W<above> W<below>"]),
    ("smp_rmb();", ["MP R<above> R<below>"]),
    ("smp_mb(); n = s->a;", ["SB W<above> Rs.a"]),
    ("n = s->a; smp_wmb();", ["MP W<above> W<below>"]),
    ("spin_lock(&s->l); smp_mb(); s->b = 2; spin_unlock(&s->l);", ["MP W<above> Ws.b"]),
    ("spin_unlock(&s->l); smp_mb(); s->b = 2;", ["MP Ws.l Ws.b"]),
    # a release is after what is above it, an acquire before what is below; the two are in order on some processors
    ("s->a = 1; smp_store_release(&s->b, 1); n = s->c;", ["MP Ws.a Ws.b"]),
    ("s->a = 1; n = smp_load_acquire(&s->b); n = s->c;", ["MP Rs.b Rs.c"]),
    ("smp_store_release(&s->a, 1); n = smp_load_acquire(&s->a);", ["MP W<above> Ws.a"]),
    (
        "smp_store_release(&s->a, 1); n = s->b; s->d = 1; n = smp_load_acquire(&s->a); n = smp_load_acquire(&s->c);",
        ["SB Ws.a Rs.c", "MP W<above> Ws.a"],
    ),
    # of an atomic operation the half that its name does not speak of, which some model may order
    ("s->a = 1; n = xchg_release(&s->b, 1); n = s->c;", ["MP Ws.a Ws.b"]),
    ("s->a = 1; n = xchg_acquire(&s->b, 1); n = s->c;", ["MP Rs.b Rs.c"]),
    ("n = smp_load_acquire(&s->a); n = smp_load_acquire(&s->b);", ["MP Rs.a Rs.b"]),
    (
        "n = xchg_acquire(&s->a, 1); s->c = s->d = 1; n = smp_load_acquire(&s->b);",
        ["LB Rs.a Ws.d", "LB Rs.a Ws.c"],
    ),
    # what an operation without a result reads is no read, and what nothing writes needs no order
    ("atomic_inc(&s->a); smp_rmb(); n = s->b;", ["MP R<above> Rs.b"]),
    ("atomic_inc(&s->a); smp_mb(); n = s->b;", ["SB Ws.a Rs.b"]),
    ("s->a = 1; xchg(&s->b, 1); n = s->c;", ["SB Ws.b Rs.c", "MP Ws.a Ws.b"]),
    ("xchg(&s->b, 1);", ["SB Ws.b R<below>", "MP W<above> Ws.b"]),
    ("n = s->a; clear_bit_unlock(0, &s->b);", ["LB Rs.a Ws.b"]),
    ("s->a = 1; smp_mb__before_atomic(); clear_bit(0, &s->b);", ["MP Ws.a Ws.b"]),
    ("n = s->a; smp_mb(); atomic_inc(&s->b);", ["LB Rs.a Ws.b"]),
    ("n = limit; smp_mb(); n = s->b;", ["SB W<above> Rs.b"]),
    ("n = READ_ONCE(limit); smp_mb(); n = s->b;", ["MP Rlimit Rs.b"]),
    ("n = limit; smp_mb(); n = s->b; limit = 1;", ["MP Rlimit Rs.b"]),
]


@pytest.mark.parametrize(("body", "expected"), PROBES)
def test_the_accesses_that_a_barrier_stands_between(body: str, expected: list[str]) -> None:
    assert shown(asked(body)) == expected


SAID = [  # what a comment says of a barrier between a write and a read on either side
    ("", ["LB Rs.b Ws.c", "MP Rs.b Rs.d"]),
    ("Order it.", ["LB Rs.b Ws.c", "MP Rs.b Rs.d"]),
    ("Write it before we look.", ["SB Ws.a Rs.d"]),
    ("See it before the update.", ["LB Rs.b Ws.c"]),
    ("Stores before stores, not loads.", ["MP Ws.a Ws.c"]),
    ("The load must come before the other load. A store may pass.", ["MP Rs.b Rs.d"]),
    ("Write it before that, before we look.", ["SB Ws.a Rs.d"]),
    ("Look and write before it is read.", ["MP Rs.b Rs.d"]),
    ("a, then d", ["SB Ws.a Rs.d", "MP Ws.a Ws.c"]),
]


@pytest.mark.parametrize(("said", "expected"), SAID)
def test_a_comment_says_which_accesses_are_meant(said: str, expected: list[str]) -> None:
    assert shown(asked("s->a = 1; n = s->b; smp_mb(); s->c = 1; n = s->d;", said)) == expected


@pytest.mark.parametrize(
    ("body", "said", "expected"),
    [
        ("smp_mb();", "Look before the write.", ["SB W<above> R<below>"]),
        ("smp_store_release(&s->a, 1);", "Look before the write.", ["LB R<above> Ws.a"]),
        ("smp_store_release(&s->a, 1);", "Set up before it is there.", ["MP W<above> Ws.a"]),
        ("n = smp_load_acquire(&s->a);", "Look before the write.", ["LB Rs.a W<below>"]),
        ("smp_mb__after_atomic(); s->a = 1;", "Look before the write.", ["MP W<above> Ws.a"]),
        ("smp_mb__before_atomic(); s->a = 1;", "Look before the write.", ["LB R<above> Ws.a"]),
        ("n = q[1]; n = s->b; smp_rmb(); n = s->c;", "q, then c", ["MP Rq[1] Rs.c", "MP Rs.b Rs.c"]),
        ("s->a = 1; smp_mb__before_atomic();", "", ["MP Ws.a W<below>"]),
        ("s->a = 1; smp_wmb();", "Write before reading.", ["MP Ws.a W<below>"]),
    ],
)
def test_a_comment_tells_of_what_is_not_shown(body: str, said: str, expected: list[str]) -> None:
    assert shown(asked(body, said)) == expected


def test_the_nearest_of_several_accesses_of_a_place_counts() -> None:
    (probe,) = asked("s->a = 1; s->a = 2; smp_mb(); s->b = 1; s->b = 2;")
    assert (probe.line, probe.stretch, probe.barrier) == (6, (5, 7), "smp_mb")


NESTED = [  # the bodies that a barrier may stand in, between s->b and s->c
    "s->a = 1; {} s->d = 1;",
    "s->a = 1; if (n) {{ {} }} s->d = 1;",
    "s->a = 1; if (n) n = 2; else {{ {} }} s->d = 1;",
    "s->a = 1; while (n) {{ {} }} s->d = 1;",
    "s->a = 1; for (;;) {{ if (n) {{ {} break; }} }} s->d = 1;",
]


@pytest.mark.parametrize("around", NESTED)
@pytest.mark.parametrize(
    ("inner", "above", "below"),
    [
        ("smp_mb();", "a", "d"),
        ("s->b = 1; smp_mb();", "ab", "d"),
        ("smp_mb(); s->c = 1;", "a", "cd"),
        ("s->b = 1; smp_mb(); s->c = 1;", "ab", "cd"),
    ],
)
def test_what_is_around_a_barrier_is_in_the_blocks_around_it_too(
    around: str, inner: str, above: str, below: str
) -> None:
    found, thread, line = program(around.format(inner))
    (barrier,) = [o for o in inside(thread.body) if isinstance(o, Fence) and o.origin.span.line == line]
    sides = shared_around(found, thread, barrier)
    assert ["".join(o.address.path.members[-1] for o in side) for side in sides] == [above, below]


def inside(operations: tuple[Operation, ...]) -> list[Operation]:
    found: list[Operation] = []
    for o in operations:
        parts = {Branch: ("then", "otherwise"), Loop: ("body",), Scope: ("body",)}.get(type(o), ())
        found += [o, *(inner for part in parts for inner in inside(getattr(o, part)))]
    return found


def accessed(thread: Thread) -> list[str]:
    """What the thread does, in the order of the text."""
    kinds = {Load: "R ", Store: "W ", Rmw: "RW "}
    accesses = (o for o in inside(thread.body) if isinstance(o, Load | Store | Rmw | Fence))
    return [
        o.kind if isinstance(o, Fence) else kinds[type(o)] + str(o.address.targets()[0]) for o in accesses
    ]


OBSERVERS = [  # a body, the thread with what is supposed in it, and the observer that could see it out of order
    ("s->a = 1; smp_mb(); s->b = 2;", ["W s.a", "mb", "W s.b"], ["R s.b", "mb", "R s.a"]),
    ("s->a = 1; smp_mb(); n = s->b;", ["W s.a", "mb", "R s.b"], ["W s.b", "mb", "R s.a"]),
    ("n = s->a; smp_mb(); n = s->b;", ["R s.a", "mb", "R s.b"], ["W s.b", "mb", "W s.a"]),
    ("n = s->a; smp_mb(); s->b = 2;", ["R s.a", "mb", "W s.b"], ["R s.b", "mb", "W s.a"]),
    ("smp_mb(); n = s->a;", ["W <above>", "mb", "R s.a"], ["W s.a", "mb", "R <above>"]),
    ("s->a = 1; if (n) { smp_wmb(); }", ["W s.a", "wmb", "W <below>"], ["R <below>", "mb", "R s.a"]),
    (
        "smp_mb__after_atomic(); s->a = 1;",
        ["RW <above>", "after-atomic", "W s.a"],
        ["R s.a", "mb", "R <above>"],
    ),
]


@pytest.mark.parametrize(("body", "own", "other"), OBSERVERS)
@pytest.mark.parametrize("is_ordered", [True, False])
def test_an_observer_closes_the_cycle(body: str, own: list[str], other: list[str], is_ordered: bool) -> None:
    (probe,) = asked(body)
    found = supposed(program(body)[0], probe, is_ordered)
    assert found is not None
    expected = other if is_ordered else [o for o in other if o != "mb"]
    assert [accessed(t) for t in found.threads] == [own, expected]
    names = {path: found.names[number] for path, number in found.locations}
    assert {str(path): name for path, name in names.items()} == {name: name for name in names.values()}


VERSIONS = [  # a body, the thread in a version that lacks the barrier, and what it does where the probe is put to it
    ("s->a = 1; smp_mb();", "s->a = 1; n = 2;", ["W s.a", "R <below>"]),
    ("s->a = 1; smp_mb();", "s->a = 1; n = 2; s->b = 1;", ["W s.a", "R <below>", "W s.b"]),
    ("s->a = 1; smp_mb();", "s->a = 1; n = 2; if (n) { s->b = 1; }", ["W s.a", "R <below>", "W s.b"]),
    ("smp_mb(); n = s->a;", "n = 2; n = s->a;", ["W <above>", "R s.a"]),
    ("smp_mb(); s->a = 1;", "n = s->b; s->a = 1;", ["R s.b", "W <above>", "W s.a"]),
    ("smp_mb(); s->a = 1;", "s->a = 1; s->b = 1;", ["W <above>", "W s.a", "W s.b"]),
    ("s->a = 1; smp_mb(); s->b = 2;", "s->a = 1; n = 2; s->b = 2;", ["W s.a", "W s.b"]),
    ("s->a = 1; smp_mb(); s->b = 2;", "s->a = 1; n = 2; s->c = 2;", None),
    (
        "s->a = 1; smp_mb();",
        "s->a = 1; s->b = 1; smp_wmb(); s->c = 1;",
        ["W s.a", "W s.b", "wmb", "R <below>", "W s.c"],
    ),
    ("smp_mb();", "s->a = 1; smp_wmb(); s->c = 1;", ["W s.a", "W <above>", "wmb", "R <below>", "W s.c"]),
    ("smp_mb();", "s->a = 1; s->c = 1;", ["W <above>", "W s.a", "W s.c", "R <below>"]),
]


@pytest.mark.parametrize(("body", "version", "expected"), VERSIONS)
def test_a_version_without_the_barrier(body: str, version: str, expected: list[str] | None) -> None:
    (probe,) = asked(body)
    found = supposed(program(version)[0], probe)
    assert (accessed(found.threads[0]) if found is not None else None) == expected


@pytest.mark.parametrize(
    ("body", "is_hidden"),
    [
        ("s->a = 1; smp_mb(); s->b = 1;", False),
        ("s->a = 1; smp_mb(); local_irq_save_hw(n); s->b = 1;", True),
        ("s->a = 1; smp_mb(); s->b = 1; local_irq_save_hw(n);", False),
        ("s->a = 1; kick(s); smp_mb__after_atomic(); s->b = 1;", True),
        ("kick(s); s->a = 1; smp_mb__after_atomic(); s->b = 1;", False),
        ("s->a = 1; smp_mb__after_atomic(); kick(s); s->b = 1;", False),
        ("s->a = 1; smp_mb__before_atomic(); kick(s); s->b = 1;", True),
        ("s->a = 1; kick(s); smp_mb__before_atomic(); s->b = 1;", False),
        ("s->a = 1; kick(s); smp_mb(); s->b = 1;", False),
    ],
)
def test_what_is_not_known_between_the_two_may_order_them(body: str, is_hidden: bool) -> None:
    assert {hides_order(program(body)[0], probe) for probe in asked(body)} == {is_hidden}
