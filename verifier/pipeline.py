"""The stages in order; the one place that knows them all."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from verifier.cat.terms import Model
from verifier.errors import InputError, ProgramError, SyntaxProblem
from verifier.events.expression import FALSE, THIN_AIR
from verifier.events.graph import EventGraph, Property
from verifier.inbox import recognise
from verifier.inbox.implied import comment_lines, may_say
from verifier.inbox.pieces import Diagram, Litmus, Patch, Piece, Snippet, Unreadable
from verifier.inbox.trees import Surroundings, Trees
from verifier.limits import Deadline, NotModelled, Undecided, why_not
from verifier.options import Options
from verifier.pairing.verdict import (
    Certificate,
    ModelResult,
    Remark,
    SkippedText,
    UnitResult,
)
from verifier.program.kernel import kernel
from verifier.program.lower import lower
from verifier.program.primitives import core_call
from verifier.program.program import Load, Program, Store, flatten
from verifier.properties.inquiry import Inquiry
from verifier.properties.litmus import count_executions, decide, ended, list_states
from verifier.properties.verdict import LitmusVerdict, Outcome
from verifier.record import replace
from verifier.source import Source
from verifier.syntax import parse, parse_diagram

if TYPE_CHECKING:
    from verifier.search.recording import Book
    from verifier.syntax.litmus_tree import LitmusTest
from verifier.decide import DEFAULTS, beyond, build_graph, judge, model
from verifier.engine import Engine, atomics_taken, plain_accesses


def check(name: str, data: bytes, options: Options, trees: Trees | None = None) -> tuple[UnitResult, ...]:
    """Judge every program in a file: `name` as the user knows it, `data` what it holds; `trees` have whole files.

    Undecided may be raised in it at any time, to stop what takes too long: the rest is undecided,
    and it is raised in turn where there is nothing yet that can be undecided.
    Raises InputError where the file, or a model, can't be used.
    """
    deadline = Deadline(options.timeout)
    pieces = recognise(name, data, None if trees is None else _surroundings(trees, options))
    units = _check_pieces(name, pieces, options, deadline)
    units += _counterparts(name, pieces, options, deadline)
    telling = tuple(u for u in units if u.change or any(r.verdict != "nothing to check" for r in u.results))
    return _once(telling or units)


def _once(units: tuple[UnitResult, ...]) -> tuple[UnitResult, ...]:
    """The programs without remarks that were made of an earlier one: a mail's words are about all of its patches."""
    if not any(u.remarks for u in units):
        return units
    seen: set[tuple[str, Remark]] = set()
    found = []
    for unit in units:
        new = tuple(r for r in unit.remarks if (unit.file, r) not in seen)
        seen |= {(unit.file, r) for r in new}
        found.append(replace(unit, remarks=new))
    return tuple(found)


def _surroundings(trees: Trees, options: Options) -> Surroundings:
    known = kernel(options)
    return Surroundings(trees, lambda name: known.body(name) is not None or core_call(name) is not None)


def _check_pieces(
    name: str, pieces: Sequence[Piece], options: Options, deadline: Deadline
) -> tuple[UnitResult, ...]:
    """Judge the pieces of a file. One that can't be read leaves its own answer open where others can.

    Raises InputError where none can be read.
    """
    units: list[UnitResult] = []
    problems: list[InputError] = []
    judged: set[tuple[object, ...]] = set()  # the groups of functions of a patch
    for piece, end in _shared_out(pieces, deadline):
        try:
            units += _new(piece, _check_piece(name, piece, options, end), judged)
        except Undecided as reason:
            units.append(_not_read(name, piece, options, str(reason)))
        except (SyntaxProblem, ProgramError) as problem:
            problems.append(problem)
            where = f" (line {problem.span.line})" if problem.span else ""
            units.append(_not_read(name, piece, options, f"not understood: {problem.message}{where}"))
    if problems and len(problems) == len(pieces):
        raise problems[0]
    return tuple(units)


