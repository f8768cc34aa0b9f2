"""Inputs made from their numbers: the same again, spread over all targets, and failures counted by kind."""

from __future__ import annotations

from pathlib import Path

import pytest

from fuzz import findings, numbered
from fuzz.targets import TARGETS


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(findings, "FOLDER", tmp_path)
    return tmp_path


def test_an_input_is_made_from_its_number() -> None:
    assert numbered.made("diffs", 7) == numbered.made("diffs", 7)
    assert len({numbered.made("diffs", n) for n in range(50)}) > 45


def test_every_target_has_its_share() -> None:
    order = numbered.targets(tuple(TARGETS))
    assert set(order) == set(TARGETS)
    assert order.count("check") == 1
    assert order.count("mails") == 20
    assert numbered.targets(("check",)) == ("check",)


def test_nothing_is_found() -> None:
    fed, found, peak = numbered._feed(tuple(TARGETS), 0, 141)
    assert (fed, found) == (141, set())
    assert 0 < peak < numbered.MEMORY * 10


def test_failures_are_counted_by_kind(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(data: bytes) -> None:
        raise KeyError(data)

    monkeypatch.setitem(TARGETS, "diffs", fail)
    _, found, _ = numbered._feed(("diffs", "models"), 0, 10)
    assert found == {"diffs-KeyError-anywhere"}
    assert (folder / "findings" / "diffs-KeyError-anywhere").exists()


@pytest.mark.full
def test_some_thousand() -> None:
    *_, (done, kinds, most) = numbered.feed_all(tuple(TARGETS), range(4_000), 2)
    assert (done, kinds) == (4_000, 0)
    assert most < numbered.MEMORY
