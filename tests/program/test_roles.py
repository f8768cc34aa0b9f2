"""Which functions of a patch run against each other."""

from __future__ import annotations

import pytest

from verifier.program.kernel import Kernel
from verifier.program.roles import MOST_GROUPS, groups
from verifier.source import Source
from verifier.syntax import parse


def chosen(functions: str, touched: str = "") -> tuple[dict[str, str], str]:
    """The groups by their threads, each with its reason, and those that take no part."""
    unit = parse(Source.whole("a.c", functions))
    found = groups(unit, touched.split(), Kernel())
    return {" ".join(g.threads): g.reason for g in found.groups}, " ".join(found.alone)


def of(**bodies: str) -> str:
    return "".join(f"void {name}(struct s *p)\n{{\n\t{body}\n}}\n" for name, body in bodies.items())


WRITE, READ = "p->x = 1; smp_wmb(); p->y = 1;", "r = p->y; smp_rmb(); r = p->x;"
SHARED = [
    (of(a=WRITE, b=READ), {"a b": "they share x, y"}, ""),
    (of(a=WRITE, b=READ, c="p->z = 1;"), {"a b": "they share x, y"}, "c"),
    (of(a=WRITE, b="p->z = 1; smp_mb();", c="p->z = 2;"), {"a": "", "b c": "they share z"}, ""),
    (
        of(a="smp_mb(); p->x = p->y = p->z = p->w = 1;", b="smp_mb(); p->x = p->y = p->z = p->w = 2;"),
        None,
        "",
    ),
    (of(a="flag = 1; smp_mb();", b="smp_mb(); flag++;"), {"a b": "they share flag"}, ""),
    (of(a="use(&flag); smp_mb();", b="smp_mb(); r = flag[1];"), {"a b": "they share flag"}, ""),
    (of(a="p = 0; smp_mb();", b="smp_mb(); p = 0;"), {"a": "", "b": ""}, ""),  # parameters,
    (of(a="int m; m = 0; smp_mb();", b="smp_mb(); int m; m = 0;"), {"a": "", "b": ""}, ""),  # locals,
    (
        of(a="ret = 0; MAX = 1; smp_mb();", b="smp_mb(); ret = MAX = 0;"),
        {"a": "", "b": ""},
        "",
    ),  # and the like
    # what primitives access, and what is called
    (
        of(a="complete(p);", b="wait_for_completion(p);"),
        {"a b": "they share done, head, lock and 1 more"},
        "",
    ),
    (of(a="write_seqlock(p);", b="read_seqbegin(p);"), {"a b": "they share seqcount"}, ""),
    (of(set=WRITE, a="set(p);", b=READ), {"a b": "they share x, y"}, ""),
    (of(a=f"{WRITE} p->z = 1;", b=f"{READ} r = p->z;"), {"a b": "they share x, y, z"}, ""),
    (of(a=WRITE, b=f"{READ} p->z = 1;", c="smp_mb(); p->z = 2;"), {"a b c": "they share x, y, z"}, ""),
    (of(a=WRITE, b=READ, c="smp_mb(); p->z = 2;"), {"a b": "they share x, y", "c": ""}, ""),
    (of(a="b(p); smp_mb();", b="a(p);"), {"a": "", "b": ""}, ""),
    # an order that an operation has by the way is none that it is there for
    (of(a="r = xchg(&p->x, 1);", b="smp_mb(); p->y = 1;"), {"b": ""}, "a"),
    (of(a="r = xchg_release(&p->x, 1);", b="smp_mb(); p->y = 1;"), {"a": "", "b": ""}, ""),
    (of(a="WRITE_ONCE(p->x, 1);", b="smp_mb(); p->y = 1;"), {"b": ""}, "a"),
    (of(a="smp_store_release(&p->x, 1);", b="smp_mb(); p->y = 1;"), {"a": "", "b": ""}, ""),
]


@pytest.mark.parametrize(("functions", "expected", "rest"), SHARED)
def test_what_shares_something_runs_together(
    functions: str, expected: dict[str, str] | None, rest: str
) -> None:
    expected = {"a b": "they share w, x, y and 1 more"} if expected is None else expected
    assert chosen(functions) == (expected, rest)


