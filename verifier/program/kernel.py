"""What a called name means in one version of the kernel, and with the user's own primitives."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

from verifier.cache import get, keep
from verifier.memo import Memo
from verifier.options import Options
from verifier.program.bodies import Body, read_bodies, require_apart
from verifier.program.primitives import Core, core_call, data_files, table, text
from verifier.program.versions import ALL, NEWEST, Range, Version, read_range
from verifier.source import Source

Index = dict[str, tuple[tuple[str, Range], ...]]


class Kernel:
    """One version, and the bodies of the user's files, which come before all others.

    Where nobody asked for the version, a primitive that it has no more is that of the last version that has it.
    """

    def __init__(
        self, version: Version = NEWEST, files: tuple[tuple[str, str], ...] = (), is_asked: bool = True
    ) -> None:
        """`files`: names and texts. Raises InputError for one that can't be used."""
        self.version = version
        self.is_asked = is_asked
        found = [b for name, content in files for b in read_bodies(Source.whole(name, content))]
        require_apart(found)
        self._own = {b.function.name: b for b in found if b.range.has(version)}

    def own(self, name: str) -> Body | None:
        """The user's body of that name."""
        return self._own.get(name)

    def own_names(self) -> tuple[str, ...]:
        """The names of the user's bodies."""
        return tuple(self._own)

    def body(self, name: str) -> Body | None:
        """The body of that name in this version: the user's, or this project's."""
        if name in self._own:
            return self._own[name]
        version = self.version_of(name)
        return next((b for b in all_bodies(name) if b.range.has(version)), None)

    def version_of(self, name: str) -> Version:
        """The version that a name is taken from."""
        found = [r.last for r in ranges(name)]
        return self.version if self.is_asked or not found else min(self.version, max(found))

    def core(self, name: str) -> Core | None:
        """The core operation of that name in this version; a body of that name comes first."""
        found = core_call(name)
        return found if found is not None and core_range(name).has(self.version_of(name)) else None

    def is_known(self, name: str) -> bool:
        """Whether this version has a primitive of that name."""
        return self.body(name) is not None or self.core(name) is not None


def kernel(options: Options) -> Kernel:
    """The kernel that the options ask for. Raises InputError for a file of primitives that can't be used."""
    is_asked = options.kernel is not None
    version = NEWEST if options.kernel is None else Version(*options.kernel)
    key = (version, is_asked, options.primitives)
    return _KERNELS(key, lambda: Kernel(version, options.primitives, is_asked))


_KERNELS: Memo[object, Kernel] = Memo(size=4)


def ranges(name: str) -> tuple[Range, ...]:
    """The ranges of versions that have a primitive of that name, each with a meaning of its own."""
    found = tuple(r for _, r in index().get(name, ()))
    if core_call(name) is None:
        return found
    whole = core_range(name)
    return (*found, whole) if not any(whole.meets(r) for r in found) else (*found, *_between(whole, found))


def _between(whole: Range, taken: tuple[Range, ...]) -> tuple[Range, ...]:
    """The whole range where bodies of the same name leave versions of it over."""
    versions = [v for r in taken for v in (r.first, r.last)]
    covers = min(versions) <= whole.first and whole.last <= max(versions)
    return () if covers else (whole,)


@cache
def core_range(name: str) -> Range:
    """The versions that have a core operation of that name."""
    rows = table("core.toml")["versions"]
    if name in rows["names"]:
        return read_range(rows["names"][name])
    return next(
        (read_range(r) for pattern, r in rows["patterns"].items() if re.fullmatch(pattern, name)), ALL
    )


def all_bodies(name: str) -> tuple[Body, ...]:
    """This project's bodies of that name, for all versions."""
    files = dict.fromkeys(file for file, _ in index().get(name, ()))
    return tuple(b for file in files for b in _bodies(file) if b.function.name == name)


@cache
def index() -> Index:
    """The names that have bodies: the files of verifier/kernel, and the ranges."""
    found: Index | None = get("kernel-index", b"")  # of the package's own files alone
    if found is None:
        found = {}
        bodies = [(file, b) for file in data_files(".c") for b in _bodies(file)]
        require_apart(b for _, b in bodies)
        for file, b in bodies:
            found[b.function.name] = (*found.get(b.function.name, ()), (file, b.range))
        keep("kernel-index", b"", found)
    return found


@cache
def _bodies(file: str) -> tuple[Body, ...]:
    """The bodies of one file of verifier/kernel."""
    kept_as = f"kernel-{Path(file).stem}"
    found: tuple[Body, ...] | None = get(kept_as, b"")
    if found is None:
        found = read_bodies(Source.whole(f"verifier/kernel/{file}", text(file)), is_sourced=True)
        keep(kept_as, b"", found)
    return found
