"""Where a graph's events and edges are drawn."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from tests.report.sample import ALL, MP_EXECUTION, ONE_SIDED, R_EXECUTION, TWO_MODELS, large
from verifier.pairing.verdict import Counterexample, Relation, UnitResult
from verifier.report.drawing import CHARACTER, Line, draw
from verifier.report.executions import collect
from verifier.report.picture import picture

EXAMPLES: list[tuple[UnitResult, Counterexample]] = [
    (unit, execution.example)
    for unit in (*ALL.values(), large())
    for execution in collect(unit, verbose=True)
]


@pytest.mark.parametrize(("unit", "example"), EXAMPLES)
def test_boxes_do_not_meet_and_program_order_goes_down(unit: UnitResult, example: Counterexample) -> None:
    shown = picture(example, unit)
    boxes = draw(shown).boxes
    for a, b in combinations(boxes, 2):
        apart = a.x + a.width <= b.x or b.x + b.width <= a.x or a.y + a.height <= b.y or b.y + b.height <= a.y
        assert apart, (a, b)
    for arrow in shown.arrows:
        if arrow.kind == "po":
            assert boxes[arrow.start].y < boxes[arrow.end].y


@pytest.mark.parametrize(("unit", "example"), EXAMPLES)
def test_everything_is_inside_and_labels_do_not_cover_each_other(
    unit: UnitResult, example: Counterexample
) -> None:
    drawing = draw(picture(example, unit))
    labels = [line for line in drawing.lines if line.label]
    for a, b in combinations(labels, 2):
        assert abs(a.y - b.y) >= 12 or right(a) <= left(b) or right(b) <= left(a), (a, b)
    assert all(left(line) >= 0 and right(line) <= drawing.width for line in labels)
    assert all(b.y + b.height <= drawing.height and b.x + b.width <= drawing.width for b in drawing.boxes)


def left(line: Line) -> float:
    return line.x if line.is_start else line.x - len(line.label) * CHARACTER / 2


def right(line: Line) -> float:
    return left(line) + len(line.label) * CHARACTER


def test_text_fits_into_its_box() -> None:
    for box in draw(picture(large().results[0].barriers[0].counterexample, large())).boxes:  # type: ignore[arg-type]
        assert max(len(box.title), len(box.code)) * 7.23 + 12 <= box.width


def test_events_are_named_as_herd7_names_them() -> None:
    shown = picture(MP_EXECUTION, ONE_SIDED)
    assert [(e.letter, e.access) for e in shown.events] == [
        ("a", "W data=1"),
        ("b", ""),
        ("c", "W flag=1"),
        ("d", "R flag=1"),
        ("e", "R data=0"),
    ]
    named = picture(large().results[0].barriers[0].counterexample, large())  # type: ignore[arg-type]
    assert [e.letter for e in named.events][25:28] == ["z", "aa", "ab"]


def test_each_kind_of_edge_is_there_once() -> None:
    kinds = [(a.start, a.end, a.kind) for a in picture(R_EXECUTION, TWO_MODELS).arrows if a.why]
    assert kinds == [(5, 0, "fr"), (0, 2, "po"), (2, 3, "co"), (3, 5, "po")]


def test_of_a_read_s_control_dependencies_the_first_is_shown_and_that_of_the_cycle() -> None:
    relations = tuple(Relation(3, end, "ctrl") for end in (4, 5, 6))
    later = (*MP_EXECUTION.steps, MP_EXECUTION.steps[4], MP_EXECUTION.steps[4])
    example = replace(MP_EXECUTION, steps=later, relations=relations)
    shown = [(a.start, a.end) for a in picture(example, ONE_SIDED).arrows if a.kind == "ctrl"]
    assert shown == [(3, 4)]
    cycle = tuple(replace(e, end=6) if e.start == 3 else e for e in MP_EXECUTION.cycle)
    shown = [
        (a.start, a.end) for a in picture(replace(example, cycle=cycle), ONE_SIDED).arrows if a.kind == "ctrl"
    ]
    assert shown == [(3, 4), (3, 6)]
