"""Remarks on lines, each put to the program that it is about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from verifier.pairing.verdict import Remark, UnitResult
from verifier.record import replace
from verifier.source import Span


def with_remarks(
    units: Sequence[UnitResult], remarks: Sequence[Remark], functions: Mapping[str, Span]
) -> tuple[UnitResult, ...]:
    """The programs of a patch; each remark is with the last of those that run the function around its line, and where
    none does with the last of all."""
    homes = [_home(units, r.line, functions) for r in remarks]
    return tuple(
        replace(unit, remarks=tuple(r for r, home in zip(remarks, homes, strict=True) if home == i))
        for i, unit in enumerate(units)
    )


def _home(units: Sequence[UnitResult], line: int, functions: Mapping[str, Span]) -> int:
    around = {name for name, span in functions.items() if span.line <= line <= span.end_line}
    fitting = [i for i, unit in enumerate(units) if around & set(unit.threads)]
    return fitting[-1] if fitting else len(units) - 1
