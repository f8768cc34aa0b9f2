"""Code of other files of a tree than the one that a patch changes."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest

from tests.report.html_text import read
from verifier import cli
from verifier.batch import git
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.pipeline import check
from verifier.report import json_report, page, sarif

HEADER = """\
#define BOX_SPARE 1
enum {
~BOX_OPEN,
~BOX_FULL = 3,
};
#define box_mark(b) \\
~set_bit(BOX_FULL, &(b)->state)
struct box { int item; unsigned long state; };

static inline bool box_marked(struct box *b)
{
~return test_bit(BOX_FULL, &b->state);
}
"""
PUT = """\
#include "box.h"

void put(struct box *b, int v)
{
~WRITE_ONCE(b->item, v);
~smp_wmb();
~box_mark(b);
}
"""
TAKE = """\
#include "box.h"

static int other(struct box *b)
{
~return b->item;
}

int take(struct box *b)
{
~if (!box_marked(b))
~~return 0;
~smp_rmb();
~return READ_ONCE(b->item);
}
"""
ORDER = """\
#include "box.h"

void box_order(void)
{
~smp_rmb();
}
"""
NAMING = PUT.replace("~smp_wmb();", "~smp_wmb(); /* pairs with smp_rmb() in take() */")
PATCH = """\
--- a/put/put.c
+++ b/put/put.c
@@ -4,4 +4,5 @@ void put(struct box *b, int v)
 {
 ~WRITE_ONCE(b->item, v);
+~smp_wmb();
 ~box_mark(b);
 }
"""


def tabbed(text: str) -> str:
    return text.replace("~", "\t")


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        place = root / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(tabbed(text))


def judged(root: Path, patch: str) -> tuple[UnitResult, ...]:
    return check("p.patch", tabbed(patch).encode(), Options(), git.Directory(str(root)))


def verdicts(units: tuple[UnitResult, ...]) -> list[set[str]]:
    return [{r.verdict for r in u.results} for u in units]


@pytest.fixture(params=["work tree", "plain folder"])
def tree(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    if request.param == "work tree":
        if shutil.which("git") is None:
            pytest.skip("there is no git here")
        subprocess.run(["git", "-C", str(tmp_path), "init", "-q"], check=True)
    return tmp_path


@pytest.mark.parametrize("put", [PUT, NAMING], ids=["by its members", "by its name"])
def test_the_other_side_is_in_another_file(tree: Path, put: str) -> None:
    write(tree, {"put/put.c": put, "take/take.c": TAKE, "include/box.h": HEADER})
    patch = (
        PATCH
        if put is PUT
        else PATCH.replace("smp_wmb();", "smp_wmb(); /* pairs with smp_rmb() in take() */")
    )
    units = judged(tree, patch)
    assert verdicts(units) == [{"refuted"}, {"proved"}]
    assert [u.threads for u in units] == [("put", "take")] * 2
    text = "\n".join(units[1].assumptions)
    assert "take() is in take/take.c: " in text
    assert "box_marked() in include/box.h" in text


def test_a_line_of_another_file_is_told_with_it(tree: Path) -> None:
    write(tree, {"put/put.c": PUT, "take/take.c": TAKE, "include/box.h": HEADER})
    after = judged(tree, PATCH)[1]
    wmb, _ = after.results[0].barriers
    assert wmb.partners_text == "smp_rmb (line 12 of take/take.c)"
    assert wmb.forbids == "take reads b.state = 8, then b.item = 0"  # BOX_FULL is the header's
    told = json.loads(json_report.render([after], [], "0", 0))["units"][0]["results"][0]["barriers"]
    assert [(b["line"], b.get("file")) for b in told] == [(6, None), (12, "take/take.c")]
    assert told[0]["partners"] == [
        {"line": 12, "file": "take/take.c", "name": "smp_rmb", "via": None, "thread": "take"}
    ]


def test_the_report_has_the_other_file_s_lines(tree: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write(tree, {"put/put.c": PUT, "take/take.c": TAKE, "include/box.h": HEADER, "p.patch": PATCH})
    assert cli.main(["check", "--tree", str(tree), str(tree / "p.patch")]) == 0
    out = capsys.readouterr().out
    assert "  take/take.c:12: smp_rmb in take()" in out
    assert "12  smp_rmb()\n" in out
    assert "(take:13)" in out


def test_a_barrier_at_a_function_s_end_is_there_for_a_caller_elsewhere(tree: Path) -> None:
    take = TAKE.replace("smp_rmb()", "box_order()")
    files = {"put/put.c": PUT, "take/take.c": take, "take/order.c": ORDER, "include/box.h": HEADER}
    write(tree, files)
    patch = """\
