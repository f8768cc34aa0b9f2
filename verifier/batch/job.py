"""What is asked of every file of a batch, and the answer to one of them in this process."""

from __future__ import annotations

import re
from importlib import import_module
from typing import TYPE_CHECKING, Literal

from verifier.batch.alarm import Alarm, time_limit
from verifier.batch.answer import Answer, counted, litmus_code, unit_code
from verifier.batch.inputs import read, shown_name
from verifier.batch.memory import memory_limit
from verifier.errors import GivenUp, InputError, NoRemedy, ReadError
from verifier.limits import OUT_OF_TIME, Deadline, Undecided, why_not
from verifier.options import Options
from verifier.record import record, replace

if TYPE_CHECKING:
    from verifier.certify.files import CertificateFile
    from verifier.inbox.trees import Trees
    from verifier.pairing.verdict import UnitResult
    from verifier.properties.verdict import LitmusVerdict
    from verifier.report.style import Style
    from verifier.report.text import Level

SLACK = 0.1  # seconds in which the stages may notice by themselves that time is over: they say more about it
_HEADER = re.compile(rb"\s*\w+[ \t]+(\S+)")
_QUESTION = re.compile(rb"~\s*exists\b|\b(?:exists|forall)\b")


@record(frozen=True, slots=True)
class Job:
    """A command and its inputs: names as the user gave them.

    form   how `check` reports: a style and a level of detail; None: as data
    has_data  data is wanted beside the report
    is_to_fix  what is refuted is to be mended: a patch takes the place of the report
    stdin  what standard input holds, where it has been read
    commits  the hashes of commits of the tree, where these are the inputs
    """

    command: Literal["check", "litmus"]
    names: tuple[str, ...]
    options: Options
    form: tuple[Style, Level] | None = None
    stdin: bytes | ReadError | None = None
    commits: tuple[str, ...] = ()
    has_data: bool = False
    is_to_fix: bool = False

    def prepare(self) -> None:
        """Load what answers need, so that processes that are forked from this one have it."""
        for module in ("pipeline", "report.herd", "report.text", "syntax.litmus", "program.litmus.lower"):
            import_module(f"verifier.{module}")

    def answer(self, number: int) -> Answer:
        """The answer to the input of that number; never raises an error."""
        name = self.shown(number)
        try:
            with memory_limit(self.options.memory):
                return self._answer_in_time(number, self.data(number))
        except InputError as error:
            error.name = error.name or name
            return self._unreadable(error)
        except MemoryError as problem:
            return self._given_up(number, "memory", why_not(problem))
        except RecursionError:
            nested = ReadError("nesting", "the text is nested too deeply", name=name)
            return Answer(codes=(2,), error=nested)
        except Exception as fault:  # noqa: BLE001  what is wrong with us must not end the batch
            import traceback  # for this alone, and it takes long to load

            what = "".join(traceback.format_exception_only(fault)).strip()
            return self.crashed(number, what, traceback.format_exc())

    def _unreadable(self, error: InputError) -> Answer:
        """The answer to an input that is none. A commit is what it is: one without code has nothing to check."""
        if not self.commits:
            return Answer(codes=(2,), error=error)
        return Answer(codes=(3,), error=None if error.code == "nothing" else error)

    def crashed(self, number: int, how: str, details: str = "") -> Answer:
        """The answer to an input that something of ours broke on."""
        return self._given_up(number, "crash", f"the check of this file crashed: {how}", details)

    def out_of_time(self, number: int) -> Answer:
        """The answer to an input that nothing is known of when its time is over."""
        if self.command == "check":
            return self._given_up(number, "timeout", OUT_OF_TIME)
        from verifier.report import herd

        try:
            data = self.data(number)
        except InputError:
            data = b""
        header, questions = _HEADER.match(data), _QUESTION.findall(data)
        title = header[1].decode(errors="replace") if header else self.shown(number)
        kind = b"".join(questions[-1].split()).decode() if questions else "forall"
        return Answer(text=herd.undecided(title, kind, OUT_OF_TIME), codes=(3,), is_last=True)

    def _given_up(self, number: int, code: str, message: str, details: str = "") -> Answer:
        error = GivenUp(code, message, self.shown(number))
        return Answer(codes=(3,), error=error, details=details, is_last=True)

    def shown(self, number: int) -> str:
        """The name of the input of that number, as reports have it."""
        return shown_name(self.names[number])

    def data(self, number: int) -> bytes:
        """What the input of that number holds. Raises ReadError."""
        if self.commits:
            from verifier.batch import git  # only where somebody asks for commits

            return git.patch(self.options.tree, self.commits[number])
        if self.stdin is None or self.names[number] != "-":
            return read(self.names[number])
        if isinstance(self.stdin, ReadError):
            raise self.stdin
        return self.stdin

    def _answer_in_time(self, number: int, data: bytes) -> Answer:
        seconds = self.options.timeout
        limit = None if seconds is None else seconds + SLACK
        try:
            with time_limit(limit, Undecided, OUT_OF_TIME) as alarm:
                answer = self._answer(self.shown(number), data, self._trees(number), alarm)
        except Undecided:
            return self.out_of_time(number)
        return replace(answer, is_last=alarm.has_rung)

    def _trees(self, number: int) -> Trees | None:
        """Where whole files come from."""
        if not self.options.tree:
            return None
        from verifier.batch import git

        if self.commits:
            return git.CommitTrees(self.options.tree, self.commits[number])
        return git.Directory(self.options.tree)

    def _answer(self, name: str, data: bytes, trees: Trees | None, alarm: Alarm) -> Answer:
        if self.command == "litmus":
            from verifier.pipeline import litmus
            from verifier.report import herd

            verdict = litmus(name, data, self.options)
            found = _certificates(verdict) if self.options.certify else ()
            return Answer(text=herd.render(verdict), codes=(litmus_code(verdict),), certificates=found)
        from verifier.pipeline import check

        deadline = Deadline(self.options.timeout)
        units = check(name, data, self.options, *([] if trees is None else [trees]))
        if not self.is_to_fix:
            alarm.stop()  # what was found is told
        codes = tuple(unit_code(unit) for unit in counted(units))
        found = _certificates(units) if self.options.certify else ()
        if self.form is None:
            return Answer(codes=codes, units=units, certificates=found)
        if self.is_to_fix:
            return replace(self._fix(name, data, units, deadline), codes=codes, certificates=found)
        from verifier.report import text

        style, level = self.form
        report = text.render(units, style, level) if units else ""
        shown = units if self.has_data else ()
        return Answer(text=report, codes=codes, units=shown, certificates=found)

    def _fix(self, name: str, data: bytes, units: tuple[UnitResult, ...], deadline: Deadline) -> Answer:
        """The patch that mends an input, or why there is none."""
        from verifier.fix import Unmended, mend, render

        assert self.form is not None
        kept = units if self.has_data else ()
        found = mend(name, data, counted(units), replace(self.options, certify=False), deadline)
        if found is None:
            return Answer(units=kept)
        if isinstance(found, Unmended):
            return Answer(units=kept, error=NoRemedy("no-remedy", found.reason, name))
        return Answer(text=render(found, self.form[0].width), units=kept)


def _certificates(found: LitmusVerdict | tuple[UnitResult, ...]) -> tuple[CertificateFile, ...]:
    from verifier.certify.files import of_litmus, of_units  # only where somebody asks for evidence

    return of_units(found) if isinstance(found, tuple) else of_litmus(found)
