"""Lists in snippets: what adds, takes off and walks, by the values of their links."""

from __future__ import annotations

import pytest

from tests.outcomes import reachable
from verifier.options import Options
from verifier.pairing.verdict import ModelResult, UnitResult
from verifier.pipeline import check

ITEM = "struct item {{ int data; struct {} node; }};\nstruct item one = {{ .data = 1 }}, two = {{ .data = 2 }};\n"
RING = ITEM.format("list_head") + "LIST_HEAD(queue);\n"
CHAIN = ITEM.format("hlist_node") + "HLIST_HEAD(chain);\n"
STACK = ITEM.format("llist_node") + "LLIST_HEAD(stack);\n"
ADD, TAIL = "list_add(&one.node, &queue);", "list_add_tail(&two.node, &queue);"
PUSH = "hlist_add_head(&one.node, &chain); hlist_add_head(&two.node, &chain);"
NEXT = "r = 10 * r + p->data;"


def unit(text: str, model: str = "armv8") -> UnitResult:
    return check("a.c", text.encode(), Options(models=(model,)))[0]


def result(text: str, model: str = "armv8") -> ModelResult:
    return unit(text, model).results[0]


def statuses(text: str, model: str) -> list[str]:
    return [p.status for p in result(text, model).properties]


def is_left(head: str, code: str, expected: int) -> None:
    """Whether some code always leaves that number in r."""
    text = f"{head}void f(void) {{ struct item *p, *n; int r = 0; {code} }}\n~exists (f:r != {expected})\n"
    (found,) = check("a.c", text.encode(), Options(models=("sc",), bound=4))[0].results
    assert [p.status for p in found.properties] == ["holds"], found.reason


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"list_for_each_entry(p, &queue, node) {NEXT}", 12),
        (f"list_for_each_entry_rcu(p, &queue, node) {NEXT}", 12),
        (f"list_for_each_entry_reverse(p, &queue, node) {NEXT}", 21),
        (f"list_for_each_entry_safe(p, n, &queue, node) {{ {NEXT} list_del(&p->node); }}", 12),
        ("list_for_each_entry(p, &queue, node) { if (p->data == 2) break; r = 5; } r += p->data;", 7),
        (
            "struct list_head *l; list_for_each(l, &queue) r = 3 * r + list_entry(l, struct item, node)->data;",
            5,
        ),
        ("p = list_first_entry(&queue, struct item, node); r = p->data;", 1),
        ("p = list_last_entry(&queue, struct item, node); r = p->data;", 2),
        ("p = &one; n = list_next_entry(p, node); r = n->data;", 2),
        ("p = &two; n = list_prev_entry(p, node); r = n->data;", 1),
        ("p = list_first_or_null_rcu(&queue, struct item, node); if (p) r = p->data;", 1),
        (
            "r = list_empty(&queue) + list_is_first(&one.node, &queue) + 2 * list_is_last(&one.node, &queue);",
            1,
        ),
    ],
)
def test_what_walks_a_ring(code: str, expected: int) -> None:
    is_left(RING, f"{ADD} {TAIL} {code}", expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"{ADD} list_add(&two.node, &queue);", 21),
        (f"{ADD} list_add_rcu(&two.node, &queue);", 21),
        (f"{ADD} list_add_tail_rcu(&two.node, &queue);", 12),
        (f"{ADD} {TAIL} list_del(&one.node);", 2),
        (f"{ADD} {TAIL} list_del_init(&two.node);", 1),
        (f"{ADD} {TAIL} list_del_rcu(&two.node);", 1),
        (f"{ADD} {TAIL} list_move_tail(&one.node, &queue);", 21),
        (f"{ADD} list_replace(&one.node, &two.node);", 2),
        (f"{ADD} list_replace_rcu(&one.node, &two.node);", 2),
        (f"{ADD} list_del_init(&one.node); r = list_empty(&queue) + list_empty_careful(&one.node);", 2),
        (f"{ADD} list_del(&one.node); r = !list_first_entry_or_null(&queue, struct item, node);", 1),
        (
            f"{ADD} LIST_HEAD(mine); INIT_LIST_HEAD(&mine); list_splice_init(&queue, &mine); r = list_empty(&queue);",
            1,
        ),
    ],
)
def test_what_changes_a_ring(code: str, expected: int) -> None:
    is_left(RING, f"{code} list_for_each_entry(p, &queue, node) {NEXT}", expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"hlist_for_each_entry(p, &chain, node) {NEXT}", 21),
        (f"hlist_for_each_entry_rcu(p, &chain, node) {NEXT} r += !p;", 22),
        (f"hlist_del(&one.node); hlist_for_each_entry(p, &chain, node) {NEXT}", 2),
        (f"hlist_del_rcu(&two.node); hlist_for_each_entry(p, &chain, node) {NEXT}", 1),
        ("hlist_del_init(&two.node); r = hlist_unhashed(&two.node) + hlist_empty(&chain);", 1),
        (f"hlist_for_each_entry_safe(p, l, &chain, node) {{ {NEXT} hlist_del(&p->node); }}", 21),
    ],
)
def test_chains(code: str, expected: int) -> None:
    is_left(CHAIN, f"struct hlist_node *l; {PUSH} {code}", expected)


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        (f"l = llist_del_all(&stack); llist_for_each_entry(p, l, node) {NEXT} r += llist_empty(&stack);", 22),
        (f"l = llist_del_all(&stack); llist_for_each_entry_safe(p, n, l, node) {{ {NEXT} }}", 21),
        (
            "l = llist_del_all(&stack); l = llist_del_all(&stack); llist_for_each_entry_safe(p, n, l, node) r = 9;",
            0,
        ),
        ("l = llist_del_first(&stack); p = llist_entry(l, struct item, node); r = p->data;", 2),
        (f"l = llist_reverse_order(llist_del_all(&stack)); llist_for_each_entry(p, l, node) {NEXT}", 12),
    ],
)
def test_stacks(code: str, expected: int) -> None:
    push = "llist_add(&one.node, &stack); llist_add(&two.node, &stack);"
    is_left(STACK, f"struct llist_node *l; {push} {code}", expected)


