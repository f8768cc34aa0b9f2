"""The stages in order; the one place that knows them all."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache, partial
from typing import TYPE_CHECKING, TypeVar

from verifier.cat.compiled import keep, load_kept, mentioned
from verifier.cat.library import MODELS, texts
from verifier.cat.terms import Model
from verifier.errors import InputError, ModelError, ProgramError, SyntaxProblem
from verifier.events.build import build
from verifier.events.elaborate import elaborate
from verifier.events.expression import FALSE, THIN_AIR
from verifier.events.graph import EventGraph, Property, without_escapes
from verifier.events.outline import stretches
from verifier.execution.cycles import TooManyCycles
from verifier.inbox import recognise
from verifier.inbox.pieces import Diagram, Litmus, Patch, Piece, Snippet, Unreadable
from verifier.inbox.trees import Trees
from verifier.limits import Deadline, NotModelled, Undecided
from verifier.options import Options
from verifier.pairing import outcomes
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
    SkippedText,
    UnitResult,
)
from verifier.program.interrupts import interrupted, stopping, suspects
from verifier.program.lower import lower
from verifier.program.program import Load, Program, Rmw, Store, flatten
from verifier.properties.check import Checker
from verifier.properties.deadlock import check_deadlocks, impossible
from verifier.properties.inquiry import Inquiry
from verifier.properties.litmus import count_executions, decide, list_states
from verifier.properties.verdict import LitmusVerdict, Outcome
from verifier.record import record, replace
from verifier.search.enumeration import Enumeration
from verifier.search.listing import TooMany, allowed_executions, candidate_executions
from verifier.search.questions import Questions
from verifier.source import Source
from verifier.syntax import parse, parse_diagram

if TYPE_CHECKING:
    from verifier.syntax.litmus_tree import LitmusTest

# The models of an input, by its instruction set (None: C), unless the user names others
DEFAULTS: dict[str | None, tuple[str, ...]] = {
    None: ("armv8", "lkmm"),
    "AArch64": ("armv8",),
    "X86_64": ("tso",),
    "RISCV": ("riscv",),
    "PPC": ("power",),
}
T = TypeVar("T")
ARCHITECTURES = {"AArch64": "aarch64", "X86_64": "x86", "RISCV": "riscv", "PPC": "power"}


def check(name: str, data: bytes, options: Options, trees: Trees | None = None) -> tuple[UnitResult, ...]:
    """Judge every program in a file: `name` as the user knows it, `data` what it holds; `trees` have whole files.

    Undecided may be raised in it at any time, to stop what takes too long: the rest is undecided,
    and it is raised in turn where there is nothing yet that can be undecided.
    Raises InputError where the file, or a model, can't be used.
    """
    deadline = Deadline(options.timeout)
    pieces = recognise(name, data, trees)
    units = _check_pieces(name, pieces, options, deadline)
    units += _counterparts(name, pieces, options, deadline)
    telling = tuple(u for u in units if u.change or any(r.verdict != "nothing to check" for r in u.results))
    return telling or units


def _check_pieces(
    name: str, pieces: Sequence[Piece], options: Options, deadline: Deadline
) -> tuple[UnitResult, ...]:
    """Judge the pieces of a file. One that can't be read leaves its own answer open where others can.

    Raises InputError where none can be read.
    """
    units: list[UnitResult] = []
    problems: list[InputError] = []
    for piece, end in _shared_out(pieces, deadline):
        try:
            units += _check_piece(name, piece, options, end)
        except Undecided as reason:
            units.append(_not_read(name, piece, options, str(reason)))
        except (SyntaxProblem, ProgramError) as problem:
            problems.append(problem)
            where = f" (line {problem.span.line})" if problem.span else ""
            units.append(_not_read(name, piece, options, f"not understood: {problem.message}{where}"))
    if problems and len(problems) == len(pieces):
        raise problems[0]
    return tuple(units)


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


def litmus(name: str, data: bytes, options: Options) -> LitmusVerdict:
    """Answer a litmus test's own question, under one model: the test's own unless `options` say another.

    Raises InputError where the file is no litmus test, or it or the model can't be used.
    """
    end = Deadline(options.timeout)
    pieces = recognise(name, data)
    if not isinstance(pieces[0], Litmus):
        raise InputError(
            "no-litmus", "no litmus test; expected an architecture and a name on the first line", name
        )
    source = pieces[0].source
    program = lower_litmus(parse_litmus(source))
    m = model((options.models or DEFAULTS[program.isa])[-1])  # of C: the kernel's own
    outcome, reason = None, ""
    notes: list[str] = []
    try:
        graph = _build(program, m, options)
        question = graph.properties[-1] if program.conditions else None
        outcome, notes = _answer_litmus(graph, m, question, options, end)
    except (Undecided, NotModelled, RecursionError) as problem:
        reason = str(problem) or "the test is too deeply nested"
    names = {THIN_AIR: "S", **{value: program.names[l] for value, l in program.addresses}}
    condition = program.conditions[-1] if program.conditions else None
    return LitmusVerdict(name, program.title, m.name, condition, names, outcome, reason, tuple(notes))


def parse_litmus(source: Source) -> LitmusTest:
    """As verifier.syntax.litmus, which is loaded when the first litmus test comes."""
    from verifier.syntax import litmus as syntax

    return syntax.parse_litmus(source)


def lower_litmus(test: LitmusTest) -> Program:
    """As verifier.program.litmus, which is loaded when the first litmus test comes."""
    from verifier.program.litmus import lower as program

    return program.lower_litmus(test)


def _answer_litmus(
    graph: EventGraph, m: Model, question: Property | None, options: Options, end: Deadline
) -> tuple[Outcome, list[str]]:
    """The outcome, and what of the states that were asked for it lacks."""
    problem = _beyond(graph, options)
    if problem:
        raise NotModelled(problem)
    ways = (count_executions, list_states, decide) if options.states else (decide,)
    notes: list[str] = []
    for number, way in enumerate(ways):
        left = end.remaining()
        share = None if left is None else left / (len(ways) - number)
        try:
            inquiry = Inquiry(graph, m, Deadline(share), options.propagation)
            inquiry.require_within()
            outcome = way(inquiry, question)
            cuts = [c for c in graph.cuts if c is not FALSE and c != FALSE]
            is_cut = any(inquiry.find((c, True)) is not None for c in cuts)
            return replace(outcome, is_cut=True) if is_cut else outcome, notes
        except Undecided as reason:
            if number == len(ways) - 1:
                raise
            lacking = "Executions not counted" if way is count_executions else "Not all states"
            notes = [f"{lacking}: {reason}"]
    raise AssertionError("there is at least one way")


def _beyond(graph: EventGraph, options: Options) -> str:
    """Why no verdict can be given: what is not modelled, or not reached. Empty where nothing is."""
    if graph.unmodelled:
        return f"not modelled: {', '.join(f'{name} (line {line})' for line, name in graph.unmodelled)}"
    if graph.unreached:
        lines = ", ".join(str(n) for n in graph.unreached)
        bound = options.bound
        return f"what follows the loop on line {lines} is not reached in {bound} iterations; raise --bound"
    return ""


def _build(program: Program, m: Model, options: Options) -> EventGraph:
    """The event graph as a model wants it. Raises InputError where the model speaks of another architecture."""
    graph = build(program, _variant(architecture(program, m), program, options), options.bound)
    graph = _known_waits(graph, m)
    return elaborate(graph) if m.registers else graph


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


def _shared_out(pieces: Sequence[Piece], deadline: Deadline) -> Iterator[tuple[Piece, Deadline]]:
    """Each piece with the time that it may take: what is left, shared out among those to come."""
    for number, piece in enumerate(pieces):
        try:
            left = deadline.remaining()
        except Undecided:
            left = 0.001
        rest = len(pieces) - number
        yield piece, deadline if left is None or rest == 1 else Deadline(left * min(1.0, 2 / rest))


def _counterparts(
    name: str, pieces: Sequence[Piece], options: Options, deadline: Deadline
) -> tuple[UnitResult, ...]:
    """The programs of patches against known other sides, each function once, as the last patch has it."""
    patches = [piece for piece in pieces if isinstance(piece, Patch)]
    if not patches:
        return ()
    from verifier.patches import check_counterparts

    done: set[str] = set()
    engine = _Engine(options, deadline)
    found: tuple[UnitResult, ...] = ()
    for patch in patches[::-1]:
        try:
            deadline.remaining()
            found += check_counterparts(name, patch, options, engine, done)
        except Undecided:
            break
    return found


Found = BarrierVerdict | PropertyVerdict


@record(frozen=True, slots=True)
class _Engine:
    """What the stages do for each program of a patch."""

    options: Options
    deadline: Deadline

    def judge(self, program: Program, m: Model) -> ModelResult:
        return _judge(program, m, self.options, self.deadline)

    def assumptions(self, program: Program, models: Sequence[Model]) -> list[str]:
        return [*_plain(program, False), *_atomics(program, models, self.options)]

    def models(self, names: Sequence[str]) -> list[Model]:
        return [model(name) for name in names]

    def without(self, result: ModelResult, is_left_out: Callable[[Found], bool]) -> ModelResult:
        barriers = tuple(b for b in result.barriers if not is_left_out(b))
        properties = tuple(p for p in result.properties if not is_left_out(p))
        if (barriers, properties) == (result.barriers, result.properties):
            return result
        result = replace(result, barriers=barriers, properties=properties)
        if result.verdict == "nothing to check" or any(b.status == "undecided" for b in barriers):
            return result
        verdict, reason = _answer(barriers, properties, False)
        return replace(result, verdict=verdict, reason=reason)

    def classes(self, program: Program, name: str, wanted: Callable[[outcomes.Outcome], bool]) -> Classes:
        m = model(name)
        once = replace(
            self.options, bound=1
        )  # cheaper by far, and as good unless something comes after a loop
        graph = _build(program, m, once)
        if graph.unreached:
            graph = _build(program, m, self.options)
        if problem := _beyond(graph, self.options):
            raise NotModelled(problem)
        graph = without_escapes(graph)
        session = ask(graph, m, self.deadline, self.options)
        return Classes(session, lambda cycle: wanted(outcomes.outcome(graph, cycle)))


def _check_piece(name: str, piece: Piece, options: Options, deadline: Deadline) -> tuple[UnitResult, ...]:
    if isinstance(piece, Unreadable):
        raise piece.problem
    if isinstance(piece, Patch):
        from verifier.patches import check_patch  # what a check of a snippet needs not load

        return check_patch(name, piece, options, _Engine(options, deadline))
    return (_check_one(name, piece, options, deadline),)


def _check_one(
    name: str, piece: Snippet | Diagram | Litmus, options: Options, deadline: Deadline
) -> UnitResult:
    try:
        deadline.remaining()
        program = _lower(piece, options)
    except Undecided as reason:
        return _not_read(name, piece, options, str(reason))
    models = [model(m) for m in options.models or DEFAULTS[program.isa]]
    results = tuple(
        _judge(program, m, options, deadline.share(len(models) - i)) for i, m in enumerate(models)
    )
    notes = piece.notes if isinstance(piece, Diagram) else ()
    return UnitResult(
        file=name,
        lines=piece.lines,
        title=piece.title,
        side=None,
        threads=tuple(t.name for t in program.threads),
        results=results,
        assumptions=(
            *notes,
            *program.assumptions,
            *_plain(program, isinstance(piece, Diagram)),
            *_literal(program, models),
            *_atomics(program, models, options),
        ),
        skipped=tuple(SkippedText(s.line, s.text, s.reason) for s in program.skipped),
    )


def _not_read(name: str, piece: Piece, options: Options, reason: str) -> UnitResult:
    """A piece that can't be read, or that there was no time to."""
    isa = piece.source.text.partition(" ")[0] if isinstance(piece, Litmus) else None
    models = options.models or DEFAULTS.get(isa, DEFAULTS[None])
    results = tuple(ModelResult(m, "undecided", reason, (), (), None) for m in models)
    return UnitResult(name, piece.lines, piece.title, None, (), results, (), ())


