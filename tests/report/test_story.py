"""One barrier's story, of each status, on the examples."""

from __future__ import annotations

import json
import re
from importlib.resources import files
from pathlib import Path

import jsonschema
import pytest

from verifier import cli

LITMUS = Path(__file__).parent.parent.parent / "litmus"
SCHEMA = json.loads(files("verifier.report").joinpath("schema.json").read_text(encoding="utf-8"))
HEADS = ("What it orders", "Who observes that", "What each model says")

# file, barrier, what the story says in some line (white space aside), and parts that it has or has not
STORIES = {
    "paired": (
        "message-passing/demo.c",
        "11",
        [
            "paired: it is needed, and others keep their side",
            "WRITE_ONCE(packet, 1500) (line 10) before WRITE_ONCE(packet_ready, 1) (line 12)",
            (
                "poll_packet() does READ_ONCE(packet_ready) (line 17), then READ_ONCE(packet) (line 20), and smp_rmb "
                "keeps these in order"
            ),
            "it becomes possible that poll_packet reads packet_ready = 1, then packet = 0",
            "Drawn without it (MP, possible under armv8 and lkmm)",
            "with it, armv8 forbids this by external (acyclic ob): nothing comes before itself",
            "with it, lkmm forbids this by happens-before (acyclic hb): nothing happens before itself",
            "rf: W packet_ready=1 (receive_packet:12) -> R packet_ready=1 (poll_packet:17)",
        ],
        ["to fix"],
    ),
    "unpaired": (
        "message-passing/demo.c",
        "smp_wmb:26",
        [
            "WRITE_ONCE(bytes, 1500) (line 25) before WRITE_ONCE(stats_valid, 1) (line 27)",
            "show_stats() does READ_ONCE(stats_valid) (line 32), then READ_ONCE(bytes) (line 34), but nothing orders",
            "What goes wrong (MP, possible under armv8 and lkmm)",
            "to fix: add smp_rmb() in show_stats() between lines 32 and 34",
            "nothing would change as the text stands",
        ],
        ["with it, armv8", "Drawn without it"],
    ),
    "half paired": (
        "cases/r-waker-reads-first.c",
        "smp_mb",
        [
            "armv8: half paired: one observer keeps its side, another does not",
            "READ_ONCE(state) (line 14), but smp_wmb() is not enough to keep these in order",
            "What goes wrong (SB, possible under armv8 and lkmm)",
            "to fix: add smp_mb() in waker() between lines 12 and 14",
            "Drawn without it (R, possible under armv8)",
        ],
        [],
    ),
    "too weak": (
        "cases/after-atomic-plain-read.c",
        "smp_mb__after_atomic",
        [
            "lkmm: too weak: it stands in the right place, and is not strong enough there",
            "lkmm: by itself no two accesses of the text",
            "to fix: replace smp_mb__after_atomic() on line 21 by smp_rmb() in handler()",
        ],
        [],
    ),
    "misplaced": (
        "cases/misplaced-wmb.c",
        "smp_wmb",
        [
            "misplaced: it would be needed in another place",
            "to fix: move smp_wmb (line 10) before WRITE_ONCE(flag, 1)",
        ],
        ["Drawn without it"],
    ),
    "redundant": (
        "cases/mb-next-to-rmw.c",
        "smp_mb:11",
        [
            "redundant: the order that it gives is there without it",
            "smp_mb (line 18) would, if it were needed",
            "xchg (line 10) already gives the order",
            "nothing would change: no execution of the text becomes possible",
        ],
        ["to fix", "What goes wrong", "Drawn without it"],
    ),
    "unmatched": (
        "cases/mb-at-end.c",
        "smp_mb",
        [
            "unmatched: nothing in the text observes what it orders",
            "nobody in the text",
            "hint: a partner may lie",
        ],
        ["to fix", "What goes wrong"],
    ),
    "undecided": (
        "cases/undecided-mmio.c",
        "wmb",
        ["undecided: there is no answer", "not determined", "not modelled: writel() (line 11)"],
        ["Without it", "What goes wrong"],
    ),
    "grace period": (
        "rcu/synchronize-rcu.c",
        "synchronize_rcu",
        ["with it, lkmm forbids this by rcu (irreflexive rb): no grace period is over before the readers"],
        ["to fix"],
    ),
    "patch": (
        "patches/ring.patch",
        "smp_wmb",
        ["ring_push (after the patch)", "comment confirmed: smp_rmb()"],
        [],
    ),
    "in a function": (
        "kvm/check-request.c",
        "kvm_make_request",
        ["called at line 18 in doorbell()"],
        [],
    ),
}


