"""How far a column of a folded diagram has got: which braces, headers and loops are open in it."""

from __future__ import annotations

from verifier.inbox.fragment import Fragment, Part
from verifier.record import record

_AWAITING = frozenset(("if", "loop", "switch", "else", "do"))
_LOOPS = frozenset(("loop", "do", "switch"))


@record(frozen=True, slots=True)
class State:
    """`frames`: what is open, outermost first: "{" and the headers that await their statement; "then" where
    an `else` may follow, "until" where a `while (…);` must. `pending`: an unfinished statement's text.
    `dead`: control can't get here. `used`: whether the column has any cell.
    """

    frames: tuple[str, ...] = ()
    pending: str = ""
    dead: bool = False
    used: bool = False

    @property
    def is_awaiting(self) -> bool:
        """Whether a header stands without its statement, or a statement without its end."""
        return bool(self.pending) or (
            bool(self.frames) and (self.frames[-1] in _AWAITING or self.frames[-1] == "until")
        )

    @property
    def is_open(self) -> bool:
        return bool(self.frames) and self.frames != ("then",)


def advance(state: State, fragment: Fragment) -> tuple[State, float] | None:
    """The state after a cell, and what speaks against it; None where the cell can't stand there."""
    frames, dead, cost = state.frames, state.dead, fragment.cost
    for part in fragment.parts:
        if dead and part.kind not in ("close", "case", "label", "else", "open"):
            cost += 1.5
        step = _step(frames, part)
        if step is None:
            return None
        frames, more = step
        cost += more
        dead = part.kind in ("break", "jump") and (not frames or frames[-1] == "{")
    return State(frames, fragment.pending, dead, True), cost


def is_finished(state: State) -> bool:
    """Whether the column may end here."""
    return not state.pending and all(frame == "then" for frame in state.frames)


def _step(frames: tuple[str, ...], part: Part) -> tuple[tuple[str, ...], float] | None:
    """The frames after one part, and what speaks against it; None where it can't come next."""
    if frames and frames[-1] == "until":
        return (_complete(frames[:-1]), 0.0) if part.kind == "while" else None
    if part.kind == "else":
        return ((*frames[:-1], "else"), 0.0) if frames and frames[-1] == "then" else None
    frames = _settle(frames)
    if part.kind == "close":
        return (_complete(frames[:-1]), 0.0) if frames and frames[-1] == "{" else None
    if part.kind == "open":
        return (*frames, "{"), 0.0 if frames and frames[-1] in _AWAITING else 1.5
    if part.kind in ("if", "loop", "switch", "do"):
        return (*frames, part.kind), 0.0
    if part.kind == "while":
        return (_complete(frames), 0.0) if part.ended else ((*frames, "loop"), 0.0)
    if part.kind == "case":
        return frames, 0.0 if "switch" in frames else 3.0
    if part.kind == "label":
        return frames, 0.2
    stray = part.kind == "break" and not _LOOPS & set(frames)
    return _complete(frames), 3.0 if stray else 0.0


def _settle(frames: tuple[str, ...]) -> tuple[str, ...]:
    """The frames once a new statement, and no `else`, follows."""
    while frames and frames[-1] == "then":
        frames = _complete(frames[:-1])
    return frames


def _complete(frames: tuple[str, ...]) -> tuple[str, ...]:
    """The frames once a statement has ended: headers that awaited it are done, an `if` may get its `else`."""
    while frames and frames[-1] in ("loop", "switch", "else"):
        frames = frames[:-1]
    if frames and frames[-1] == "if":
        return (*frames[:-1], "then")
    if frames and frames[-1] == "do":
        return (*frames[:-1], "until")
    return frames
