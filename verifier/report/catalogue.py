"""What the kernel's primitives are taken to do, as text."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Mapping, Sequence

from verifier.program.meaning import Event, Meaning
from verifier.program.primitives import table

_BY_NAME = (
    "Atomic and bit operations (atomic_*, atomic64_*, atomic_long_*, refcount_*, xchg, cmpxchg, set_bit …) are known "
    "by their names: a full barrier with a result, no order without; _acquire, _release and _relaxed as they say."
)
_MORE = "mbpair primitives NAME says what one of them is taken to do, and in which versions."


def list_all(bodies: Mapping[str, Sequence[str]], version: str, width: int) -> str:
    """Every primitive by kind, in columns; ends with a newline. `bodies`: those with a body, by data file."""
    core = table("core.toml")
    litmus = [name for rows in core["litmus"].values() if isinstance(rows, dict) for name in rows]
    groups = {
        "loads": list(core["load"]),
        "stores": list(core["store"]),
        "loops that load until a condition holds": list(core["loop"]),
        "barriers": [*core["fence"], *core["fence-at"]],
        **{f"functions over these: {file}": list(names) for file, names in bodies.items()},
        "in litmus tests alone": litmus,
        "not modelled (a program with one is undecided)": core["unmodelled"]["names"],
    }
    parts = [f"{title}:\n{columns(names, width)}" for title, names in groups.items()]
    notes = [textwrap.fill(text, width) for text in (f"Kernel {version}. {_BY_NAME}", _MORE)]
    return "\n".join([*parts, *(f"{note}\n" for note in notes)])


def columns(names: Iterable[str], width: int) -> str:
    """Names side by side, read downwards, as many columns as fit."""
    wanted = sorted(dict.fromkeys(names), key=lambda n: (n.lstrip("_"), n))
    column = max(map(len, wanted), default=0) + 2
    across = max(1, (width - 2) // column)
    rows = -(-len(wanted) // across)
    lines = ("".join(name.ljust(column) for name in wanted[i::rows]).rstrip() for i in range(rows))
    return "".join(f"  {line}\n" for line in lines)


def describe(meanings: Sequence[Meaning], width: int) -> str:
    """What one primitive is taken to be; ends with a newline."""
    return "\n".join(_meaning(m, width) for m in meanings)


def _meaning(m: Meaning, width: int) -> str:
    where = " (litmus tests)" if m.is_litmus else ""
    head = f"{m.name}, {m.range}{where}{': ' if m.what else ''}{m.what}"
    lines = textwrap.wrap(head, width, subsequent_indent="    ")
    if m.files:
        lines += _wrap(f"the kernel has it in {' and '.join(m.files)}", width, 2, 4)
    if m.remark:
        lines += _wrap(m.remark, width, 2, 2)
    if m.text:
        lines += [
            f"  {m.place} takes it for",
            "",
            *(f"    {line}" for line in m.text.expandtabs(4).split("\n")),
            "",
        ]
    for event in m.events:
        lines += _event(event, width, has_name=bool(m.text))
    return "\n".join(lines) + "\n"


def _event(event: Event, width: int, has_name: bool) -> list[str]:
    lines = _wrap(f"{event.name}: {event.what}", width, 2, 6) if has_name else []
    wide = max((len(a) for a, _ in event.rows), default=0)
    for architecture, tags in event.rows:
        text = f"{architecture:<{wide}}  {'not modelled' if tags is None else tags}"
        lines += _wrap(text, width, 4, 6 + wide)
    return lines


def _wrap(text: str, width: int, first: int, rest: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent=" " * first, subsequent_indent=" " * rest)
