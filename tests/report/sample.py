"""Made-up results that the report's tests render."""

from __future__ import annotations

from dataclasses import replace

from verifier.pairing.verdict import (
    BarrierVerdict,
    Change,
    Counterexample,
    Edge,
    Missing,
    ModelResult,
    Place,
    PropertyVerdict,
    Relation,
    Remark,
    SkippedText,
    Step,
    UnitResult,
)


def barrier(place: Place, status: str = "paired", **changes: object) -> BarrierVerdict:
    """A verdict with everything else empty."""
    plain = BarrierVerdict(
        place=place,
        status="paired",
        half_paired=False,
        shape=None,
        forbids="",
        partners=(),
        partners_text="",
        missing=(),
        reason="",
        hints=(),
        is_note=False,
        claim=None,
        claim_text="",
        counterexample=None,
    )
    return replace(plain, status=status, **changes)  # type: ignore[arg-type]


def step(thread: int, kind: str, text: str, line: int, location: str | None, value: str | None) -> Step:
    """A step on the cycle that reads the initial value."""
    return Step(thread, kind, text, line, location, value, None, False, kind != "F", None)  # type: ignore[arg-type]


WMB = Place("smp_wmb", "writer", 9, None)
RMB = Place("smp_rmb", "reader", 17, None)

MP_EXECUTION = Counterexample(
    threads=("writer", "reader"),
    steps=(
        step(0, "W", "WRITE_ONCE(data, 1);", 8, "data", "= 1"),
        step(0, "F", "smp_wmb();", 9, None, None),
        step(0, "W", "WRITE_ONCE(flag, 1);", 10, "flag", "= 1"),
        replace(step(1, "R", "if (READ_ONCE(flag))", 16, "flag", "= 1"), reads_from=2),
        replace(step(1, "R", "return READ_ONCE(data);", 18, "data", "= 0"), is_stale=True),
    ),
    cycle=(
        Edge(0, 2, "po", "smp_wmb"),
        Edge(2, 3, "rf", ""),
        Edge(3, 4, "po", ""),
        Edge(4, 0, "fr", ""),
    ),
    shape="MP",
    final=(),
    initial=(("data", "0"), ("flag", "0")),
    note="",
)

ONE_SIDE = barrier(
    WMB,
    "unpaired",
    shape="MP",
    missing=(Missing("reader", 16, 18, "smp_rmb"), Missing("reader", 16, 18, "smp_load_acquire", "acquire")),
    reason="it orders data before flag, but reader() reads them in no order",
    counterexample=MP_EXECUTION,
)
PAIRED_WMB = barrier(
    WMB,
    shape="MP",
    forbids="reads flag = 1, then data = 0",
    partners=(RMB,),
    partners_text="smp_rmb (line 17)",
)
PAIRED_RMB = barrier(
    RMB,
    shape="MP",
    forbids="reads flag = 1, then data = 0",
    partners=(WMB,),
    partners_text="smp_wmb (line 9)",
)


def unit(*results: ModelResult, **changes: object) -> UnitResult:
    """A program of a writer and a reader."""
    plain = UnitResult("mp.c", (1, 20), "", None, ("writer", "reader"), results, (), ())
    return replace(plain, **changes)  # type: ignore[arg-type]


def result(model: str, verdict: str, *barriers: BarrierVerdict, **changes: object) -> ModelResult:
    """One model's result without properties."""
    return replace(ModelResult(model, verdict, "", barriers, (), None), **changes)  # type: ignore[arg-type]


ONE_SIDED = unit(
    result("armv8", "refuted", ONE_SIDE),
    result("lkmm", "refuted", ONE_SIDE),
    assumptions=("mark_page() is unknown and taken to access nothing shared",),
    skipped=(SkippedText(12, "... do other work ...", "prose"),),
)
PAIRED = unit(
    result("armv8", "proved", PAIRED_WMB, PAIRED_RMB, bound=2),
    result("lkmm", "proved", PAIRED_WMB, PAIRED_RMB, bound=2),
)

KICK_MB = Place("smp_mb", "VCPU", 44, None)
KICK_WMB = Place("smp_wmb", "handler", 44, "kvm_make_request")

R_EXECUTION = Counterexample(
    threads=("VCPU", "handler"),
    steps=(
        step(1, "W", "pending = true", 43, "pending", "= 1"),
        replace(step(1, "F", "smp_wmb()", 44, None, None), via="kvm_make_request"),
        step(1, "W", "WRITE_ONCE(vcpu->state, NORMAL)", 45, "state", "= NORMAL"),
        step(0, "W", "WRITE_ONCE(task->state, INTERRUPTIBLE)", 43, "state", "= INTERRUPTIBLE"),
        step(0, "F", "smp_mb()", 44, None, None),
        replace(step(0, "R", "if (pending)", 45, "pending", "= 0"), is_stale=True),
    ),
    cycle=(
        Edge(5, 0, "fr", ""),
        Edge(0, 2, "po", "smp_wmb"),
        Edge(2, 3, "co", ""),
        Edge(3, 5, "po", "smp_mb"),
    ),
    shape="R",
    final=(("state", "INTERRUPTIBLE"), ("pending", "1")),
    initial=(),
    note="",
)

LOST = PropertyVerdict(
    "lost wake-up",
    48,
    "schedule()",
    "violated",
    "VCPU sleeps for ever although pending = 1",
    True,
    replace(R_EXECUTION, shape="", cycle=(), note="The handler has finished before VCPU sets its state."),
)

