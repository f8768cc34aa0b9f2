"""A mail in base64 is reported on as the same mail in plain text, but for the numbers of its lines."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest

from verifier import cli
from verifier.inbox.letter import letter
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check
from verifier.report import json_report, sarif
from verifier.report.listing import Line, listing

HEAD = "From: A <a@b.c>\nDate: Thu, 1 Jan 2026 00:00:00 +0000\nSubject: [PATCH] ring\nMIME-Version: 1.0\n"
CODED = f"{HEAD}Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
DIFF = (Path(__file__).parent.parent.parent / "litmus" / "patches" / "ring.patch").read_text(encoding="utf-8")
BODY = DIFF[DIFF.index("diff --git") :]
DIAGRAM = """Is this right?







> > CPU0                   CPU1
> > ----                   ----
> > WRITE_ONCE(x, 1);      r1 = READ_ONCE(y);
> > smp_wmb();             r2 = READ_ONCE(x);
> > WRITE_ONCE(y, 1);
"""


def encoded(body: str) -> bytes:
    return f"{CODED}{base64.encodebytes(body.encode()).decode()}".encode()


def units(data: bytes) -> tuple[UnitResult, ...]:
    return check("a.eml", data, Options())


def told(line: Line) -> tuple[str, tuple[object, ...]]:
    return line.text, line.marks


@pytest.mark.parametrize("body", [BODY, DIAGRAM], ids=["patch", "diagram"])
def test_the_marks_are_on_the_same_lines(body: str) -> None:
    plain, coded = units(f"{HEAD}\n{body}".encode()), units(encoded(body))
    assert len(plain) == len(coded)
    for one, other in zip(plain, coded, strict=True):
        assert [told(line) for line in listing(one)] == [told(line) for line in listing(other)]
        assert any(line.marks for line in listing(other))
        assert [r.verdict for r in one.results] == [r.verdict for r in other.results]


def test_the_numbers_are_those_of_the_file() -> None:
    data = encoded(BODY)
    last = data.decode().count("\n") + 1
    for unit in units(data):
        assert all(6 < line.number <= last for line in listing(unit) if line.number)
    report = json.loads(json_report.render(units(data), (), "0.1", 1))
    for unit in report["units"]:
        assert all(6 < line <= last for line in unit["lines"])
        for result in unit["results"]:
            for barrier in result["barriers"]:
                assert barrier["line"] <= last
                assert "file" not in barrier


def test_no_columns_are_named_where_the_file_has_none() -> None:
    log = json.loads(sarif.render(units(encoded(DIAGRAM)), (), "0.1", 1))
    regions = [x["locations"][0]["physicalLocation"]["region"] for x in log["runs"][0]["results"]]
    assert regions
    assert all(set(region) == {"startLine"} for region in regions)


def test_a_reply_quotes_the_line_that_a_finding_is_about(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    replies = []
    for number, data in enumerate((f"{HEAD}\n{BODY}".encode(), encoded(BODY))):
        path = tmp_path / f"{number}.eml"
        path.write_bytes(data)
        cli.main(["check", "--format", "reply", str(path)])
        replies.append(capsys.readouterr().out.replace("> [...]\n", ""))
    assert replies[0] == replies[1]
    assert "+\tsmp_wmb();" in replies[1]


def test_the_lines_of_two_parts_are_kept_apart() -> None:
    part = "Content-Type: text/plain\nContent-Transfer-Encoding: base64\n\n"
    parts = [base64.encodebytes(text.encode()).decode() for text in ("One.\nTwo.\n", DIAGRAM)]
    text = "".join(f"--XX\n{part}{body}" for body in parts)
    data = f'{HEAD}Content-Type: multipart/mixed; boundary="XX"\n\n{text}--XX--\n'.encode()
    (unit,) = units(data)
    assert any("smp_wmb" in line.text and line.marks for line in listing(unit))
    assert letter("a.eml", data).lines[-len(DIAGRAM.split("\n")) :] == tuple(DIAGRAM.split("\n"))
