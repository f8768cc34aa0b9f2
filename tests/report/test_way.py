"""A barrier inside of what the user calls is named with the way in."""

from __future__ import annotations

from verifier.options import Options
from verifier.pairing.verdict import Place
from verifier.pipeline import check
from verifier.report.chosen import select_barrier
from verifier.report.entries import barrier_entries
from verifier.report.json_report import render

TEXT = b"""int irq_lines;
void my_kick(struct kvm_vcpu *vcpu)
{
\tkvm_make_request(3, vcpu);
}
void handler(struct kvm_vcpu *vcpu)
{
\tWRITE_ONCE(irq_lines, 1);
\tmy_kick(vcpu);
}
/* pairs with kvm_make_request() */
void vcpu_run(struct kvm_vcpu *vcpu)
{
\tif (request(vcpu))
\t\tREAD_ONCE(irq_lines);
}
"""
OWN = (("own.c", "int request(struct kvm_vcpu *vcpu)\n{\n\treturn kvm_check_request(3, vcpu);\n}\n"),)
(UNIT,) = check("a.c", TEXT, Options(primitives=OWN))


def heads(verbose: bool) -> list[str]:
    return [entry.head for entry in barrier_entries(UNIT, verbose)]


def test_the_innermost_function_and_the_users_line() -> None:
    assert heads(verbose=False) == [
        "a.c:4: smp_wmb in kvm_make_request(), called at line 4 in handler()",
        "a.c:14: smp_mb__after_atomic in kvm_check_request(), called at line 14 in vcpu_run()",
    ]


def test_the_whole_chain() -> None:
    assert heads(verbose=True) == [
        "a.c:4: smp_wmb in kvm_make_request(), called at line 4 in my_kick(), called at line 9 in handler()",
        "a.c:14: smp_mb__after_atomic in kvm_check_request(), called by request(), called at line 14 in vcpu_run()",
    ]


def test_partners_and_json_name_the_function() -> None:
    first = UNIT.results[0].barriers[0]
    assert first.partners_text == "smp_mb__after_atomic in kvm_check_request() (line 14)"
    assert '"via": "kvm_check_request"' in render([UNIT], (), "0", 0)


def test_a_barrier_is_found_by_any_function_on_the_way() -> None:
    for name in ("my_kick", "kvm_make_request()", "smp_wmb", "4"):
        (chosen,) = select_barrier([UNIT], name)
        assert [b.place.name for b in chosen.results[0].barriers] == ["smp_wmb"], name


def test_a_place_without_a_way() -> None:
    assert Place("smp_mb", "f", 3, None).functions == frozenset()
    assert Place("smp_mb", "f", 3, "g").functions == {"g"}
