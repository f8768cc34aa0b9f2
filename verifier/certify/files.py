"""Certificates as files: what each is about, in words, above what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import PurePath

from verifier.certify.proof import comment
from verifier.pairing.verdict import BarrierVerdict, Certificate, ModelResult, PropertyVerdict, UnitResult
from verifier.properties.verdict import LitmusVerdict
from verifier.record import record

HOW_TO_READ = (
    "Each (check-sat) must answer unsat: what is asserted there has no example; but where the status is sat.",
    "r5=1: read 5 returns 1. u0=1: the unknown 0 is 1. rf.3.5: read 5 reads from write 3.",
    "co.3.4: of the writes 3 and 4 the first is earlier, where both happen.",
    "acyclic7: the steps of a relation ascend in the numbers acyclic7.EVENT.STAGE.",
    "cycle7.5.0: event 5 is among those that a cycle goes through.",
)
_WORD = re.compile(r"[^A-Za-z0-9._+-]+")


@record(frozen=True, slots=True)
class CertificateFile:
    """A file's name, without what tells it from others of that name, its suffix, and its text."""

    stem: str
    suffix: str
    text: str


def of_units(units: Iterable[UnitResult]) -> tuple[CertificateFile, ...]:
    """The files for programs that were checked."""
    return tuple(file for unit in units for result in unit.results for file in _of_result(unit, result))


def of_litmus(verdict: LitmusVerdict) -> tuple[CertificateFile, ...]:
    """The files for the answer to a litmus test."""
    if verdict.certificate is None:
        return ()
    what = verdict.outcome.observation if verdict.outcome else f"undecided: {verdict.reason}"
    question = f"{verdict.condition.kind} {verdict.condition.text}" if verdict.condition else "any execution"
    about = [f"{verdict.file}: {verdict.name}", f"model: {verdict.model}", f"{question}: {what}"]
    return tuple(_files((verdict.file, verdict.model), about, verdict.model, verdict.certificate))


def named(files: Iterable[CertificateFile]) -> list[tuple[str, str]]:
    """The files with names of which no two are the same, on file systems that tell no cases apart as well."""
    found: dict[str, tuple[str, str]] = {}
    for file in files:
        number, name = 1, f"{file.stem}{file.suffix}"
        while name.lower() in found:
            number += 1
            name = f"{file.stem}-{number}{file.suffix}"
        found[name.lower()] = (name, file.text)
    return list(found.values())


def _of_result(unit: UnitResult, result: ModelResult) -> Iterator[CertificateFile]:
    if result.certificate is not None:
        words = (unit.file or "program", unit.side or "", result.model)
        yield from _files(words, _about(unit, result), result.model, result.certificate)


def _files(
    words: Sequence[str], about: Sequence[str], model: str, certificate: Certificate
) -> Iterator[CertificateFile]:
    stem = "-".join(filter(None, (_WORD.sub("_", PurePath(w).stem[:80]).strip("._-") for w in words)))
    lacking = [f"not all claims are here: {reason}" for reason in certificate.missing]
    if certificate.proofs or lacking:
        head = comment([*about, *lacking, *HOW_TO_READ])
        yield CertificateFile(stem, ".smt2", "\n".join([*head, certificate.proofs]))
    if certificate.executions:
        top = json.dumps({"about": list(about), "model": model}, ensure_ascii=False)
        yield CertificateFile(stem, ".json", f'{top[:-1]}, "graphs": {certificate.executions}}}\n')


def _about(unit: UnitResult, result: ModelResult) -> list[str]:
    """What a certificate is about: the program, the model and the verdicts."""
    first, last = unit.lines
    side = f" ({unit.side})" if unit.side else ""
    title = f": {unit.title}" if unit.title else ""
    found = [
        f"{unit.file}:{first}-{last}{side}{title}",
        f"model: {result.model}",
        f"verdict: {result.verdict}",
    ]
    found += [f"loops run up to {result.bound} times"] if result.bound is not None else []
    return [*found, *map(_barrier, result.barriers), *map(_property, result.properties)]


def _barrier(verdict: BarrierVerdict) -> str:
    half = "half " if verdict.half_paired else ""
    shape = f" ({verdict.shape})" if verdict.shape else ""
    place = verdict.place
    return f"{place.name} in {place.thread}, line {place.line}: {half}{verdict.status}{shape}"


def _property(verdict: PropertyVerdict) -> str:
    return f"{verdict.kind} on line {verdict.line}, {verdict.text}: {verdict.answer}"