def test_more_than_three_run_each_with_what_shares_most() -> None:
    three = of(a=WRITE, b=READ, c="smp_mb(); p->x = 1;")
    assert chosen(three) == ({"a b c": "they share x, y"}, "")
    more = three + of(d="p->x = 2; smp_mb(); p->z = p->w = 1;", e="p->z = 2; p->w = 2;")
    assert chosen(more) == (
        {"a b": "they share x, y", "c a": "they share x", "d e": "they share w, z"},
        "",
    )


def test_of_those_that_share_as_much_one_with_a_barrier_runs() -> None:
    functions = of(a="smp_mb(); p->x = p->y = 1;", b="p->x = 1;", c="smp_mb(); p->x = 1; p->z = 1;")
    functions += of(d="smp_mb(); p->z = 2;", e="smp_mb(); p->w = 1;")
    assert chosen(functions)[0] == {"a c": "they share x", "d c": "they share z", "e": ""}


def test_a_comment_names_the_other_side() -> None:
    functions = of(a=f"{WRITE} /* pairs with other() */", b=READ, other="p->w = 1;", d="smp_mb(); p->x = 1;")
    functions += of(end="smp_mb(); p->y = 1; /* not as end() and nobody() */")
    found = {"a other": "a comment in a() names other()", "b a": "they share x, y", "d a": "they share x"}
    assert chosen(functions) == ({**found, "end a": "they share y"}, "")


def test_without_a_barrier_it_is_what_changes() -> None:
    functions = of(a="p->x = 1;", b="p->x = 2;", c="p->y = 1;")
    assert chosen(functions) == ({}, "a b c")
    assert chosen(functions, "c") == ({"c": ""}, "a b")
    assert chosen(functions, "a") == ({"a b": "they share x"}, "c")
    assert chosen(functions, "a b c") == ({"a b": "they share x"}, "c")


@pytest.mark.parametrize("call", ["readl(p)", "regmap_write(p)"])
def test_an_order_that_is_not_modelled_is_left_out_where_something_else_changes(call: str) -> None:
    functions = of(b="p->x = 2;", c="p->x = 3;", a=f"p->x = 1; {call};")
    assert chosen(functions, "a") == ({"a b": "they share x"}, "c")
    assert chosen(functions, "a b c") == ({"b c": "they share x"}, "a")
    assert chosen(functions.replace(call, "vendor_call(p)"), "a b c")[1] == ""
    assert chosen(functions + of(**{call.partition("(")[0]: ""}), "a b c")[1] == ""


def test_a_barrier_that_is_gone_counts() -> None:
    before = parse(Source.whole("a.c", of(a=WRITE, b=READ, c="set(p);", set="p->z = 1; smp_mb(); p->w = 1;")))
    after = parse(Source.whole("a.c", of(a=WRITE, b=READ, c="set(p);", set="p->z = 1; p->w = 1;")))
    found = groups(after, ["set"], Kernel(), before)
    assert [g.threads for g in found.groups] == [("a", "b"), ("c",)]
    assert groups(after, ["set"], Kernel()).alone == ("c",)


def test_more_groups_than_are_looked_at() -> None:
    bodies = {f"f{i}": f"p->a{i} = 1; smp_wmb(); p->b{i} = 1;" for i in range(MOST_GROUPS + 2)}
    found = groups(parse(Source.whole("a.c", of(**bodies))), [], Kernel())
    assert len(found.groups) == MOST_GROUPS
    assert found.beyond == (f"f{MOST_GROUPS}", f"f{MOST_GROUPS + 1}")
    assert not found.alone


def test_what_sets_up_runs_beside_nothing() -> None:
    text = of(ring_init="p->x = 0; p->y = 0;", a=WRITE, b=READ)
    found = groups(parse(Source.whole("a.c", text)), ["ring_init"], Kernel())
    assert [g.threads for g in found.groups] == [("a", "b")]
    assert found.idle == ("ring_init",)
    assert not found.alone


@pytest.mark.parametrize(
    "bodies",
    [
        {"ring_init": WRITE, "a": READ},  # with a barrier
        {"initiate": "p->x = 1; p->y = 1;", "a": READ},  # another word
        {"ring_init": "p->x = 1; p->y = 1;", "a": f"/* pairs with ring_init() */ {READ}"},
    ],
)
def test_what_may_run_beside_others_for_all_its_name(bodies: dict[str, str]) -> None:
    found = groups(parse(Source.whole("a.c", of(**bodies))), [], Kernel())
    assert sorted(found.groups[0].threads) == sorted(bodies)
    assert not found.idle
