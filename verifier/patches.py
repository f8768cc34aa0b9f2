"""Judges a patch: its functions before and after, in groups that run against each other, and what changes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from verifier.cat.terms import Model
from verifier.drawn import Drawing, drawings, drawn_groups, joined, with_bodies, with_sayings
from verifier.engine import Engine
from verifier.errors import InputError, UsageError
from verifier.inbox.around import CALLED
from verifier.inbox.implied import comment_lines
from verifier.inbox.pieces import Patch, Side
from verifier.inbox.sayings import sayings, speaks_of_devices
from verifier.limits import OUT_OF_TIME, Undecided
from verifier.options import Options
from verifier.pairing.changes import Comparison, change
from verifier.pairing.observers import (
    OPEN,
    Watch,
    asked_of_both,
    compare,
    described,
    open_probes,
    probe_changes,
    said_at,
    supposed_texts,
    with_supposed,
)
from verifier.pairing.remarks import with_remarks
from verifier.pairing.verdict import (
    BarrierVerdict,
    ModelResult,
    PropertyVerdict,
    Remark,
    SkippedText,
    UnitResult,
)
from verifier.pairing.writers import without_lone_writers
from verifier.program.counterparts import Counterpart, counterparts
from verifier.program.fragment import as_fragment
from verifier.program.kernel import kernel
from verifier.program.lower import lower
from verifier.program.made import HOLDER
from verifier.program.observed import claimed_change
from verifier.program.omitted import in_order
from verifier.program.probes import ABOVE, BELOW
from verifier.program.program import Fence, Program, flatten
from verifier.program.roles import Group, Grouping, calls_in, groups, of_several, reach_of
from verifier.program.standing import given_up, on_fewer_ways
from verifier.program.suppose import with_callers
from verifier.record import field, record, replace
from verifier.syntax import parse, tree

Which = Literal["before", "after"]
DEVICE_BARRIERS = frozenset({"mb", "rmb", "wmb"})  # the mandatory ones
_OF_X86 = re.compile(r"(?:^|/)(?:arch/|asm-)(?:x86|x86_64|i386)/")
WHICH: tuple[Which, Which] = ("before", "after")


@record(frozen=True, slots=True)
class Version:
    """One side of a patch, parsed."""

    which: Which
    side: Side
    unit: tree.Unit
    notes: tuple[str, ...] = ()


def check_patch(name: str, patch: Patch, options: Options, engine: Engine) -> tuple[UnitResult, ...]:
    """The programs of a patch, each group of threads before and after. Raises InputError."""
    sides: tuple[tuple[Which, Side | None], ...] = (("before", patch.before), ("after", patch.after))
    versions = [_version(which, side, patch, options) for which, side in sides if side is not None]
    main = versions[-1]
    chosen = _groups(main, versions[0], patch, options)
    found: list[UnitResult] = []
    drawn = () if options.threads else drawings(patch.diagrams)
    for group in drawn_groups(chosen.groups, main.unit, drawn):
        check = _Check(name, patch, options, engine, group)
        try:
            engine.deadline.remaining()
            found += check.units([_drawn(v, group, drawn) for v in versions])
        except InputError:
            raise
        except (Undecided, Exception):  # ctypes makes an error of its own of what is raised when time is over
            if not engine.deadline.is_over():
                raise
            found.append(check.left_out(main, OUT_OF_TIME))  # those before it have their answers
    notes = []
    if chosen.alone:
        notes.append(f"{_listed(chosen.alone)}: no barrier, and nothing that those with one access; left out")
    if chosen.idle:
        notes.append(f"{_listed(chosen.idle)}: no barrier, and by the name not run beside others; left out")
    if found:
        found[-1] = replace(found[-1], assumptions=(*found[-1].assumptions, *notes))
    if chosen.beyond:
        check = _Check(name, patch, options, engine, Group(chosen.beyond, ""))
        found.append(check.left_out(main, f"not looked at, after {len(chosen.groups)} groups of functions"))
    bare = [
        Remark(line, "uncommented", f"memory barrier without comment: {barrier}()")
        for line, barrier in patch.uncommented
    ]
    own = tuple(f for f in main.unit.functions if f.name in main.side.functions)
    comments = [(c.span.line, c.span.column, c.text) for c in main.unit.comments]
    claims = engine.claims(
        (*patch.message, *comment_lines(comments)),
        own,
        main.side.source,
        frozenset(main.side.partly),
        frozenset(f.name for f in main.unit.functions if f not in own),
        _models(patch, options),
    )
    said = sorted([*bare, *claims], key=lambda r: r.line)
    return with_remarks(found, said, {f.name: f.span for f in own})


def check_counterparts(
    name: str, patch: Patch, options: Options, engine: Engine, done: set[str]
) -> tuple[UnitResult, ...]:
    """Programs of functions that stand alone, after the patch, against the known other sides of the primitives that
    they call; but for those in `done`, which grows. Raises InputError."""
    side = patch.after
    if side is None or options.threads:
        return ()
    version = _version("after", side, patch, options)
    functions = {f.name: f for f in version.unit.functions}
    chosen = _groups(version, version, patch, options)
    found: list[UnitResult] = []
    for own in (g.threads[0] for g in chosen.groups if len(g.threads) == 1 and g.threads[0] in functions):
        if own in done:
            continue
        done.add(own)
        for c in counterparts(functions[own], side.source, kernel(options)):
            group = Group((own, c.function.name), f"supposed on lines {c.lines[0]}-{c.lines[1]}, {c.why}")
            known = tuple(f for f in version.unit.functions if not f.name.startswith(HOLDER))
            unit = replace(version.unit, functions=(*known, c.function))
            other = replace(version, side=replace(side, source=c.source), unit=unit, notes=_text_of(c))
            found += _Check(name, patch, options, engine, group, True).units([other])
    return tuple(found)


def _text_of(c: Counterpart) -> tuple[str, ...]:
    """The supposed thread, as a note."""
    lines = c.source.lines[c.lines[0] - 1 : c.lines[1]]
    return (f"{c.function.name}() is not in the text: {' '.join(' '.join(lines).split())}",)


def _drawn(version: Version, group: Group, drawn: Sequence[Drawing]) -> Version:
    """The version with what diagrams draw beside the group's functions."""
    unit, notes = joined(group, version.unit, drawn)
    return replace(version, unit=unit, notes=(*version.notes, *notes))


