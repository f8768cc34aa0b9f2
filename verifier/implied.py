"""Checks claims that a function has a barrier in it: what the function orders, by the models, is compared with them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from verifier.cat.terms import Model
from verifier.decide import ask, beyond, build_graph
from verifier.errors import InputError
from verifier.events.graph import without_escapes
from verifier.execution.cycles import TooManyCycles
from verifier.inbox.implied import Implied, implied
from verifier.limits import Deadline, NotModelled, Undecided
from verifier.options import Options
from verifier.pairing.verdict import Remark
from verifier.program.kernel import Kernel, kernel
from verifier.program.lower import lower
from verifier.program.primitives import LoadCall, LockCall, RmwCall, StoreCall
from verifier.program.program import Program
from verifier.program.uses import ONE, OTHER, PAIRS, WAKES, Use, asks, call_of, only_where, uses
from verifier.properties.check import Checker
from verifier.record import record, replace
from verifier.source import Origin, Source
from verifier.syntax import parse, tree

MOST = 8  # claims of one text
ALL = frozenset(PAIRS)
Answer = Literal["confirmed", "in part", "refuted", "unknown"]
_WANTED = {"full": ALL, "write": frozenset({"WW"}), "read": frozenset({"RR"})}


@record(frozen=True, slots=True)
class Asked:
    """Where claims are checked: functions of the text with their source, those that are shown in part, the models and
    how long they may take. `taken`: functions that are taken for what the message says of them."""

    functions: dict[str, tree.Function]
    source: Source | None
    partly: frozenset[str]
    taken: frozenset[str]
    models: Sequence[Model]
    options: Options
    deadline: Deadline


@record(frozen=True, slots=True)
class Found:
    """What a function keeps in order under a model in all uses, and in some; None where that can't be told."""

    always: frozenset[str]
    sometimes: frozenset[str]


def check_claims(lines: Sequence[tuple[int, str]], asked: Asked) -> tuple[Remark, ...]:
    """What there is to say of the claims in some lines; of a word that is no function of the text or of the kernel,
    only where it is written as one. Where time is over, the rest is left out."""
    known = kernel(asked.options)
    claims = [c for c in implied(lines) if c.is_sure or _is_function(c.name, known, asked)]
    found: list[Remark] = []
    for claim in claims[:MOST]:
        try:
            found.append(_remark(claim, known, asked))
        except Undecided:
            break
    return tuple(found)


def _is_function(name: str, known: Kernel, asked: Asked) -> bool:
    is_word = "_" not in name and not name.endswith("xchg") and name != "schedule"
    return name in asked.functions or (known.is_known(name) and not is_word)


def _remark(claim: Implied, known: Kernel, asked: Asked) -> Remark:
    name = claim.name
    if name in asked.partly:
        return _said(claim, "unknown", f"{name}() is shown in part")
    own = asked.functions.get(name)
    if own is None and not known.is_known(name):
        why = f"{name}() is not in the text, and what it orders is not known"
        return _said(claim, "unknown", f"{why}: taken as said" if name in asked.taken else why)
    found = {m.name: _found(name, own, known, m, asked) for m in asked.models}
    told = {model: f for model, f in found.items() if f is not None}
    if not told:
        return _said(claim, "unknown", f"what {name}() orders can't be told by itself")
    order = _own_order(name, own, known)
    answers, texts = [], dict[str, list[str]]()
    for model, kept in told.items():
        where = _where(name, own, known, model, asked)
        answers.append(_answer(claim, kept, where, order))
        texts.setdefault(_text(kept, where, order), []).append(model)
    why = "; ".join(f"{text} ({', '.join(models)})" for text, models in texts.items())
    return _said(claim, answers[0] if len(set(answers)) == 1 else "in part", f"{name}() {why}")


def _said(claim: Implied, answer: Answer, why: str) -> Remark:
    return Remark(claim.line, "claim", f'claim {answer}: "{claim.words}": {why}', answer)


def _where(name: str, own: tree.Function | None, known: Kernel, model: str, asked: Asked) -> str:
    """Where a function that does not always have a full barrier has one under a model."""
    where = only_where(name, known, own)
    if where != WAKES:
        return where
    (m,) = (m for m in asked.models if m.name == model)
    waking = _found("try_to_wake_up", None, known, m, asked)
    return where if waking is not None and waking.always == ALL else ""