def _new(piece: Piece, units: Sequence[UnitResult], judged: set[tuple[object, ...]]) -> Sequence[UnitResult]:
    """Those of functions that were not judged together before, with another file of their patch; these are added."""
    if not isinstance(piece, Patch) or not piece.file:
        return units
    keys = [(piece.message, frozenset(u.threads), u.side) for u in units]
    found = [u for u, key in zip(units, keys, strict=True) if key not in judged]
    judged |= set(keys)
    return found


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
    book = _book() if options.certify else None
    try:
        graph = build_graph(program, m, options)
        question = graph.properties[-1] if program.conditions else None
        outcome, notes = _answer_litmus(graph, m, question, options, end, book)
    except (Undecided, NotModelled, RecursionError, MemoryError) as problem:
        reason = why_not(problem)
    names = {THIN_AIR: "S", **{value: program.names[l] for value, l in program.addresses}}
    condition = program.conditions[-1] if program.conditions else None
    evidence = None if book is None else _evidence(book, end)
    return LitmusVerdict(
        name, program.title, m.name, condition, names, outcome, reason, tuple(notes), evidence
    )


def _book() -> Book:
    from verifier.search.recording import Book  # only where somebody asks for evidence

    return Book()


def _evidence(book: Book, deadline: Deadline) -> Certificate:
    from verifier.certify.certificate import certificate  # as above

    return certificate(book.all(), deadline)


def parse_litmus(source: Source) -> LitmusTest:
    """As verifier.syntax.litmus, which is loaded when the first litmus test comes."""
    from verifier.syntax.litmus import parse_litmus as parse_test

    return parse_test(source)


def lower_litmus(test: LitmusTest) -> Program:
    """As verifier.program.litmus, which is loaded when the first litmus test comes."""
    from verifier.program.litmus.lower import lower_litmus as lower_test

    return lower_test(test)


def _answer_litmus(
    graph: EventGraph,
    m: Model,
    question: Property | None,
    options: Options,
    end: Deadline,
    book: Book | None,
) -> tuple[Outcome, list[str]]:
    """The outcome, and what of the states that were asked for it lacks; `book`: where questions are kept."""
    problem = beyond(graph, options)
    if problem:
        raise NotModelled(problem)
    ways = (count_executions, list_states, decide) if options.states else (decide,)
    notes: list[str] = []
    for number, way in enumerate(ways):
        left = end.remaining()
        share = None if left is None else left / (len(ways) - number)
        try:
            inquiry = _inquiry(graph, m, Deadline(share), options, book)
            inquiry.require_within()
            outcome = way(inquiry, question)
            if book is not None and outcome.is_complete:
                decide(inquiry, question)
                inquiry.note_states(ended(question), outcome.states)
            cuts = [c for c in graph.cuts if c is not FALSE and c != FALSE]
            is_cut = any(inquiry.find((c, True)) is not None for c in cuts)
            return replace(outcome, is_cut=True) if is_cut else outcome, notes
        except Undecided as reason:
            if number == len(ways) - 1:
                raise
            lacking = "Executions not counted" if way is count_executions else "Not all states"
            notes = [f"{lacking}: {reason}"]
    raise AssertionError("there is at least one way")


def _inquiry(graph: EventGraph, m: Model, deadline: Deadline, options: Options, book: Book | None) -> Inquiry:
    if book is None:
        return Inquiry(graph, m, deadline, options.propagation)
    from verifier.properties.recorded import RecordedInquiry  # as above

    return RecordedInquiry(graph, m, deadline, options.propagation, book)


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
    engine = Engine(options, deadline)
    found: tuple[UnitResult, ...] = ()
    for patch in patches[::-1]:
        try:
            deadline.remaining()
            found += check_counterparts(name, patch, options, engine, done)
        except Undecided:
            break
    return found


def _check_piece(name: str, piece: Piece, options: Options, deadline: Deadline) -> tuple[UnitResult, ...]:
    if isinstance(piece, Unreadable):
        raise piece.problem
    if isinstance(piece, Patch):
        return _check_patch(name, piece, options, deadline)
    return (_check_one(name, piece, options, deadline),)


