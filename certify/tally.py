"""What came of the certificates of many programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from certify.executions import check_executions
from certify.proofs import Checked, check_proofs


@dataclass(slots=True)
class Tally:
    """Counts, the claims that were not confirmed, with their programs, and those that mbpair `failed` to judge."""

    programs: int = 0
    proofs: Counter[str] = field(default_factory=Counter)
    executions: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    failed: list[str] = field(default_factory=list)

    @property
    def is_good(self) -> bool:
        """Whether nothing was rejected, and all made."""
        return not (self.failed or self.proofs["rejected"] or self.executions["rejected"])

    def add(self, other: Tally) -> None:
        """Count what came of other programs too."""
        self.programs += other.programs
        self.proofs += other.proofs
        self.executions += other.executions
        self.missing += other.missing
        self.problems += other.problems
        self.failed += other.failed

    def add_proofs(self, name: str, text: str, seconds: float) -> None:
        """Check the proofs of one certificate."""
        for line in text.split("\n(reset)", 1)[0].splitlines():
            if line.startswith("; not all claims are here: "):
                self.missing.append(f"{name}: {line.partition(': ')[2]}")
        for checked in check_proofs(text, seconds):
            self.proofs[checked.answer] += 1
            if checked.answer != "confirmed":
                self.problems.append(f"{checked.answer}: {name}: {_brief(checked)}")

    def add_executions(self, name: str, text: str) -> None:
        """Check the executions of one certificate."""
        for shown in check_executions(text):
            self.executions["rejected" if shown.problem else "confirmed"] += 1
            if shown.problem:
                self.problems.append(f"rejected: {name}: {shown.problem}: {shown.claim[:200]}")

    def lines(self) -> Iterable[str]:
        """What there is to say."""
        proofs, executions = self.proofs, self.executions
        yield f"programs and models   {self.programs:>7,}"
        yield f"proofs                {proofs.total():>7,}"
        yield f"  confirmed           {proofs['confirmed']:>7,}"
        yield f"  rejected            {proofs['rejected']:>7,}"
        yield f"  not decided         {proofs['not decided']:>7,}"
        yield f"executions            {executions.total():>7,}"
        yield f"  confirmed           {executions['confirmed']:>7,}"
        yield f"  rejected            {executions['rejected']:>7,}"
        yield f"not all claims made   {len(self.missing):>7,}"
        yield from (f"failed: {one}" for one in self.failed)
        yield from self.problems
        yield from self.missing


def _brief(checked: Checked) -> str:
    return checked.claim if len(checked.claim) <= 200 else f"{checked.claim[:200]} …"
