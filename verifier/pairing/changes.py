"""What a diff changes: the verdicts and the outcomes of its two sides, side by side."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator, Sequence

from verifier.pairing.verdict import REFUTING, BarrierVerdict, Change, ModelResult, OutcomeChange, UnitResult
from verifier.program.probes import ABOVE, BELOW
from verifier.record import record

FORBIDS = "forbids "  # what a supposed observer does not see beside a barrier begins with it
NO_CHANGE = "no ordering change"
BY_ATOMIC = " (by an atomic operation)"


@record(frozen=True, slots=True)
class Twin:
    """A barrier on both sides, or on one (None on the other)."""

    before: BarrierVerdict | None
    after: BarrierVerdict | None


@record(frozen=True, slots=True)
class Comparison:
    """Two versions of a program, of which one may be missing, and what is known of them beside their verdicts.

    `rarer`: the threads whose barriers have conditions around them that they had not before, or no loop any more;
    `unread`: changed lines that are not understood; `given_up`: what ordered without being a barrier, and does so no
    longer there, with its line, as far as no outcome tells; `endless`: waits of the later version that nothing in the
    text ends.
    """

    before: UnitResult | None
    after: UnitResult | None
    outcomes: Sequence[OutcomeChange]
    rarer: Container[str] = ()
    unread: Sequence[int] = ()
    given_up: Sequence[tuple[str, int]] = ()
    endless: Container[str] = ()


def change(c: Comparison) -> Change:
    """The change between two versions."""
    shown = c.after or c.before
    assert shown is not None
    details = [line for r in shown.results for line in _details(r.model, c)]
    return Change(
        file=shown.file,
        title=shown.title,
        threads=shown.threads,
        summary=_as_far_as_read(_summary(c), c.unread),
        details=tuple(_merged(details)),
        outcomes=tuple(c.outcomes),
    )


def _result(unit: UnitResult | None, model: str) -> ModelResult | None:
    return None if unit is None else next((r for r in unit.results if r.model == model), None)


def twins(before: ModelResult | None, after: ModelResult | None) -> list[Twin]:
    """The barriers of the two sides, those that are one and the same together.

    A line without a sign has its number on both sides of a diff; one that moved, or that stands in two versions of a
    file, is known by its name and thread, in their order.
    """
    old = [b for b in before.barriers if not b.is_note] if before else []
    new = [b for b in after.barriers if not b.is_note] if after else []
    found: list[Twin] = []
    for b in new:
        same = next((a for a in old if _key(a) == _key(b)), None)
        if same is not None:
            old.remove(same)
        found.append(Twin(same, b))
    for i, twin in enumerate(found):
        moved = [a for a in old if twin.before is None and _alike(a, twin.after)]
        if moved:
            old.remove(moved[0])
            found[i] = Twin(moved[0], twin.after)
    found += [Twin(a, None) for a in old]
    return found


def _alike(a: BarrierVerdict, b: BarrierVerdict | None) -> bool:
    return b is not None and (a.place.name, a.place.thread, a.place.via) == (
        b.place.name,
        b.place.thread,
        b.place.via,
    )


def _key(b: BarrierVerdict) -> tuple[str, str, int, str | None]:
    return (b.place.name, b.place.thread, b.place.line, b.place.via)


def _details(model: str, c: Comparison) -> Iterator[tuple[str, str]]:
    for twin in twins(_result(c.before, model), _result(c.after, model)):
        text = _detail(twin, c.before is not None, c.after is not None)
        if text:
            yield model, text
    yield from ((model, text) for text in _property_changes(model, c))


def _property_changes(model: str, c: Comparison) -> Iterator[str]:
    """What becomes of the properties that both versions have, and of waits that nothing shown ends any more."""
    before, after = _result(c.before, model), _result(c.after, model)
    left = list(after.properties) if after else []
    for old in before.properties if before and after else ():
        new = next((p for p in left if (p.kind, p.text) == (old.kind, old.text)), None)
        if new is not None:
            left.remove(new)
            if old.status != new.status:
                yield f"{old.kind}: {old.text}: {old.answer} before, {new.answer} after"
        elif old.kind == "lost wake-up" and old.status == "holds" and old.text in c.endless:
            yield f"{old.kind}: {old.text}: {old.answer} before; after, nothing that is shown ends it"


def _detail(twin: Twin, has_before: bool, has_after: bool) -> str:
    a, b = twin.before, twin.after
    if a is not None and b is not None:
        if _status(a) == _status(b):
            return ""
        return f"{_named(b)}: {_status(a)} before, {_status(b)} after"
    if b is not None:
        return f"{_named(b)} is new: {_status(b)}" if has_before else ""
    assert a is not None
    return f"{_named(a)} is gone: it was {_status(a)}" if has_after else ""


def _named(b: BarrierVerdict) -> str:
    return f"{b.place.name} (line {b.place.line})"


def _status(b: BarrierVerdict) -> str:
    text: str = "half paired" if b.half_paired else b.status
    if b.status == "unmatched":
        return "without a partner in the text"
    return f"{text} with {b.partners_text}" if b.status == "paired" and b.partners_text else text


def _merged(lines: Iterable[tuple[str, str]]) -> list[str]:
    models: dict[str, list[str]] = {}
    for model, text in lines:
        models.setdefault(text, []).append(model)
    return [f"{', '.join(dict.fromkeys(names))}: {text}" for text, names in models.items()]


def _as_far_as_read(summary: str, unread: Sequence[int]) -> str:
    """The summary; that nothing changes is not said where changed lines are not understood."""
    if not unread or not summary.startswith(NO_CHANGE):
        return summary
    lines = f"line{'s' if len(unread) > 1 else ''} {', '.join(map(str, unread))}"
    rest = summary.removeprefix(NO_CHANGE).removeprefix(": ")
    return f"what {lines} {'change' if len(unread) > 1 else 'changes'} is not understood{rest and f'; {rest.strip()}'}"


def _summary(c: Comparison) -> str:
    """One sentence, the weightiest that is true."""
    outcomes = c.outcomes
    closed = [o for o in outcomes if o.before == "allowed" and o.after == "forbidden"]
    opened = [o for o in outcomes if o.after == "allowed" and o.before == "forbidden"]
    left = [o for o in outcomes if o.after == "allowed" and o.before == "allowed"]
    loose = [o for o in opened if o.is_supposed] if closed else []
    opened = [o for o in opened if o not in loose]
    parts: list[str] = _properties(c)
    if closed:
        said = f"{_shapes(closed)} allowed before, forbidden after ({_models(closed)})"
        parts.append(f"{said}{_given(closed)}{_if(closed)}")
    if opened:
        parts.append(
            f"{_shapes(opened)} forbidden before, allowed after ({_models(opened)}){_given(opened)}{_but(opened)}"
        )
    if loose:
        parts.append(f"{_shapes(loose)} no longer ordered, if anything depends on it ({_models(loose)})")
    if left and not opened:
        parts.append(f"{_shapes(left)} allowed before and after ({_models(left)}): {_still(c.after)}")
    if parts:
        return "; ".join([*parts, *([_not_compared(names)] if (names := _names(c.given_up)) else [])])
    if c.before is None and c.after is not None:
        return _new(c.after) or NO_CHANGE + _unobserved(c)
    kept = [o for o in outcomes if o.before == "forbidden" and o.after == "forbidden"]
    if kept:
        unobserved = _unobserved(c, of_all=False)
        said = f"{_shapes(kept)} forbidden before and after ({_models(kept)}){_given(kept)}{_untold(c.after, kept)}"
        if _is_new_undecided(c):
            return f"{said}; what else changes could not be decided"
        if names := _uncompared(c):
            return f"{said}; {_not_compared(names, ' besides')}"
        return f"{NO_CHANGE}{unobserved}: {said}"
    if _undecided(c.before) or _undecided(c.after):
        return "what changes could not be decided"
    if text := _status_changes(c.before, c.after):
        return text
    if names := _uncompared(c):
        return _not_compared(names)
    return NO_CHANGE + (_unshown(c) or _unobserved(c))


def _properties(c: Comparison) -> list[str]:
    """The properties that hold in one version only, or no longer for sure, each with the models."""
    shown = c.after or c.before
    found: dict[str, list[str]] = {}
    for r in shown.results if shown else ():
        for text in _property_changes(r.model, c):
            if not text.endswith(("undecided before, holds after", "vacuous after")):
                found.setdefault(text, []).append(r.model)
    return [f"{text} ({', '.join(models)})" for text, models in found.items()]


def _not_compared(names: str, besides: str = "") -> str:
    return f"what {names} ordered{besides} could not be compared"


def _names(places: Sequence[tuple[str, int]]) -> str:
    return ", ".join(f"{name} (line {line})" for name, line in places)


def _uncompared(c: Comparison) -> str:
    """What orders and goes or moves, of which it is not known that what it forbade is forbidden still: where that is
    not asked of both sides, where another one that goes forbade it as well, or where there are ways round it now."""
    names = dict.fromkeys(_names([place]) for place in c.given_up)
    for model, twin, gone in _earlier(c):
        a = twin.before
        assert a is not None
        asked = {_bare(o.outcome) for o in c.outcomes if o.model == model}
        if c.outcomes and not asked:
            continue  # see _untold
        is_lost = _forbade(a) and _bare(a.supposed.removeprefix(FORBIDS)) not in asked
        others = [t for t in gone if t is not twin and t.before and t.before.place.thread == a.place.thread]
        is_joint = a.status == "redundant" and twin.after is None and others
        is_elsewhere = twin.after is None or twin.after.place.line != a.place.line
        if (
            (is_elsewhere and a.place.thread in c.rarer)
            or is_joint
            or (is_lost and not (twin in gone and _is_unshown(a)))
        ):
            names[_named(a)] = None
    return ", ".join(names)


def _unshown(c: Comparison) -> str:
    """That there may be one which the text does not show: barriers go around which it has no access."""
    gone = [t.before for _, t, gone in _earlier(c) if t in gone and t.before and _is_unshown(t.before)]
    names = ", ".join(dict.fromkeys(map(_named, gone)))
    return f" that the text shows; what {names} ordered is not in it" if names else ""


def _earlier(c: Comparison) -> Iterator[tuple[str, Twin, list[Twin]]]:
    """The barriers of the first side of two, each with its model and all of that model that are gone."""
    for result in c.before.results if c.before is not None and c.after is not None else ():
        pairs = twins(result, _result(c.after, result.model))
        gone = [t for t in pairs if t.after is None]
        yield from ((result.model, twin, gone) for twin in pairs if twin.before is not None)


def _forbade(b: BarrierVerdict) -> bool:
    return b.supposed.startswith(FORBIDS)


def _is_unshown(b: BarrierVerdict) -> bool:
    """Whether all that a barrier is known to order is accesses that are not shown, or nothing."""
    is_known = b.supposed or b.status != "unmatched"
    return not is_known or (_forbade(b) and ABOVE in b.supposed and BELOW in b.supposed)


def _bare(outcome: str) -> str:
    return outcome.replace(BY_ATOMIC, "")


def _unobserved(c: Comparison, of_all: bool = True) -> str:
    """That there may be one which the text does not show: barriers are new whose partner is not in it; unless `of_all`
    only those of which it is not known either what they would forbid."""
    if c.after is None:
        return ""
    names: dict[str, None] = {}
    for result in c.after.results:
        for twin in twins(_result(c.before, result.model), result):
            if twin.before is None and twin.after is not None and twin.after.status == "unmatched":
                if of_all or not twin.after.supposed:
                    names[_named(twin.after)] = None
    return f" that the text shows; the partner of {', '.join(names)} is not in it" if names else ""


def _new(after: UnitResult) -> str:
    """What the barriers of code that is all new forbid: a paired one is needed, and so is its partner."""
    found: dict[tuple[str, str], list[str]] = {}
    for result in after.results:
        named: dict[str, list[str]] = {}
        for b in result.barriers:
            if b.status == "paired" and not b.is_note and b.shape:
                named.setdefault(b.shape, []).append(f"{b.place.name} (line {b.place.line})")
        for shape, names in named.items():
            found.setdefault((shape, " or ".join(dict.fromkeys(names))), []).append(result.model)
    texts = [
        f"{shape} forbidden ({', '.join(models)}), and allowed without {names}"
        for (shape, names), models in found.items()
    ]
    return "; ".join(texts) or "new code"


def _if(changes: Sequence[OutcomeChange]) -> str:
    """On what the outcome depends where one half is all that the text has."""
    if all(c.is_supposed and c.needs_half for c in changes):
        return ", if the other side, which is not in the text, has its half; else it is still half paired"
    return ""


def _untold(after: UnitResult | None, kept: Sequence[OutcomeChange]) -> str:
    """The models under which it can't be told whether anything changes."""
    told = {o.model for o in kept}
    rest = [r.model for r in after.results if r.model not in told] if after else []
    return f"; under {' and '.join(rest)} it can't be told" if rest else ""


