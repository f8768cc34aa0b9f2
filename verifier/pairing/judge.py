"""Decides the status of each barrier of a program under one model.

The definition, case by case and in this order: needed (paired), serving an allowed class by an
order that it promises (unpaired), serving forbidden ones (redundant), serving an allowed class by
an order that it happens to give (unpaired), beside a stronger fence (redundant), a fence that would
do if it were full (too weak), one that would do an access away (misplaced), one whose class others
touch too (too weak), and none of these (unmatched).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from verifier.cat.compiled import is_consistent
from verifier.events.graph import EventGraph, line_of
from verifier.execution.candidate import Execution, bases
from verifier.execution.cycles import Cycle
from verifier.execution.skeleton import ADDITIONS
from verifier.pairing.claims import Claim
from verifier.pairing.classes import Classes, CycleClass, is_in_minimal_set, subsets, touched_cycles
from verifier.pairing.missing import Additions, cheapest
from verifier.pairing.moves import Move, fenced, moved, moves
from verifier.pairing.verdict import Place, Status
from verifier.record import record, replace
from verifier.search.questions import Questions

PlaceSets = tuple[frozenset[int], ...]  # alternatives, each a minimal set of places


@record(frozen=True, slots=True)
class Finding:
    """What was found about the barrier at `place`.

    `shown` is the class that the status speaks of and `execution` one that shows it: with the
    barrier off where it is paired or redundant, as the model allows it otherwise. `partners` has,
    for each other segment number of that class, the minimal sets of places that keep it forbidden;
    `others` the own thread's sets that make a redundant barrier so, and `alone` a class of which
    nothing but that barrier orders its segment. `gap` is the allowed class that makes a paired
    barrier half paired, with its execution. `missing` are additions to segments of the class that
    is allowed: (segment, names of barriers any of which will do). `move` is the one that would make
    a misplaced barrier needed, `joint` one of another barrier that has to go with it, and `cycle`
    what the barrier would then forbid (`execution` shows it as the text stands).
    """

    place: int
    status: Status
    shown: CycleClass | None = None
    execution: Execution | None = None
    partners: tuple[tuple[int, PlaceSets], ...] = ()
    others: PlaceSets = ()
    alone: CycleClass | None = None
    gap: CycleClass | None = None
    gap_execution: Execution | None = None
    missing: Additions = ()
    move: Move | None = None
    joint: Move | None = None
    cycle: Cycle | None = None
    stronger: int | None = None
    closes: bool = False

    @property
    def half_paired(self) -> bool:
        return self.gap is not None


class Judge:
    """Judges the barriers of one session."""

    def __init__(self, session: Questions, classes: Classes) -> None:
        self.session = session
        self.graph = session.graph
        self.classes = classes
        self.places = tuple(sorted({s.place for s in self.graph.sources if s.is_barrier}))
        self._cycles_of: dict[int, frozenset[Cycle]] = {}

    def findings(self, claims: Mapping[int, Claim] | None = None) -> tuple[Finding, ...]:
        """A finding for each barrier, in the order of their places; `claims` are what comments say, by place.

        Raises what Questions.find raises.
        """
        first = [self.judge(place) for place in self.places]
        moved_ones = [self._look_for_moves(f, first) for f in first]
        return tuple(self._promote(f, claims or {}) for f in moved_ones)

    def judge(self, place: int) -> Finding:
        """The finding for one barrier, moves aside."""
        opened = self.classes.opened(place)
        if opened is not None:
            return self._paired(place, *opened)
        promised = self._promised(place)
        allowed = self._served(place, promised)
        if allowed is not None:
            return self._unpaired(place, allowed)
        forbidden = self._served(place, self.classes.forbidden())
        if forbidden is not None:
            return self._redundant(place, forbidden)
        allowed = self._served(place, self.classes.allowed.keys() - promised)
        if allowed is not None:
            return self._unpaired(place, allowed)
        stronger = self._stronger_neighbour(place)
        if stronger is not None:
            return Finding(place, "redundant", stronger=stronger)
        needless = self._needless(place)
        if needless is not None:
            return self._redundant(place, needless)
        return self._too_weak(place, closing=True) or Finding(place, "unmatched")

    # --------------------------------------------------------------- paired

    def _paired(self, place: int, shown: CycleClass | None, execution: Execution) -> Finding:
        gap = self._served(place, self._promised(place))
        partners = () if shown is None else self._partners(shown, place)
        known = frozenset(p for _, sets in partners for s in sets for p in s)
        return Finding(
            place,
            "paired",
            shown,
            execution,
            partners=partners + self._decisive(place, execution, known),
            gap=gap,
            gap_execution=self.classes.allowed[gap] if gap else None,
            missing=self._missing(gap, place) if gap else (),
        )

    def _decisive(
        self, place: int, execution: Execution | None, known: frozenset[int]
    ) -> tuple[tuple[int, PlaceSets], ...]:
        """For each further thread than those of `known`, the barriers and critical sections that forbid the
        execution with the barrier and whose absence allows it as well: the partners of what acts from off the
        cycle, as a grace period and its readers do. Dependencies count where nothing else is known."""
        if execution is None:
            return ()
        graph, model = self.graph, self.session.model
        done = {s.thread for s in graph.sources if s.place == place or s.place in known}
        rest = {s.place: s for s in graph.sources if s.thread not in done}
        needed = [
            s for p, s in rest.items() if is_consistent(model, bases(graph, execution, frozenset((p,))))
        ]
        written = [s for s in needed if s.is_barrier or s.kind == "lock"]
        found: dict[int, set[int]] = {}
        for source in written if written or known else needed:
            found.setdefault(source.thread, set()).add(source.place)
        return tuple((t, (frozenset(places),)) for t, places in sorted(found.items()))

    def _partners(self, c: CycleClass, place: int) -> tuple[tuple[int, PlaceSets], ...]:
        """For each other segment, the minimal sets of its thread's sources that keep the class forbidden."""
        own = self.classes.segment_of(c, place)
        skeleton = self.classes.skeleton(c)
        return tuple(
            (i, self._minimal_sets(c, skeleton.places(i), frozenset()))
            for i in range(len(c.cycle.segments))
            if i != own and not c.cycle.segments[i].is_single
        )

    def _minimal_sets(self, c: CycleClass, places: frozenset[int], off: frozenset[int]) -> PlaceSets:
        """The minimal subsets of `places` with which, `off` and the rest of `places` off, the class is forbidden."""
        found: list[frozenset[int]] = []
        literal = self.classes.literal(c)
        for on in subsets(sorted(places), 3):
            if any(s <= on for s in found):
                continue
            if not self.session.allows(literal, off=off | (places - on)):
                found.append(on)
        return tuple(found)

    # ------------------------------------------------- unpaired and redundant

    def _promised(self, place: int) -> set[CycleClass]:
        """The allowed classes on which what the barrier orders it orders on every architecture: nobody owes the other
        half of what comes by chance. An acquire or a release says nothing of a write and a later read; that Armv8
        keeps a release before a later acquire goes beyond it."""
        allowed = set(self.classes.allowed)
        if not any(s.place == place and s.kind in ("acquire", "release") for s in self.graph.sources):
            return allowed
        return {c for c in allowed if not self.classes.orders_write_to_read(c, place)}

    def _served(self, place: int, classes: Iterable[CycleClass]) -> CycleClass | None:
        """The first of these classes, in the order for showing, that the barrier serves."""
        for c in sorted(classes, key=self.classes.rank):
            if self.classes.serves(c, place) and (self.classes.stands_alone(c) or self._serves(c, place)):
                return c
        return None

    def _serves(self, c: CycleClass, place: int) -> bool:
        """Whether the barrier serves the class in the whole program, where sources off its paths act too."""
        own = self.classes.segment_of(c, place)
        others = [s.start for i, s in enumerate(c.cycle.segments) if i != own and not s.is_single]
        full = ADDITIONS[self.session.graph.architecture]["smp_mb"]
        session = self.session.variant(fenced(self.graph, others, full))
        literal = self.classes.literal_in(session, c)
        assert own is not None
        mine = self.classes.skeleton(c).places(own) - {place}
        return is_in_minimal_set(place, mine, lambda off: session.allows(literal, off=off))

    def _unpaired(self, place: int, shown: CycleClass) -> Finding:
        execution = self.classes.allowed[shown]
        return Finding(place, "unpaired", shown, execution, missing=self._missing(shown, place))

    def _redundant(self, place: int, shown: CycleClass) -> Finding:
        own = self.classes.segment_of(shown, place)
        assert own is not None
        rest = self.classes.skeleton(shown).places(own) - {place}
        others = self._minimal_sets(shown, rest, frozenset((place,)))
        execution = self.classes.witness[shown]
        partners = self._partners(shown, place)
        return Finding(place, "redundant", shown, execution, partners, others, self._ordered_alone(place))

    def _ordered_alone(self, place: int) -> CycleClass | None:
        """The first forbidden class, in the order for showing, whose segment nothing but the barrier orders: another of
        its cycles forbids each execution of it, here."""
        return min(
            (c for c in self.classes.forbidden() if self._is_alone(c, place)),
            key=self.classes.rank,
            default=None,
        )

    def _is_alone(self, c: CycleClass, place: int) -> bool:
        own = self.classes.segment_of(c, place)
        if own is None:
            return False
        skeleton = self.classes.skeleton(c)
        return skeleton.is_ordered(own) and not skeleton.is_ordered(own, (place,))

    def _stronger_neighbour(self, place: int) -> int | None:
        """The place of a stronger fence, with no access between it and the barrier."""
        graph = self.graph
        mine = [s for s in graph.sources if s.place == place]
        if any(s.kind != "fence" for s in mine):
            return None
        found: set[int] | None = None
        for source in mine:
            near = {
                other.place
                for other in graph.sources
                if other.kind == "fence"
                and other.place != place
                and other.thread == source.thread
                and self._covers(other.events[0], source.events[0])
                and self._adjacent(source.events[0], other.events[0])
            }
            found = near if found is None else found & near
        return min(found) if found else None

    def _needless(self, place: int) -> CycleClass | None:
        """For a fence that is no instruction here: a class that it touches, where the model forbids all of those.
        barrier() is one everywhere, and judged by where it stands."""
        mine = [s for s in self.graph.sources if s.place == place]
        if any(s.kind != "fence" or s.name == "barrier" or self.graph.events[s.events[0]].tags for s in mine):
            return None
        touched = [c for c in self.classes.all() if self.classes.segment_of(c, place) is not None]
        if not touched or any(c in self.classes.allowed for c in touched):
            return None
        return self.classes.best(touched)

    def _covers(self, strong: int, weak: int) -> bool:
        """Whether a fence is the stronger one: a full one of all that are not, any of barrier()."""
        a, b = self.graph.events[strong], self.graph.events[weak]
        return self._strength(a.tags) > self._strength(b.tags) and a.executes == b.executes

    def _strength(self, tags: frozenset[str]) -> int:
        if ADDITIONS[self.session.graph.architecture]["smp_mb"] <= tags:
            return 2
        return 1 if tags - {"Barrier"} else 0

    def _adjacent(self, a: int, b: int) -> bool:
        """Whether no access stands between two fences, nor a call that may make one."""
        low, high = min(a, b), max(a, b)
        first, last = sorted((line_of(self.graph, a), line_of(self.graph, b)))
        if any(first <= line <= last for line in self.graph.unknown_calls):
            return False
        inside = (
            e for e in range(low + 1, high) if self.graph.events[e].thread == self.graph.events[a].thread
        )
        return all(self.graph.events[e].kind == "F" for e in inside)

    # -------------------------------------------------------------- too weak

    def _touched_allowed(self, place: int) -> list[CycleClass]:
        return [c for c in self.classes.allowed if self.classes.segment_of(c, place) is not None]

    def _too_weak(self, place: int, closing: bool) -> Finding | None:
        """Too weak by itself (`closing`: a full fence in its place would do), or with others that touch the class."""
        touched = self._touched_allowed(place)
        test = self._would_close if closing else self._others_touch
        fitting = [c for c in touched if test(c, place)]
        if not fitting:
            return None
        shown = self.classes.best(fitting)
        own = self.classes.segment_of(shown, place)
        assert own is not None
        missing = self._missing(shown, None, own if closing else None)
        return Finding(place, "too weak", shown, self.classes.allowed[shown], missing=missing, closes=closing)

    def _would_close(self, c: CycleClass, place: int) -> bool:
        own = self.classes.segment_of(c, place)
        assert own is not None
        return not self.classes.skeleton(c).is_allowed((), {own: "smp_mb"})

    def _others_touch(self, c: CycleClass, place: int) -> bool:
        own = self.classes.segment_of(c, place)
        skeleton = self.classes.skeleton(c)
        return all(
            i == own or segment.is_single or self.classes.touching(c, segment) or skeleton.places(i)
            for i, segment in enumerate(c.cycle.segments)
        )

    # --------------------------------------------------------------- missing

    def _missing(self, c: CycleClass, place: int | None, only: int | None = None) -> Additions:
        """The cheapest additions that forbid the class: to the segments other than the barrier's, or to `only` one."""
        if only is not None:
            return cheapest(self.classes.skeleton(c), (only,))
        own = self.classes.segment_of(c, place) if place is not None else None
        free = [i for i, s in enumerate(c.cycle.segments) if i != own and not s.is_single]
        return cheapest(self.classes.skeleton(c), free)

    # ------------------------------------------------------------- misplaced

    def _look_for_moves(self, finding: Finding, all_findings: Sequence[Finding]) -> Finding:
        """Misplaced, where moving the barrier over one access makes it needed; else the cases after it."""
        if finding.status != "unmatched":
            return finding
        needed = {f.place for f in all_findings if f.status == "paired"}
        for move in moves(self.graph, finding.place):
            if self._makes_needed((move,), {finding.place} | needed):
                return self._misplaced(Finding(finding.place, "misplaced", move=move))
        weak = self._too_weak(finding.place, closing=False)
        if weak is not None:
            return weak
        for move, other in self._joint_moves(finding, all_findings):
            if self._makes_needed((move, other), {finding.place, other.place} | needed):
                return Finding(finding.place, "unmatched", move=move, joint=other)
        return finding

    def _joint_moves(self, finding: Finding, all_findings: Sequence[Finding]) -> list[tuple[Move, Move]]:
        threads = {s.place: s.thread for s in self.graph.sources}
        return [
            (mine, other)
            for f in all_findings
            if f.status == "unmatched" and threads[f.place] != threads[finding.place]
            for mine in moves(self.graph, finding.place)
            for other in moves(self.graph, f.place)
        ]

    def _promote(self, finding: Finding, claims: Mapping[int, Claim]) -> Finding:
        """Misplaced, where a comment or an assertion says that the joint edit is what was meant."""
        if finding.move is None or finding.joint is None:
            return finding
        other = next(s for s in self.graph.sources if s.place == finding.joint.place)
        partner = Place(
            other.name, self.graph.threads[other.thread], other.span.line, other.via, way=other.way
        )
        own = claims.get(finding.place)
        if (own is not None and own.names(partner)) or self._satisfies((finding.move, finding.joint)):
            return self._misplaced(replace(finding, status="misplaced"))
        return finding

    def _misplaced(self, finding: Finding) -> Finding:
        """The finding with the cycle that the barrier would forbid in its right place."""
        edits = [m for m in (finding.move, finding.joint) if m is not None]
        session = self.session.variant(self._edited(edits))
        classes = Classes(session)
        shown, _ = classes.opened(finding.place) or (None, None)
        if shown is None:
            return finding
        cycle = shown.cycle
        execution = self.session.find(self.classes.cycle_literal(cycle))
        return replace(finding, cycle=cycle, execution=execution)

    def _satisfies(self, edits: Sequence[Move]) -> bool:
        """Whether an assertion that does not hold would hold after the edits."""
        assertions = [p for p in self.graph.properties if p.kind == "assertion"]
        if not assertions:
            return False
        edited = self.session.variant(self._edited(edits))
        return any(
            self.session.allows(self.session.reaches(p, False))
            and not edited.allows(edited.reaches(p, False))
            for p in assertions
        )

    def _touched(self, place: int) -> frozenset[Cycle]:
        """The candidate cycles that a barrier touches where it stands, found once."""
        if place not in self._cycles_of:
            self._cycles_of[place] = touched_cycles(self.graph, place)
        return self._cycles_of[place]

    def _edited(self, edits: Sequence[Move]) -> EventGraph:
        graph = self.graph
        for edit in edits:
            graph = moved(graph, edit)
        return graph

    def _makes_needed(self, edits: Sequence[Move], places: set[int]) -> bool:
        """Whether, after the edits, each of `places` is needed."""
        graph = self._edited(edits)
        if not all(touched_cycles(graph, e.place) - self._touched(e.place) for e in edits):
            return False
        session = self.session.variant(graph)
        violated = session.violated_with_all_on()
        return all(session.allows(violated, off=(p,)) for p in sorted(places))