def _lower(piece: Snippet | Diagram | Litmus, options: Options) -> Program:
    match piece:
        case Litmus(source):
            if options.threads or options.aliases or options.interrupts or options.primitives:
                named = "--thread, --alias, --interrupt, --softirq and --primitives"
                message = f"{named} are for code that is no litmus test"
                raise InputError("naming", message, source.name)
            return lower_litmus(parse_litmus(source))
        case Snippet(source):
            return lower(parse(source), source, options)
        case Diagram(columns):
            return lower(parse_diagram(columns, piece.rest), columns[0][1], options)


def _plain(program: Program, is_diagram: bool) -> list[str]:
    """Plain shared accesses count as marked; one line says which."""
    shared = [f"{text} (line {line})" for line, text in program.plain_accesses]
    if not shared:
        return []
    shown = ", ".join(shared[:4]) + (f" and {len(shared) - 4} more" if len(shared) > 4 else "")
    if is_diagram:
        return [f"plain accesses count as READ_ONCE and WRITE_ONCE: {shown}"]
    return [f"plain accesses that race count as READ_ONCE and WRITE_ONCE; mark them: {shown}"]


def _literal(program: Program, models: Sequence[Model]) -> list[str]:
    """What a compiler may do to the plain accesses of a litmus test, only the kernel's own model says."""
    others = [m.name for m in models if m.architecture != "linux"]
    operations = (o for t in program.threads for o in flatten(t.body))
    if program.isa is not None or not program.is_litmus or not others:
        return []
    if not any(isinstance(o, Load | Store) and o.is_plain for o in operations):
        return []
    return [f"each plain access is one instruction, in the order of the text ({', '.join(others)})"]