def _but(changes: Sequence[OutcomeChange]) -> str:
    """On what it depends whether an order that is lost matters, where the text has no other side."""
    return ", if anything depends on that order" if all(c.is_supposed for c in changes) else ""


def _given(changes: Sequence[OutcomeChange]) -> str:
    """What the answers depend on besides."""
    return "".join(f", {given}" for given in dict.fromkeys(c.given for c in changes) if given)


def _shapes(changes: Sequence[OutcomeChange]) -> str:
    shapes = dict.fromkeys(c.outcome.partition(":")[0] for c in changes)
    return ", ".join(shapes)


def _models(changes: Sequence[OutcomeChange]) -> str:
    return ", ".join(dict.fromkeys(c.model for c in changes))


def _still(after: UnitResult | None) -> str:
    """How things stand where an outcome stays possible."""
    verdicts = [b for r in after.results for b in r.barriers if not b.is_note] if after else []
    if any(b.half_paired or b.status in ("unpaired", "paired") for b in verdicts):
        return "still half paired"
    return "not ordered" if verdicts else "no barrier"


def _undecided(unit: UnitResult | None) -> bool:
    """Whether a barrier of the program is undecided, or the program could not be read at all."""
    return (
        unit is not None
        and any(b.status == "undecided" for r in unit.results for b in r.barriers if not b.is_note)
    ) or _is_unread(unit)


