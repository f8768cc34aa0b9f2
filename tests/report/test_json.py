"""The JSON report against its schema."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

import jsonschema
import pytest

from tests.report.sample import ALL, ONE_SIDED
from verifier.errors import InputError
from verifier.report import json_report
from verifier.source import Span

SCHEMA = json.loads(files("verifier.report").joinpath("schema.json").read_text(encoding="utf-8"))


def load(*args: Any) -> Any:
    report = json.loads(json_report.render(*args))
    jsonschema.validate(report, SCHEMA, jsonschema.Draft202012Validator)
    return report


def test_the_schema_is_one() -> None:
    jsonschema.Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", ALL)
def test_each_sample_fits_the_schema(name: str) -> None:
    assert load([ALL[name]], (), "0.1", 1)["units"][0]["file"] == ALL[name].file


def test_the_keys_of_a_barrier() -> None:
    barrier = load([ONE_SIDED], (), "0.1", 1)["units"][0]["results"][0]["barriers"][0]
    assert (barrier["line"], barrier["name"], barrier["via"], barrier["thread"]) == (
        9,
        "smp_wmb",
        None,
        "writer",
    )
    assert barrier["status"] == "unpaired"
    assert barrier["missing"][0] == {
        "thread": "reader",
        "after_line": 16,
        "before_line": 18,
        "barrier": "smp_rmb",
    }


def test_a_counterexample_names_lines_and_edges() -> None:
    barrier = load([ONE_SIDED], (), "0.1", 1)["units"][0]["results"][0]["barriers"][0]
    example = barrier["counterexample"]
    assert [step["line"] for step in example["steps"]] == [8, 9, 10, 16, 18]
    assert example["cycle"][2] == {"from": 3, "to": 4, "relation": "po", "ordered_by": None}
    assert example["steps"][4]["stale"] is True


def test_errors_have_their_place() -> None:
    errors = (InputError("syntax", "found }", "a.c", Span(2, 3, 2, 4)), InputError("usage", "no"))
    report = load((), errors, "0.1", 2)
    assert report["errors"][0] == {
        "file": "a.c",
        "line": 2,
        "column": 3,
        "code": "syntax",
        "message": "found }",
    }
    assert report["errors"][1]["line"] is None


def test_the_same_input_gives_the_same_bytes() -> None:
    assert json_report.render([ONE_SIDED], (), "0.1", 1) == json_report.render([ONE_SIDED], (), "0.1", 1)
