"""Results as one JSON object; report/schema.json is its schema."""

from __future__ import annotations

import json
from collections.abc import Sequence

from verifier.errors import InputError
from verifier.pairing.verdict import (
    Access,
    BarrierVerdict,
    Change,
    Counterexample,
    Edge,
    Missing,
    ModelResult,
    Ordered,
    Place,
    PropertyVerdict,
    Step,
    UnitResult,
)
from verifier.report.relations import relations
from verifier.source import Elsewhere, number_in_file

Json = dict[str, object]


def render(units: Sequence[UnitResult], errors: Sequence[InputError], version: str, code: int) -> str:
    """The text of the object: sorted as the units are, indented, ends with a newline."""
    report: Json = {
        "mbpair": version,
        "exit": code,
        "units": [_unit(unit) for unit in units],
        "changes": [_change(unit.change) for unit in units if unit.change is not None],
        "errors": [_error(error) for error in errors],
    }
    return json.dumps(report, indent=2, ensure_ascii=False) + "\n"


def _error(error: InputError) -> Json:
    span = error.span
    return {
        "file": error.name or None,
        "line": number_in_file(span.line) if span else None,
        "column": span.column if span else None,
        "code": error.code,
        "message": error.message,
    }


def _unit(unit: UnitResult) -> Json:
    return {
        "file": unit.file,
        "lines": [number_in_file(line) for line in unit.lines],
        "title": unit.title,
        "side": unit.side,
        "threads": list(unit.threads),
        "results": [_result(result) for result in unit.results],
        "assumptions": list(unit.assumptions),
        "skipped": [{**_at(s.line), "text": s.text, "reason": s.reason} for s in unit.skipped],
        "remarks": [
            {**_at(r.line), "kind": r.kind, "text": r.text, "answer": r.answer} for r in unit.remarks
        ],
    }


def _change(change: Change) -> Json:
    return {
        "file": change.file,
        "title": change.title,
        "threads": list(change.threads),
        "summary": change.summary,
        "details": list(change.details),
        "outcomes": [
            {
                "model": o.model,
                "outcome": o.outcome,
                "before": o.before,
                "after": o.after,
                "supposed": o.is_supposed,
                "needs_half": o.needs_half,
                "given": o.given,
            }
            for o in change.outcomes
        ],
    }


def _result(result: ModelResult) -> Json:
    return {
        "model": result.model,
        "verdict": result.verdict,
        "reason": result.reason,
        "bound": result.bound,
        "barriers": [_barrier(barrier) for barrier in result.barriers],
        "properties": [_property(verdict) for verdict in result.properties],
    }


def _at(line: int) -> Json:
    """A line; with its file where that is not the program's."""
    return {"line": number_in_file(line), **_file(line)}


def _file(line: int) -> Json:
    return {"file": line.file} if isinstance(line, Elsewhere) and line.file else {}


def _place(place: Place) -> Json:
    return {**_at(place.line), "name": place.name, "via": place.via, "thread": place.thread}


def _missing(missing: Missing) -> Json:
    return {
        "thread": missing.thread,
        "after_line": number_in_file(missing.after_line),
        "before_line": number_in_file(missing.before_line),
        **_file(missing.after_line or missing.before_line),
        "barrier": missing.barrier,
    }


def _barrier(verdict: BarrierVerdict) -> Json:
    return {
        **_place(verdict.place),
        "status": verdict.status,
        "half_paired": verdict.half_paired,
        "shape": verdict.shape,
        "forbids": verdict.forbids,
        "partners": [_place(partner) for partner in verdict.partners],
        "partners_text": verdict.partners_text,
        "missing": [_missing(missing) for missing in verdict.missing],
        "reason": verdict.reason,
        "hints": list(verdict.hints),
        "supposed": verdict.supposed,
        "note": verdict.is_note,
        "claim": verdict.claim,
        "claim_text": verdict.claim_text,
        "counterexample": _counterexample(verdict.counterexample),
        "ruled_out": _counterexample(verdict.ruled_out),
        "orders": _orders(verdict.orders),
        "forbidden_by": [{"axiom": law.name, "statement": law.statement} for law in verdict.forbidden_by],
    }


def _orders(orders: Sequence[Ordered] | None) -> list[Json] | None:
    if orders is None:
        return None
    return [{"before": _access(one.before), "after": _access(one.after)} for one in orders]


def _access(access: Access) -> Json:
    return {**_at(access.line), "text": access.text}


def _property(verdict: PropertyVerdict) -> Json:
    return {
        "kind": verdict.kind,
        **_at(verdict.line),
        "text": verdict.text,
        "status": verdict.status,
        "reason": verdict.reason,
        "even_under_sc": verdict.even_under_sc,
        "question": verdict.is_question,
        "missing": [_missing(missing) for missing in verdict.missing],
        "counterexample": _counterexample(verdict.counterexample),
    }


def _counterexample(example: Counterexample | None) -> Json | None:
    if example is None:
        return None
    return {
        "shape": example.shape,
        "threads": list(example.threads),
        "steps": [_step(step) for step in example.steps],
        "cycle": [_edge(edge) for edge in example.cycle],
        "relations": [{"from": a, "to": b, "relation": name} for a, b, name in relations(example)],
        "initial": dict(example.initial),
        "final": dict(example.final),
        "note": example.note,
    }


def _step(step: Step) -> Json:
    return {
        "thread": step.thread,
        "kind": step.kind,
        **_at(step.line),
        "text": step.text,
        "via": step.via,
        "handler": step.handler,
        "location": step.location,
        "value": step.value,
        "reads_from": step.reads_from,
        "stale": step.is_stale,
        "on_cycle": step.on_cycle,
    }


def _edge(edge: Edge) -> Json:
    return {
        "from": edge.start,
        "to": edge.end,
        "relation": edge.relation,
        "ordered_by": edge.ordered_by or None,
    }
