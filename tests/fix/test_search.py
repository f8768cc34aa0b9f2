"""The search for the cheapest edits, with a judge that is made up."""

from __future__ import annotations

from collections.abc import Callable

from verifier.fix.edits import Edit, Part
from verifier.fix.search import Judged, remedies

TEXT = "ab"


def edit(at: int, text: str, cost: int) -> Edit:
    return Edit((Part(at, at, text),), cost, f"{text} at {{}}", (at,))


def judge(proves: Callable[[str], bool], *choices: tuple[Edit, ...]) -> Callable[[str], Judged]:
    def answer(text: str) -> Judged:
        return Judged(False, True, ()) if proves(text) else Judged(True, False, choices)

    return answer


def found(judged: Callable[[str], Judged | None]) -> list[str]:
    first = judged(TEXT)
    assert first is not None
    return sorted("+".join(sorted(e.parts[0].text for e in r.edits)) for r in remedies(TEXT, first, judged))


def test_the_cheaper_of_two_that_do() -> None:
    asks = judge(lambda t: "M" in t or "w" in t, (edit(1, "M", 5),), (edit(1, "w", 2),))
    assert found(asks) == ["w"]


def test_all_of_the_same_cost() -> None:
    asks = judge(lambda t: "r" in t or "w" in t, (edit(1, "r", 2),), (edit(2, "w", 2),))
    assert found(asks) == ["r", "w"]


def test_one_edit_for_all_is_better_than_one_for_each() -> None:
    asks = judge(
        lambda t: "M" in t or ("r" in t and "w" in t and "x" in t),
        (edit(0, "r", 2),),
        (edit(1, "w", 2),),
        (edit(2, "x", 2),),
        (edit(1, "M", 5),),
    )
    assert found(asks) == ["M"]


def test_what_is_needless_is_left_out() -> None:
    asks = judge(lambda t: "r" in t, (edit(0, "w", 2), edit(2, "r", 2)))
    assert found(asks) == ["r"]


def test_what_is_too_strong_is_made_weaker() -> None:
    full = edit(2, "smp_mb()", 5)
    asks = judge(lambda t: "x" in t and ("smp_wmb" in t or "smp_mb" in t), (edit(0, "x", 2), full))
    assert found(asks) == ["smp_wmb()+x"]


def test_nothing_where_nothing_helps() -> None:
    assert found(judge(lambda t: False, (edit(1, "M", 5),))) == []
    assert found(judge(lambda t: False)) == []


def test_a_text_that_can_not_be_judged_is_no_remedy() -> None:
    def answer(text: str) -> Judged | None:
        if "M" in text:
            return None
        return Judged("w" not in text, "w" in text, ((edit(1, "M", 1),), (edit(1, "w", 2),)))

    assert found(answer) == ["w"]


def test_what_is_needless_goes_though_it_keeps_the_text_from_being_proved() -> None:
    both = (edit(0, "r", 2), edit(2, "w", 2))

    def answer(text: str) -> Judged:
        return Judged("r" not in text, "r" in text and "w" not in text, () if "r" in text else (both,))

    assert found(answer) == ["r"]


def test_where_nothing_proves_it_what_is_not_refuted() -> None:
    def answer(text: str) -> Judged:
        return Judged("w" not in text, False, ((edit(1, "w", 2),),))

    (one,) = remedies(TEXT, answer(TEXT), answer)
    assert not one.is_proved
    assert [e.what for e in one.edits] == ["w at {}"]
