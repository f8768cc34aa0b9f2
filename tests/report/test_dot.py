"""Graphs as files of their own."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import replace
from xml.etree import ElementTree

import pytest

from tests.report.sample import (
    ALL,
    HOSTILE_NAME,
    MP_EXECUTION,
    ONE_SIDED,
    PAIRED,
    PAIRED_WMB,
    hostile,
    large,
    result,
    unit,
)
from verifier.report import dot

LINE = re.compile(r'^ (\w+(?: -> \w+)?) \[label="((?:[^"\\]|\\.)*)"(.*)\];$')


def files(*units: object) -> dict[str, str]:
    found = dot.render(units)  # type: ignore[arg-type]
    assert len({name.lower() for name, _ in found}) == len(found)
    return dict(found)


def test_an_execution_in_herd7_s_conventions() -> None:
    lines = files(ONE_SIDED)["mp-1-MP.dot"].splitlines()
    found = {m[1]: (m[2], m[3]) for line in lines if (m := LINE.match(line)) and m[2] != "po"}
    assert found["eiid0"][0] == r"a: Wdata=1\lWRITE_ONCE(data, 1)\l"
    assert found["eiid1"][0] == "b: F[smp_wmb()]"
    assert found["eiid0 -> eiid2"] == (
        "smp_wmb",
        ', color="darkgreen", fontcolor="darkgreen", penwidth="2.0"',
    )
    assert found["eiid2 -> eiid3"][0] == "rf"
    assert 'color="red"' in found["eiid2 -> eiid3"][1]
    assert 'style="dotted"' in found["eiid3 -> eiid4"][1]
    assert 'color="#ffa040"' in found["eiid4 -> eiid0"][1]
    assert found["thread1"][0] == "reader()"


def test_a_column_a_thread_and_program_order_down() -> None:
    text = files(ONE_SIDED)["mp-1-MP.dot"]
    places = {
        m[1]: (float(m[2]), float(m[3])) for m in re.finditer(r' (\w+) \[.*pos="([-\d.]+),([-\d.]+)!"', text)
    }
    assert places["eiid0"][0] == places["eiid2"][0] < places["eiid3"][0]
    assert places["eiid0"][1] > places["eiid1"][1] > places["eiid2"][1] > places["eiid3"][1]


def test_what_a_barrier_rules_out_has_a_file_too() -> None:
    kept = replace(PAIRED_WMB, witness=MP_EXECUTION, ruled_out=MP_EXECUTION)
    found = files(unit(result("lkmm", "proved", kept)))
    assert list(found) == ["mp-forbidden-1-MP.dot", "mp-forbidden-1-MP.svg"]
    assert "forbidden by lkmm (without smp_wmb (line 9))" in found["mp-forbidden-1-MP.dot"]
    assert files(PAIRED) == {}


def test_names_are_safe_and_told_apart() -> None:
    names = list(
        files(
            replace(ONE_SIDED, file="../../etc/a b.c"),
            replace(ONE_SIDED, file="x/A b.c"),
            replace(ONE_SIDED, side="after"),
        )
    )
    assert names[::2] == ["a_b-1-MP.dot", "A_b-1-MP-2.dot", "mp-after-1-MP.dot"]
    for name in files(hostile()):
        assert re.fullmatch(r"[A-Za-z0-9._+-]{1,255}", name)
        assert not name.startswith(".")


@pytest.mark.parametrize("name", ALL)
def test_svg_is_xml(name: str) -> None:
    for path, text in files(ALL[name], hostile(), large()).items():
        if path.endswith(".svg"):
            root = ElementTree.fromstring(text)
            assert root.tag == "{http://www.w3.org/2000/svg}svg"


def test_a_hostile_input_stays_inside_its_strings() -> None:
    for path, text in files(hostile()).items():
        if path.endswith(".dot"):
            assert "\u202e" not in text
            strings = re.sub(r'"(?:[^"\\]|\\.)*"', "", text)
            assert not re.search(r"script|onerror|nnnn|'|\\", strings)
            assert HOSTILE_NAME in text


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_graphviz_takes_them() -> None:
    for path, text in files(hostile(), large(), ONE_SIDED).items():
        if path.endswith(".dot"):
            done = subprocess.run(["dot", "-Tplain"], input=text, capture_output=True, text=True, check=False)
            assert (done.returncode, done.stderr) == (0, "")
            assert done.stdout.count("\nnode ") >= 5
