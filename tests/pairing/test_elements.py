"""Elements of an array that are taken to be one location: a cycle needs each of its legs to be of one element."""

from __future__ import annotations

import pytest

from verifier.options import Options
from verifier.pipeline import check


def _statuses(reader: str, writer: str) -> set[str]:
    text = f"void f(struct d *d)\n{{\n{reader}\n}}\nvoid g(struct d *d, int k)\n{{\n{writer}\n}}\n"
    (unit,) = check("a.c", text.encode(), Options())
    return {b.status for r in unit.results for b in r.barriers}


def _each(first: str, barrier: str, second: str, by_pointer: bool) -> str:
    """A reader that goes through all elements."""
    if by_pointer:
        declare, read = "struct q *q = &d->q[i];", "READ_ONCE(q->{})"
    else:
        declare, read = "", "READ_ONCE(d->q[i].{})"
    reads = f"a = {read.format(first)}; {barrier} b = {read.format(second)};"
    return f"int i, a, b; for (i = 0; i < 2; i++) {{ {declare} {reads} n += a - b; }}"


def _one(index: str, by_pointer: bool) -> str:
    """A writer of the data of an element, then of its flag."""
    if by_pointer:
        return f"struct q *q = &d->q[{index}]; WRITE_ONCE(q->data, 1); smp_wmb(); WRITE_ONCE(q->flag, 1);"
    return f"WRITE_ONCE(d->q[{index}].data, 1); smp_wmb(); WRITE_ONCE(d->q[{index}].flag, 1);"


@pytest.mark.parametrize("by_pointer", [False, True])
def test_the_flag_of_one_element_says_nothing_of_the_data_of_the_next(by_pointer: bool) -> None:
    reader = _each("data", "smp_rmb();", "flag", by_pointer)
    assert _statuses(reader, _one("k", by_pointer)) == {"unmatched"}


@pytest.mark.parametrize("by_pointer", [False, True])
def test_the_flag_and_the_data_of_one_element(by_pointer: bool) -> None:
    writer = _one("k", by_pointer)
    assert _statuses(_each("flag", "smp_rmb();", "data", by_pointer), writer) == {"paired"}
    assert _statuses(_each("flag", "", "data", by_pointer), writer) == {"unpaired"}


def test_a_writer_that_goes_through_the_elements_too() -> None:
    reader = _each("data", "", "flag", False)
    writer = "int i; for (i = {0}) { " + _one("i", False) + " }"
    up, down = (writer.replace("{0}", s) for s in ("0; i < 2; i++", "1; i >= 0; i--"))
    assert _statuses(reader, up) == {"unmatched"}
    assert "unpaired" in _statuses(reader, down)  # the data of 1, then the flag of 0, which is read first


def test_elements_that_may_be_the_same() -> None:
    reader = "int a, b; a = READ_ONCE(d->q[i].flag); b = READ_ONCE(d->q[j].data);"
    assert _statuses(reader, _one("k", False)) == {"unpaired"}


def test_a_pointer_that_is_set_on_one_path_only() -> None:
    reader = (
        "struct q *q = &d->q[1]; int a, b; a = READ_ONCE(q->flag); if (d->x) q = &d->q[0];"
        " b = READ_ONCE(q->data);"
    )
    assert _statuses(reader, _one("k", True)) == {"unpaired"}


def test_elements_that_are_counted_from_one_value() -> None:
    reads = "a = READ_ONCE(d->q[i].data); b = READ_ONCE(d->q[i].flag); n += a - b;"
    reader = f"int i, a, b; for (i = d->first; i < d->last; i++) {{ {reads} }}"
    assert _statuses(reader, _one("k", False)) == {"unmatched"}
    other = reader.replace("flag);", "flag); i = d->first;")  # any element again
    assert _statuses(other, _one("k", False)) == {"unpaired"}


def test_an_element_by_a_name_from_outside() -> None:
    writer = "WRITE_ONCE({0}->data, 1); smp_wmb(); WRITE_ONCE({0}->flag, 1);"
    text = "void f(struct d *d)\n{{\n{0}\n}}\nvoid g(struct q *q)\n{{\n{1}\n}}\n"

    def statuses(first: str, second: str) -> set[str]:
        reader = _each(first, "", second, True)
        code = text.format(reader, writer.format("q"))
        options = Options(aliases=(("f:d.q[*].data", "g:q.data"), ("f:d.q[*].flag", "g:q.flag")))
        (unit,) = check("a.c", code.encode(), options)
        return {b.status for r in unit.results for b in r.barriers}

    assert statuses("data", "flag") == {"unmatched"}
    assert statuses("flag", "data") == {"unpaired"}
