"""How much memory an answer may take."""

from __future__ import annotations

import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

MIB = 1 << 20
NEAR = 16 * MIB  # of the limit: what is asked for then may be more than there is
_STATE = Path("/proc/self/status")


@contextmanager
def memory_limit(mebibytes: int) -> Iterator[None]:
    """In it, MemoryError is raised where the process would have more than so many MiB of address space beyond what it
    has at the start, as far as the system keeps to such limits. A limit that is there already and lower stays.

    Other exceptions become MemoryError where there was hardly any left: a module that can't be compiled for want of
    memory is a SyntaxError, to Python.
    """
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = _address_space("VmSize") + mebibytes * MIB
    known = [limit for limit in (before, most) if limit != resource.RLIM_INFINITY]
    try:
        resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *known]), most))
    except (OSError, ValueError):  # a system without such limits
        yield
        return
    try:
        yield
    except Exception as problem:
        if resource.getrlimit(resource.RLIMIT_AS)[0] - _address_space("VmPeak") < NEAR:
            raise MemoryError from problem
        raise
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))


def _address_space(which: str) -> int:
    """The bytes of address space that the process has (VmSize), or has had at most (VmPeak); 0 where the system does
    not say."""
    try:
        found = re.search(rf"^{which}:\s*(\d+) kB", _STATE.read_text(), re.MULTILINE)
    except OSError:
        return 0
    return int(found[1]) * 1024 if found else 0
