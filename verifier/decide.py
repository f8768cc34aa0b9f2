"""One program under one model: its event graph, who answers questions about it, and what these decide."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from verifier.cat.compiled import keep, load_kept, mentioned
from verifier.cat.library import MODELS, texts
from verifier.cat.terms import Model
from verifier.encoding.clauses import TooLarge
from verifier.errors import InputError, ModelError, SyntaxProblem
from verifier.events.build import build
from verifier.events.conditions import conditions_on_unknowns
from verifier.events.domains import by_form, with_domains
from verifier.events.draft import require_few
from verifier.events.elaborate import elaborate
from verifier.events.expression import FALSE, Unknown
from verifier.events.graph import EventGraph, escaping, without_escapes
from verifier.events.outline import has_unknowns, stretches
from verifier.execution.cycles import TooManyCycles
from verifier.limits import OUT_OF_TIME, Deadline, NotModelled, Undecided, why_not
from verifier.options import Options
from verifier.pairing.claims import claims_of
from verifier.pairing.classes import Classes
from verifier.pairing.describe import Describer, places_in_order
from verifier.pairing.judge import Judge
from verifier.pairing.verdict import (
    Answer,
    BarrierVerdict,
    ModelResult,
    Place,
    PropertyVerdict,
)
from verifier.program.interrupts import interrupted, stopping, suspects
from verifier.program.program import Program, count_operations
from verifier.properties.check import Checker
from verifier.properties.deadlock import check_deadlocks, impossible
from verifier.record import replace
from verifier.search.enumeration import Enumeration
from verifier.search.listing import Listings, TooMany
from verifier.search.questions import Questions

if TYPE_CHECKING:
    from verifier.encoding.session import Session

# The models of an input, by its instruction set (None: C), unless the user names others
DEFAULTS: dict[str | None, tuple[str, ...]] = {
    None: ("armv8", "lkmm"),
    "AArch64": ("armv8",),
    "X86_64": ("tso",),
    "RISCV": ("riscv",),
    "PPC": ("power",),
}


# The executions that are listed: candidates; of the allowed ones a few at once, and more unless the solver can be told
# of the program in few variables, so many to an execution
MOST_CANDIDATES = 64
FEW_ALLOWED = 100
MOST_ALLOWED = 20_000
FEW_VARIABLES = 5_000
PER_EXECUTION = 2
LISTINGS = Listings()
GIVES_UP = (Undecided, NotModelled, TooManyCycles, RecursionError, MemoryError)
T = TypeVar("T")


ARCHITECTURES = {"AArch64": "aarch64", "X86_64": "x86", "RISCV": "riscv", "PPC": "power"}


@cache
def model(name: str) -> Model:
    """A memory model, loaded once. Raises ModelError."""
    own = texts() if name in MODELS else b""
    kept = load_kept(name, own) if own else None
    if kept is not None:
        return kept
    from verifier.cat.load import load  # with the language's front end: only where it is needed

    try:
        found = load(name)
        if own:
            keep(name, own, found)
        return found
    except SyntaxProblem as problem:
        raise ModelError(problem.code, problem.message, problem.name, problem.span, problem.quoted) from None


def beyond(graph: EventGraph, options: Options) -> str:
    """Why no verdict can be given: what is not modelled, or not reached. Empty where nothing is."""
    if graph.unmodelled:
        return f"not modelled: {', '.join(f'{name} (line {line})' for line, name in graph.unmodelled)}"
    if graph.unreached:
        lines = ", ".join(str(n) for n in graph.unreached)
        bound = options.bound
        return f"what follows the loop on line {lines} is not reached in {bound} iterations; raise --bound"
    return ""


def build_graph(program: Program, m: Model, options: Options) -> EventGraph:
    """The event graph as a model wants it. Raises InputError where the model speaks of another architecture,
    NotModelled where it would be too large."""
    most = options.events
    require_few("operations", sum(map(count_operations, program.threads)), most)
    graph = build(program, _variant(architecture(program, m), program, options), options.bound, most)
    require_few("events", len(graph.order), most)
    graph = _known_waits(with_all_values(graph), m)
    return elaborate(graph) if m.registers else graph


def with_all_values(graph: EventGraph) -> EventGraph:
    """The graph, with values of its unknowns for each way that its conditions can come out. Raises NotModelled where
    these can't be found."""
    if not has_unknowns(graph):
        return graph
    domains: dict[Unknown, tuple[int, ...]] = {}
    for group in conditions_on_unknowns(graph):
        found = by_form(group)
        if found is None:
            from verifier.encoding.unknowns import completed  # with the solver

            found = completed(group)
        domains |= found
    return with_domains(graph, domains)


