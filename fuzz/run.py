"""`python -m fuzz.run TARGET SECONDS`: one process that feeds a target, guided by what of the product it reaches.

Failures are kept and it goes on; it dies of a hang or of its memory alone, and `now` in the target's
folder then has the input that it died of.
"""

from __future__ import annotations

import faulthandler
import os
import sys
import time
import traceback
from random import Random

import atheris

with atheris.instrument_imports(include=["verifier"]):
    from fuzz.targets import TARGETS, load
    from verifier.limits import Undecided

    load()

from fuzz import seeds
from fuzz.findings import FOLDER, keep, place, write_seeds
from fuzz.mutate import LONGEST, mutate

MEMORY = 1024  # MiB
HANG = 60.0  # seconds: by the clock, on a machine that may be busy


def main(target: str, seconds: int) -> None:
    os.nice(10)
    folder = FOLDER / target
    known = seeds.of(target)
    write_seeds(folder / "seeds", known)
    (folder / "corpus").mkdir(exist_ok=True)
    runs, said = 0, time.monotonic()

    def test(data: bytes) -> None:
        nonlocal runs, said
        (folder / "now").write_bytes(data)
        faulthandler.dump_traceback_later(HANG, exit=True)
        try:
            TARGETS[target](data)
        except (Exception, Undecided) as failure:  # noqa: BLE001  each is a finding
            if keep(target, place(failure), data, traceback.format_exc()):
                print(f"found: {place(failure)}", file=sys.__stderr__, flush=True)
        faulthandler.cancel_dump_traceback_later()
        runs += 1
        if time.monotonic() - said > 1:
            said = time.monotonic()
            (folder / "runs").write_text(str(runs))

    def change(data: bytes, size: int, seed: int) -> bytes:
        random = Random(seed)
        if random.random() < 0.1:
            return bytes(atheris.Mutate(data, size))
        return mutate(data, random, known)[:size]

    limits = [
        f"-max_total_time={seconds}",
        f"-rss_limit_mb={MEMORY}",
        f"-max_len={LONGEST}",
        "-timeout=1000000",
    ]
    options = [*limits, "-print_final_stats=0", f"-artifact_prefix={folder}/", "-verbosity=0"]
    atheris.Setup(
        [sys.argv[0], *options, str(folder / "corpus"), str(folder / "seeds")], test, custom_mutator=change
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