READER = """void r(void)
{
	struct item *p;
	rcu_read_lock();
	list_for_each_entry_rcu(p, &queue, node)
		BUG_ON(READ_ONCE(p->data) != 1);
	rcu_read_unlock();
}
"""


@pytest.mark.parametrize("model", ["armv8", "lkmm", "riscv"])
@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("WRITE_ONCE(new.data, 1); list_add_rcu(&new.node, &queue);", "proved"),
        ("WRITE_ONCE(new.data, 1); list_add(&new.node, &queue);", "refuted"),
        ("list_add_rcu(&new.node, &queue); WRITE_ONCE(new.data, 1);", "refuted"),
    ],
)
def test_publishing(model: str, code: str, expected: str) -> None:
    assert result(f"{RING}struct item new;\nvoid w(void) {{ {code} }}\n{READER}", model).verdict == expected


ADD_AND_DEL = "list_add_rcu(&one.node, &queue); list_del_rcu(&one.node);"
TAKEN_OFF = f"{RING}void w(void) {{ {ADD_AND_DEL} %s kfree(&one); }}\n{READER}"


@pytest.mark.parametrize("model", ["armv8", "lkmm"])
def test_a_walk_that_the_bound_cuts_short_is_still_in_its_section(model: str) -> None:
    assert statuses(TAKEN_OFF % "synchronize_rcu();", model) == ["holds", "holds"]
    assert statuses(TAKEN_OFF % "", model) == ["violated", "violated"]