_WAITS = frozenset(("Sync-rcu", "Sync-srcu", "Srcu-lock", "Srcu-unlock"))


def _known_waits(graph: EventGraph, m: Model) -> EventGraph:
    """The graph; its grace periods, which no processor has, are not modelled where the model does not mention them."""
    if not any(name in _WAITS for stretch in stretches(graph) for name, _ in stretch.outline.on):
        return graph
    used, known = [(e, e.tags & _WAITS) for e in graph.events], mentioned(m)
    lacking = [(e.span.line if e.span else 0, f"{e.text} under {m.name}") for e, t in used if not t <= known]
    return replace(graph, unmodelled=tuple(dict.fromkeys((*graph.unmodelled, *lacking))))


def _variant(name: str, program: Program, options: Options) -> str:
    """The architecture with the atomic operations that the options ask for."""
    return "aarch64-ll-sc" if (name, program.isa, options.atomics) == ("aarch64", None, "ll-sc") else name


def architecture(program: Program, m: Model) -> str:
    """The architecture to build a program's events for. Raises InputError where the model speaks of another."""
    own = ARCHITECTURES.get(program.isa or "", "linux")
    if program.isa is None:
        return m.architecture
    if m.architecture not in ("any", own):
        raise InputError(
            "model-architecture",
            f"the model {m.name} is about {m.architecture}, and this is a test in {program.isa}; "
            f"expected {DEFAULTS[program.isa][0]}, sc, or a .cat file about {own}",
        )
    return own


Asking = Callable[[EventGraph, Model], Questions]  # gives who answers questions about a program


def judge(program: Program, m: Model, options: Options, deadline: Deadline) -> ModelResult:
    """The verdicts on a program under one model; with the evidence, where the options ask for it."""
    if deadline.is_over():  # what comes before the first question may take long, too
        return ModelResult(m.name, "undecided", OUT_OF_TIME, (), (), None)
    if not options.certify:
        return _judge(program, m, options, partial(ask, deadline=deadline, options=options))
    from verifier.certify.certificate import certificate  # only where somebody asks for evidence
    from verifier.search.recording import Book, Recorded

    book = Book()

    def recorded(graph: EventGraph, other: Model) -> Questions:
        return Recorded(ask(graph, other, deadline, options), book)

    result = _judge(program, m, options, recorded)
    return replace(result, certificate=certificate(book.all(), deadline))


def _judge(program: Program, m: Model, options: Options, asking: Asking) -> ModelResult:
    try:
        graph = build_graph(program, m, options)
    except GIVES_UP as problem:
        return ModelResult(m.name, "undecided", why_not(problem), (), (), None)
    bound = options.bound if any(c != FALSE for c in graph.cuts) else None
    locks_matter = graph.recursions or program.interrupts or suspects(program)
    if not (graph.unmodelled or graph.unreached or _has_questions(graph) or locks_matter):
        return ModelResult(m.name, "nothing to check", "there is no barrier and no property", (), (), bound)
    try:
        return _decide(program, graph, m, options, asking, bound)
    except GIVES_UP as problem:
        return _undecided(graph, m, why_not(problem), bound)


def _has_questions(graph: EventGraph) -> bool:
    """Whether there is something to check but for self-deadlocks."""
    return any(s.is_barrier for s in graph.sources) or bool(graph.properties or graph.sleeps)


