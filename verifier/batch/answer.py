"""What becomes of one file, and the exit code that it stands for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from verifier.errors import InputError
from verifier.record import record

if TYPE_CHECKING:
    from verifier.certify.files import CertificateFile
    from verifier.pairing.verdict import ModelResult, UnitResult
    from verifier.properties.verdict import LitmusVerdict

WORST_FIRST = (2, 1, 3, 0)


@record(frozen=True, slots=True)
class Answer:
    """What became of one file: no more than its output needs, for it may come from another process.

    text     the report, where it was asked for as text
    codes    an exit code for each program of the file, or one for the file
    units    the programs, where they were asked for as data
    error    why there is no answer
    details  the traceback, where the error is ours
    certificates  what --certify writes
    is_last  the process that gave it may have taken harm, and should answer no more
    """

    text: str = ""
    codes: tuple[int, ...] = ()
    units: tuple[UnitResult, ...] = ()
    error: InputError | None = None
    details: str = ""
    is_last: bool = False
    certificates: tuple[CertificateFile, ...] = ()


def counted(units: Sequence[UnitResult]) -> tuple[UnitResult, ...]:
    """The programs that the exit code is about: of a patch, what it leaves behind."""
    after = {(unit.title, unit.lines) for unit in units if unit.side == "after"}
    return tuple(u for u in units if u.side != "before" or (u.title, u.lines) not in after)


def unit_code(unit: UnitResult) -> int:
    """The exit code for one program."""
    return worst([_result_code(result) for result in unit.results])


def _result_code(result: ModelResult) -> int:
    return {"proved": 0, "refuted": 1}.get(result.verdict, 3)


def litmus_code(verdict: LitmusVerdict) -> int:
    """A condition that only holds as far as a loop's bound goes is undecided; `exists` is a question."""
    if verdict.outcome is None:
        return 3
    if verdict.condition is not None and verdict.condition.kind == "exists":
        return 0
    if not verdict.outcome.is_true:
        return 1
    return 3 if verdict.outcome.is_cut else 0


def lenient(codes: Iterable[int]) -> tuple[int, ...]:
    """The exit codes of a run that only what is refuted lets fail."""
    return tuple(1 if code == 1 else 0 for code in codes)


def worst(codes: Iterable[int]) -> int:
    """The exit code that counts; 3 where there is none."""
    present = set(codes)
    return next((code for code in WORST_FIRST if code in present), 3)