def _is_new_undecided(c: Comparison) -> bool:
    """Whether a barrier that comes is undecided."""
    return c.after is not None and any(
        twin.before is None and twin.after is not None and twin.after.status == "undecided"
        for result in c.after.results
        for twin in twins(_result(c.before, result.model), result)
    )


def _is_unread(unit: UnitResult | None) -> bool:
    return unit is not None and any(
        r.verdict == "undecided" and not r.barriers and not r.properties for r in unit.results
    )


def _status_changes(before: UnitResult | None, after: UnitResult | None) -> str:
    """What barriers became, where that is all that changes."""
    shown = after or before
    assert shown is not None
    texts: list[str] = []
    for result in shown.results:
        for twin in twins(_result(before, result.model), _result(after, result.model)):
            a, b = twin.before, twin.after
            if a is not None and b is not None and a.status in REFUTING and b.status == "paired":
                texts.append(f"{b.place.name} is paired now")
            elif a is not None and b is not None and a.status == "paired" and b.status != "paired":
                texts.append(f"{b.place.name} is {b.status} now")
            elif a is None and b is not None and b.status == "paired" and before is not None:
                texts.append(f"{b.place.name} is new, and paired")
            elif a is not None and b is None and a.status == "paired" and after is not None:
                texts.append(f"{a.place.name}, which was paired, is gone")
    return ", ".join(dict.fromkeys(texts))