def _atomics(program: Program, models: Sequence[Model], options: Options) -> list[str]:
    """arm64 has two ways to compile an atomic operation, and they do not order alike."""
    has_atomics = any(isinstance(o, Rmw) for t in program.threads for o in flatten(t.body))
    if program.isa is not None or not has_atomics or all(m.architecture != "aarch64" for m in models):
        return []
    if options.atomics == "ll-sc":
        return ["atomic operations are taken as arm64's loops of LDXR and STXR (armv8)"]
    return ["atomic operations are taken as arm64's LSE instructions (armv8)"]


def _judge(program: Program, m: Model, options: Options, deadline: Deadline) -> ModelResult:
    try:
        graph = _build(program, m, options)
    except Undecided as reason:
        return ModelResult(m.name, "undecided", str(reason), (), (), None)
    bound = options.bound if any(c != FALSE for c in graph.cuts) else None
    locks_matter = graph.recursions or program.interrupts or suspects(program)
    if not graph.unmodelled and not _has_questions(graph) and not locks_matter:
        return ModelResult(m.name, "nothing to check", "there is no barrier and no property", (), (), bound)
    try:
        return _decide(program, graph, m, options, deadline, bound)
    except (Undecided, NotModelled, TooManyCycles, RecursionError) as reason:
        return _undecided(graph, m, str(reason) or "the program is too deeply nested", bound)