def _version(which: Which, side: Side, patch: Patch, options: Options) -> Version:
    unit, drawn = with_bodies(parse(side.source), patch.diagrams, kernel(options))
    unit, said = with_sayings(unit, sayings(patch.message), kernel(options))
    return Version(which, side, unit, (*drawn, *said))


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f"{name}()" for name in names)


def _groups(main: Version, first: Version, patch: Patch, options: Options) -> Grouping:
    """The groups of threads: what the user says, else what the text of the main version suggests, and the barriers that
    the first one has."""
    if options.threads:
        known = {f.name for f in main.unit.functions}
        for _, function in options.threads:
            if function not in known:
                have = ", ".join(sorted(known)) or "none"
                message = f"no function {function} in the patch; there are: {have}"
                raise UsageError("unknown-function", message)
        return Grouping((Group(tuple(f for _, f in options.threads), "--thread"),))
    return groups(main.unit, patch.touched, kernel(options), first.unit)


@record(slots=True)
class _Check:
    """One group of threads of a patch."""

    name: str
    patch: Patch
    options: Options
    engine: Engine
    group: Group
    is_supposed: bool = False
    endless: dict[str, int] = field(
        default_factory=dict
    )  # waits of the program at hand that are left out, by line

    def units(self, versions: Sequence[Version]) -> list[UnitResult]:
        """The group's programs, before and after; the last has what the patch changes."""
        programs: dict[Which, Program] = {}
        units: dict[Which, UnitResult] = {}
        for version in versions:
            self.endless = {}
            threads = [t for t in self.group.threads if any(f.name == t for f in version.unit.functions)]
            threads += [f.name for f in version.unit.functions if f.name.startswith(HOLDER) and threads]
            if not threads:
                continue
            try:
                program = self._lower(version, threads)
            except UsageError:
                raise
            except InputError as problem:
                units[version.which] = self._unit(version, None, (), problem.message)
                continue
            program, results = self._results(version, program)
            programs[version.which] = program
            units[version.which] = self._unit(version, program, results, "")
        if not units or self.is_supposed:
            return list(units.values())
        comparison, units = self._compare(versions, programs, units)
        last: Which = "after" if "after" in units else "before"
        is_gone = last == "before" and len(versions) > 1
        if len(units) > 1 or is_gone or (self.patch.is_diff and self._is_new(units[last])):
            units[last] = replace(units[last], change=change(comparison))
        return list(units.values())

    def _unread(self, versions: Sequence[Version]) -> list[int]:
        """The lines of the group's functions that the patch changes and that are not understood."""
        spans = [f.span for v in versions for f in v.unit.functions if f.name in self.group.threads]
        lines = {n.line for v in versions for n in v.side.notes} & set(self.patch.changed)
        return sorted(n for n in lines if any(s.line <= n <= s.end_line for s in spans))

    def left_out(self, version: Version, problem: str) -> UnitResult:
        """The group, undecided."""
        return self._unit(version, None, (), problem)

    def _lower(self, version: Version, threads: Sequence[str]) -> Program:
        own = self.options.threads or tuple((t, t) for t in threads)
        wanted = tuple((n, f) for n, f in own if f in threads)
        program = lower(version.unit, version.side.source, replace(self.options, threads=wanted))
        partly = frozenset(version.side.partly) & set(threads)
        program = as_fragment(program, has_cuts=bool(partly))
        return self._with_devices(self._with_ambiguous(program, version.unit, threads))

    def _with_ambiguous(self, program: Program, unit: tree.Unit, threads: Sequence[str]) -> Program:
        """What a function does that several files define, and the caller's does not, is not modelled."""
        paths = {(a.line, a.name): a.paths for a in self.patch.ambiguous}
        functions = {f.name: f for f in unit.functions} if paths else {}
        reached = {n for thread in threads if thread in functions for n in reach_of(thread, functions)}
        found = {
            (line, f"{callee}(), which {' and '.join(paths[line, callee])} define differently")
            for name in sorted(reached)
            for line, callee in calls_in(functions[name])
            if (line, callee) in paths
        }
        return replace(program, unmodelled=(*program.unmodelled, *sorted(found)))

    def _with_devices(self, program: Program) -> Program:
        """Barriers that are about devices, by the words around them, are not modelled."""
        said = sayings(self.patch.message).devices
        found = [
            (
                o.origin.span.line,
                f"{o.name}(), which is about accesses to a device by the words on line {about}",
            )
            for t in program.threads
            for o in flatten(t.body)
            if isinstance(o, Fence) and o.name in DEVICE_BARRIERS
            if (about := self._devices_at(program, o.origin.span.line) or said)
        ]
        return replace(program, unmodelled=(*program.unmodelled, *dict.fromkeys(found)))

    def _devices_at(self, program: Program, line: int) -> int:
        return line if speaks_of_devices(said_at(program, line)) else 0

    def _is_new(self, unit: UnitResult) -> bool:
        """Whether the patch adds a barrier that is paired."""
        changed = set(self.patch.changed)
        return any(b.place.line in changed and b.status == "paired" for r in unit.results for b in r.barriers)

    def _results(self, version: Version, program: Program) -> tuple[Program, tuple[ModelResult, ...]]:
        """The verdicts; with what callers do, where that alone makes a pair of two barriers."""
        models = self.engine.models(_models(self.patch, self.options))
        results = tuple(self._judge(version, program, m) for m in models)
        lonely = [(b.place.thread, b.place.line) for b in results[0].barriers if b.status == "unmatched"]
        called = with_callers(program, lonely) if len(lonely) > 1 else None
        if called is None:
            return program, results
        again = tuple(self._judge(version, called, m) for m in models)
        is_better = any(b.status == "paired" for r in again for b in r.barriers)
        return (called, again) if is_better else (program, results)

    def _judge(self, version: Version, program: Program, model: Model) -> ModelResult:
        """The verdict, without what the text is too short for: a barrier of what is only drawn that has no partner, and
        a wait that may be ended by code that is not shown."""
        drawn = {f.name for f in version.unit.functions if f.column}

        def is_left_out(found: BarrierVerdict | PropertyVerdict) -> bool:
            if isinstance(found, BarrierVerdict):
                return found.status == "unmatched" and found.place.thread in drawn
            is_endless = found.kind == "lost wake-up" and found.even_under_sc and not self.is_supposed
            if is_endless:
                self.endless[found.text] = found.line
            return is_endless

        found = self.engine.without(self.engine.judge(program, model), is_left_out)
        found = self.engine.with_barriers(found, without_lone_writers(found.barriers))
        has_cuts = any(t in version.side.partly for t in self.group.threads)
        properties = tuple(_as_far_as_shown(p, has_cuts) for p in found.properties)
        found = self.engine.with_properties(found, properties)
        full = in_order(program) if found.verdict == "refuted" else None
        if full is not None:
            found = self._unless_cut(found, self.engine.judge(full, model))
        return replace(found, barriers=tuple(_with_claim(program, b) for b in found.barriers))

    def _unless_cut(self, found: ModelResult, ordered: ModelResult) -> ModelResult:
        """The verdict without what refutes it only if nothing that the diff leaves out is a barrier; `ordered`: the
        verdict if all of that is."""
        refuted = {(b.place, b.place.way) for b in ordered.barriers if b.is_refuting}
        violated = {(p.kind, p.line, p.text) for p in ordered.properties if p.status == "violated"}
        barriers = tuple(
            _left_open(b) if b.is_refuting and (b.place, b.place.way) not in refuted else b
            for b in found.barriers
        )
        properties = tuple(
            _property_left_open(p)
            if p.status == "violated" and (p.kind, p.line, p.text) not in violated
            else p
            for p in found.properties
        )
        return self.engine.with_properties(self.engine.with_barriers(found, barriers), properties)

    def _unit(
        self, version: Version, program: Program | None, results: tuple[ModelResult, ...], problem: str
    ) -> UnitResult:
        models = self.engine.models(_models(self.patch, self.options))
        if program is None:
            results = tuple(ModelResult(m.name, "undecided", problem, (), (), None) for m in models)
        skipped = [SkippedText(n.line, n.text, n.reason) for n in version.side.notes]
        if program is not None:
            skipped += [SkippedText(s.line, s.text, s.reason) for s in program.skipped]
        return UnitResult(
            file=self.patch.file or self.name,
            lines=self.patch.lines,
            title=self._title(),
            side=version.which if self.patch.is_diff else None,
            threads=self.group.threads,
            results=results,
            assumptions=(
                *self._notes(version),
                *(() if program is None else program.assumptions),
                *([] if program is None else self.engine.assumptions(program, models)),
            ),
            skipped=tuple(skipped),
            text=version.side.source.lines,
        )

    def _title(self) -> str:
        return (
            f"{_listed(self.group.threads)}: {self.patch.title}"
            if self.patch.title
            else _listed(self.group.threads)
        )

    def _notes(self, version: Version) -> list[str]:
        """How the threads were chosen, and what the diff does not show of them."""
        notes = []
        if len(self.group.threads) > 1 and self.group.reason:
            notes.append(
                f"{_listed(self.group.threads)} run against each other: {self.group.reason} (--thread says otherwise)"
            )
        notes += self._taken()
        notes += version.notes
        notes += [
            f"{text} (line {line}): nothing that is shown ends that even under sc; what is not shown is taken to"
            for text, line in self.endless.items()
        ]
        functions = {f.name: f for f in version.unit.functions}
        own = [functions[t] for t in self.group.threads if t in functions]
        if names := of_several(own, version.side.locals):
            notes.append(
                f"{', '.join(names)}: taken for a local of each function, as no declaration is shown (--tree has them)"
            )
        reached = {n for f in own for n in reach_of(f.name, functions)}
        partly = [t for t in version.side.partly if t in reached]
        if partly:
            verb = "is" if len(partly) == 1 else "are"
            notes.append(
                f"{_listed(partly)} {verb} shown in part: what the diff leaves out is taken to access and order nothing"
            )
        return notes

    def _taken(self) -> list[str]:
        """Which functions come from other files."""
        threads = [f"{n}() is in {p}: {why}" for n, p, why in self.patch.taken if n in self.group.threads]
        others = [
            f"{n}() in {p}" for n, p, why in self.patch.taken if n not in self.group.threads and why == CALLED
        ]
        return [*threads, *([f"read as well, where it is called: {', '.join(others)}"] if others else [])]

    def _compare(
        self, versions: Sequence[Version], programs: dict[Which, Program], units: dict[Which, UnitResult]
    ) -> tuple[Comparison, dict[Which, UnitResult]]:
        """What the two sides allow, and the units with what would hold beside an observer."""
        names = [m.name for m in self.engine.models(_models(self.patch, self.options))]
        pair = (programs.get("before"), programs.get("after"))
        found = list(compare(pair, names, self.engine.classes)) if len(self.group.threads) > 1 else []
        changed = frozenset(self.patch.changed)
        probes = {w: open_probes(p, units[w].results, changed) for w, p in programs.items()}
        sides = [(programs[w], probes[w]) if w in programs else None for w in WHICH]
        watch = Watch(self.engine.classes, {})
        own = [o.outcome for o in found]
        asked = asked_of_both(*sides)
        supposed = probe_changes(asked, pair, names, watch)
        found += [o for o in supposed if not any(_is_part(o.outcome, real) for real in own)]
        told = {p.line for p in asked if any(o.outcome == described(p) for o in supposed)}
        for which, program in programs.items():
            texts = supposed_texts(program, probes[which], names, watch)
            units[which] = replace(units[which], results=with_supposed(units[which].results, texts))
            if any(mark in text for text in texts.values() for mark in (ABOVE, BELOW)):
                note = f"{ABOVE} and {BELOW} are accesses that the text does not show, before and after what it does"
                units[which] = replace(units[which], assumptions=(*units[which].assumptions, note))
        comparison = Comparison(
            units.get("before"),
            units.get("after"),
            found,
            on_fewer_ways(pair),
            self._unread(versions),
            [(name, line) for name, line in given_up(*pair, changed) if line not in told],
            frozenset(self.endless),
        )
        return comparison, units


