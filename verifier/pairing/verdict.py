"""What was found, with its evidence. pairing and properties make these; report prints them."""

from __future__ import annotations

from typing import Literal

from verifier.record import field, record
from verifier.source import Span

Status = Literal["paired", "unpaired", "too weak", "misplaced", "redundant", "unmatched", "undecided"]
REFUTING = frozenset({"unpaired", "too weak", "misplaced"})  # the statuses that refute a program
AdditionKind = Literal["fence", "acquire", "release"]
Answer = Literal["proved", "refuted", "undecided", "vacuous", "nothing to check"]


@record(frozen=True, slots=True)
class Place:
    """An ordering source where the user can find it. `via`: the innermost function or primitive that it is inside of.

    `way`: the calls that lead there, the outermost first: what is called, and the line of the call; 0 where a primitive
    makes it, -1 where it is an interrupt handler.
    """

    name: str
    thread: str
    line: int
    via: str | None
    span: Span | None = field(default=None, compare=False, repr=False)
    way: tuple[tuple[str, int], ...] = field(default=(), compare=False, repr=False)

    @property
    def functions(self) -> frozenset[str]:
        """The functions that it is inside of, but for the thread's own."""
        return frozenset(name for name, _ in self.way) | ({self.via} if self.via else frozenset())

    def is_named(self, name: str, line: int | None) -> bool:
        """Whether it is on that line, if there is one, and called that or inside of a function called that."""
        return name in ("", self.name, *self.functions) and line in (None, self.line)


@record(frozen=True, slots=True)
class Missing:
    """A line to add: `barrier` (smp_rmb, DMB ISH …) in `thread`, after `after_line` and before `before_line`;
    or what to use for the access on the one or the other, an acquire or a release. `after` and `before` are these
    accesses; `cost` is what it costs at run time, by pairing.missing.COSTS."""

    thread: str
    after_line: int
    before_line: int
    barrier: str
    kind: AdditionKind = "fence"
    after: Span | None = field(default=None, compare=False, repr=False)
    before: Span | None = field(default=None, compare=False, repr=False)
    cost: int = field(default=0, compare=False, repr=False)


@record(frozen=True, slots=True)
class Relocation:
    """Where a misplaced barrier belongs: on that side of that access."""

    side: Literal["before", "after"]
    access: Span | None = field(compare=False, repr=False)


@record(frozen=True, slots=True)
class Step:
    """One event of an execution. `value`: what it reads or writes, as text ("= 0"), None for a fence.

    `reads_from` is the index of the step it read from (None: the initial value, or no read).
    `is_stale`: it read a value that had been overwritten (it has an fr leg in the cycle).
    `on_cycle`: it is an access of the cycle shown. `handler`: the interrupt handler that it is in, where the thread
    is interrupted.
    """

    thread: int
    kind: Literal["R", "W", "F"]
    text: str
    line: int
    location: str | None
    value: str | None
    reads_from: int | None
    is_stale: bool
    on_cycle: bool
    via: str | None
    handler: str | None = None


@record(frozen=True, slots=True)
class Edge:
    """An edge of the cycle between two steps (indexes): po with what orders it ("smp_wmb", "addr"), or rf, co, fr.

    `ordered_by` is empty for a po edge that nothing orders.
    """

    start: int
    end: int
    relation: Literal["po", "rf", "co", "fr"]
    ordered_by: str


@record(frozen=True, slots=True)
class Relation:
    """What else holds between two steps (indexes), on the cycle or off it: the next write of the location, the first
    one that a read misses, or a dependency."""

    start: int
    end: int
    name: Literal["co", "fr", "addr", "data", "ctrl"]


@record(frozen=True, slots=True)
class Counterexample:
    """An execution: its steps in an order that reads well (each thread's in program order), the cycle, the end."""

    threads: tuple[str, ...]
    steps: tuple[Step, ...]
    cycle: tuple[Edge, ...]
    shape: str
    final: tuple[tuple[str, str], ...]
    initial: tuple[tuple[str, str], ...]
    note: str
    relations: tuple[Relation, ...] = ()


@record(frozen=True, slots=True)
class Access:
    """An access where the user can find it."""

    text: str
    line: int


@record(frozen=True, slots=True)
class Ordered:
    """Two accesses of one thread that a barrier keeps in order."""

    before: Access
    after: Access


@record(frozen=True, slots=True)
class Law:
    """An axiom of a model, by its name, and what it says there (`acyclic ob`); empty where no statement makes it."""

    name: str
    statement: str