def tell(file: str, barrier: str, capsys: pytest.CaptureFixture[str], *more: str) -> str:
    cli.main(["explain", *more, str(LITMUS / file), barrier])
    return capsys.readouterr().out


@pytest.mark.parametrize("status", STORIES)
def test_the_story_of_a_barrier(status: str, capsys: pytest.CaptureFixture[str]) -> None:
    file, barrier, said, unsaid = STORIES[status]
    text = tell(file, barrier, capsys)
    told = " ".join(text.split())
    assert [s for s in said if " ".join(s.split()) not in told] == []
    assert [s for s in unsaid if s in told] == []
    assert [told.find(head) > 0 for head in HEADS] == [True] * len(HEADS)
    assert max(len(line.replace(str(LITMUS), "litmus")) for line in text.split("\n")) <= 80


def test_it_is_of_one_barrier_alone(capsys: pytest.CaptureFixture[str]) -> None:
    text = tell("message-passing/demo.c", "26", capsys)
    assert re.findall(r"^\S.*$", text, re.MULTILINE) == [
        f"{LITMUS}/message-passing/demo.c:26: smp_wmb in update_stats()"
    ]
    assert "packet" not in text


def test_each_barrier_of_a_name_has_a_story(capsys: pytest.CaptureFixture[str]) -> None:
    text = tell("message-passing/demo.c", "smp_wmb", capsys)
    assert [line.rpartition("demo.c:")[2] for line in re.findall(r"^\S.*$", text, re.MULTILINE)] == [
        "11: smp_wmb in receive_packet()",
        "26: smp_wmb in update_stats()",
    ]


def test_a_model_that_differs_has_its_own_line(capsys: pytest.CaptureFixture[str]) -> None:
    text = tell("cases/after-atomic-plain-read.c", "21", capsys, "--model", "armv8", "--model", "lkmm")
    assert "  armv8: paired: " in text
    assert "  lkmm: too weak: " in text


def test_the_story_as_data(capsys: pytest.CaptureFixture[str]) -> None:
    report = json.loads(tell("message-passing/demo.c", "11", capsys, "--format", "json"))
    jsonschema.validate(report, SCHEMA, jsonschema.Draft202012Validator)
    armv8, lkmm = (r["barriers"][0] for r in report["units"][0]["results"])
    assert armv8["forbidden_by"] == [{"axiom": "external", "statement": "acyclic ob"}]
    assert lkmm["forbidden_by"] == [{"axiom": "happens-before", "statement": "acyclic hb"}]
    (order,) = armv8["orders"]
    assert (order["before"]["line"], order["after"]["line"]) == (10, 12)
    ruled_out = armv8["ruled_out"]
    assert [edge["ordered_by"] for edge in ruled_out["cycle"]] == ["smp_wmb", None, "smp_rmb", None]
    steps = [(s["kind"], s["line"]) for s in ruled_out["steps"]]
    told = [(r["relation"], steps[r["from"]], steps[r["to"]]) for r in ruled_out["relations"]]
    assert told == [
        ("rf", ("W", 12), ("R", 17)),
        ("ctrl", ("R", 17), ("R", 20)),
        ("fr", ("R", 20), ("W", 10)),
    ]


def test_a_check_has_no_orders_but_what_is_ruled_out(capsys: pytest.CaptureFixture[str]) -> None:
    cli.main(["check", "--format", "json", str(LITMUS / "message-passing" / "demo.c")])
    report = json.loads(capsys.readouterr().out)
    jsonschema.validate(report, SCHEMA, jsonschema.Draft202012Validator)
    for barrier in report["units"][0]["results"][0]["barriers"]:
        assert barrier["orders"] is None
        assert (
            (barrier["ruled_out"] is None)
            == (barrier["status"] != "paired")
            == (barrier["forbidden_by"] == [])
        )


def test_quietly_it_is_what_the_story_comes_to(capsys: pytest.CaptureFixture[str]) -> None:
    text = tell("message-passing/demo.c", "smp_wmb", capsys, "-q")
    assert [line.rpartition("demo.c:")[2].strip() for line in text.splitlines()] == [
        "11: smp_wmb in receive_packet()",
        "paired: it is needed, and others keep their side",
        "26: smp_wmb in update_stats()",
        "unpaired: it does its half, and nobody does the other",
    ]
