"""Every refuted example is mended: the patch proves it, and no barrier in it can be dropped or made weaker."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import SequenceMatcher
from pathlib import Path

import pytest

from verifier.fix import Mended, mend
from verifier.limits import Deadline
from verifier.options import Options
from verifier.pipeline import check

LITMUS = Path(__file__).parents[2] / "litmus"
SECONDS = 900.0
# What is not wrong in its order: no barrier mends it.
LOGIC = re.compile(r"program order too|self-deadlock|data race")
WEAKER = [
    (r"smp_(?:r|w)?mb\(\);?", ""),
    (r"smp_mb\(\)", "smp_rmb()"),
    (r"smp_mb\(\)", "smp_wmb()"),
    (r"smp_load_acquire\(&([^()]+)\)", r"READ_ONCE(\1)"),
    (r"smp_load_acquire\((\w+)\)", r"READ_ONCE(*\1)"),
    (r"smp_store_release\(&([^,]+), ", r"WRITE_ONCE(\1, "),
    (r"smp_store_release\((\w+), ", r"WRITE_ONCE(*\1, "),
    (r"(atomic_(?:read|set)|test_bit)_(?:acquire|release)\(", r"\1("),
    (r"(\w+)_(?:acquire|release)\(", r"\1_relaxed("),
    (r"(list_add\w*)_rcu\(", r"\1("),
    (r"(?:DMB ISH(?:LD|ST)?|MFENCE|fence \w+,\w+|lwsync|\bsync\b)", ""),
    (r"DMB ISH\b", "DMB ISHLD"),
    (r"DMB ISH\b", "DMB ISHST"),
    (r"fence rw,rw", "fence r,r"),
    (r"fence rw,rw", "fence w,w"),
    (r"\bsync\b", "lwsync"),
    (r"\bLDAR\b", "LDR"),
    (r"\bSTLR\b", "STR"),
]


def refuted() -> Iterator[str]:
    for report in LITMUS.rglob("*.expected"):
        if re.search(r"^\w+: refuted", report.read_text(), re.MULTILINE):
            for file in report.parent.glob(f"{report.stem}.*"):
                if file.suffix in (".c", ".litmus", ".txt"):
                    yield str(file.relative_to(LITMUS))


def new_lines(before: str, after: str) -> list[int]:
    changes = SequenceMatcher(None, before.split("\n"), after.split("\n"), autojunk=False).get_opcodes()
    return [n for kind, _, _, first, end in changes if kind != "equal" for n in range(first, end)]


def weakened(before: str, after: str) -> Iterator[str]:
    """The mended text with one of its new barriers dropped or made weaker."""
    lines = after.split("\n")
    for i in new_lines(before, after):
        code, slash, remark = lines[i].partition(" /*")
        if code.lstrip().startswith(("*", "/*")):
            continue
        for pattern, weak in WEAKER:
            for found in re.finditer(pattern, code):
                new = f"{code[: found.start()]}{found.expand(weak)}{code[found.end() :]}{slash}{remark}"
                yield "\n".join([*lines[:i], new, *lines[i + 1 :]])


def is_proved(name: str, text: str, vacuous: bool = False) -> bool:
    units = check(name, text.encode(), Options(timeout=SECONDS))
    fine = ("proved", "nothing to check", *(("vacuous",) if vacuous else ()))
    return all(r.verdict in fine for u in units for r in u.results)


def assert_mended(name: str) -> None:
    data = (LITMUS / name).read_bytes()
    options = Options(timeout=SECONDS)
    units = check(name, data, options)
    found = mend(name, data, units, options, Deadline(SECONDS))
    if not isinstance(found, Mended):
        assert found is not None
        assert LOGIC.search(found.reason), found.reason
        assert any(
            p.even_under_sc or p.kind in ("self-deadlock", "data race")
            for u in units
            for r in u.results
            for p in r.properties
            if p.status == "violated"
        )
        return
    assert found.is_proved
    assert is_proved(name, found.after, bool(found.vacuous))
    tried = list(weakened(found.before, found.after))
    tried = tried or list(weakened("", found.after))  # a barrier that moved may look as if its neighbour had
    assert tried
    for text in tried:
        assert not is_proved(name, text, bool(found.vacuous)), text


@pytest.mark.parametrize(
    "name", ["message-passing/demo.c", "cases/sb-wmb-wmb.c", "aarch64/mp-dmb-ctrl.litmus"]
)
def test_some(name: str) -> None:
    assert_mended(name)


@pytest.mark.full
@pytest.mark.parametrize("name", sorted(refuted()))
def test_all(name: str) -> None:
    assert_mended(name)


@pytest.mark.full
def test_the_queue_of_a_queued_spinlock() -> None:
    """It has no golden, since its barriers take minutes. One barrier mends it; without that it is what was refuted."""
    seconds = 2 * SECONDS  # all of it takes twelve minutes beside other work
    name, options = "algorithms/qspinlock-queue.c", Options(models=("lkmm",), timeout=seconds)
    data = (LITMUS / name).read_bytes()
    units = check(name, data, options)
    found = mend(name, data, units, options, Deadline(seconds))
    assert isinstance(found, Mended)
    assert found.is_proved
    assert len(new_lines(found.before, found.after)) == 1
    assert [r.verdict for u in check(name, found.after.encode(), options) for r in u.results] == ["proved"]
