"""What the stages do for each program of a patch."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from verifier.cat.terms import Model
from verifier.decide import ask, beyond, build_graph, judge, model, overall
from verifier.events.graph import without_escapes
from verifier.inbox.implied import may_say
from verifier.limits import Deadline, NotModelled, Undecided
from verifier.options import Options
from verifier.pairing import outcomes
from verifier.pairing.classes import Classes
from verifier.pairing.verdict import BarrierVerdict, ModelResult, PropertyVerdict, Remark
from verifier.program.program import Program, Rmw, flatten
from verifier.record import record, replace
from verifier.source import Source
from verifier.syntax import tree

Found = BarrierVerdict | PropertyVerdict


@record(frozen=True, slots=True)
class Engine:
    """What the stages do for each program of a patch."""

    options: Options
    deadline: Deadline

    def judge(self, program: Program, m: Model) -> ModelResult:
        return judge(program, m, self.options, self.deadline)

    def assumptions(self, program: Program, models: Sequence[Model]) -> list[str]:
        return [*plain_accesses(program, False), *atomics_taken(program, models, self.options)]

    def models(self, names: Sequence[str]) -> list[Model]:
        return [model(name) for name in names]

    def claims(
        self,
        lines: Sequence[tuple[int, str]],
        functions: Sequence[tree.Function],
        source: Source,
        partly: frozenset[str],
        taken: frozenset[str],
        models: Sequence[str],
    ) -> tuple[Remark, ...]:
        if not may_say(text for _, text in lines):
            return ()
        from verifier.implied import Asked, check_claims  # only where there are claims

        own = {f.name: f for f in functions}
        try:
            return check_claims(
                lines, Asked(own, source, partly, taken, self.models(models), self.options, self.deadline)
            )
        except Undecided:  # time is over; what was judged before is told without them
            return ()

    def without(self, result: ModelResult, is_left_out: Callable[[Found], bool]) -> ModelResult:
        barriers = tuple(b for b in result.barriers if not is_left_out(b))
        properties = tuple(p for p in result.properties if not is_left_out(p))
        return self._with(result, barriers, properties)

    def with_barriers(self, result: ModelResult, barriers: tuple[BarrierVerdict, ...]) -> ModelResult:
        return self._with(result, barriers, result.properties)

    def with_properties(self, result: ModelResult, properties: tuple[PropertyVerdict, ...]) -> ModelResult:
        return self._with(result, result.barriers, properties)

    def _with(
        self,
        result: ModelResult,
        barriers: tuple[BarrierVerdict, ...],
        properties: tuple[PropertyVerdict, ...],
    ) -> ModelResult:
        """The result with other findings, and the verdict that follows from them."""
        if (barriers, properties) == (result.barriers, result.properties):
            return result
        result = replace(result, barriers=barriers, properties=properties)
        if result.verdict == "nothing to check":
            return result
        verdict, reason = overall(barriers, properties, False)
        undecided = [b.reason for b in barriers if b.status == "undecided"]
        open_ends = [result.open_end or result.reason, *undecided] if undecided else [result.open_end]
        if verdict != "refuted" and any(open_ends):
            verdict, reason = "undecided", next(filter(None, open_ends))
        return replace(result, verdict=verdict, reason=reason)

    def classes(self, program: Program, name: str, wanted: Callable[[outcomes.Outcome], bool]) -> Classes:
        self.deadline.remaining()
        m = model(name)
        once = replace(
            self.options, bound=1
        )  # cheaper by far, and as good unless something comes after a loop
        graph = build_graph(program, m, once)
        if graph.unreached:
            graph = build_graph(program, m, self.options)
        if problem := beyond(graph, self.options):
            raise NotModelled(problem)
        graph = without_escapes(graph)
        session = ask(graph, m, self.deadline, self.options)
        return Classes(session, lambda cycle: wanted(outcomes.outcome(graph, cycle)))


def plain_accesses(program: Program, is_diagram: bool) -> list[str]:
    """Plain shared accesses count as marked; one line says which."""
    shared = [f"{text} (line {line})" for line, text in program.plain_accesses]
    if not shared:
        return []
    shown = ", ".join(shared[:4]) + (f" and {len(shared) - 4} more" if len(shared) > 4 else "")
    if is_diagram:
        return [f"plain accesses count as READ_ONCE and WRITE_ONCE: {shown}"]
    return [f"plain accesses that race count as READ_ONCE and WRITE_ONCE; mark them: {shown}"]


def atomics_taken(program: Program, models: Sequence[Model], options: Options) -> list[str]:
    """arm64 has two ways to compile an atomic operation, and they do not order alike."""
    has_atomics = any(isinstance(o, Rmw) for t in program.threads for o in flatten(t.body))
    if program.isa is not None or not has_atomics or all(m.architecture != "aarch64" for m in models):
        return []
    if options.atomics == "ll-sc":
        return ["atomic operations are taken as arm64's loops of LDXR and STXR (armv8)"]
    return ["atomic operations are taken as arm64's LSE instructions (armv8)"]
