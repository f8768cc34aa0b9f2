"""How much memory an answer may take."""

from __future__ import annotations

import resource
from collections.abc import Iterator
from contextlib import contextmanager

MIB = 1 << 20


@contextmanager
def memory_limit(mebibytes: int) -> Iterator[None]:
    """In it, MemoryError is raised where the process would have more than so many MiB of address space, as far as the
    system keeps to such limits. A limit that is there already and lower stays."""
    before, most = resource.getrlimit(resource.RLIMIT_AS)
    wanted = mebibytes * MIB
    known = [limit for limit in (before, most) if limit != resource.RLIM_INFINITY]
    try:
        resource.setrlimit(resource.RLIMIT_AS, (min([wanted, *known]), most))
    except (OSError, ValueError):  # a system without such limits
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_AS, (before, most))
