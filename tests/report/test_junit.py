"""JUnit's XML: what fails, what is skipped, what can't be read."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.report.sample import ALL, HALF, ONE_SIDED, PAIRED, TWO_MODELS, UNDECIDED, hostile, large
from verifier.errors import GivenUp, InputError
from verifier.pairing.verdict import UnitResult
from verifier.report import junit


def suites(*units: UnitResult, errors: tuple[InputError, ...] = ()) -> ElementTree.Element:
    root = ElementTree.fromstring(junit.render(units, errors).encode())
    assert root.tag == "testsuites"
    for one in (root, *root):
        cases = list(one.iter("testcase"))
        assert one.get("tests") == str(len(cases))
        for count, name in (("failures", "failure"), ("errors", "error"), ("skipped", "skipped")):
            assert one.get(count) == str(sum(case.find(name) is not None for case in cases))
    return root


@pytest.mark.parametrize("name", ALL)
def test_each_sample_counts_what_it_has(name: str) -> None:
    suites(ALL[name], hostile(), large())


def test_a_refuted_barrier_fails_with_its_execution() -> None:
    (case,) = suites(ONE_SIDED).iter("testcase")
    assert (case.get("classname"), case.get("name")) == ("mp.c", "smp_wmb in writer")
    failure = case.find("failure")
    assert failure is not None
    assert failure.get("type") == "unpaired"
    assert str(failure.get("message")).startswith("mp.c:9: smp_wmb in writer: armv8, lkmm: unpaired (MP)")
    assert "reads 0 <-- stale" in str(failure.text)
    assert "to fix: add smp_rmb() in reader() between lines 16 and 18" in str(failure.text)


def test_what_holds_passes_and_what_is_open_is_skipped() -> None:
    outcomes = {
        (case.get("name"), child.tag) for case in suites(PAIRED, HALF).iter("testcase") for child in case
    }
    assert ("smp_wmb in writer", "system-out") in outcomes
    assert ("smp_wmb in writer", "failure") in outcomes
    assert ("smp_mb in reader", "skipped") in outcomes
    (case,) = suites(UNDECIDED).iter("testcase")
    assert case.find("skipped") is not None


def test_properties_are_cases_too() -> None:
    names = [case.get("name") for case in suites(TWO_MODELS).iter("testcase")]
    assert names == ["smp_mb in VCPU", "smp_wmb in kvm_make_request() in handler", "lost wake-up: schedule()"]


def test_inputs_without_an_answer() -> None:
    root = suites(errors=(InputError("syntax", "found }", "a.c"), GivenUp("timeout", "time ran out", "b.c")))
    assert [case[0].tag for case in root.iter("testcase")] == ["error", "skipped"]


def test_of_a_patch_what_it_leaves_counts() -> None:
    root = suites(replace(ONE_SIDED, side="before"), replace(PAIRED, side="after"))
    assert [suite.get("name") for suite in root] == ["mp.c (after)"]


def test_what_xml_can_t_hold_is_shown_by_its_number() -> None:
    root = suites(replace(ONE_SIDED, file="a\x00\x1b\ufffe.c"))
    assert root[0].get("name") == "a⟨U+0000⟩⟨U+001B⟩⟨U+FFFE⟩.c"
