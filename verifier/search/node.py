"""One part of the candidate executions: what each read may read from and return, and what is known of co."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from verifier.cat.bits import members
from verifier.cat.bounds import Impossible, Pair
from verifier.events.expression import Apply, Const, Expression, ReadValue, evaluate, reads_of, unknowns_of
from verifier.search.images import Images
from verifier.search.space import Space

Values = frozenset[int]
_ZERO: Values = frozenset((0,))


class Node:
    """The executions in which

    sources[r]   read r reads from one of these writes, if it happens; of -1 - l, one of them is the last to
                 location l (for the locations whose final value matters)
    values[r]    it returns one of these values; 0 where it does not happen
    written[w]   write w writes one of these
    unknowns     each unknown has one of these values, by index
    sure         these events happen, and none beside those of `possible`, as bit sets
    co           (must, may): pairs of writes, in each of them where both happen, and in some
    pending      these conditions have that truth value

    `settle` narrows all of these until none follows from the others.
    """

    __slots__ = ("co", "pending", "possible", "sources", "space", "sure", "unknowns", "values", "written")

    def __init__(self, space: Space) -> None:
        self.space = space
        self.sources: dict[int, int] = {}
        self.values: dict[int, Values] = {}
        self.written: dict[int, Values] = {}
        self.unknowns: dict[int, Values] = {}
        self.sure = space.sure
        self.possible = space.universe.ROW
        self.co: Pair = (0, 0)
        self.pending: list[tuple[Expression, bool]] = []

    def copy(self) -> Node:
        other = object.__new__(Node)
        other.space = self.space
        other.sources, other.values = dict(self.sources), dict(self.values)
        other.written, other.unknowns = dict(self.written), dict(self.unknowns)
        other.sure, other.possible, other.co = self.sure, self.possible, self.co
        other.pending = list(self.pending)
        return other

    # ------------------------------------------------------------- assumptions

    def assume(self, e: Expression, truth: bool) -> None:
        """Only executions in which that condition is true, or false. Raises Impossible."""
        match e:
            case Const(value):
                if bool(value) != truth:
                    raise Impossible
            case Apply("!", (inner,)):
                self.assume(inner, not truth)
            case Apply("&&", (a, b)) if truth:
                self.assume(a, truth)
                self.assume(b, truth)
            case Apply("||", (a, b)) if not truth:
                self.assume(a, truth)
                self.assume(b, truth)
            case _:
                reads = reads_of(e)
                if len(reads) == 1 and not unknowns_of(e):
                    self._restrict(next(iter(reads)), e, truth)
                else:
                    self.pending.append((e, truth))

    def _restrict(self, read: int, e: Expression, truth: bool) -> None:
        """A condition on one read alone decides each of its values."""
        match e:
            case Apply("==", (ReadValue(), Const(value))):
                old = self.values[read]
                kept = (old & {value}) if truth else (old - {value})
            case _:
                kept = frozenset(v for v in self.values[read] if bool(evaluate(e, {read: v}, {})) == truth)
        if not kept:
            raise Impossible
        self.values[read] = kept

    def require(self, event: int) -> None:
        """Only executions in which the event happens."""
        bit = 1 << event
        if self.sure & bit:
            return
        if not self.possible & bit:
            raise Impossible
        self.sure |= bit
        self.assume(self.space.graph.events[event].executes, True)

    def exclude(self, event: int) -> None:
        """Only executions in which the event does not happen."""
        if self.sure >> event & 1:
            raise Impossible
        self.possible &= ~(1 << event)
        if event in self.sources:
            del self.sources[event]
            self.values[event] &= _ZERO
            if not self.values[event]:
                raise Impossible

    # ------------------------------------------------------------- propagation

    def settle(self) -> None:
        """Narrow values, sources and what happens by each other. Raises Impossible."""
        space = self.space
        is_plain = not space.computed and not space.conditional
        while True:
            before = None if is_plain else (self.sure, self.possible, dict(self.sources), dict(self.values))
            if not is_plain:
                self._settle_events(Images(self.values, self.unknowns))
            for read in list(self.sources):
                self._settle_read(read)
            self._settle_finals()
            settled = self.pending and self._settle_pending()
            if not settled and (is_plain or before == (self.sure, self.possible, self.sources, self.values)):
                return

    def _settle_events(self, images: Images) -> None:
        for event, executes in self.space.conditional:
            bit = 1 << event
            if not self.possible & bit or self.sure & bit:
                continue
            truths = images.truths(executes)
            if truths == (False,):
                self.exclude(event)
            elif truths == (True,):
                self.sure |= bit
        for write, value in self.space.computed:
            if self.possible >> write & 1:
                self.written[write] = images.values(value)

    def _settle_read(self, read: int) -> None:
        """A read returns what one of its sources writes."""
        sources, wanted = self.sources[read] & self.possible, self.values[read]
        is_sure = read < 0 or bool(self.sure >> read & 1)
        if not is_sure and 0 not in wanted:
            self.require(read)
            is_sure = True
        if sources & (sources - 1) == 0 and is_sure:
            self._settle_single(read, sources, wanted)
            return
        kept = 0
        found = set() if is_sure else {0}
        written = self.written
        rest = sources
        while rest:
            low = rest & -rest
            rest ^= low
            values = written[low.bit_length() - 1]
            if not values.isdisjoint(wanted):
                kept |= low
                found |= values
        if not kept:
            if is_sure:
                raise Impossible
            self.exclude(read)
            return
        self.sources[read] = kept
        self.values[read] = wanted & found
        if is_sure and kept & (kept - 1) == 0:
            self.require(kept.bit_length() - 1)

    def _settle_single(self, read: int, source: int, wanted: Values) -> None:
        if not source:
            raise Impossible
        write = source.bit_length() - 1
        self.sources[read] = source
        common = wanted & self.written[write]
        if not common:
            raise Impossible
        if common != wanted:
            self.values[read] = common
        self.require(write)

    def _settle_pending(self) -> bool:
        """Conditions that are decided go; an alternative whose other side is false becomes a condition. Whether
        one did, so that something else may follow."""
        pending, self.pending = self.pending, []
        images = Images(self.values, self.unknowns)
        for number, (e, truth) in enumerate(pending):
            truths = images.truths(e)
            if truth not in truths:
                raise Impossible
            if len(truths) == 1:
                continue
            if self._settle_condition(e, truth, images):
                self.pending += pending[number + 1 :]
                return True
            self.pending.append((e, truth))
        return False

    def _settle_condition(self, e: Expression, truth: bool, images: Images) -> bool:
        """Whether a condition became one on less."""
        match e:
            case Apply(
                "||" | "&&", (a, b)
            ):  # truth is True for ||, False for &&: one side at least must have it
                for here, other in ((a, b), (b, a)):
                    if truth not in images.truths(here):
                        self.assume(other, truth)
                        return True
                return False
            case _:
                open_reads = [r for r in reads_of(e) if len(self.values[r]) > 1]
                if len(open_reads) == 1 and not unknowns_of(e):
                    self._restrict_given(open_reads[0], e, truth)
                    return True
                return False

    def _restrict_given(self, read: int, e: Expression, truth: bool) -> None:
        """As _restrict, where the other reads of the condition have one value each."""
        known = {r: next(iter(self.values[r])) for r in reads_of(e) if r != read}
        kept = (v for v in self.values[read] if bool(evaluate(e, {**known, read: v}, {})) == truth)
        self.values[read] = frozenset(kept)
        if not self.values[read]:
            raise Impossible

    def _settle_finals(self) -> None:
        """The last write to a location has no later one, and all others are before it."""
        u = self.space.universe
        for read, last in self.sources.items():
            if read >= 0:
                continue
            for write in members(last) if last & (last - 1) else ():
                if u.row(self.co[0], write) & self.sure:
                    last &= ~(1 << write)
            if not last:
                raise Impossible
            self.sources[read] = last
            if last & (last - 1) == 0:
                column = u.product(self.space.writers[-1 - read] & self.possible & ~last, last)
                self.co = (self.co[0] | column, self.co[1] & ~u.inverse(column))

    # --------------------------------------------------------------- relations

    def reads_from(self) -> Pair:
        """The bounds of rf."""
        n = self.space.universe.n
        must = may = 0
        for read, sources in self.sources.items():
            if read < 0:
                continue
            is_single = sources & (sources - 1) == 0
            while sources:
                low = sources & -sources
                may |= 1 << (low.bit_length() - 1) * n + read
                sources ^= low
            if is_single:
                must |= may & (1 << (self.sources[read].bit_length() - 1) * n + read)
        return must, may

    def take(self, rf: int, co: Pair) -> bool:
        """Keep to these pairs of rf and co; whether that changed anything. Raises Impossible."""
        changed = co != self.co
        self.co = co
        n = self.space.universe.n
        for read, sources in list(self.sources.items()):
            if read < 0 or (sources & (sources - 1) == 0 and rf >> (sources.bit_length() - 1) * n + read & 1):
                continue
            kept = 0
            for write in members(sources):
                if rf >> write * n + read & 1:
                    kept |= 1 << write
            if kept != sources:
                changed = True
                self.sources[read] = kept
                if not kept:
                    if self.sure >> read & 1:
                        raise Impossible
                    self.exclude(read)
        return changed

    def held(self, conditions: Iterable[Expression]) -> Mapping[Expression, bool]:
        """Which of these conditions are known to be true, or false."""
        images = Images(self.values, self.unknowns)
        found = {}
        for e in conditions:
            truths = images.truths(e)
            if len(truths) == 1:
                found[e] = truths[0]
        return found
