"""The parts of a benchmark: each measures and tells of it in sections."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from statistics import median

from bench import corpus, growth, herd, start
from bench.corpus import Batch, Timed
from bench.measure import REST, summarise
from bench.report import Section, milliseconds, table

LITMUS = Path(__file__).resolve().parent.parent / "litmus"
LABELS = ("mean", "median", "95%", "worst")
PHASES = ("parse", "lower", "build", REST)
SLOWEST = 5
SAMPLE = 30


@dataclass(frozen=True, slots=True)
class Settings:
    """What to measure and for how long.

    folders      of litmus tests, by name; `every` n-th test of those that are not our own
    every_own    the same of our own tests and snippets
    seconds      a size of a family
    most         sizes of a family; None: all
    repeat       how often to measure what takes little; the least counts
    times        that the command is started
    sample       tests of a folder for herd7, at most, and its seconds a test, `patience`
    """

    folders: dict[str, Path]
    every: int = 1
    every_own: int = 1
    seconds: float = 20.0
    most: int | None = None
    repeat: int = 1
    times: int = 10
    sample: int = SAMPLE
    patience: float = 5.0

    def files(self, name: str) -> list[Path]:
        """The tests of a folder."""
        return corpus.litmus_files(self.folders[name], self._step(name))

    def group(self, part: str, name: str) -> str:
        """What the figures of a folder go by: samples have names of their own."""
        step = self._step(name)
        return f"{part} {name}" + (f"/{step}" if step > 1 else "")

    def _step(self, name: str) -> int:
        return self.every_own if self.folders[name] == LITMUS else self.every


def measure_corpus(settings: Settings) -> Iterator[Section]:
    """The conditions of litmus tests, a section a folder."""
    for name in settings.folders:
        files = settings.files(name)
        if files:
            batch = corpus.conditions(files, settings.repeat)
            yield _section(settings.group("corpus", name), "litmus tests", batch, settings.folders[name])


def measure_pairing(settings: Settings) -> Iterator[Section]:
    """The verdicts on the barriers of our own snippets."""
    batch = corpus.verdicts(corpus.snippets(LITMUS, settings.every_own), settings.repeat)
    yield _section("pairing", "snippets, each under its default models", batch, LITMUS)


def _section(group: str, what: str, batch: Batch, folder: Path) -> Section:
    counts = Counter(f.answer for f in batch.files)
    title = f"{group}: {len(batch.files)} {what}, each for the first time; CPU ms"
    rows: list[tuple[str, ...]] = [("", *LABELS, "share of all")]
    figures: dict[str, float] = {}
    whole = sum(f.total for f in batch.files)
    for phase in ("all", *PHASES):
        numbers = [f.total if phase == "all" else f.phases.get(phase, 0) for f in batch.files]
        s = summarise(numbers)
        values = (s.mean, s.median, s.high, s.worst)
        rows.append((phase, *map(milliseconds, values), f"{sum(numbers) / whole:.0%}"))
        figures |= dict(zip(LABELS, values, strict=True)) if phase == "all" else {phase: s.mean}
    figures |= {"memory": batch.memory, **{a: counts[a] for a in corpus.ANSWERS[1:]}}
    answers = ", ".join(f"{counts[a]} {a}" for a in corpus.ANSWERS)
    last = f"{answers}; {batch.memory:.0f} MiB at most"
    return Section(title, (*table(rows), last, *_slowest(batch.files, folder)), {group: figures})


def _slowest(files: tuple[Timed, ...], folder: Path) -> Iterator[str]:
    for f in sorted(files, key=lambda f: -f.total)[:SLOWEST]:
        name = Path(f.name)
        shown = name.relative_to(folder) if name != folder else Path(name.name)
        yield f"  {milliseconds(f.total):>7}  {shown}"


def measure_growth(settings: Settings, curves: list[growth.Curve]) -> Iterator[Section]:
    """The families; a section for each, and the curves into `curves`."""
    for family in growth.FAMILIES:
        curve = growth.grow(family, settings.seconds, settings.most, settings.repeat)
        curves.append(curve)
        cells = [f"{p.size}: {milliseconds(p.total)}" for p in curve.points]
        lines = ["  ".join(f"{c:>11}" for c in cells)] if cells else []
        if curve.points:
            last = curve.points[-1]
            shares = (f"{p} {milliseconds(last.phases.get(p, 0))}" for p in PHASES)
            lines.append(f"  of {last.size}: {', '.join(shares)}")
        if curve.stopped:
            lines.append(f"  not decided: {curve.stopped}")
        figures = {str(p.size): p.total for p in curve.points}
        title = f"growth: {family.name}, CPU ms by {family.size}"
        yield Section(title, tuple(lines), {f"growth {family.name}": figures})


def measure_start(settings: Settings) -> Iterator[Section]:
    """Processes that answer one question."""
    rows: list[tuple[str, ...]] = [("", "wall best", "median", "CPU best", "median")]
    figures: dict[str, dict[str, float]] = {}
    for way, command in start.commands().items():
        for arguments in STARTS:
            runs = start.run([*command, *arguments], settings.times)
            values = (min(runs.wall), median(runs.wall), min(runs.cpu), median(runs.cpu))
            shown = " ".join(a if a.startswith("-") or "/" not in a else Path(a).name for a in arguments)
            rows.append((f"{way} {shown}", *map(milliseconds, values)))
            labels = ("wall best", "wall median", "CPU best", "CPU median")
            figures[f"start {way} {arguments[0]}"] = dict(zip(labels, values, strict=True))
    yield Section(f"start: a process a run, {settings.times} runs; ms", table(rows), figures)


STARTS = (
    ("check", str(LITMUS / "message-passing" / "demo.c")),
    ("litmus", str(LITMUS / "rcu" / "grace-period.litmus")),
    ("--help",),
)


def measure_herd7(settings: Settings) -> Iterator[Section]:
    """mbpair and herd7 on the same tests, as a ratio."""
    rows = [("", "herd7", "tests", "unfinished", "herd7 ms", "mbpair ms", "ratio")]
    figures: dict[str, dict[str, float]] = {}
    for name in settings.folders:
        for architecture, tests in herd.heads(settings.files(name)).items():
            ratios = {}
            for mode in herd.MODES:
                more = herd.FASTER if mode == "fast" else 1
                chosen = herd.sample(tests, more * settings.sample)
                command = herd.command(architecture, mode)
                if command is None:
                    continue
                theirs = herd.measure(command, chosen, settings.patience)
                if not theirs.files:
                    continue
                ours = corpus.total(list(theirs.files))
                count = len(theirs.files)
                ratios[mode] = ours / theirs.spent
                numbers = (
                    milliseconds(theirs.spent / count),
                    milliseconds(ours / count),
                    f"{ratios[mode]:.3f}",
                )
                left = str(len(chosen) - count)
                rows.append((f"{name}, {architecture}", mode, str(count), left, *numbers))
            if ratios:
                figures[f"{settings.group('herd7', name)} {architecture}"] = ratios
    if not figures:
        yield Section("herd7: not compared, as there is no herd7 on PATH", (), {})
        return
    title = "herd7: CPU ms a test, without mbpair's start and with a hundredth of herd7's; ratio mbpair/herd7"
    yield Section(title, table(rows), figures)


Measure = Callable[[Settings], Iterator[Section]]