def _left_open(b: BarrierVerdict) -> BarrierVerdict:
    """The verdict on a barrier that lacks an order which may be in what the diff leaves out."""
    as_shown = "half paired" if b.half_paired else b.status
    places = (f"in {m.thread} from line {m.after_line} to line {m.before_line}" for m in b.missing)
    where = ", ".join(dict.fromkeys(places))
    reason = (
        f"{as_shown} as far as the diff shows; the order that is missing{where and f' ({where})'} may be in what it "
        "leaves out"
    )
    return replace(
        b, status="undecided", half_paired=False, shape=None, missing=(), reason=reason, counterexample=None
    )


def _property_left_open(p: PropertyVerdict) -> PropertyVerdict:
    """The verdict on a property that fails where an order is lacking which may be in what the diff leaves out."""
    reason = "violated as far as the diff shows; what it leaves out may give the order that is missing"
    return replace(p, status="undecided", reason=reason, missing=(), counterexample=None)


def _as_far_as_shown(p: PropertyVerdict, has_cuts: bool) -> PropertyVerdict:
    """The verdict on an assertion of a patch, and where code is cut out on what memory is given back. Where it fails
    when each function runs by itself, what it relies on is not shown: how a counter starts, or what callers see to."""
    is_asked = p.kind == "assertion" or (has_cuts and p.kind == "use after free")
    if not is_asked or p.status != "violated" or not p.even_under_sc:
        return p
    reason = "it fails even under sc: what it relies on is not in the text"
    return replace(p, status="undecided", reason=reason, even_under_sc=False, missing=(), counterexample=None)


def _with_claim(program: Program, b: BarrierVerdict) -> BarrierVerdict:
    """The verdict, with what a comment says of the variable whose change is to be seen. What a barrier pairs with is
    open where it may be accesses of functions that are not in the text."""
    if b.claim == "refuted" and b.status in OPEN and program.unknown_calls:
        return replace(b, claim="unknown")
    if b.claim is not None or b.is_note or b.place.via is not None:
        return b
    found = claimed_change(program, b.place.thread, b.place.line, said_at(program, b.place.line))
    return b if found is None else replace(b, claim=found[0], claim_text=found[1])


def _is_part(supposed: str, real: str) -> bool:
    """Whether an outcome with an observer is one between the threads of the text as well."""
    shape, _, rest = supposed.partition(": ")
    return real.startswith(shape) and rest.partition(";")[0].replace("()", "") in real.replace("()", "")


def _models(patch: Patch, options: Options) -> tuple[str, ...]:
    """The models that suit the files: of x86's own, what x86 does and the kernel's."""
    if options.models:
        return options.models
    if patch.paths and all(map(_OF_X86.search, patch.paths)):
        return ("tso", "lkmm")
    return ("armv8", "lkmm")
