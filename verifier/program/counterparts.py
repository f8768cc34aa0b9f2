"""The other side of well-known primitives (kernel/counterparts.toml), written for a function that calls one."""

from __future__ import annotations

import re
from collections.abc import Iterator

from verifier.errors import SyntaxProblem
from verifier.program.frame import text_of
from verifier.program.kernel import Kernel
from verifier.program.primitives import table
from verifier.program.versions import ALL, read_range
from verifier.record import record, replace
from verifier.source import Origin, Source
from verifier.syntax import parse, tree
from verifier.syntax.walk import nodes

_WORD = re.compile(r"[A-Za-z_]\w*")
_STORES = frozenset(("WRITE_ONCE", "smp_store_release", "smp_store_mb"))


@record(frozen=True, slots=True)
class Counterpart:
    """A thread to run against `own`; `source` is the text of the whole with the thread's lines below it, `lines` are
    their first and last number."""

    own: str
    function: tree.Function
    source: Source
    lines: tuple[int, int]
    why: str


def counterparts(function: tree.Function, source: Source, kernel: Kernel) -> tuple[Counterpart, ...]:
    """The other sides of the primitives that a function calls, each once."""
    calls = [n for n in nodes(function) if isinstance(n, tree.Call) and isinstance(n.function, tree.Name)]
    found: dict[str, Counterpart] = {}
    for row in table("counterparts.toml")["side"]:
        versions = read_range(row["kernel"]) if "kernel" in row else ALL
        if not versions.has(kernel.version) or row["name"] in found:
            continue
        for call in calls:
            if _callee(call) not in row["calls"] or not _follows(call, row.get("after"), calls):
                continue
            made = _made(row, call, function, source)
            if made is not None:
                found[row["name"]] = made
                break
    return tuple(found.values())


def _callee(call: tree.Call) -> str:
    return call.function.name if isinstance(call.function, tree.Name) else ""


def _follows(call: tree.Call, wanted: str | None, calls: list[tree.Call]) -> bool:
    return wanted is None or any(_callee(c) == wanted and c.span < call.span for c in calls)


def _made(
    row: dict[str, str], call: tree.Call, function: tree.Function, source: Source
) -> Counterpart | None:
    places = {str(i): text_of(source, a.span) for i, a in enumerate(call.arguments)}
    stored = _stored(function, call, source)
    if "{stored}" in row["text"] and stored is None:
        return None
    places["stored"] = stored or ""
    body = re.sub(r"\{(\w+)\}", lambda m: places.get(m[1], m[0]), row["text"].strip("\n"))
    if re.search(r"\{\d\}", body):
        return None
    text = f"void {row['name']}({_parameters(function, body)})\n{body}"
    first = len(source.lines) + 1
    lines = (*source.lines, *text.split("\n"))
    origins = tuple(Origin(first + i, 1) for i in range(text.count("\n") + 1))
    try:
        found = parse(Source(source.name, text, lines, origins)).functions[0]
    except SyntaxProblem:
        return None
    whole = replace(source, lines=lines)
    return Counterpart(function.name, found, whole, (first, len(lines)), row["why"])


def _stored(function: tree.Function, call: tree.Call, source: Source) -> str | None:
    """The place that the function stores to last before the call."""
    found = [target for target in _targets(function) if target.span < call.span]
    return text_of(source, max(found, key=lambda t: t.span).span) if found else None


def _targets(function: tree.Function) -> Iterator[tree.Expression]:
    """The places that a function stores to, but for its locals."""
    own = {n.name for n in nodes(function) if isinstance(n, tree.Variable)}
    for node in nodes(function):
        match node:
            case tree.Assign("=", tree.Member() as target, _):
                yield target
            case tree.Assign("=", tree.Name(name) as target, _) if name not in own:
                yield target
            case tree.Call(tree.Name(name), (target, *_)) if name in _STORES:
                yield target.operand if isinstance(target, tree.Unary) else target
            case _:
                pass


def _parameters(function: tree.Function, body: str) -> str:
    """Declarations of the pointers that the text uses, as the function has them."""
    words = set(_WORD.findall(body))
    known = {p.name: p.type for p in function.parameters}
    known |= {n.name: n.type for n in nodes(function) if isinstance(n, tree.Variable)}
    named = {name: t for name, t in known.items() if name in words and t.pointers}
    return ", ".join(f"{t.name} {'*' * t.pointers}{n}" for n, t in named.items()) or "void"
