"""Findings as SARIF 2.1.0, for services that show them beside the code."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Sequence
from hashlib import sha256
from pathlib import PurePath
from urllib.parse import quote

from verifier.errors import GivenUp, InputError
from verifier.pairing.verdict import Counterexample, UnitResult
from verifier.report.findings import Case, Finding, cases, is_left_behind
from verifier.report.picture import picture
from verifier.report.rules import RULES
from verifier.source import Span, file_of, is_encoded, number_in_file

Json = dict[str, object]
SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
IDS = list(RULES)


def render(units: Sequence[UnitResult], errors: Sequence[InputError], version: str, code: int) -> str:
    """The text of a log with one run; ends with a newline."""
    run: Json = {
        "tool": {"driver": {"name": "mbpair", "semanticVersion": version, "rules": _rules()}},
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {"SRCROOT": {"description": {"text": "where mbpair was run"}}},
        "invocations": [_invocation(errors, code)],
        "results": _results(units),
    }
    return json.dumps({"$schema": SCHEMA, "version": "2.1.0", "runs": [run]}, indent=2) + "\n"


def _rules() -> list[Json]:
    return [
        {
            "id": name,
            "name": "".join(word.capitalize() for word in name.split("-")),
            "shortDescription": {"text": rule.short},
            "fullDescription": {"text": rule.help},
            "help": {"text": rule.help},
            "defaultConfiguration": {"level": rule.level},
            "properties": {"tags": ["concurrency", "memory-barriers"]},
        }
        for name, rule in RULES.items()
    ]


def _invocation(errors: Sequence[InputError], code: int) -> Json:
    """How the run went: what could not be read, and what was given up."""
    return {
        "executionSuccessful": not errors,
        "exitCode": code,
        "toolExecutionNotifications": [_notification(error) for error in errors],
    }


def _notification(error: InputError) -> Json:
    gave_up = isinstance(error, GivenUp)
    found: Json = {
        "level": "warning" if gave_up else "error",
        "message": {"text": error.message},
        "associatedRule": _rule_of("no-answer" if gave_up else "unusable-input"),
    }
    if error.name:
        line = error.span.line if error.span else 0
        found["locations"] = [_location(error.name, line, error.span)]
    return found


def _rule_of(name: str) -> Json:
    return {"id": name, "index": IDS.index(name)}


def _results(units: Sequence[UnitResult]) -> list[Json]:
    """The results, in the order of the programs; a barrier that several of them share comes once for each."""
    seen: Counter[str] = Counter()
    return [
        _result(unit, case, case.finding, seen)
        for unit in units
        if not is_left_behind(unit, units)
        for case in cases(unit)
        if case.finding is not None
    ]


def _result(unit: UnitResult, case: Case, finding: Finding, seen: Counter[str]) -> Json:
    result: Json = {
        "ruleId": finding.rule,
        "ruleIndex": IDS.index(finding.rule),
        "level": finding.level,
        "message": {"text": finding.message},
        "locations": [_location(unit.file, finding.line, finding.span)],
        "partialFingerprints": {"primaryLocationLineHash": _fingerprint(unit, case, finding, seen)},
    }
    if finding.partners:
        result["relatedLocations"] = [
            {**_location(unit.file, line, None), "id": number, "message": {"text": f"its partner, {name}"}}
            for number, (name, line) in enumerate(finding.partners, 1)
        ]
    if finding.example is not None:
        result["codeFlows"] = [_flow(unit, finding.example)]
    return result


def _fingerprint(unit: UnitResult, case: Case, finding: Finding, seen: Counter[str]) -> str:
    """A number that stays while lines move: of the kind, the subject, the line's own text and those around it that
    have a word; a count tells apart those that are alike."""
    parts = [
        finding.rule,
        _uri(file_of(finding.line, unit.file)),
        case.subject,
        *_context(unit, finding.line),
    ]
    digest = sha256("\x00".join(parts).encode("utf-8", "backslashreplace")).hexdigest()[:16]
    seen[digest] += 1
    return f"{digest}:{seen[digest]}"


def _context(unit: UnitResult, line: int) -> Iterable[str]:
    if not 0 < line <= len(unit.text):
        return
    before = [t for t in map(_plain, unit.text[: line - 1]) if t]
    after = [t for t in map(_plain, unit.text[line : line + 40]) if t]
    yield from (*before[-1:], _plain(unit.text[line - 1]), *after[:1])


def _plain(line: str) -> str:
    return " ".join(line.split())


def _flow(unit: UnitResult, example: Counterexample) -> Json:
    """An execution: for each thread what it does, numbered across threads in the order that reads well."""
    events = list(enumerate(picture(example, unit).events, 1))
    return {
        "message": {"text": f"{example.shape or 'an execution'} that the model allows"},
        "threadFlows": [
            {
                "id": name,
                "locations": [
                    {
                        "location": {
                            **_location(unit.file, event.row.line, None),
                            "message": {"text": event.said},
                        },
                        "executionOrder": number,
                        "importance": "essential" if event.on_cycle else "important",
                    }
                    for number, event in events
                    if event.row.thread == thread
                ],
            }
            for thread, name in enumerate(example.threads)
            if any(event.row.thread == thread for _, event in events)
        ],
    }


def _location(file: str, line: int, span: Span | None) -> Json:
    """A place in a file, or in the other one that a line is of."""
    file = file_of(line, file)
    artifact: Json = {"uri": _uri(file)}
    if not PurePath(file).is_absolute():
        artifact["uriBaseId"] = "SRCROOT"
    physical: Json = {"artifactLocation": artifact}
    region = _region(line, span)
    if region:
        physical["region"] = region
    return {"physicalLocation": physical}


def _region(line: int, span: Span | None) -> Json:
    if span is not None and not is_encoded(line) and 0 < span.line <= span.end_line and span.line == line:
        columns = {"startColumn": span.column, "endColumn": span.end_column}
        return {"startLine": number_in_file(span.line), "endLine": number_in_file(span.end_line), **columns}
    return {"startLine": number_in_file(line)} if line > 0 else {}


def _uri(file: str) -> str:
    """A file's name as a URI; a relative one stays so."""
    if file == "<stdin>":
        return "stdin"
    path = PurePath(file)
    text = quote(str(path).encode("utf-8", "surrogateescape"), safe="/+@,=~")
    return f"file://{text}" if path.is_absolute() else text