def _answer(claim: Implied, found: Found, where: str, own: str) -> Answer:
    """Whether the claim is true of what was found."""
    wanted = _WANTED.get(claim.strength, ALL)
    has_some = claim.strength == "any" and bool(found.always or own)
    if wanted <= found.always:
        return "refuted" if claim.is_negated else "confirmed"
    if wanted <= found.sometimes or where or has_some:
        return "confirmed" if claim.is_hedged and not has_some else "in part"
    return "confirmed" if claim.is_negated else "refuted"


def _text(found: Found, where: str, own: str) -> str:
    """What was found, in words that follow the function's name."""
    kept = [words for pair, words in PAIRS.items() if pair in found.always]
    has = [*([own] if own else []), *([f"it orders {', '.join(kept)}"] if kept else [])]
    rest = f"; else {', '.join(has)}" if has else ""
    if found.always == ALL:
        return "is a full barrier"
    if where:
        return f"is a full barrier only where {where}{rest}"
    if found.sometimes == ALL:
        return f"is a full barrier in some uses, and in others not{rest}"
    return (
        f"is no full barrier: {', '.join(has)}"
        if has
        else "by itself orders nothing before it with what follows"
    )


def _own_order(name: str, own: tree.Function | None, known: Kernel) -> str:
    """What the order of a core operation's own access is, in words."""
    core = known.core(name) if own is None and known.body(name) is None else None
    if isinstance(core, LockCall):
        return (
            "it is a release"
            if "unlock" in core.action
            else "it is an acquire"
            if "lock" in core.action
            else ""
        )
    if isinstance(core, LoadCall | StoreCall | RmwCall) and core.order in ("acquire", "release"):
        return f"it is {'an' if core.order == 'acquire' else 'a'} {core.order}"
    return ""


# ------------------------------------------------------------------ questions


def _found(name: str, own: tree.Function | None, known: Kernel, m: Model, asked: Asked) -> Found | None:
    """What the function keeps in order, asked of each of its uses that can be told."""
    ways = (
        (call_of(own, asked.source),) if own is not None and asked.source is not None else uses(name, known)
    )
    told = [kept for use in ways if (kept := _kept(use, own, m, asked)) is not None]
    if not told:
        return None
    return Found(frozenset.intersection(*told), frozenset.union(*told))


def _kept(use: Use, own: tree.Function | None, m: Model, asked: Asked) -> frozenset[str] | None:
    """The pairs that a use keeps in order; None where that can't be told, as of a function that calls others which are
    not in the text."""
    try:
        if _is_reached(asks(use, ""), own, m, asked) is not True:
            return None
        answers = {pair: _is_reached(asks(use, pair), own, m, asked) for pair in PAIRS}
        program, _ = _program(asks(use, ""), own, asked)
    except (InputError, NotModelled, TooManyCycles, RecursionError, MemoryError):
        return None
    kept = frozenset(pair for pair, is_reached in answers.items() if is_reached is False)
    is_open = None in answers.values() or (program.unknown_calls and kept != ALL)
    return None if is_open else kept


def _is_reached(text: str, own: tree.Function | None, m: Model, asked: Asked) -> bool | None:
    """Whether some execution of that text, below the functions of the user's, reaches its condition; None where the
    model can't say, or where no choice of values would."""
    program, options = _program(text, own, asked)
    graph = build_graph(program, m, options)
    if beyond(graph, options) or graph.escapes:
        return None
    session = ask(without_escapes(graph), m, asked.deadline, options)
    checker = Checker(session, lambda: session)
    (verdict,) = (checker.condition(p) for p in graph.properties if p.kind == "exists")
    return {"reached": True, "never reached": False}.get(verdict.answer)


def _program(text: str, own: tree.Function | None, asked: Asked) -> tuple[Program, Options]:
    """The program of that text, below the functions of the user's where one of these is asked about."""
    is_own = own is not None and asked.source is not None
    source = _below(asked.source, text) if is_own and asked.source else Source.whole("", text)
    threads = ((ONE, ONE), (OTHER, OTHER))
    options = replace(
        asked.options, threads=threads, aliases=(), interrupts=(), bound=max(3, asked.options.bound)
    )
    unit = parse(source)
    return lower(replace(unit, conditions=unit.conditions[-1:]), source, options), options


def _below(source: Source, text: str) -> Source:
    """The text below all of a source's."""
    own = text.split("\n")
    first = len(source.lines) + 1
    return Source(
        source.name,
        f"{source.text}\n{text}",
        (*source.lines, *own),
        (*source.origins, *(Origin(first + i, 1) for i in range(len(own)))),
    )