def test_a_walk_that_the_bound_cuts_short_is_still_in_its_srcu_section() -> None:
    text = TAKEN_OFF.replace("rcu_read_lock();", "int i = srcu_read_lock(&s);")
    text = text.replace("rcu_read_unlock();", "srcu_read_unlock(&s, i);")
    assert statuses(text % "synchronize_srcu(&s);", "armv8") == ["holds", "holds"]
    assert statuses(text % "synchronize_srcu(&t);", "armv8") == ["violated", "violated"]


def test_lists_from_outside() -> None:
    adds = "void w(struct dev *d) { list_add(&one.node, &d->list); }\n"
    assert "d.list is taken to be an empty list at first" in unit(RING + adds).assumptions
    takes = "void w(struct item *q) { list_del_rcu(&q->node); synchronize_rcu(); kfree(q); }\n"
    for more in ("", "void add(struct item *i) { list_add_rcu(&i->node, &queue); }\n"):
        found = result(RING + more + takes + READER)
        assert found.verdict == "undecided"
        assert "list_del_rcu(&q->node), whose neighbours in the list are not known" in found.reason


NEXT_IS, PREV_IS = (
    "one.node.prev = &queue; one.node.next = {};",
    "one.node.next = &queue; one.node.prev = {};",
)
FIRST_IS, PPREV_IS = "chain.first = {};", "one.node.next = NULL; one.node.pprev = {};"
AFTER_IS, BEFORE_IS = "queue.prev = &queue; queue.next = {};", "queue.next = &queue; queue.prev = {};"
SELF_IS = "one.node.next = &one.node; one.node.prev = &one.node;"


@pytest.mark.parametrize(
    ("head", "link", "known", "call"),
    [
        *(
            (RING, link, "&queue", call)
            for link, calls in (
                (NEXT_IS, ("list_add(&two.node, &one.node)", "list_add_rcu(&two.node, &one.node)")),
                (PREV_IS, ("list_add_tail(&two.node, &one.node)", "list_add_tail_rcu(&two.node, &one.node)")),
            )
            for call in (
                *calls,
                "list_del(&one.node)",
                "list_replace(&one.node, &two.node)",
                "list_replace_rcu(&one.node, &two.node)",
                "list_splice(&one.node, &queue)",
                "list_splice_tail(&one.node, &queue)",
            )
        ),
        (RING, f"{SELF_IS} {AFTER_IS}", "&two.node", "list_splice(&one.node, &queue)"),
        (RING, f"{SELF_IS} {BEFORE_IS}", "&two.node", "list_splice_tail(&one.node, &queue)"),
        (CHAIN, FIRST_IS, "&two.node", "hlist_add_head(&one.node, &chain)"),
        (CHAIN, FIRST_IS, "&two.node", "hlist_add_head_rcu(&one.node, &chain)"),
        (CHAIN, "one.node.pprev = &chain.first; one.node.next = {};", "&two.node", "hlist_del(&one.node)"),
        (CHAIN, PPREV_IS, "&chain.first", "hlist_del(&one.node)"),
    ],
)
def test_a_link_that_leads_nobody_knows_where_is_not_modelled(
    head: str, link: str, known: str, call: str
) -> None:
    doubt = f"not modelled: {call}, whose neighbours in the list are not known (line 4)"
    for target, is_known in ((known, True), ("found()", False)):
        text = f"{head}void f(void) {{ {link.format(target)} {call}; smp_mb(); }}\n"
        assert (result(text).reason == doubt) != is_known


def test_where_nothing_is_added_lists_are_not_followed() -> None:
    text = f"{RING}int x;\nvoid f(void) {{ if (list_empty(&queue)) x = 1; else x = 2; }}\n"
    assert any(a.startswith("list_empty() is not in the text") for a in unit(text).assumptions)
    assert reachable(text, "x") == {(1,), (2,)}
    assert result(
        f"{RING}void f(void) {{ list_cut_position(&queue, &queue, &one.node); smp_mb(); }}\n"
    ).reason == ("not modelled: list_cut_position() (line 4)")
