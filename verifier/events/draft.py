"""The events of one thread, while it is walked."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from verifier.events.expression import Expression, Unknown
from verifier.events.graph import Atomic, Dependency, Event, OrderingSource, Property, Recursion, Sleep
from verifier.events.rows import Row, Rows, rows
from verifier.limits import NotModelled, beyond_limit
from verifier.program import program as p

_PLAIN = Row((frozenset(), frozenset()), (frozenset(), frozenset()))

Arms = tuple[tuple[int, int], ...]  # the branches that an event lies in, from the outermost, and their arms


Visits = tuple[tuple[str, int], ...]  # the interrupt handlers that an event lies in, and which copies of them


def may_meet(a: tuple[Arms, Visits], b: tuple[Arms, Visits]) -> bool:
    """False for two events in different arms of one branch, or in different copies of one handler."""
    seen = dict(a[1])
    if any(seen.get(handler, copy) != copy for handler, copy in b[1]):
        return False
    return _may_meet(a[0], b[0])


def _may_meet(a: Arms, b: Arms) -> bool:
    for (branch, arm), (other, other_arm) in zip(a, b, strict=False):
        if branch != other:
            return True
        if arm != other_arm:
            return False
    return True


def require_few(what: str, count: int, most: int) -> None:
    """Raises NotModelled where there are too many: a relation has a bit for each pair of events, and there are many."""
    if count > most:
        raise NotModelled(beyond_limit(f"the program has too many {what}", "events", most))


class Draft:
    """What one thread does, while it grows: everything is numbered from 0, and placed as its operations are."""

    def __init__(
        self,
        program: p.Program,
        architecture: str,
        bound: int,
        numbers: Mapping[p.Path, int],
        most: int,
    ) -> None:
        """`numbers`: of the locations; `most`: events."""
        self.program = program
        self.architecture = architecture
        self.rows = rows(architecture, program.isa)
        self.bound = bound
        self.most = most
        self.numbers = numbers
        self.merged = frozenset(n for path, n in numbers.items() if "[*]" in path.members)
        self.events: list[Event] = []
        self.arms: list[tuple[Arms, Visits]] = []
        self.sources: list[OrderingSource] = []  # without their events
        self.members: dict[int, list[int]] = {}  # the events of sources
        self.dependencies: list[Dependency] = []
        self.atomics: list[Atomic] = []
        self.sleeps: list[Sleep] = []
        self.recursions: list[Recursion] = []
        self.elements: list[tuple[int, Expression]] = []  # see EventGraph
        self.moved: list[tuple[int, int, str]] = []  # locks that go by one name: location, line, text
        self.blocked: list[Expression] = []
        self.assertions: list[Property] = []
        self.constraints: list[Expression] = []
        self.unmodelled: list[tuple[int, str]] = []
        self.doubtful: set[tuple[int, int]] = set()
        self.escapes: list[tuple[int, Expression]] = []
        self.unreached: list[int] = []
        self.places: dict[object, int] = {}
        self.unknowns: dict[object, Unknown] = {}

    def row(self, choose: Callable[[Rows], Row], name: str, origin: p.Origin) -> Row:
        """A row of the architecture's table; where it has none, the program is noted as not modelled."""
        try:
            return choose(self.rows)
        except KeyError:
            self.unmodelled.append((origin.span.line, f"{name} on {self.architecture}"))
            return _PLAIN

    def belong(self, source: int, event: int) -> None:
        """Make an event part of an ordering source."""
        self.members.setdefault(source, []).append(event)

    def place(self, key: object) -> int:
        """The number of a place of the user's text."""
        return self.places.setdefault(key, len(self.places))

    def unknown(self, key: object, domain: tuple[int, ...] = ()) -> Unknown:
        """The unknown of that key; without a domain it is left open, for events.domains to settle."""
        if key not in self.unknowns:
            self.unknowns[key] = Unknown(len(self.unknowns), domain)
        return self.unknowns[key]
