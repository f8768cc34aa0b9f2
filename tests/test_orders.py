"""verifier/kernel/orders.toml, asked of mbpair: each primitive between two accesses, against a fully ordered thread."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import pytest

from verifier.options import Options
from verifier.pipeline import check
from verifier.program.kernel import index
from verifier.program.primitives import table
from verifier.program.versions import read_version

DATA = Path(__file__).parent.parent / "verifier" / "kernel" / "orders.toml"
ROWS = tomllib.loads(DATA.read_text(encoding="utf-8"))["order"]
FIELDS = {"name", "code", "orders", "unordered", "armv8", "lkmm", "models", "kernel", "declare", "write"}
# Of those that have a body: what this table says nothing of, since its order is in what is not modelled yet.
WITHOUT = re.compile(
    r"(read|write)_seq(un)?lock\w*|schedule_timeout|CIRC_\w+|swap|llist_reverse_order"
    # what takes a queue's lock, or sleeps: litmus/sleep-wake and litmus/kvm show it
    r"|finish_\w+|(__)?s?wake_up(_one|_all|_interruptible(_all)?)?|(add|remove)_wait_queue|try_to_wake_up"
    r"|\w*wait_event\w*|\w*complet\w+|rcuwait_\w+|prepare_to_rcuwait|waitqueue_active|wq_has_sleeper"
    r"|kthread_(stop|exit)|swait_active|swq_has_sleeper|kvm_vcpu_(wake_up|kick)"
)


@dataclass(frozen=True)
class Question:
    name: str
    code: str
    pair: str
    model: str
    kernel: str | None
    declare: str
    write: int
    is_kept: bool
    atomics: Literal["lse", "ll-sc"] = "lse"

    def __str__(self) -> str:
        model = self.model if self.atomics == "lse" else "ll-sc"
        return f"{self.name}-{self.pair}-{model}-{self.kernel or 'newest'}-{self.code}"


def names(row: dict[str, object]) -> list[str]:
    found = row["name"]
    return [found] if isinstance(found, str) else list(found)  # type: ignore[call-overload]


def questions() -> list[Question]:
    found = []
    for row in ROWS:
        assert set(row) <= FIELDS, row
        for name in names(row):
            for model in row.get("models", ["armv8", "lkmm"]):
                kept = {*row.get("orders", "").split(), *row.get(model, "").split()}
                loose = {*row.get("unordered", "").split()} - kept
                code = row["code"].replace("{name}", name)
                rest = (model, row.get("kernel"), row.get("declare", ""), row.get("write", 1))
                found += [Question(name, code, p, *rest, p in kept) for p in sorted(kept | loose)]
    exclusives = [replace(q, atomics="ll-sc") for q in found if q.model == "armv8"]
    return found + exclusives


def program(q: Question) -> str:
    """The primitive between two accesses, the first of a and the second of b, or one of them its own, of x; and a
    thread that meets them the other way round, with a full barrier in between."""
    first, last = q.pair
    a, b = ("x" if first.islower() else "a"), ("x" if last.islower() else "b")
    before = {"R": "int p = READ_ONCE(a);", "W": "WRITE_ONCE(a, 1);"}.get(first, "")
    after = {"R": "int s = READ_ONCE(b);", "W": "WRITE_ONCE(b, 1);"}.get(last, "")
    condition = []
    # What the other thread does to b, then to a, so that the second access was before it and the first after it.
    if last in "Rr":
        onto_b = f"WRITE_ONCE({b}, 1);"
        condition.append(f"one:{'s' if last == 'R' else 'r'} == 0")
    else:
        onto_b = f"int t = READ_ONCE({b});"
        condition.append(f"other:t == {1 if last == 'W' else q.write}")
    if first in "Rr":
        onto_a = f"WRITE_ONCE({a}, 1);"
        condition.append(f"one:{'p' if first == 'R' else 'r'} == 1")
    else:
        onto_a = f"int u = READ_ONCE({a});"
        condition.append(f"other:u == {0 if first == 'W' else 1 - q.write}")
    declared = q.declare or "int x, z;"
    return f"""int a, b, entry, node;
{declared}
struct task_struct *task;
void one(struct kvm_vcpu *vcpu) {{ int r; {before} {q.code} {after} }}
void other(void) {{ {onto_b} smp_mb(); {onto_a} }}
exists ({" && ".join(condition)})
"""


ALL = questions()


@pytest.mark.parametrize("question", ALL, ids=str)
def test_order(question: Question) -> None:
    kernel = None if question.kernel is None else read_version(question.kernel)
    options = Options(models=(question.model,), kernel=kernel, bound=3, atomics=question.atomics)
    unit = check("a.c", program(question).encode(), options)[0]
    (result,) = unit.results
    opaque = [a for a in unit.assumptions if "is not in the text" in a]
    assert not opaque, opaque
    answers = [p.answer for p in result.properties]
    assert answers == ["never reached" if question.is_kept else "reached"], (
        f"{result.reason}\n{program(question)}"
    )


def test_every_primitive_is_in_the_table() -> None:
    """What has a row of its own or a body says here what it orders, and what is here is a primitive."""
    core = table("core.toml")
    listed = {n for kind in ("load", "store", "loop", "fence", "fence-at") for n in core[kind]}
    covered = {name for row in ROWS for name in names(row)}
    bodies = {name for name in index() if not WITHOUT.fullmatch(name)}
    missing = bodies - covered
    assert not missing, sorted(missing)
    barriers = {
        n
        for n in (*core["fence"], *core["fence-at"])
        if n not in ("smp_mb__before_clear_bit", "smp_mb__after_clear_bit")
    }
    assert barriers <= covered, sorted(barriers - covered)
    assert listed & covered