def _has_questions(graph: EventGraph) -> bool:
    """Whether there is something to check but for self-deadlocks."""
    return any(s.is_barrier for s in graph.sources) or bool(graph.properties or graph.sleeps)


def ask(graph: EventGraph, m: Model, deadline: Deadline, options: Options) -> Questions:
    """Who answers questions about a program: a list of its executions where there are few, a list of those that the
    model allows where these are few, else the solver."""

    def free() -> Questions:
        return _session(graph, replace(m, axioms=()), deadline, False)

    if not options.propagation:
        return _session(graph, m, deadline, False)
    try:
        return Enumeration(graph, m, deadline, candidate_executions(graph))
    except TooMany:
        pass
    try:
        return Enumeration(graph, m, deadline, allowed_executions(graph, m, deadline), free)
    except TooMany:
        return _session(graph, m, deadline, True)


def _session(graph: EventGraph, m: Model, deadline: Deadline, propagation: bool) -> Questions:
    from verifier.encoding.session import Session  # with the solver, which takes long to load

    return Session(graph, m, deadline, propagation)


def _decide(
    program: Program, graph: EventGraph, m: Model, options: Options, deadline: Deadline, bound: int | None
) -> ModelResult:
    def session(g: EventGraph, other: Model = m) -> Questions:
        return ask(g, other, deadline, options)

    def under_sc() -> Questions:
        sc = model("sc")
        built = _build(program, sc, options)
        return session(built if built.is_litmus else without_escapes(built), sc)

    problem = _beyond(graph, options)
    if m.registers:
        problem = "the model speaks about registers; only mbpair litmus answers under it"
    if problem:
        return _undecided(graph, m, problem, bound)
    if not _has_questions(graph):
        properties = _deadlocks(program, graph, m, options, deadline)
        verdict, reason = _answer((), properties, program.is_litmus)
        return ModelResult(m.name, verdict, reason, (), properties, bound)
    if graph.is_litmus:
        main = session(graph)
        main.require_within()
    else:
        main = session(without_escapes(graph))

    def with_other_fences(of: Questions) -> Callable[[EventGraph], Questions]:
        return of.variant if isinstance(of, Enumeration) else session

    def barriers() -> tuple[BarrierVerdict, ...]:
        classes, claims = Classes(main), claims_of(graph, program.comments)
        findings = Judge(main, classes, with_other_fences(main)).findings(claims)
        describer = Describer(classes, m)
        return places_in_order([describer.verdict(f, claims.get(f.place)) for f in findings])

    def repaired() -> tuple[PropertyVerdict, ...]:
        whole = session(graph) if graph.escapes and not graph.is_litmus else main
        mend = partial(checker.repaired, whole=whole, variant=with_other_fences(whole))
        return tuple(_as_far_as_possible(partial(mend, p), []) or p for p in properties)

    checker = Checker(main, under_sc)
    properties = checker.verdicts()
    open_ends: list[str] = []  # what there was no time for, or too much of
    deadlocks = _as_far_as_possible(lambda: _deadlocks(program, graph, m, options, deadline), open_ends)
    properties += deadlocks or ()
    judged = _as_far_as_possible(barriers, open_ends)
    if judged is None:
        judged = _open_barriers(graph, open_ends[-1])
    verdict, reason = _answer(judged, properties, program.is_litmus)
    if open_ends and verdict != "refuted":
        verdict, reason = "undecided", open_ends[0]
    if graph.escapes and not graph.is_litmus and verdict != "refuted":
        session(graph).require_within()
    if any(p.status == "violated" for p in properties):
        properties = _as_far_as_possible(repaired, []) or properties
    return ModelResult(m.name, verdict, reason, judged, properties, bound)


