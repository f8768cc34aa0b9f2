"""Records do what dataclasses do."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Generic, TypeVar

import pytest

from verifier.record import annotations_of, field, record, replace

T = TypeVar("T")


@record(frozen=True, slots=True)
class Point:
    x: int
    y: int = 2
    names: list[str] = field(default_factory=list, compare=False, repr=False)
    sum: int = field(init=False)

    def __post_init__(self) -> None:
        self.sum = self.x + self.y  # type: ignore[misc]


@record(frozen=True, slots=True)
class Empty:
    pass


@record(frozen=True, slots=True, order=True)
class Place:
    line: int
    text: str = field(compare=False)


@record(frozen=True, slots=True, eq=False)
class Thing(Generic[T]):
    inside: T


@record(slots=True)
class Counter:
    count: int = 0

    def __repr__(self) -> str:
        return f"<{self.count}>"


def test_fields_are_set_by_position_name_and_default() -> None:
    point = Point(1, names=["a"])
    assert (point.x, point.y, point.names, point.sum) == (1, 2, ["a"], 3)
    assert Point(1).names is not Point(1).names


def test_wrong_arguments_are_said_of_the_class() -> None:
    with pytest.raises(TypeError, match=r"Point\.__init__\(\) missing 1 required positional argument: 'x'"):
        Point()  # type: ignore[call-arg]
    with pytest.raises(TypeError, match="takes 1 positional argument"):
        Empty(1)  # type: ignore[call-arg]


def test_records_are_compared_and_hashed_by_what_counts() -> None:
    assert Point(1, 2, ["a"]) == Point(1)
    assert hash(Point(1, 2, ["a"])) == hash(Point(1))
    assert Point(1) != Point(2)
    assert Point(1) != (1, 2, 3)
    assert Empty() == Empty()
    assert hash(Empty()) == hash(())
    assert Thing(1) != Thing(1)
    assert len({Thing(1), Thing(1)}) == 2


def test_records_that_change_have_no_hash() -> None:
    counter = Counter()
    counter.count += 1
    assert counter == Counter(1)
    with pytest.raises(TypeError, match="unhashable"):
        hash(counter)


def test_records_are_ordered_where_asked_for() -> None:
    assert sorted([Place(2, "a"), Place(1, "b")]) == [Place(1, "b"), Place(2, "a")]
    assert Place(1, "b") <= Place(1, "a")
    assert Place(2, "") > Place(1, "")
    assert Place(2, "") >= Place(2, "x")
    with pytest.raises(TypeError):
        sorted([Point(1), Point(2)])  # type: ignore[type-var]


def test_records_are_shown_without_what_is_hidden() -> None:
    assert repr(Point(1)) == "Point(x=1, y=2, sum=3)"
    assert repr(Empty()) == "Empty()"
    assert repr(Counter(3)) == "<3>"


def test_records_have_no_other_attributes() -> None:
    with pytest.raises(AttributeError):
        Point(1).z = 1  # type: ignore[attr-defined]


def test_records_are_matched_by_position() -> None:
    match Point(1):
        case Point(x, y, names):
            assert (x, y, names) == (1, 2, [])


def test_records_are_copied_and_pickled() -> None:
    point = Point(1, 5, ["a"])
    for other in (copy.copy(point), copy.deepcopy(point), pickle.loads(pickle.dumps(point))):
        assert (other, other.names, other.sum) == (point, ["a"], 6)


@pytest.mark.parametrize("change", [replace, dataclasses.replace])
def test_replace_changes_some_fields(change: object) -> None:
    assert callable(change)
    changed = change(Point(1, 5, ["a"]), x=2)
    assert (changed.x, changed.y, changed.names, changed.sum) == (2, 5, ["a"], 7)
    with pytest.raises(TypeError):
        change(Point(1), z=1)


def test_records_are_dataclasses_to_who_asks() -> None:
    assert dataclasses.is_dataclass(Point)
    assert dataclasses.is_dataclass(Empty())
    assert [f.name for f in dataclasses.fields(Point)] == ["x", "y", "names", "sum"]
    assert [f.name for f in dataclasses.fields(Point) if not f.init] == ["sum"]
    assert dataclasses.asdict(Place(1, "a")) == {"line": 1, "text": "a"}


def test_annotations_are_known_of_classes_of_records_alone() -> None:
    assert annotations_of(Place) == {"line": "int", "text": "str"}
    assert annotations_of(Place(1, "a")) is None
    assert annotations_of(int) is None
