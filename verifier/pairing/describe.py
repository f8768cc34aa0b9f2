"""Says what was found of a barrier: partners by name, what a pair forbids, what is missing, why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence

from verifier.cat.evaluate import violations
from verifier.cat.terms import Model
from verifier.events.graph import INITIAL, EventGraph, OrderingSource, line_of
from verifier.execution.candidate import Execution, bases
from verifier.execution.cycles import Cycle, leg_kind
from verifier.execution.shapes import shape
from verifier.pairing.claims import Claim
from verifier.pairing.classes import Classes, CycleClass
from verifier.pairing.counterexample import counterexample, value_text
from verifier.pairing.judge import Finding, PlaceSets
from verifier.pairing.missing import missing, written
from verifier.pairing.moves import Move
from verifier.pairing.spelling import example
from verifier.pairing.verdict import BarrierVerdict, Counterexample, Law, Missing, Place, Relocation

_MOST_READS = 4  # of a thread, in what a barrier forbids where no cycle says it shorter


class Describer:
    """Turns the findings of one model into verdicts."""

    def __init__(self, classes: Classes, model: Model) -> None:
        self.classes = classes
        self.graph: EventGraph = classes.graph
        self.model = model
        self.sources: dict[int, OrderingSource] = {}
        for source in self.graph.sources:
            self.sources.setdefault(source.place, source)
        seen = {(s.name, s.span.line, s.thread) for s in self.graph.sources}
        counts = Counter((name, line) for name, line, _ in seen)
        self._ambiguous = frozenset(key for key, n in counts.items() if n > 1)

    def verdict(self, finding: Finding, claim: Claim | None) -> BarrierVerdict:
        """The verdict for a finding; `claim` is what a comment says of the barrier."""
        source = self.sources[finding.place]
        cycle = finding.shown.cycle if finding.shown else finding.cycle
        partners = self._partner_places(finding)
        status, place = finding.status, self.place(finding.place)
        return BarrierVerdict(
            place=place,
            status=status,
            half_paired=finding.half_paired,
            shape=shape(self.graph, cycle) if cycle else None,
            forbids=self._forbids(finding),
            partners=partners,
            partners_text=self._partners_text(finding),
            missing=self._missing(finding),
            reason=self._reason(finding),
            hints=self._hints(finding),
            is_note=source.is_note
            or (status == "redundant" and source.kind in ("acquire", "release", "rmw")),
            claim=claim.verdict(place, status, partners) if claim else None,
            claim_text=claim.text if claim else "",
            counterexample=self._counterexample(finding),
            witness=self._witness(finding, frozenset((finding.place,))),
            ruled_out=self._witness(finding, frozenset()),
            forbidden_by=self._laws(finding),
            fix=self._fix(finding),
            move=self._relocation(finding),
        )

    def place(self, number: int) -> Place:
        """Where the user finds an ordering source."""
        source = self.sources[number]
        return Place(
            source.name,
            self.graph.threads[source.thread],
            source.span.line,
            source.via,
            source.span,
            source.way,
        )

    # -------------------------------------------------------------- partners

    def _partner_places(self, finding: Finding) -> tuple[Place, ...]:
        places = dict.fromkeys(p for _, sets in finding.partners for s in sets for p in sorted(s))
        return tuple(self.place(p) for p in places)

    def _partners_text(self, finding: Finding) -> str:
        parts = [self._alternatives(sets) for _, sets in finding.partners if any(sets)]
        return ", and ".join(p for p in parts if p)

    def _alternatives(self, sets: PlaceSets) -> str:
        return " or ".join(dict.fromkeys(" with ".join(self._names(s)) for s in sets if s))

    def _names(self, places: Iterable[int]) -> list[str]:
        return [self._name(p) for p in sorted(places)]

    def _name(self, place: int) -> str:
        source = self.sources[place]
        inside = f" in {source.via}()" if source.via and not source.name.startswith("the ") else ""
        if (source.name, source.span.line) in self._ambiguous:
            inside = f" in {self.graph.threads[source.thread]}"
        return f"{source.name}{inside} (line {source.span.line})"

    # --------------------------------------------------------- what is forbidden

    def _forbids(self, finding: Finding) -> str:
        if finding.execution is None or finding.status not in ("paired", "redundant"):
            return ""
        if finding.shown is None:
            return self._reads(finding.execution)
        return self._outcome(finding.shown.cycle, finding.execution)

    def _reads(self, execution: Execution) -> str:
        """What the threads read of each other's locations, for an execution that has no cycle to name it."""
        graph = self.graph
        written: dict[int | None, set[int]] = {}
        for event in graph.events:
            if event.kind == "W" and event.thread != INITIAL:
                written.setdefault(event.location, set()).add(event.thread)
        reads: dict[int, list[str]] = {}
        for e, _ in execution.reads_from:
            event = graph.events[e]
            if written.get(event.location, set()) - {event.thread}:
                value = value_text(graph, event.location, execution.values[e])
                reads.setdefault(event.thread, []).append(f"{graph.locations[event.location or 0]} = {value}")
        parts = (f"{graph.threads[t]} reads {', then '.join(r[:_MOST_READS])}" for t, r in reads.items())
        return " and ".join(parts)

    def _outcome(self, cycle: Cycle, execution: Execution) -> str:
        """A cycle in words: what its threads read, and whose write comes last."""
        graph = self.graph
        reads: dict[int, list[str]] = {}
        overwritten = []
        for a, b in cycle.legs():
            kind = leg_kind(graph, a, b)
            if kind == "co":
                one, other = graph.events[a], graph.events[b]
                name = graph.locations[one.location or 0]
                overwritten.append(
                    f"{graph.threads[other.thread]}'s write of {name} lands after {graph.threads[one.thread]}'s"
                )
        for segment in cycle.segments:
            for e in dict.fromkeys((segment.start, segment.end)):
                event = graph.events[e]
                if event.kind == "R":
                    value = value_text(graph, event.location, execution.values[e])
                    text = f"{graph.locations[event.location or 0]} = {value}"
                    reads.setdefault(segment.thread, []).append(text)
        parts = [f"{graph.threads[t]} reads {', then '.join(r)}" for t, r in reads.items()]
        return " and ".join(parts + overwritten)

    # ---------------------------------------------------------------- missing

    def _missing(self, finding: Finding) -> tuple[Missing, ...]:
        shown = finding.gap or finding.shown
        if shown is None:
            return ()
        segments = shown.cycle.segments
        return tuple(one for i, names in finding.missing for one in missing(self.graph, segments[i], names))

    # ----------------------------------------------------------------- reasons

    def _reason(self, finding: Finding) -> str:
        match finding.status:
            case "paired":
                return self._gap_reason(finding)
            case "unpaired":
                return f"it does its half, but {self._unordered(finding.shown, finding.place)}"
            case "redundant":
                return self._redundant_reason(finding)
            case "too weak":
                return self._weak_reason(finding)
            case "misplaced":
                return self._misplaced_reason(finding)
            case "unmatched":
                return self._unmatched_reason(finding)
            case "undecided":
                return ""

    def _gap_reason(self, finding: Finding) -> str:
        return self._unordered(finding.gap, finding.place) if finding.gap else ""

    def _unordered(self, c: CycleClass | None, place: int) -> str:
        """Which other segments of an allowed class lack their order."""
        assert c is not None
        own = self.classes.segment_of(c, place)
        skeleton = self.classes.skeleton(c)
        parts = []
        for i, segment in enumerate(c.cycle.segments):
            if i != own and not segment.is_single and not skeleton.is_ordered(i):
                parts.append(
                    f"{self.graph.threads[segment.thread]} has nothing that orders "
                    f"{self._access(segment.start)} before {self._access(segment.end)}"
                )
        return " and ".join(parts) or "the order of all threads together does not suffice"

    def _access(self, event: int) -> str:
        return f"{self.graph.events[event].text} (line {line_of(self.graph, event)})"

    def _redundant_reason(self, finding: Finding) -> str:
        if finding.stronger is not None:
            return f"no access stands between it and {self._name(finding.stronger)}, which is stronger"
        names = [" with ".join(self._names(s)) for s in finding.others if s]
        if names:
            return f"{' or '.join(dict.fromkeys(names))} already gives the order"
        return "the order that it gives is there without it"

    def _weak_reason(self, finding: Finding) -> str:
        c = finding.shown
        assert c is not None
        if not finding.closes:
            skeleton = self.classes.skeleton(c)
            open_ones = [s for i, s in enumerate(c.cycle.segments) if not skeleton.is_ordered(i)]
            pairs = (
                f"{self._access(s.start)} before {self._access(s.end)}" for s in open_ones if not s.is_single
            )
            kept = " and ".join(pairs)
            return "it and the barriers or dependencies of the other threads do not suffice together" + (
                f" to keep {kept}" if kept else ""
            )
        own = self.classes.segment_of(c, finding.place)
        assert own is not None
        segment = c.cycle.segments[own]
        kinds = {"R": "a read", "W": "a write"}
        first, last = (kinds[self.graph.events[e].kind] for e in (segment.start, segment.end))
        _, names = finding.missing[0] if finding.missing else (own, ("smp_mb",))
        would = next((w for n in names if (w := written(self.graph, n, segment))), "")
        return (
            f"it does not order {first}, {self._access(segment.start)}, before {last}, "
            f"{self._access(segment.end)}" + (f"; {example(self.graph, would)} would" if would else "")
        )

    def _misplaced_reason(self, finding: Finding) -> str:
        assert finding.move is not None
        if finding.joint is None:
            return f"it would be needed if it stood {self._moved_text(finding.move)}"
        return self._joint_text(finding.move, finding.joint)

    def _joint_text(self, move: Move, joint: Move) -> str:
        other = self.sources[joint.place]
        return (
            f"if it stood {self._moved_text(move)}, and {other.name} (line {other.span.line}) "
            f"stood {self._moved_text(joint)}, the two would be paired"
        )

    def _moved_text(self, move: Move) -> str:
        _, access = move.over[0]
        return f"{move.side} {self._access(access)}"

    def _unmatched_reason(self, finding: Finding) -> str:
        source = self.sources[finding.place]
        before, after = self._neighbours(source)
        what = {"W": "write", "R": "read"}.get(_about(source), "access")
        if not before and not after:
            return f"there is no {what} around it in the text"
        if self.graph.is_litmus and not (before and after):
            return (
                f"no {what} {'precedes' if after else 'follows'} it, so there is nothing that it could order"
            )
        if not after:
            return f"no {what} follows it in the text: it orders {before} before what its caller does next"
        if not before:
            return f"no {what} precedes it in the text: it orders what its caller did before {after}"
        if any(self.classes.segment_of(c, finding.place) is not None for c in self.classes.all()):
            return f"it stands between {before} and {after}, and no execution of the text depends on it"
        return f"it orders {before} before {after}, and nothing in the text observes that order"

    def _neighbours(self, source: OrderingSource) -> tuple[str, str]:
        """The accesses that a barrier stands between; a release, or an acquire, is one of them itself."""
        if not source.events:  # its pointer leads to no location of the text
            return "", ""
        graph, thread, event = self.graph, source.thread, source.events[0]
        mine = [e for e, x in enumerate(graph.events) if x.thread == thread and x.kind != "F"]
        mine = [e for e in mine if graph.events[e].handler == graph.events[event].handler] or mine
        mine = [e for e in mine if graph.events[e].kind in _about(source)]
        before = [e for e in mine if graph.order[e] >> event & 1]
        after = [e for e in mine if graph.order[event] >> e & 1]
        if source.kind == "release":
            after = [event]
        if source.kind == "acquire":
            before = [event]
        return (self._access(before[-1]) if before else "", self._access(after[0]) if after else "")

    def _hints(self, finding: Finding) -> tuple[str, ...]:
        if finding.status == "unmatched" and finding.joint is not None and finding.move is not None:
            return (self._joint_text(finding.move, finding.joint),)
        if finding.status == "unmatched" and not self.graph.is_litmus:
            return (
                "a partner may lie outside the text: add the function that runs beside it, or its caller",
            )
        if finding.alone is not None and not self.graph.is_litmus:
            own = self.classes.segment_of(finding.alone, finding.place)
            assert own is not None
            segment = finding.alone.cycle.segments[own]
            first, last = self._access(segment.start), self._access(segment.end)
            return (
                f"nothing else orders {first} before {last}: where the functions run again, that may matter",
            )
        return self._doubts(finding)

    def _doubts(self, finding: Finding) -> tuple[str, ...]:
        """The dependencies of the text that would do what is missing, and that a compiler may do without."""
        shown = [c.cycle for c in (finding.shown, finding.gap) if c is not None]
        pairs = dict.fromkeys((s.start, s.end) for cycle in shown for s in cycle.segments)
        return tuple(
            f"{self._access(end)} depends on {self._access(start)} in the text only: a compiler may do without that"
            for start, end in pairs
            if (start, end) in self.graph.doubtful
        )

    # ---------------------------------------------------------- counterexample

    def _counterexample(self, finding: Finding) -> Counterexample | None:
        if finding.gap is not None and finding.gap_execution is not None:
            return counterexample(self.graph, self.model, finding.gap_execution, finding.gap.cycle)
        if finding.status == "misplaced" and finding.cycle and finding.execution:
            return counterexample(self.graph, self.model, finding.execution, finding.cycle)
        if finding.status in ("unpaired", "too weak") and finding.shown and finding.execution:
            return counterexample(self.graph, self.model, finding.execution, finding.shown.cycle)
        return None

    def _witness(self, finding: Finding, off: frozenset[int]) -> Counterexample | None:
        """The execution that a paired barrier forbids, as it would be without the places that are `off`."""
        if finding.status != "paired" or finding.shown is None or finding.execution is None:
            return None
        return counterexample(self.graph, self.model, finding.execution, finding.shown.cycle, off=off)

    def _laws(self, finding: Finding) -> tuple[Law, ...]:
        """The axioms that what a paired barrier forbids breaks with everything on, found without the solver."""
        if finding.status != "paired" or finding.execution is None:
            return ()
        broken = violations(self.model, bases(self.graph, finding.execution))
        if not broken:
            raise AssertionError(
                f"{self.model.name} allows what {self._name(finding.place)} is said to forbid"
            )
        return tuple(Law(axiom.name, axiom.statement) for axiom in broken)

    def _fix(self, finding: Finding) -> str:
        """The edit that puts a misplaced barrier right."""
        if finding.status != "misplaced" or finding.move is None:
            return ""
        return f"move {self._name(finding.place)} {self._moved_text(finding.move)}"

    def _relocation(self, finding: Finding) -> Relocation | None:
        if finding.status != "misplaced" or finding.move is None:
            return None
        _, access = finding.move.over[0]
        return Relocation(finding.move.side, self.graph.events[access].span)


def places_in_order(verdicts: Sequence[BarrierVerdict]) -> tuple[BarrierVerdict, ...]:
    """Verdicts as they stand in the user's file."""
    return tuple(sorted(verdicts, key=lambda v: (v.place.span or v.place.line, v.place.name)))


def _about(source: OrderingSource) -> str:
    """The kinds of accesses that a barrier orders, by its name."""
    if source.kind != "fence":
        return "RW"
    return "W" if source.name.endswith("wmb") else "R" if source.name.endswith("rmb") else "RW"
