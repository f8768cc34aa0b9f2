"""Edits made one after the other are the same as all of them made at once."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from verifier.fix.edits import Edit, Part, edited, rebased


@given(st.data())
def test_a_rebased_edit_does_what_it_did_to_the_edited_text(data: st.DataObject) -> None:
    text = data.draw(st.text("abcd", min_size=1, max_size=30))
    edits: tuple[Edit, ...] = ()
    current = text
    for number in range(data.draw(st.integers(1, 4))):
        cuts = sorted(data.draw(st.lists(st.integers(0, len(current)), min_size=2, max_size=4)))
        pairs = [tuple(cuts[:2]), *([tuple(cuts[2:])] if len(cuts) == 4 and cuts[2] > cuts[1] else [])]
        new = Edit(tuple(Part(a, b, data.draw(st.text("XYZ", max_size=3))) for a, b in pairs), 1, str(number))
        after = edited(current, [new])
        more = rebased(edits, new)
        if more is None:
            return
        assert edited(text, more) == after
        assert sum(e.cost for e in more) == number + 1
        edits, current = more, after


def test_an_edit_to_what_another_has_written_becomes_one_with_it() -> None:
    first = Edit((Part(2, 2, "smp_rmb();"),), 2, "add", (2,))
    second = Edit((Part(2, 9, "smp_mb"),), 5, "use", (2,))
    (one,) = rebased((first,), second) or ()
    assert one == Edit((Part(2, 2, "smp_mb();"),), 7, "add and use", (2, 2))


def test_edits_across_the_border_of_another_are_refused() -> None:
    first = Edit((Part(2, 2, "smp_rmb();"),), 2, "add")
    assert rebased((first,), Edit((Part(0, 5, ""),), 0, "gone")) is None