def _check_patch(name: str, patch: Patch, options: Options, deadline: Deadline) -> tuple[UnitResult, ...]:
    """The programs of a patch. Where those of whole functions are all undecided, what the diff shows may tell more."""
    from verifier.patches import check_patch  # what a check of a snippet needs not load

    if patch.excerpt is None:
        return check_patch(name, patch, options, Engine(options, deadline))
    excerpt = replace(
        patch.excerpt, message=patch.message, diagrams=patch.diagrams, uncommented=patch.uncommented
    )
    try:
        units = check_patch(name, patch, options, Engine(options, deadline.share(2)))
        reason = _why_undecided(units)
    except Undecided as problem:
        units, reason = (), str(problem)
    if not reason:
        return units
    shown = check_patch(name, excerpt, options, Engine(options, deadline))
    if units and _why_undecided(shown):
        return units
    note = f"this is judged as far as the diff shows it: with whole functions, {reason}"
    return tuple(replace(u, assumptions=(note, *u.assumptions)) for u in shown)


def _why_undecided(units: Sequence[UnitResult]) -> str:
    """Why no barrier of the programs has an answer; "" where one has, or where there is none."""
    results = [r for u in units for r in u.results]
    has_answer = any(b.status != "undecided" for r in results for b in r.barriers if not b.is_note)
    if has_answer or not any(r.verdict == "undecided" for r in results):
        return ""
    return next(r.reason for r in results if r.verdict == "undecided")


def _check_one(
    name: str, piece: Snippet | Diagram | Litmus, options: Options, deadline: Deadline
) -> UnitResult:
    try:
        deadline.remaining()
        program = _lower(piece, options)
    except Undecided as reason:
        return _not_read(name, piece, options, str(reason))
    models = [model(m) for m in options.models or DEFAULTS[program.isa]]
    results = tuple(judge(program, m, options, deadline.share(len(models) - i)) for i, m in enumerate(models))
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
            *plain_accesses(program, isinstance(piece, Diagram)),
            *_literal(program, models),
            *atomics_taken(program, models, options),
        ),
        skipped=tuple(SkippedText(s.line, s.text, s.reason) for s in program.skipped),
        text=_text(piece),
        remarks=_claims(piece, program, models, options, deadline),
    )


def _claims(
    piece: Snippet | Diagram | Litmus,
    program: Program,
    models: Sequence[Model],
    options: Options,
    deadline: Deadline,
) -> tuple[Remark, ...]:
    """What there is to say of claims in the comments of pseudo-C."""
    if isinstance(piece, Litmus) or not may_say(text for _, _, text in program.comments):
        return ()
    source = piece.source if isinstance(piece, Snippet) else piece.columns[0][1]
    functions = parse(source).functions if isinstance(piece, Snippet) else ()
    names = [m.name for m in models]
    engine = Engine(options, deadline)
    return engine.claims(comment_lines(program.comments), functions, source, frozenset(), frozenset(), names)


def _not_read(name: str, piece: Piece, options: Options, reason: str) -> UnitResult:
    """A piece that can't be read, or that there was no time to."""
    isa = piece.source.text.partition(" ")[0] if isinstance(piece, Litmus) else None
    models = options.models or DEFAULTS.get(isa, DEFAULTS[None])
    results = tuple(ModelResult(m, "undecided", reason, (), (), None) for m in models)
    return UnitResult(name, piece.lines, piece.title, None, (), results, (), (), text=_text(piece))


def _text(piece: Piece) -> tuple[str, ...]:
    """The lines of the file that a piece is in."""
    match piece:
        case Snippet(source) | Litmus(source):
            return source.lines
        case Diagram(columns):
            return columns[0][1].lines
        case Patch(before, after):
            side = after or before
            return side.source.lines if side else ()
        case Unreadable():
            return ()


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


def _literal(program: Program, models: Sequence[Model]) -> list[str]:
    """What a compiler may do to the plain accesses of a litmus test, only the kernel's own model says."""
    others = [m.name for m in models if m.architecture != "linux"]
    operations = (o for t in program.threads for o in flatten(t.body))
    if program.isa is not None or not program.is_litmus or not others:
        return []
    if not any(isinstance(o, Load | Store) and o.is_plain for o in operations):
        return []
    return [f"each plain access is one instruction, in the order of the text ({', '.join(others)})"]
