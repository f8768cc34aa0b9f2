"""Results in JUnit's XML, for services that show tests: a suite for each program, a case for each barrier and property.

What refutes is a failure, what is open is skipped, an input that can't be read is an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

from verifier.errors import GivenUp, InputError
from verifier.pairing.verdict import UnitResult
from verifier.report.entries import place_in
from verifier.report.executions import collect, draw_execution
from verifier.report.findings import Case, cases, is_left_behind
from verifier.report.style import Style, visible
from verifier.report.text import verdict_line

_STYLE = Style(width=100, drawing_width=100)
Element = ElementTree.Element


def render(units: Sequence[UnitResult], errors: Sequence[InputError]) -> str:
    """The document; ends with a newline. It has no times, so that the same input gives the same bytes."""
    root = Element("testsuites", {"name": "mbpair"})
    for unit in units:
        if not is_left_behind(unit, units):
            root.append(_suite(unit))
    root.extend(_broken(error) for error in errors)
    for name in ("tests", "failures", "errors", "skipped"):
        root.set(name, str(sum(int(suite.get(name, "0")) for suite in root)))
    ElementTree.indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{ElementTree.tostring(root, encoding="unicode")}\n'


def _suite(unit: UnitResult) -> Element:
    found = cases(unit)
    side = f" ({unit.side})" if unit.side else ""
    title = "" if unit.title in ("", unit.file) else f": {unit.title}"
    suite = _counted(f"{unit.file}{side}{title}", len(found))
    for case in found:
        one = ElementTree.SubElement(
            suite, "testcase", {"classname": visible(unit.file), "name": visible(case.subject)}
        )
        _outcome(one, suite, unit, case)
    return suite


def _outcome(one: Element, suite: Element, unit: UnitResult, case: Case) -> None:
    finding = case.finding
    if finding is None or finding.level == "warning":
        said = case.details if finding is None else (finding.message,)
        ElementTree.SubElement(one, "system-out").text = visible("\n".join(said))
        return
    kind, count = ("failure", "failures") if finding.level == "error" else ("skipped", "skipped")
    place = f"{place_in(unit, finding.line)}: {finding.message}"
    child = ElementTree.SubElement(one, kind, {"message": visible(place)})
    if kind == "failure":
        child.set("type", finding.rule)
        child.text = visible("\n".join(_drawn(unit, case)))
    suite.set(count, str(int(suite.get(count, "0")) + 1))


def _drawn(unit: UnitResult, case: Case) -> list[str]:
    """The verdict, and the execution that shows the finding."""
    lines = [verdict_line(unit)]
    for number, execution in enumerate(collect(unit, verbose=False), 1):
        if case.finding is not None and case.finding.example in [
            v.counterexample for v in execution.verdicts
        ]:
            lines += ["", *draw_execution(execution, number, unit, _STYLE)]
    return lines


def _broken(error: InputError) -> Element:
    """The suite of an input that has no answer."""
    suite = _counted(error.name or "mbpair", 1)
    one = ElementTree.SubElement(suite, "testcase", {"classname": visible(error.name), "name": "can be read"})
    kind, count = ("skipped", "skipped") if isinstance(error, GivenUp) else ("error", "errors")
    child = ElementTree.SubElement(one, kind, {"message": visible(error.message)})
    if kind == "error":
        child.set("type", visible(error.code))
        child.text = visible(error.render())
    suite.set(count, "1")
    return suite


def _counted(name: str, tests: int) -> Element:
    counts = {"tests": str(tests), "failures": "0", "errors": "0", "skipped": "0"}
    return Element("testsuite", {"name": visible(name), **counts})
