"""Which members that pointers of different threads lead to are taken to be the same location."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pipeline import check
from verifier.program.lower import lower
from verifier.source import Source
from verifier.syntax import parse

RING = "struct ring { int data; int ready; };\n"
OTHER = "struct other { int data; int ready; };\n"
READER = "struct reader { struct ring *from; };\n"
WRITER = "struct writer { int data; struct ring *to, *next; struct ring in, all[4]; };\n"
KNOWN = RING + OTHER + READER + WRITER


def joined(text: str) -> set[tuple[str, str]]:
    """The pairs of locations that are taken to be the same."""
    source = Source.whole("a.c", text)
    told = lower(parse(source), source, Options()).assumptions
    pairs = (
        a.removesuffix(" are taken to be the same location") for a in told if a.endswith("the same location")
    )
    return {(a, b) for a, _, b in (pair.partition(" and ") for pair in pairs)}


def passed(data: str, ready: str, read: str, types: str = "", parameters: str = "struct reader *r") -> str:
    """A message: `data` and `ready` are the objects that its writer stores to, `read` is that of its reader."""
    return f"""{types}
void write(struct writer *w, struct other *o, int i)
{{
	WRITE_ONCE({data}data, 1);
	smp_wmb();
	WRITE_ONCE({ready}ready, 1);
}}
int read({parameters})
{{
	if (!READ_ONCE({read}ready))
		return 0;
	smp_rmb();
	return READ_ONCE({read}data);
}}
"""


def statuses(text: str) -> set[str]:
    """Of the two barriers."""
    (unit,) = check("a.c", text.encode(), Options(models=("armv8",)))
    return {b.status for b in unit.results[0].barriers}


@pytest.mark.parametrize(
    ("data", "read", "parameters"),
    [
        ("w->to->", "r->from->", "struct reader *r"),
        ("w->to->", "ring->", "struct ring *ring"),
        ("w->in.", "r->from->", "struct reader *r"),
        ("w->all[2].", "r->from->", "struct reader *r"),
    ],
)
def test_members_of_one_struct_that_pointers_lead_to_are_one(data: str, read: str, parameters: str) -> None:
    assert statuses(passed(data, data, read, KNOWN, parameters)) == {"paired"}


@pytest.mark.parametrize(
    ("data", "read", "parameters"),
    [
        ("o->", "r->from->", "struct reader *r"),  # the tail alone is the same
        ("w->to->", "o->", "struct other *o"),
        ("w->in.", "o->", "struct other *o"),
        ("w->to->", "w->next->", "struct writer *w"),  # two members of one object
        ("w->in.", "e->in.", "struct embedding *e"),  # no pointer leads there
    ],
)
def test_members_of_different_structs_are_not_one(data: str, read: str, parameters: str) -> None:
    types = KNOWN + "struct embedding { struct ring in; };"
    text = passed(data, data, read, types, parameters)
    assert not joined(text)
    assert statuses(text) == {"unmatched"}


@pytest.mark.parametrize("ready", ["w->next->", "w->in.", "w->all[i].", "spare."])
def test_of_two_objects_of_one_type_no_type_tells_which_it_is(ready: str) -> None:
    text = passed("w->to->", ready, "r->from->", KNOWN + "struct ring spare;")
    assert not joined(text)
    assert statuses(text) == {"unmatched"}


def test_of_two_objects_of_one_type_their_names_tell_which_it_is() -> None:
    types = RING + WRITER + "struct reader { struct ring *to; };"
    text = passed("w->to->", "w->to->", "r->to->", types)
    text = text.replace("smp_wmb();", "smp_wmb(); WRITE_ONCE(w->next->data, 2);")
    assert statuses(text) == {"paired"}


def test_a_typedef_is_the_struct_that_it_stands_for() -> None:
    types = RING + WRITER + "typedef struct ring ring_t; struct reader { ring_t *from; };"
    assert statuses(passed("w->to->", "w->to->", "r->from->", types)) == {"paired"}


def test_without_types_the_tail_decides() -> None:
    assert joined(passed("w->", "w->", "r->from->")) == {
        ("w->data", "r->from.data"),
        ("w->ready", "r->from.ready"),
    }
    assert not joined(passed("w->to->", "w->to->", "r->from->"))


COPY = """void write(struct writer *w)
{
	w->ready = 1;
	w->to->ready = 1;
	smp_mb();
	READ_ONCE(w->to->wanted);
}
void read(struct reader *r)
{
	WRITE_ONCE(r->from->wanted, 1);
	smp_mb();
	READ_ONCE(r->from->ready);
}
"""


def test_without_types_the_object_with_more_of_the_members_is_the_same() -> None:
    """A writer that keeps a copy for itself of what it publishes."""
    assert joined(COPY) == {("w->to.ready", "r->from.ready"), ("w->to.wanted", "r->from.wanted")}
    assert statuses(COPY) == {"paired"}


def test_an_object_is_not_both_another_and_what_that_leads_to() -> None:
    text = COPY.replace("smp_mb();\n\tREAD_ONCE(w", "w->seen = 1;\n\tsmp_mb();\n\tREAD_ONCE(w")
    text = text.replace("READ_ONCE(r->from->ready);", "READ_ONCE(r->from->ready); READ_ONCE(r->from->seen);")
    assert ("w->seen", "r->from.seen") not in joined(text)


def test_among_three_threads_a_location_has_one_type() -> None:
    text = passed("w->to->", "w->to->", "r->from->", RING + READER)
    third = "void third(struct other *o) { o->data = 1; o->ready = 1; }"
    assert joined(f"{OTHER}{text}{third}") == {("w->to.data", "o->data"), ("w->to.ready", "o->ready")}