def ask(graph: EventGraph, m: Model, deadline: Deadline, options: Options) -> Questions:
    """Who answers questions about a program: a list of its executions where there are few, or of those that the model
    allows; else the solver, or a longer list where the solver would have to be told too much."""

    def free() -> Questions:
        return _session(graph, replace(m, axioms=()), deadline, False)

    if not options.propagation:
        return _session(graph, m, deadline, False)
    with suppress(TooMany):
        return Enumeration(graph, m, deadline, LISTINGS.candidates(graph).up_to(MOST_CANDIDATES, deadline))
    allowed = LISTINGS.allowed(graph, m)
    with suppress(TooMany):
        return Enumeration(graph, m, deadline, allowed.up_to(FEW_ALLOWED, deadline), free)
    session, most = None, MOST_ALLOWED
    with suppress(TooLarge, NotModelled):
        session = _session(graph, m, deadline, True, FEW_VARIABLES)
        most = session.clauses.variables // PER_EXECUTION
    with suppress(TooMany):
        return Enumeration(graph, m, deadline, allowed.up_to(most, deadline), free)
    return session or _session(graph, m, deadline, True)


def _session(
    graph: EventGraph, m: Model, deadline: Deadline, propagation: bool, most: int | None = None
) -> Session:
    from verifier.encoding.session import Session  # with the solver, which takes long to load

    return Session(graph, m, deadline, propagation, most)


def _decide(
    program: Program, graph: EventGraph, m: Model, options: Options, asking: Asking, bound: int | None
) -> ModelResult:
    def session(g: EventGraph, other: Model = m) -> Questions:
        return asking(g, other)

    def under_sc() -> Questions:
        sc = model("sc")
        built = build_graph(program, sc, options)
        return session(built if built.is_litmus else without_escapes(built), sc)

    problem = beyond(graph, options)
    if m.registers:
        problem = "the model speaks about registers; only mbpair litmus answers under it"
    if problem:
        return _undecided(graph, m, problem, bound)
    if not _has_questions(graph):
        properties = _deadlocks(program, graph, m, options, asking)
        verdict, reason = overall((), properties, program.is_litmus)
        return ModelResult(m.name, verdict, reason, (), properties, bound)
    if graph.is_litmus:
        main = session(graph)
        main.require_within()
    else:
        main = session(without_escapes(graph))

    def barriers() -> tuple[BarrierVerdict, ...]:
        classes, claims = Classes(main), claims_of(graph, program.comments)
        findings = Judge(main, classes).findings(claims)
        describer = Describer(classes, m)
        verdicts = [describer.verdict(f, claims.get(f.place)) for f in findings]
        if options.explained is not None:
            verdicts = [
                _with_orders(v, main, f.place, options) for v, f in zip(verdicts, findings, strict=True)
            ]
        return places_in_order(verdicts)

    def repaired() -> tuple[PropertyVerdict, ...]:
        whole = session(graph) if graph.escapes and not graph.is_litmus else main
        mend = partial(checker.repaired, whole=whole)
        return tuple(_as_far_as_possible(partial(mend, p), []) or p for p in properties)

    checker = Checker(main, under_sc)
    properties = _of_all_elements(checker.verdicts(), program.merged)
    open_ends: list[str] = []  # what there was no time for, or too much of
    deadlocks = _as_far_as_possible(lambda: _deadlocks(program, graph, m, options, asking), open_ends)
    properties += deadlocks or ()
    judged = _as_far_as_possible(barriers, open_ends)
    if judged is None:
        judged = _open_barriers(graph, open_ends[-1])
    verdict, reason = overall(judged, properties, program.is_litmus)
    if open_ends and verdict != "refuted":
        verdict, reason = "undecided", open_ends[0]
    if graph.escapes and not graph.is_litmus and verdict != "refuted":
        session(escaping(graph)).require_within()
    if any(p.status == "violated" for p in properties):
        properties = _as_far_as_possible(repaired, []) or properties
    open_end = open_ends[0] if open_ends else ""
    return ModelResult(m.name, verdict, reason, judged, properties, bound, open_end=open_end)


