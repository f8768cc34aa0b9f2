"""The rows of the mails' table, each from its file as it stands; where a checkout has the mails beside it."""

from __future__ import annotations

from functools import cache
from pathlib import Path

import pytest

from tests.inbox.test_mails import MAILS, needs_mails
from verifier.batch.git import Directory
from verifier.options import Options
from verifier.pairing.verdict import BarrierVerdict, Change, UnitResult
from verifier.pipeline import check

pytestmark = needs_mails


@cache
def units(name: str, kernel: tuple[int, int] | None = None) -> tuple[UnitResult, ...]:
    """What is found in the mail whose file begins with `name`."""
    (path,) = MAILS.glob(f"{name}*")
    return check(path.name, path.read_bytes(), Options(timeout=400, kernel=kernel))


def unit(name: str, side: str | None, *threads: str, kernel: tuple[int, int] | None = None) -> UnitResult:
    """The one program of these threads."""
    found = [u for u in units(name, kernel) if u.side == side and set(threads) <= set(u.threads)]
    return min(found, key=lambda u: len(u.threads))


def verdicts(u: UnitResult) -> dict[str, str]:
    return {r.model: r.verdict for r in u.results}


def barrier(u: UnitResult, model: str, name: str, line: int) -> BarrierVerdict:
    (result,) = [r for r in u.results if r.model == model]
    return next(b for b in result.barriers if (b.place.name, b.place.line) == (name, line))


def changes(name: str) -> list[Change]:
    return [u.change for u in units(name) if u.change is not None]


def states(change: Change, shape: str) -> dict[str, tuple[str, str]]:
    """Before and after, by model, of the first outcome of that shape."""
    found: dict[str, tuple[str, str]] = {}
    for o in change.outcomes:
        if o.outcome.startswith(f"{shape}:"):
            found.setdefault(o.model, (o.before, o.after))
    return found


CLOSED = ("allowed", "forbidden")
BOTH = ("armv8", "lkmm")


@pytest.mark.full
def test_01_barriers_on_the_wrong_side_of_the_accesses() -> None:
    before, after = (unit("01", side, "check_acked", "ipi_handler") for side in ("before", "after"))
    assert set(verdicts(before).values()) == {"refuted"}
    (change,) = changes("01")
    assert states(change, "MP") == dict.fromkeys(BOTH, CLOSED)
    for model in BOTH:
        assert barrier(after, model, "smp_rmb", 102).status == "paired"
        assert barrier(after, model, "smp_wmb", 114).claim == "confirmed"


def test_02_a_release_where_a_full_barrier_is_needed() -> None:
    (change,) = changes("02")
    assert states(change, "SB") == dict.fromkeys(BOTH, CLOSED)


def test_03_a_compiler_barrier_where_a_full_one_is_needed() -> None:
    move, group = changes("03")
    assert states(move, "SB") == {"tso": CLOSED, "lkmm": CLOSED}
    assert states(group, "SB") == {"tso": CLOSED, "lkmm": CLOSED}


@pytest.mark.full
def test_04_one_path_without_a_full_barrier() -> None:
    after = unit("04", "after", "switch_mm_irqs_off", "flush_tlb_mm_range")
    assert verdicts(unit("04", "before", "switch_mm_irqs_off")) == {"tso": "refuted", "lkmm": "refuted"}
    assert verdicts(after)["tso"] == "proved"
    assert states(changes("04")[0], "SB")["tso"] == CLOSED


@pytest.mark.full
def test_07_a_load_in_the_wrong_order() -> None:
    after = unit("07", "after", "try_to_wake_up", "P0")
    for model in BOTH:
        assert barrier(after, model, "smp_load_acquire", 214).status == "paired"
    change = next(c for c in changes("07") if "try_to_wake_up" in c.threads)
    assert states(change, "MP") == dict.fromkeys(BOTH, CLOSED)
    assert all("even under sc" in o.outcome for o in change.outcomes)


def test_12_a_barrier_whose_partner_is_gone() -> None:
    before = unit("12", "before", "do_idle")
    assert {barrier(before, model, "rmb", 59).status for model in BOTH} == {"unmatched"}
    (change,) = changes("12")
    assert change.summary == "no ordering change that the text shows; what rmb (line 59) ordered is not in it"


def test_13_barriers_beside_stronger_ones() -> None:
    for thread, line in (("rcu_segcblist_enqueue", 42), ("rcu_do_batch", 54)):
        before = unit("13", "before", thread)
        for model in BOTH:
            assert barrier(before, model, "smp_mb", line).supposed.startswith("is not needed to forbid")
    assert all(c.summary.startswith("no ordering change") for c in changes("13"))


def test_17_a_weaker_barrier_that_does() -> None:
    (change,) = changes("17")
    assert states(change, "SB") == dict.fromkeys(BOTH, ("forbidden", "forbidden"))
    assert change.summary.startswith("no ordering change")


def test_19_devices_are_not_modelled() -> None:
    after = unit("19", "after", "brcmstb_l2_intc_irq_handle")
    assert set(verdicts(after).values()) == {"undecided"}
    assert all(r.reason.startswith("not modelled: wmb()") for r in after.results)


def test_21_barriers_on_both_sides() -> None:
    after = unit("21", "after", "set_buffer_uptodate", "buffer_uptodate")
    for model in BOTH:
        writer = barrier(after, model, "smp_mb__before_atomic", 123)
        assert (writer.status, writer.shape, writer.claim) == ("paired", "MP", "confirmed")
        assert barrier(after, model, "smp_load_acquire", 138).status == "paired"
    assert (
        "allowed without smp_mb__before_atomic (line 123) or smp_load_acquire (line 138)"
        in changes("21")[-1].summary
    )


