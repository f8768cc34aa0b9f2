"""mbpair with a pipeline that does as the input's first word says: `python -m tests.batch.stub ARGUMENTS`."""

from __future__ import annotations

import os
import signal
import sys
import time
from dataclasses import replace
from pathlib import Path
from types import ModuleType

from tests.batch.tasks import FOR_EVER
from tests.report.sample import ONE_SIDED, PAIRED, UNDECIDED
from verifier.errors import ModelError, ProgramError
from verifier.options import Options
from verifier.pairing.verdict import UnitResult
from verifier.properties.verdict import LitmusVerdict, Outcome

ANSWERS = {"refuted": ONE_SIDED, "undecided": UNDECIDED}
NAPS = {"nap": 0.2, "long": 1.0}


def check(name: str, data: bytes, _: Options) -> tuple[UnitResult, ...]:
    word = _do_as_told(name, data)
    return (replace(ANSWERS.get(word, PAIRED), file=name),)


def litmus(name: str, data: bytes, _: Options) -> LitmusVerdict:
    _do_as_told(name, data)
    outcome = Outcome("Never", True, (), True, 0, 0, ())
    return LitmusVerdict(name, name.rpartition("/")[2], "lkmm", None, {}, outcome, "", ())


def _do_as_told(name: str, data: bytes) -> str:
    word = data.decode().split()[0]
    match word:
        case "wrong":
            raise ProgramError("wrong", "found what is wrong", name)
        case "model":
            raise ModelError("syntax", "found )", "broken.cat")
        case "fault":
            raise AssertionError("this can't be")
        case "killed":
            os.kill(os.getpid(), signal.SIGKILL)
        case "hang" | "C":
            Path(f"{name}.begun").touch()
            while True:
                pass
        case "stuck":
            sum(range(FOR_EVER))
        case "nap" | "long":
            time.sleep(NAPS[word])
    return word


def module() -> ModuleType:
    """In place of verifier.pipeline."""
    made = ModuleType("verifier.pipeline")
    made.check = check  # type: ignore[attr-defined]
    made.litmus = litmus  # type: ignore[attr-defined]
    return made


if __name__ in ("__main__", "__mp_main__"):
    sys.modules["verifier.pipeline"] = module()

if __name__ == "__main__":
    from verifier import cli

    sys.exit(cli.main())