@record(frozen=True, slots=True)
class BarrierVerdict:
    """One barrier under one model.

    `shape` names the class that it forbids (or that the counterexample shows), `forbids` says
    the class in words ("reads flag = 1, then data = 0"). `partners` are grouped by segment:
    partners_text joins alternatives ("smp_wmb (line 3) or smp_mb (line 4)"). `reason` is one
    sentence on why the status is what it is; `hints` are edits that would make it needed.
    `witness` is the execution that a paired barrier forbids, as it would be without the barrier, `ruled_out` the same
    one with the barrier in its place, `forbidden_by` the model's axioms that it then breaks; `fix` the edit that puts a
    misplaced one right, `move` the same as data.
    `is_note`: default strength of an RMW, or something redundant that is only a note.
    `supposed` says what would hold with an other side that the text does not have. `orders`: the accesses near it that
    it keeps in order by itself; None where nobody asked.
    """

    place: Place
    status: Status
    half_paired: bool
    shape: str | None
    forbids: str
    partners: tuple[Place, ...]
    partners_text: str
    missing: tuple[Missing, ...]
    reason: str
    hints: tuple[str, ...]
    is_note: bool
    claim: Literal["confirmed", "refuted", "unknown"] | None
    claim_text: str
    counterexample: Counterexample | None
    witness: Counterexample | None = None
    ruled_out: Counterexample | None = None
    forbidden_by: tuple[Law, ...] = ()
    orders: tuple[Ordered, ...] | None = None
    fix: str = ""
    supposed: str = ""
    move: Relocation | None = None

    @property
    def is_refuting(self) -> bool:
        """Whether it makes the program not properly paired."""
        return not self.is_note and (self.half_paired or self.status in REFUTING)


PropertyKind = Literal[
    "lost wake-up", "assertion", "condition", "self-deadlock", "data race", "use after free"
]


@record(frozen=True, slots=True)
class PropertyVerdict:
    """One property under one model. `even_under_sc`: violated under sequential consistency too: a logic error.

    `is_question`: an `exists (…)`, which holds where some execution reaches it; neither answer is
    a fault of the program. `missing`: what to add so that it holds, where that was found.
    """

    kind: PropertyKind
    line: int
    text: str
    status: Literal["holds", "violated", "undecided", "vacuous"]
    reason: str
    even_under_sc: bool
    counterexample: Counterexample | None
    is_question: bool = False
    missing: tuple[Missing, ...] = ()

    @property
    def answer(self) -> str:
        """The status in words: of a question, whether an execution reaches it; of a race, whether there is one."""
        if self.kind in ("data race", "self-deadlock"):
            return {"holds": "none", "violated": "found"}.get(self.status, self.status)
        if not self.is_question:
            return self.status
        return {"holds": "reached", "violated": "never reached"}.get(self.status, self.status)


@record(frozen=True, slots=True)
class Certificate:
    """What a verdict rests on, for others to check.

    `proofs`: SMT-LIB 2, `claims` questions, most of them claims that there is no such execution; `executions`: JSON, a
    list of programs with `shown` executions that are claimed to be there. "" where there are none. `missing`: why some
    are left out.
    """

    proofs: str
    claims: int
    executions: str
    shown: int
    missing: tuple[str, ...]


@record(frozen=True, slots=True)
class ModelResult:
    """`reason`: why the verdict is undecided, vacuous or nothing to check. `bound`: loops were cut there, or None.
    `certificate`: where it was asked for. `open_end`: why something could not be decided, whatever else refutes."""

    model: str
    verdict: Answer
    reason: str
    barriers: tuple[BarrierVerdict, ...]
    properties: tuple[PropertyVerdict, ...]
    bound: int | None
    certificate: Certificate | None = field(default=None, compare=False, repr=False)
    open_end: str = field(default="", compare=False, repr=False)


@record(frozen=True, slots=True)
class SkippedText:
    line: int
    text: str
    reason: str


@record(frozen=True, slots=True)
class Remark:
    """What there is to say of a line and is no verdict: a barrier that a patch adds without a comment, or whether a
    function has the barrier that a comment or the message says it has. `answer`: of the latter."""

    line: int
    kind: Literal["uncommented", "claim"]
    text: str
    answer: Literal["confirmed", "in part", "refuted", "unknown"] | None = None


@record(frozen=True, slots=True)
class OutcomeChange:
    """An outcome that one side of a diff allows and the other does not, or that both allow, under one model.

    `is_supposed`: with an observer that the text does not have, and that has its half, a full barrier. `needs_half`: if
    that observer lacks its half, the outcome is allowed on the last side. `in_part`: one of the accesses is not shown.
    `given`: what the answer depends on, as the end of a sentence.
    """

    model: str
    outcome: str
    before: Literal["allowed", "forbidden", "not there"]
    after: Literal["allowed", "forbidden", "not there"]
    is_supposed: bool = False
    needs_half: bool = False
    in_part: bool = False
    given: str = ""


@record(frozen=True, slots=True)
class Change:
    """What a diff changes for one group of threads: a sentence, what it rests on, and the outcomes."""

    file: str
    title: str
    threads: tuple[str, ...]
    summary: str
    details: tuple[str, ...]
    outcomes: tuple[OutcomeChange, ...]


@record(frozen=True, slots=True)
class UnitResult:
    """One program checked. `lines` are its first and last line in the user's file.

    `change`: of the last side of a diff, what the diff changes. `text`: the lines of the file that its places are in.
    """

    file: str
    lines: tuple[int, int]
    title: str
    side: Literal["before", "after"] | None
    threads: tuple[str, ...]
    results: tuple[ModelResult, ...]
    assumptions: tuple[str, ...]
    skipped: tuple[SkippedText, ...]
    change: Change | None = None
    remarks: tuple[Remark, ...] = ()
    text: tuple[str, ...] = field(default=(), compare=False, repr=False)
