"""The cheapest edits with which a text is proved: a search by cost, each step by what the last answer asks for.

Each candidate is judged as the user would judge it, from its text. So what is found is proved, whatever the edits were
derived from. The search is an implicit hitting set: an answer that refutes names what any remedy has to do, each way to
do it is tried, and the cheapest come first.
"""

from __future__ import annotations

import heapq
from collections.abc import Callable, Iterable, Sequence
from itertools import count

from verifier.fix.edits import Edit, edited, rebased
from verifier.fix.weaker import weaker
from verifier.record import record

MOST_TEXTS = 60  # that are judged
MOST_EDITS = 8
MOST_REMEDIES = 4  # of the same cost


@record(frozen=True, slots=True)
class Judged:
    """What there is to say of a text: whether nothing refutes it, whether it is proved, and what may mend it."""

    is_refuted: bool
    is_proved: bool
    choices: tuple[tuple[Edit, ...], ...]


@record(frozen=True, slots=True)
class Remedy:
    edits: tuple[Edit, ...]
    is_proved: bool

    @property
    def cost(self) -> int:
        return sum(edit.cost for edit in self.edits)


def remedies(text: str, first: Judged, judge: Callable[[str], Judged | None]) -> tuple[Remedy, ...]:
    """The remedies of the least cost, with no needless edit: of those that prove the text, where there are any.

    `first` is the answer to the text as it is; `judge` gives those to others, None for one that can't be judged.
    """
    known: dict[str, Judged | None] = {text: first}

    def look(edits: Sequence[Edit]) -> Judged | None:
        new = edited(text, edits)
        if new not in known and len(known) < MOST_TEXTS:
            known[new] = judge(new)
        return known.get(new)

    found: dict[frozenset[object], Remedy] = {}
    seen: set[frozenset[object]] = set()
    tie = count()
    waiting: list[tuple[int, int, int, tuple[Edit, ...]]] = [(0, 0, next(tie), ())]
    while waiting:
        cost, _, _, edits = heapq.heappop(waiting)
        best = _cheapest(found.values())
        if best and best[0].is_proved and (cost > best[0].cost or len(best) >= MOST_REMEDIES):
            break
        if frozenset(edits) in seen or _meaning(edits) in found:
            continue
        seen.add(frozenset(edits))
        answer = look(edits)
        if answer is None:
            continue
        if not answer.is_refuted:
            kept = _minimal(edits, look)
            found.setdefault(_meaning(kept), Remedy(kept, _is_proved(look(kept))))
        for choice in answer.choices:
            more = _with(edits, choice)
            if more is not None and len(more) <= MOST_EDITS:
                heapq.heappush(waiting, (sum(e.cost for e in more), len(more), next(tie), more))
    return _cheapest(found.values())


def _cheapest(found: Iterable[Remedy]) -> tuple[Remedy, ...]:
    """Those that prove, if any, and are cheapest."""
    ranks = {remedy: (not remedy.is_proved, remedy.cost) for remedy in found}
    return tuple(r for r, rank in ranks.items() if rank == min(ranks.values()))


def _meaning(edits: Iterable[Edit]) -> frozenset[object]:
    """What the edits do, wherever they do it: a fence may stand in several places between the same accesses."""
    return frozenset((edit.what, edit.at) for edit in edits)


def _with(edits: tuple[Edit, ...], choice: Sequence[Edit]) -> tuple[Edit, ...] | None:
    """The edits and a choice, whose edits are about the text that they make."""
    more: tuple[Edit, ...] | None = edits
    for edit in sorted(choice, key=lambda e: e.parts, reverse=True):  # from the end, so that places stay
        more = None if more is None else rebased(more, edit)
    return more


def _is_proved(answer: Judged | None) -> bool:
    return answer is not None and answer.is_proved


def _minimal(edits: tuple[Edit, ...], look: Callable[[Sequence[Edit]], Judged | None]) -> tuple[Edit, ...]:
    """Those of the edits without which the answer is worse, and none stronger than it has to be.

    Where it is not proved, no edit goes that lets a barrier go: what that one was for would be hidden.
    """
    if len(edits) < 2:  # one by itself is the weakest that was asked for
        return edits
    must_prove = _is_proved(look(edits)) or not all(e.cost for e in edits)
    for edit in edits:
        rest = tuple(e for e in edits if e is not edit)
        for instead in ((), *((weak,) for weak in weaker(edit))):
            found = look((*rest, *instead))
            if found is not None and not found.is_refuted and found.is_proved >= must_prove:
                return _minimal((*rest, *instead), look)
    return edits