--- a/take/order.c
+++ b/take/order.c
@@ -3,3 +3,4 @@
 void box_order(void)
 {
+~smp_rmb();
 }
"""
    units = judged(tree, patch)
    assert verdicts(units)[-1] == {"undecided"}  # its caller alone: what puts is not beside it
    assert units[-1].threads == ("take",)
    assert units[-1].results[0].barriers[0].place.via == "box_order"


def test_one_member_is_enough_where_both_sides_release_and_acquire_it(tree: Path) -> None:
    files = {
        "a/set.c": "void set(struct a *a)\n{\n~WRITE_ONCE(table, 1);\n~WRITE_ONCE(a->box->ready, 1);\n}\n",
        "b/get.c": "int get(struct b *b)\n{\n~if (smp_load_acquire(&b->box.ready))\n~~return READ_ONCE(table);\n}\n",
    }
    write(tree, files)
    patch = """\
--- a/a/set.c
+++ b/a/set.c
@@ -1,5 +1,5 @@
 void set(struct a *a)
 {
 ~WRITE_ONCE(table, 1);
-~WRITE_ONCE(a->box->ready, 1);
+~smp_store_release(&a->box->ready, 1);
 }
"""
    assert {u.threads for u in judged(tree, patch)} == {("set", "get")}


def test_two_files_of_one_patch_are_two_sides(tree: Path) -> None:
    write(tree, {"put/put.c": PUT, "take/take.c": TAKE, "include/box.h": HEADER})
    both = (
        PATCH
        + """\
--- a/take/take.c
+++ b/take/take.c
@@ -9,5 +9,6 @@ int take(struct box *b)
 {
 ~if (!box_marked(b))
 ~~return 0;
+~smp_rmb();
 ~return READ_ONCE(b->item);
 }