TWO_MODELS = UnitResult(
    "thread.txt",
    (40, 50),
    "Currently we have",
    None,
    ("VCPU", "handler"),
    (
        result(
            "armv8",
            "proved",
            barrier(
                KICK_MB,
                shape="R",
                forbids="state is overwritten last, yet pending = 0 is read",
                partners=(KICK_WMB,),
                partners_text="smp_wmb in kvm_make_request() (line 44)",
                claim="confirmed",
                claim_text="pairs with kvm_make_request()",
            ),
            barrier(
                KICK_WMB,
                shape="R",
                forbids="state is overwritten last, yet pending = 0 is read",
                partners=(KICK_MB,),
                partners_text="smp_mb (line 44)",
            ),
        ),
        result(
            "lkmm",
            "refuted",
            barrier(
                KICK_MB,
                "unpaired",
                shape="R",
                reason="handler has nothing strong enough between pending and state",
                missing=(Missing("handler", 43, 45, "smp_mb"),),
                counterexample=R_EXECUTION,
            ),
            barrier(
                KICK_WMB,
                "too weak",
                shape="R",
                reason="smp_wmb can't order a store that is overwritten later",
                missing=(Missing("handler", 43, 45, "smp_mb"),),
                counterexample=R_EXECUTION,
            ),
            properties=(LOST,),
        ),
    ),
    ("a plain shared access counts as marked", "`... stop waiting ...` leaves the loop"),
    (),
)
HALF = unit(
    result(
        "armv8",
        "refuted",
        replace(
            PAIRED_WMB, half_paired=True, reason="other() reads without order", counterexample=MP_EXECUTION
        ),
        PAIRED_RMB,
        barrier(Place("xchg", "reader", 19, None), "redundant", is_note=True, reason="smp_rmb does it"),
        barrier(
            Place("smp_mb", "reader", 20, None),
            "unmatched",
            reason="nothing here observes the order",
            hints=("move the read of flag before it",),
        ),
    ),
)
UNDECIDED = unit(
    result("armv8", "undecided", reason="no answer within 1 s"), result("lkmm", "nothing to check")
)
ALL = {
    "one-sided": ONE_SIDED,
    "paired": PAIRED,
    "two-models": TWO_MODELS,
    "half-paired": HALF,
    "undecided": UNDECIDED,
}


def large(threads: int = 4, events: int = 40) -> UnitResult:
    """A refuted program with a large counterexample: each thread stores, and reads what the one before it stored."""
    each = events // threads
    names = tuple(f"worker_{t}" for t in range(threads))
    steps = []
    for t in range(threads):
        for i in range(each):
            line = 1 + t * (each + 3) + i
            if i % 5 == 4:
                steps.append(step(t, "F", "smp_wmb();", line, None, None))
            elif i % 2 and t:
                source = (t - 1) * each + i - 1 - (i % 5 == 0)
                read = step(t, "R", f"READ_ONCE(shared_{t - 1}_{i})", line, f"shared_{t - 1}_{i}", "= 1")
                steps.append(replace(read, reads_from=source if steps[source].kind == "W" else None))
            else:
                steps.append(step(t, "W", f"WRITE_ONCE(shared_{t}_{i}, 1)", line, f"shared_{t}_{i}", "= 1"))
    last = (threads - 1) * each
    cycle = (Edge(0, 3, "po", ""), Edge(3, last, "rf", ""), Edge(last, 0, "fr", ""))
    relations = (Relation(0, 3, "data"), Relation(1, each, "co"), Relation(each, 2 * each, "fr"))
    example = Counterexample(names, tuple(steps), cycle, "Z6.0", (), (), "", relations)
    wrong = replace(ONE_SIDE, counterexample=example, missing=())
    text = tuple(f"line {n}" for n in range(1, 60))
    return unit(result("armv8", "refuted", wrong), result("lkmm", "refuted", wrong), threads=names, text=text)


HOSTILE_NAME = "n" * 500
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)> \u202e\u2066 "
    "'quoted' \"twice\" \\N &amp; {{ 7 * 7 }}"
)


def hostile(bad: str = HOSTILE) -> UnitResult:
    """A program in which each text that comes from the input is one that could break a page."""
    place = Place(bad, bad, 2, bad)
    steps = tuple(replace(s, text=bad, location=HOSTILE_NAME, value=bad) for s in MP_EXECUTION.steps)
    cycle = tuple(replace(e, ordered_by=bad if e.ordered_by else "") for e in MP_EXECUTION.cycle)
    state = ((bad, bad),)
    example = replace(
        MP_EXECUTION,
        threads=(bad, HOSTILE_NAME),
        steps=steps,
        cycle=cycle,
        shape=bad,
        final=state,
        initial=state,
        note=bad,
        relations=(Relation(3, 4, "addr"),),
    )
    wrong = barrier(
        place,
        "unpaired",
        shape=bad,
        missing=(Missing(HOSTILE_NAME, 1, 3, bad),),
        reason=bad,
        hints=(bad,),
        claim="refuted",
        claim_text=bad,
        counterexample=example,
    )
    kept = barrier(place, partners_text=bad, witness=example, ruled_out=example)
    broken = PropertyVerdict("assertion", 2, bad, "violated", bad, False, example)
    told = result(bad, "refuted", wrong, kept, properties=(broken,), reason=bad)
    return unit(
        told,
        file=bad,
        title=bad,
        threads=(bad,),
        text=(bad, HOSTILE_NAME, bad),
        assumptions=(bad,),
        skipped=(SkippedText(1, bad, bad),),
        change=Change(bad, bad, (bad,), bad, (bad,), ()),
        remarks=(Remark(1, "claim", bad, "refuted"),),
    )