def _of_all_elements(
    properties: tuple[PropertyVerdict, ...], merged: tuple[str, ...]
) -> tuple[PropertyVerdict, ...]:
    """The verdicts, of which nothing proves one where elements of arrays are taken to be one location."""
    if not merged:
        return properties
    reason = f"nothing speaks against it where all accesses to {' and '.join(merged)} go to one element"

    def is_proved(p: PropertyVerdict) -> bool:
        return p.status == ("violated" if p.is_question else "holds")

    return tuple(replace(p, status="undecided", reason=reason) if is_proved(p) else p for p in properties)


def _with_orders(verdict: BarrierVerdict, of: Questions, place: int, options: Options) -> BarrierVerdict:
    """The verdict, of a barrier that is to be explained with what it orders."""
    if options.explained is None or not verdict.place.is_named(*options.explained):
        return verdict
    from verifier.pairing.ordering import kept_orders  # where somebody asks for it

    return replace(verdict, orders=_as_far_as_possible(lambda: kept_orders(of, place), []))


def _as_far_as_possible(find: Callable[[], T], open_ends: list[str]) -> T | None:
    """What `find` finds; None, with the reason among the open ends, where it gives up: the rest can still be told."""
    try:
        return find()
    except GIVES_UP as problem:
        open_ends.append(why_not(problem))
        return None


def _deadlocks(
    program: Program, graph: EventGraph, m: Model, options: Options, asking: Asking
) -> tuple[PropertyVerdict, ...]:
    """The self-deadlocks of the program, and of those in which a handler is on the CPU of a thread that takes a lock
    of its. Raises NotModelled where a loop's bound hides some of it."""
    found: list[PropertyVerdict] = []
    variants = [program] if graph.recursions or program.interrupts else []
    variants += [interrupted(program, (i,), only_holding=True) for i in suspects(program)]
    for variant in variants:

        def stopped(other: Model, variant: Program = variant) -> EventGraph:
            built = build_graph(stopping(variant), other, options)
            if problem := beyond(built, options):
                raise NotModelled(problem)
            return built

        def session(other: Model, build: Callable[[Model], EventGraph] = stopped) -> Questions:
            return asking(build(other), other)

        built = stopped(m)
        if built.recursions:
            found += check_deadlocks(session(m), partial(session, model("sc")))
        found += impossible(built, variant.interrupts)
    return tuple(found)


def overall(
    barriers: tuple[BarrierVerdict, ...], properties: tuple[PropertyVerdict, ...], is_litmus: bool
) -> tuple[Answer, str]:
    """The verdict on a program, from those on its barriers and properties."""
    counted = [b for b in barriers if not b.is_note]
    questions = any(p.is_question for p in properties)
    properties = tuple(p for p in properties if not p.is_question or p.status == "vacuous")
    if any(b.is_refuting for b in barriers):
        return "refuted", ""
    if any(p.status == "violated" for p in properties):
        return "refuted", ""
    if any(b.status in ("unmatched", "undecided") for b in counted):
        hint = "" if is_litmus else ": give the code that runs beside it too"
        return "undecided", f"a barrier has no counterpart in the text{hint}"
    if any(p.status == "undecided" for p in properties):
        return "undecided", "a property could not be decided"
    if any(p.status == "vacuous" for p in properties):
        return "vacuous", "a property says nothing"
    if not counted and not properties:
        rest = "; the question is answered below" if questions else ""
        return "nothing to check", f"there is no barrier and no property that must hold{rest}"
    return "proved", ""


def _undecided(graph: EventGraph, m: Model, reason: str, bound: int | None) -> ModelResult:
    """Everything undecided, for one reason."""
    return ModelResult(m.name, "undecided", reason, _open_barriers(graph, reason), (), bound)


def _open_barriers(graph: EventGraph, reason: str) -> tuple[BarrierVerdict, ...]:
    """Every barrier undecided, for one reason."""
    seen: dict[int, BarrierVerdict] = {}
    short = reason.partition(", ")[0]
    for s in graph.sources:
        if s.is_barrier and not s.is_note and s.place not in seen:
            place = Place(s.name, graph.threads[s.thread], s.span.line, s.via, s.span, s.way)
            seen[s.place] = BarrierVerdict(
                place, "undecided", False, None, "", (), "", (), short, (), False, None, "", None
            )
    return places_in_order(list(seen.values()))