"""
    )
    units = judged(tree, both)
    assert [(u.file, u.side, u.threads) for u in units] == [("put/put.c", "after", ("put", "take"))]
    assert units[0].change is not None
    assert units[0].change.summary == "MP allowed before, forbidden after (armv8, lkmm)"
    assert any("smp_rmb (line 12 of take/take.c) is new" in d for d in units[0].change.details)


def test_a_barrier_that_moves_to_a_callee_in_a_header_is_found_there(tree: Path) -> None:
    header = HEADER + "\nstatic inline void box_order(void)\n{\n~smp_wmb();\n}\n"
    put = PUT.replace("smp_wmb", "box_order")
    write(tree, {"put/put.c": put, "take/take.c": TAKE, "include/box.h": header})
    patch = PATCH.replace("4,4", "4,5").replace("+~smp_wmb();\n", "-~smp_wmb();\n+~box_order();\n")
    units = judged(tree, patch)
    assert verdicts(units) == [{"proved"}] * len(units)
    assert units[-1].threads == ("put", "take")
    assert {b.place.name for r in units[-1].results for b in r.barriers} == {"smp_wmb", "smp_rmb"}


def test_what_uses_other_members_is_no_other_side(tree: Path) -> None:
    take = TAKE.replace("READ_ONCE(b->item)", "b->next").replace("box_marked(b)", "READ_ONCE(b->list)")
    write(
        tree, {"put/put.c": PUT, "take/take.c": take.replace("b->item", "b->other"), "include/box.h": HEADER}
    )
    assert {u.threads for u in judged(tree, PATCH)} == {("put",)}


def test_no_file_outside_of_the_tree_is_found(tmp_path: Path) -> None:
    write(tmp_path, {"take.c": TAKE, "tree/put/put.c": PUT, "tree/include/box.h": HEADER})
    (tmp_path / "tree" / "linked.c").symlink_to(tmp_path / "take.c")
    assert {u.threads for u in judged(tmp_path / "tree", PATCH)} == {("put",)}


def test_a_page_and_sarif_tell_a_line_with_its_file(tree: Path) -> None:
    write(tree, {"put/put.c": PUT.replace("~smp_wmb();\n", ""), "take/take.c": TAKE, "include/box.h": HEADER})
    units = check("p.patch", tabbed(PATCH).encode(), Options(), git.Directory(str(tree)))
    found = read(page.render(units[:1], (), "0.1"))
    rows = [[cell.text.strip() for cell in row.all("td")] for row in found.all(css="source")[0].all("tr")]
    other = rows.index(["", "take/take.c"])
    assert ["12", "smp_rmb();"] in [row[:2] for row in rows[other:]]
    assert ["5", "WRITE_ONCE(b->item, v);"] in [row[:2] for row in rows[:other]]
    texts = [t.text for t in found.all("svg")[0].all("text")]
    assert "12  smp_rmb()" in texts
    assert any("(line 13 of take/take.c)" in e.attributes["aria-label"] for e in found.all(css="edge"))
    log = json.loads(sarif.render(units[:1], (), "0.1", 1))
    (result,) = log["runs"][0]["results"]
    physical = result["locations"][0]["physicalLocation"]
    assert physical["artifactLocation"]["uri"] == "take/take.c"
    assert (physical["region"]["startLine"], physical["region"]["endLine"]) == (12, 12)
    flow = result["codeFlows"][0]["threadFlows"][1]["locations"]
    assert [one["location"]["physicalLocation"]["artifactLocation"]["uri"] for one in flow] == [
        "include/box.h",
        "take/take.c",
        "take/take.c",
    ]


def test_what_the_diff_shows_is_judged_where_the_whole_function_can_t_be(tree: Path) -> None:
    before = "~int i;\n\n" + "".join(f"~b->spare[{i}] = {i};\n" for i in range(6))
    put = PUT.replace("{\n", "{\n" + before + "~regmap_write(b->map, 1, 2);\n" + "\n" * 6)
    write(tree, {"put/put.c": put, "include/box.h": HEADER})
    patch = PATCH.replace("@@ -4,4 +4,5 @@", "@@ -20,3 +20,4 @@").replace(" {\n", "")
    units = judged(tree, patch)
    assert [(u.file, u.side) for u in units] == [("put/put.c", "after")]
    assert units[0].results[0].barriers[0].status == "unmatched"
    assert (
        units[0]
        .assumptions[0]
        .startswith("this is judged as far as the diff shows it: with whole functions, not modelled: ")
    )
    assert units[0].change is not None
    assert units[0].change.summary.startswith(
        "MP allowed before, forbidden after (armv8, lkmm), if the other side"
    )
    assert units[0].lines == (21, 21)


TAKEN = """\
--- a/take/take.c
+++ b/take/take.c
@@ -9,5 +9,7 @@ int take(struct box *b)
 {
 ~if (!box_marked(b))
 ~~return 0;
+
+~smp_rmb();
 ~return READ_ONCE(b->item);
 }
"""


@pytest.mark.parametrize("patch", [PATCH + TAKEN, TAKEN + PATCH])
def test_each_barrier_without_a_comment_is_noted_once_in_its_own_file(tree: Path, patch: str) -> None:
    take = TAKE.replace("~smp_rmb();\n", "")
    assert tabbed(take) != tabbed(TAKE)
    write(tree, {"put/put.c": PUT.replace("~smp_wmb();\n", ""), "take/take.c": take, "include/box.h": HEADER})
    units = judged(tree, patch)
    told = json.loads(json_report.render(units, [], "0", 0))["units"]
    found = [(r.get("file", unit["file"]), r["line"], r["text"]) for unit in told for r in unit["remarks"]]
    assert sorted(found) == [
        ("put/put.c", 6, "memory barrier without comment: smp_wmb()"),
        ("take/take.c", 13, "memory barrier without comment: smp_rmb()"),
    ]


def test_a_claim_in_another_file_has_its_place(tree: Path) -> None:
    claim = "/* see box_mark():\n~ * set_bit() implies a full barrier */\n~smp_rmb();"
    files = {"put/put.c": PUT, "take/take.c": TAKE.replace("smp_rmb();", claim), "include/box.h": HEADER}
    write(tree, files)
    (remark,) = [r for u in judged(tree, PATCH) for r in u.remarks if r.kind == "claim"]
    assert (str(remark.line), remark.answer) == ("13 of take/take.c", "refuted")
