"""The real mails, where a checkout has them beside it."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.syntax.printer import show
from verifier.errors import InputError
from verifier.inbox import Diagram, Piece, recognise
from verifier.syntax import parse_diagram

MAILS = Path(__file__).resolve().parents[3] / "shared" / "mails"
needs_mails = pytest.mark.skipif(not MAILS.is_dir(), reason="the shared mails are not here")


def pieces(name: str) -> tuple[Piece, ...]:
    return recognise(name, (MAILS / name).read_bytes())


def functions(piece: Piece) -> dict[str, str]:
    assert isinstance(piece, Diagram)
    return {f.name: show(f.body) for f in parse_diagram(piece.columns, piece.rest).functions}


HANDLER = "pending = true; smp_wmb(); "
STOP = "<break: ... stop waiting ...>"
DECIDE = f"if (pending) {{ {STOP} }} else {{ continue; }}"
THREAD = [
    {
        "VCPU": "{ for (; ; ) { WRITE_ONCE(task->state, INTERRUPTIBLE); smp_mb(); "
        f"if (pending) {{ {{ {STOP} }} }} schedule(); }} }}",
        "handler": f"{{ {HANDLER}WRITE_ONCE(vcpu->state, NORMAL); }}",
    },
    {
        "VCPU": "{ for (; ; ) { WRITE_ONCE(task->state, INTERRUPTIBLE); smp_mb(); "
        f"if ((READ_ONCE(task->state) == NORMAL)) {{ {{ smp_rmb(); {DECIDE} }} }} schedule(); }} }}",
        "handler": f"{{ {HANDLER}WRITE_ONCE(vcpu->state, NORMAL); }}",
    },
    {
        "VCPU": "{ kvm_arch_vcpu_blocking(); for (; ; ) { prepare_to_swait(); "
        f"if (test_bit(IRQ_PENDING)) {{ {{ smp_rmb(); {DECIDE} }} }} schedule(); }} }}",
        "handler": f"{{ {HANDLER}set_bit(IRQ_PENDING); }}",
    },
]


@needs_mails
def test_the_thread_with_folded_white_space() -> None:
    found = [p for p in pieces("gicv4-doorbell-thread.txt") if isinstance(p, Diagram)]
    assert [functions(piece) for piece in found] == THREAD


COLUMNS = [
    ("01-kvm-unit-tests-gic-ipi-v3.eml", [("CPU1", "CPU2")]),
    ("02-perf-put-ctx.eml", [("perf_event_release_kernel", "perf_event_free_task")] * 2),
    ("03-resctrl-closid.eml", [("CPU0", "CPU1")]),
    ("04-x86-switch-mm-ordering.eml", [("switch_mm_irqs_off", "flush_tlb_mm_range")]),
    ("07-ttwu-race.eml", [("CPU0", "CPU1", "CPU2"), ("P0", "P1")]),
]


@needs_mails
@pytest.mark.parametrize(("name", "expected"), COLUMNS, ids=[row[0] for row in COLUMNS])
def test_the_diagrams_of_patch_mails(name: str, expected: list[tuple[str, ...]]) -> None:
    found = [piece for piece in pieces(name) if isinstance(piece, Diagram)]
    assert [tuple(functions(piece)) for piece in found] == expected


@needs_mails
def test_every_mail_is_read_or_reported() -> None:
    messages: list[str] = []
    for path in sorted(MAILS.iterdir()):
        try:
            found = recognise(path.name, path.read_bytes())
        except InputError as problem:
            messages.append(problem.message)
            continue
        for piece in found:
            if isinstance(piece, Diagram):
                assert parse_diagram(piece.columns, piece.rest).functions
    assert all(messages)
