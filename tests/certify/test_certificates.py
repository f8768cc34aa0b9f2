"""What --certify writes: a second solver confirms it, and rejects what is not so."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from certify.__main__ import main as run_checker
from certify.executions import check_executions
from certify.proofs import check_proofs
from certify.tally import Tally
from tests.programs import event_graph
from verifier import cli
from verifier.batch import Job
from verifier.cat.load import load
from verifier.cat.terms import Model
from verifier.certify import circuit
from verifier.certify.proof import proofs
from verifier.encoding import session
from verifier.encoding.bounds import Facts
from verifier.events.graph import EventGraph
from verifier.execution.candidate import Execution
from verifier.limits import Deadline
from verifier.options import Options
from verifier.pairing.verdict import Certificate
from verifier.pipeline import check, litmus
from verifier.search import Search
from verifier.search.formula import Related, conjunction
from verifier.search.listing import Listing, TooMany
from verifier.search.recording import Answered

LITMUS = Path(__file__).resolve().parents[2] / "litmus"
SECONDS = 20.0
MP = """int data, flag;
void writer(void) { WRITE_ONCE(data, 1); smp_wmb(); WRITE_ONCE(flag, 1); }
void reader(void) { int r = READ_ONCE(flag); smp_rmb(); BUG_ON(r && !READ_ONCE(data)); }
"""
EXAMPLES = (
    "message-passing/demo.c",
    "store-buffering/sb-rmb-mb.c",
    "sleep-wake/check-before-state.c",
    "rcu/synchronize-rcu.c",
    "rcu/grace-period.litmus",
    "patches/ring.patch",
)


def certificates(text: str, models: tuple[str, ...] = ("armv8", "lkmm")) -> list[Certificate]:
    units = check("x.c", text.encode(), Options(models=models, certify=True))
    return [r.certificate for u in units for r in u.results if r.certificate is not None]


def refused(certificate: Certificate) -> int:
    """How many of its proofs the second solver rejects."""
    return sum(c.answer == "rejected" for c in check_proofs(certificate.proofs, SECONDS))


def example_names() -> list[str]:
    """An example of each folder, the smallest one."""
    folders = sorted(p for p in LITMUS.iterdir() if p.is_dir())
    files = [
        [f for f in sorted(p.iterdir()) if f.suffix in (".c", ".litmus", ".patch", ".txt")] for p in folders
    ]
    smallest = [min(found, key=lambda f: f.stat().st_size) for found in files if found]
    return [
        str(file.relative_to(LITMUS)) for file in smallest if file.stem != "sb-po-po"
    ]  # it has no barrier


def confirm(command: str, name: str) -> tuple[int, int]:
    """Both solvers agree on a file; how many proofs and executions there were."""
    job = Job("check" if command == "check" else "litmus", (name,), Options(certify=True, timeout=60))
    proved = shown = 0
    for file in job.answer(0).certificates:
        if file.suffix == ".smt2":
            answers = check_proofs(file.text, SECONDS)
            assert [c for c in answers if c.answer == "rejected"] == []
            proved += len(answers)
        else:
            found = check_executions(file.text)
            assert [s for s in found if s.problem] == []
            shown += len(found)
    return proved, shown


def test_examples_are_confirmed() -> None:
    counts = [confirm("check", str(LITMUS / name)) for name in EXAMPLES]
    assert all(proved and shown for proved, shown in counts)


@pytest.mark.full
@pytest.mark.parametrize("name", example_names())
def test_an_example_of_each_kind_is_confirmed(name: str) -> None:
    proved, shown = confirm("check", str(LITMUS / name))
    assert proved or shown
    if name.endswith(".litmus"):
        confirm("litmus", str(LITMUS / name))


def test_the_same_claim_without_the_barrier_is_rejected() -> None:
    graph, model = event_graph(MP, "aarch64"), load("armv8")
    flag, data = (graph.locations.index(l) for l in ("flag", "data"))
    number = {(e.thread, e.kind, e.location): i for i, e in enumerate(graph.events)}
    cycle = conjunction(
        (
            Related("rf", number[0, "W", flag], number[1, "R", flag]),
            Related("fr", number[1, "R", data], number[0, "W", data]),
        )
    )
    places = [s.place for s in graph.sources if s.is_barrier]
    assert len(places) == 2
    asked = [Answered(graph, model, frozenset(off), cycle, None) for off in ((), places[:1], places[1:])]
    text, count, missing = proofs(asked, Deadline(None))
    assert (count, missing) == (3, ())
    assert [c.answer for c in check_proofs(text, SECONDS)] == ["confirmed", "rejected", "rejected"]


def test_a_list_of_executions_that_lacks_some_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    real = Listing.up_to

    def too_few(listing: Listing, most: int, deadline: Deadline) -> tuple[Execution, ...]:
        return real(listing, most, deadline)[::2]

    without = MP.replace("smp_rmb(); ", "")
    assert not any(refused(c) for c in certificates(without))
    monkeypatch.setattr(Listing, "up_to", too_few)
    assert any(refused(c) for c in certificates(without))


def test_what_was_taken_to_be_impossible_is_claimed_to_be(monkeypatch: pytest.MonkeyPatch) -> None:
    """A cycle that no execution of the list shows is left out of the questions: but not of the certificate."""
    real = Listing.up_to

    def only_first(listing: Listing, most: int, deadline: Deadline) -> tuple[Execution, ...]:
        return real(listing, most, deadline)[:1]

    monkeypatch.setattr(Listing, "up_to", only_first)
    assert all(refused(c) for c in certificates(MP.replace("smp_rmb(); ", "")))


def test_a_wrong_bound_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    def none_listed(*_: object) -> tuple[Execution, ...]:
        raise TooMany

    def too_narrow(graph: EventGraph, _: Model) -> Facts:
        writes = [i for i, e in enumerate(graph.events) if e.kind == "W" and e.thread >= 0]
        reads = [i for i, e in enumerate(graph.events) if e.kind == "R"]
        return Facts(frozenset((w, r) for w in writes for r in reads), frozenset())

    monkeypatch.setattr(Listing, "up_to", none_listed)
    without = MP.replace("smp_rmb(); ", "")
    assert not any(refused(c) for c in certificates(without))
    monkeypatch.setattr(session, "propagate", too_narrow)
    assert all(refused(c) for c in certificates(without))


def test_a_search_that_misses_an_execution_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    text = STATES.replace("smp_mb(); ", "", 1)
    good = litmus("sb.litmus", text.encode(), Options(certify=True)).certificate
    monkeypatch.setattr(Search, "find", lambda *_, **__: None)
    bad = litmus("sb.litmus", text.encode(), Options(certify=True)).certificate
    assert good is not None
    assert bad is not None
    assert refused(good) == 0
    assert refused(bad) > 0


def tampered(change: Callable[[dict[str, Any], dict[str, Any]], None], text: str = MP) -> list[str]:
    """What the checker says of executions that are changed."""
    found = {"model": "armv8", "graphs": json.loads(certificates(text)[0].executions)}
    assert not any(s.problem for s in check_executions(json.dumps(found)))
    for graph in found["graphs"]:
        for one in graph["executions"]:
            change(graph, one)
    return [s.problem for s in check_executions(json.dumps(found))]


def _other_source(graph: dict[str, Any], one: dict[str, Any]) -> None:
    write, read = one["rf"][0]
    same = (
        i
        for i, e in enumerate(graph["events"])
        if e["kind"] == "W" and i != write and e["location"] == graph["events"][read]["location"]
    )
    one["rf"][0] = [next(same), read]


def _other_value(graph: dict[str, Any], one: dict[str, Any]) -> None:
    read = one["rf"][0][1]
    one["values"][read] = 7


def _other_order(_: dict[str, Any], one: dict[str, Any]) -> None:
    one["co"] = [order[::-1] for order in one["co"]]


def _nothing_off(_: dict[str, Any], one: dict[str, Any]) -> None:
    one["off"] = []


def _opposite(_: dict[str, Any], one: dict[str, Any]) -> None:
    one["asked"] = ["not", one["asked"]]


def _fewer_events(_: dict[str, Any], one: dict[str, Any]) -> None:
    one["executed"] = one["executed"][:-1]


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_other_source, "returns another value"),
        (_other_value, "returns another value"),
        (_other_order, "does not start with the initial write"),
        (_nothing_off, "armv8 forbids it"),
        (_opposite, "what is claimed of it is not true"),
        (_fewer_events, "event"),
    ],
)
def test_executions_that_were_tampered_with_are_rejected(
    change: Callable[[dict[str, Any], dict[str, Any]], None], said: str
) -> None:
    assert any(said in problem for problem in tampered(change))


def test_verdicts_are_the_same_with_certificates() -> None:
    for name in EXAMPLES[:2]:
        data = (LITMUS / name).read_bytes()
        assert check(name, data, Options(certify=True)) == check(name, data, Options())


@pytest.mark.full
@pytest.mark.parametrize("name", example_names())
def test_all_verdicts_are_the_same_with_certificates(name: str) -> None:
    data = (LITMUS / name).read_bytes()
    assert check(name, data, Options(certify=True)) == check(name, data, Options())


STATES = """C sb
{}
P0(int *x, int *y) { WRITE_ONCE(*x, 1); smp_mb(); int r0 = READ_ONCE(*y); }
P1(int *x, int *y) { WRITE_ONCE(*y, 1); smp_mb(); int r0 = READ_ONCE(*x); }
exists (0:r0=0 /\\ 1:r0=0)
"""


@pytest.mark.parametrize(("states", "claims", "shown"), [(False, 2, 1), (True, 3, 4)])
def test_a_litmus_tests_answer_is_certified(states: bool, claims: int, shown: int) -> None:
    """Of its condition, and that there are executions; and with its states, of each of them and of all others."""
    options = Options(models=("armv8",), states=states, certify=True)
    found = litmus("sb.litmus", STATES.encode(), options).certificate
    assert found is not None
    assert (found.claims, found.shown, found.missing) == (claims, shown, ())
    assert refused(found) == 0


def test_what_there_is_no_time_for_is_said_to_be_missing() -> None:
    graph, model = event_graph(MP, "aarch64"), load("armv8")
    asked = [Answered(graph, model, frozenset(), Related("rf", 0, 1), None)]
    assert proofs(asked, Deadline(0.0)) == ("", 0, ("time ran out (--timeout)",))


def test_claims_too_large_for_one_script_stand_in_several(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (LITMUS / "kvm/doorbell-sleep.c").read_text()
    (whole,) = certificates(text, ("lkmm",))
    monkeypatch.setattr(circuit, "MOST_GATES", 1500)
    (parted,) = certificates(text, ("lkmm",))
    assert (whole.proofs.count("(reset)"), parted.proofs.count("(reset)")) == (1, 2)
    assert (parted.claims, parted.missing) == (whole.claims, ())
    assert {c.answer for c in check_proofs(parted.proofs, SECONDS)} == {"confirmed"}


def test_claims_too_large_for_a_script_of_their_own_are_said_to_be_missing(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(circuit, "MOST_GATES", 3)
    (found,) = certificates(MP, ("lkmm",))
    assert found.missing == ("the formula would have more than 3 gates",)


def test_a_formula_that_nothing_meets_is_rejected() -> None:
    (found,) = certificates(MP, ("armv8",))
    assert "there are executions to speak of" in found.proofs
    text = found.proofs.replace("(push 1)", "(push 1)\n(assert false)")
    assert {c.answer for c in check_proofs(text, SECONDS)} == {"confirmed", "rejected"}


def test_a_program_too_deep_to_be_written_down_keeps_its_verdict(monkeypatch: pytest.MonkeyPatch) -> None:
    def too_deep(_: object) -> str:
        raise RecursionError

    monkeypatch.setattr("verifier.certify.certificate.witnesses", too_deep)
    (result,) = (
        r for u in check("x.c", MP.encode(), Options(models=("armv8",), certify=True)) for r in u.results
    )
    assert result.verdict == "proved"
    assert result.certificate is not None
    assert result.certificate.missing == ("the program is too deeply nested",)


def test_the_command_for_litmus_tests_writes_them_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "sb.litmus").write_text(STATES)
    assert cli.main(["litmus", "--certify", str(tmp_path), str(tmp_path / "sb.litmus")]) == 0
    assert "Never" in capsys.readouterr().out
    assert "exists (0:r0=0" in (tmp_path / "sb-lkmm.smt2").read_text()


def test_the_command_writes_certificates(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for folder in ("a", "b"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "mp.c").write_text(MP)
    names = [str(tmp_path / folder / "mp.c") for folder in ("a", "b")]
    out = tmp_path / "out"
    assert cli.main(["check", "-q", "-j1", "--model", "armv8", "--certify", str(out), *names]) == 0
    assert sorted(p.name for p in out.iterdir()) == [
        "mp-armv8-2.json",
        "mp-armv8-2.smt2",
        "mp-armv8.json",
        "mp-armv8.smt2",
    ]
    text = (out / "mp-armv8.smt2").read_text()
    assert "; smp_wmb in writer, line 2: paired (MP)" in text
    assert "; assertion on line 3" in text
    capsys.readouterr()


def test_an_input_is_not_written_over(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    name = tmp_path / "mp-armv8.smt2"
    (tmp_path / "mp.c").write_text(MP)
    name.write_text(MP)
    arguments = [
        "check",
        "-q",
        "--model",
        "armv8",
        "--certify",
        str(tmp_path),
        str(tmp_path / "mp.c"),
        str(name),
    ]
    assert cli.main(arguments) == 2
    assert "would be written over" in capsys.readouterr().err
    assert name.read_text() == MP


def test_files_that_were_written_can_be_checked_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mp.c").write_text(MP)
    cli.main(["check", "-q", "--model", "armv8", "--certify", str(tmp_path / "out"), str(tmp_path / "mp.c")])
    monkeypatch.setattr("sys.argv", ["certify", str(tmp_path / "out")])
    assert run_checker() == 0
    lines = capsys.readouterr().out
    assert "rejected                  0" in lines
    proof = tmp_path / "out" / "mp-armv8.smt2"
    proof.write_text(proof.read_text().replace("(assert acyclic", "(assert (not false)) ; (assert acyclic"))
    assert run_checker() == 1


def test_what_came_of_several_programs_is_added_up() -> None:
    whole, one, other = Tally(), Tally(programs=1), Tally(programs=2, missing=["a: b"], problems=["c"])
    one.proofs["confirmed"] += 3
    other.executions["confirmed"] += 2
    whole.add(one)
    whole.add(other)
    assert whole.is_good
    assert [" ".join(line.split()) for line in whole.lines()] == [
        *("programs and models 3", "proofs 3", "confirmed 3", "rejected 0", "not decided 0"),
        *("executions 2", "confirmed 2", "rejected 0", "not all claims made 1", "c", "a: b"),
    ]
    whole.add(Tally(failed=["x.c: a traceback"]))
    assert not whole.is_good
    assert "failed: x.c: a traceback" in whole.lines()


def test_a_folder_that_is_not_there(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["certify", "no/such"])
    with pytest.raises(SystemExit):
        run_checker()
    assert "there is no no/such" in capsys.readouterr().err