def test_22_release_and_acquire_order_differently() -> None:
    found = unit("22-", "after", "aic_ipi_unmask", "aic_ipi_send_mask")
    assert verdicts(found) == {"armv8": "proved", "lkmm": "refuted"}
    assert barrier(found, "armv8", "atomic_fetch_or_release", 181).shape == "SB"


def test_22b_the_same_with_one_side_quoted() -> None:
    found = unit("22b", "after", "code_at_line_142")
    assert barrier(found, "armv8", "atomic_fetch_or_release", 149).supposed.startswith("forbids SB")
    assert barrier(found, "lkmm", "atomic_fetch_or_release", 149).supposed.startswith("does not forbid SB")


def test_24_only_a_comment_changes() -> None:
    (change,) = changes("24")
    assert change.summary.startswith("no ordering change")


PSCI = """\
static unsigned long kvm_psci_vcpu_on(struct kvm_vcpu *source_vcpu)
{
\tstruct vcpu_reset_state *reset_state;
\tstruct kvm_vcpu *vcpu = NULL;

\tvcpu = find_it(source_vcpu);
\treset_state = &vcpu->arch.reset_state;
\treset_state->pc = smccc_get_arg2(source_vcpu);
\tWRITE_ONCE(reset_state->reset, true);
\tkvm_make_request(KVM_REQ_VCPU_RESET, vcpu);

\t/*
\t * Make sure the reset request is observed if the change to
\t * power_state is observed.
\t */
\tsmp_wmb();

\tvcpu->arch.power_off = false;
\tkvm_vcpu_wake_up(vcpu);

\treturn PSCI_RET_SUCCESS;
}
"""


def test_24_with_a_tree_the_comment_names_the_wrong_variable(tmp_path: Path) -> None:
    place = tmp_path / "arch/arm64/kvm/psci.c"
    place.parent.mkdir(parents=True)
    place.write_text(PSCI)
    (path,) = MAILS.glob("24*")
    found = check(path.name, path.read_bytes(), Options(timeout=60), Directory(str(tmp_path)))
    claims = {
        (u.side, b.claim) for u in found for r in u.results for b in r.barriers if b.place.name == "smp_wmb"
    }
    assert {("before", "refuted"), ("after", "confirmed")} <= claims
    lone = [
        b
        for u in found
        if len(u.threads) == 1  # the others have a known other side for the request
        for r in u.results
        for b in r.barriers
        if b.place.name == "smp_wmb" and b.place.via is None
    ]
    assert all(b.supposed.startswith("forbids MP") for b in lone if b.status == "unmatched")


def test_26_the_writers_half_alone() -> None:
    (change,) = changes("26")
    assert states(change, "MP") == dict.fromkeys(BOTH, CLOSED)
    assert all(o.is_supposed and o.needs_half for o in change.outcomes)
    assert change.summary.endswith("else it is still half paired")


# ---------------------------------------------------- the thread, by its pieces

THREAD = "gicv4"
OLD, NEW = (4, 13), (4, 14)


def properties(u: UnitResult, kind: str) -> dict[str, str]:
    return {r.model: p.status for r in u.results for p in r.properties if p.kind == kind}


@pytest.mark.full
def test_t1_the_handler_can_wait_for_a_lock_that_it_interrupts() -> None:
    found = unit(THREAD, "before", "vgic_v4_doorbell_handler", kernel=OLD)
    assert "violated" in properties(found, "self-deadlock").values()
    assert set(verdicts(found).values()) == {"refuted"}
    after = unit(THREAD, "after", "vgic_v4_doorbell_handler", kernel=OLD)
    assert "violated" not in properties(units(THREAD, OLD)[-1], "self-deadlock").values()
    assert after.side == "after"


@pytest.mark.full
def test_t2_and_t3_what_the_handler_does_for_the_vcpu() -> None:
    request = unit(THREAD, "after", "vgic_v4_doorbell_handler", "vcpu", kernel=OLD)
    kick = unit(THREAD, "after", "vgic_v4_doorbell_handler", "entering_vcpu", kernel=OLD)
    for model in BOTH:
        assert barrier(request, model, "smp_wmb", 70).status == "paired"
        assert barrier(kick, model, "smp_mb__before_atomic", 71).status == "paired"
    for kernel, status in ((OLD, "violated"), (NEW, "holds")):
        sleeper = unit(THREAD, "after", "vgic_v4_doorbell_handler", "sleeping_vcpu", kernel=kernel)
        assert set(properties(sleeper, "lost wake-up").values()) == {status}


@pytest.mark.full
def test_t4_to_t6_the_diagrams() -> None:
    first, second, third = (u for u in units(THREAD, OLD) if u.threads == ("VCPU", "handler"))
    assert verdicts(first) == {"armv8": "proved", "lkmm": "refuted"}
    assert barrier(second, "lkmm", "smp_wmb", 122).status == "paired"
    assert set(properties(second, "lost wake-up").values()) == {"violated"}
    assert verdicts(third) == {"armv8": "proved", "lkmm": "proved"}


@pytest.mark.full
def test_t7_a_barrier_for_what_the_caller_reads() -> None:
    found = unit(THREAD, "after", "kvm_arch_vcpu_runnable", kernel=OLD)
    for model in BOTH:
        b = barrier(found, model, "smp_rmb", 174)
        assert (b.status, b.supposed[:11]) == ("unmatched", "forbids MP:")


@pytest.mark.full
def test_t8_after_a_plain_test_it_orders_nothing_in_the_kernels_model() -> None:
    found = unit(THREAD, None, "code_at_line_182", kernel=OLD)
    assert barrier(found, "armv8", "smp_mb__after_atomic", 187).supposed.startswith("forbids MP")
    assert barrier(found, "lkmm", "smp_mb__after_atomic", 187).supposed.startswith("does not forbid MP")
