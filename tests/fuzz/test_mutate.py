"""What fuzzing feeds: seeds that are what they should be, changes that are changes, the same for the same number."""

from __future__ import annotations

from random import Random

import pytest

from fuzz import seeds
from fuzz.mutate import LONGEST, WAYS, Way, mutate
from fuzz.targets import TARGETS
from verifier.errors import InputError
from verifier.inbox import Diagram, Patch, recognise


@pytest.mark.parametrize(
    ("target", "name", "kind"), [("diffs", "d.patch", Patch), ("diagrams", "d.txt", Diagram)]
)
def test_seeds_are_what_they_should_be(target: str, name: str, kind: type[object]) -> None:
    found = [{type(piece) for piece in recognise(name, seed)} for seed in seeds.of(target)]
    assert len(found) > 100
    assert all(kinds == {kind} for kinds in found)


def test_many_mails_are_read() -> None:
    assert sum(_is_read(seed) for seed in seeds.of("mails")) > 300


def _is_read(mail: bytes) -> bool:
    try:
        return bool(recognise("m.eml", mail))
    except InputError:
        return False


FEW = {"models": 8, "litmus": 40}


@pytest.mark.parametrize("target", TARGETS)
def test_seeds_differ(target: str) -> None:
    found = seeds.of(target)
    assert len(set(found)) > 0.95 * len(found) > FEW.get(target, 100)


@pytest.mark.parametrize("way", WAYS, ids=lambda way: way.__name__)
def test_each_way_changes_something_and_bears_everything(way: Way) -> None:
    texts = [b"", b"\n", b"\n\n\n", b"\xff\t\xfe", *seeds.of("mails")[:20]]
    changed = [way(text.split(b"\n"), Random(i), texts) != text.split(b"\n") for i, text in enumerate(texts)]
    assert sum(changed) > 5


def test_the_same_number_has_the_same_text() -> None:
    known = seeds.of("diffs")
    made = [[mutate(known[i], Random(i), known) for i in range(50)] for _ in range(2)]
    assert made[0] == made[1]
    assert sum(text != seed for text, seed in zip(made[0], known, strict=False)) > 40
    assert max(map(len, made[0])) <= LONGEST