def _as_far_as_possible(find: Callable[[], T], open_ends: list[str]) -> T | None:
    """What `find` finds; None, with the reason among the open ends, where it gives up: the rest can still be told."""
    try:
        return find()
    except (Undecided, NotModelled, TooManyCycles, RecursionError) as reason:
        open_ends.append(str(reason) or "the program is too deeply nested")
        return None


def _deadlocks(
    program: Program, graph: EventGraph, m: Model, options: Options, deadline: Deadline
) -> tuple[PropertyVerdict, ...]:
    """The self-deadlocks of the program, and of those in which a handler is on the CPU of a thread that takes a lock
    of its. Raises NotModelled where a loop's bound hides some of it."""
    found: list[PropertyVerdict] = []
    variants = [program] if graph.recursions or program.interrupts else []
    variants += [interrupted(program, (i,), only_holding=True) for i in suspects(program)]
    for variant in variants:

        def stopped(other: Model, variant: Program = variant) -> EventGraph:
            built = _build(stopping(variant), other, options)
            if problem := _beyond(built, options):
                raise NotModelled(problem)
            return built

        def session(other: Model, build: Callable[[Model], EventGraph] = stopped) -> Questions:
            return ask(build(other), other, deadline, options)

        built = stopped(m)
        if built.recursions:
            found += check_deadlocks(session(m), partial(session, model("sc")))
        found += impossible(built, variant.interrupts)
    return tuple(found)


def _answer(
    barriers: tuple[BarrierVerdict, ...], properties: tuple[PropertyVerdict, ...], is_litmus: bool
) -> tuple[Answer, str]:
    """The verdict on a program, from those on its barriers and properties."""
    counted = [b for b in barriers if not b.is_note]
    questions = any(p.is_question for p in properties)
    properties = tuple(p for p in properties if not p.is_question or p.status == "vacuous")
    if any(b.half_paired or b.status in ("unpaired", "too weak", "misplaced") for b in counted):
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
