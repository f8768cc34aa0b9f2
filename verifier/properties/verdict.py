"""The answer to a litmus test, as data."""

from __future__ import annotations

from typing import Literal

from verifier.pairing.verdict import Certificate
from verifier.program.program import Condition
from verifier.record import field, record

Observation = Literal["Never", "Sometimes", "Always"]
State = tuple[tuple[str, int], ...]  # label and value


@record(frozen=True, slots=True)
class Outcome:
    """The answer to a test's condition P under a model.

    observation  of P: in no, in some but not all, in each allowed execution ("Never" where there is none)
    is_true      whether the condition holds, with its quantifier
    states       final states: all of them where `is_complete`, else one with P and one without, if any
    positive     allowed executions with P and `negative` those without; None where they were not counted
    is_cut       whether some allowed execution goes beyond the bound of a loop, which nothing above tells of
    flags        names of the model's flags that some allowed execution raises, in the model's order
    """

    observation: Observation
    is_true: bool
    states: tuple[State, ...]
    is_complete: bool
    positive: int | None
    negative: int | None
    flags: tuple[str, ...]
    is_cut: bool = False


@record(frozen=True, slots=True)
class LitmusVerdict:
    """What a test asks and what came of it.

    condition  the test's question; None: whether there is an execution at all
    names      the locations whose address is a value, by that value
    outcome    None where it is undecided, for `reason`
    notes      what the answer rests on
    certificate  the evidence, where it was asked for
    """

    file: str
    name: str
    model: str
    condition: Condition | None
    names: dict[int, str]
    outcome: Outcome | None
    reason: str
    notes: tuple[str, ...]
    certificate: Certificate | None = field(default=None, compare=False, repr=False)
