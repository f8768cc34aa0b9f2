"""How what is missing is written: in the kernel's C, or in the instructions of an assembly test."""

from __future__ import annotations

import re
from collections.abc import Mapping

from verifier.events.graph import EventGraph

# The barriers that pairing may ask for, by the instruction set of the text; None: C
FENCES: Mapping[str | None, Mapping[str, str]] = {
    None: {"smp_rmb": "smp_rmb", "smp_wmb": "smp_wmb", "smp_mb": "smp_mb"},
    "AArch64": {"smp_rmb": "DMB ISHLD", "smp_wmb": "DMB ISHST", "smp_mb": "DMB ISH"},
    "X86_64": {"smp_mb": "MFENCE"},
    "RISCV": {"smp_rmb": "fence r,r", "smp_wmb": "fence w,w", "smp_mb": "fence rw,rw"},
    "PPC": {"smp_rmb": "lwsync", "smp_wmb": "lwsync", "smp_mb": "sync"},
}
FULL = frozenset(names["smp_mb"] for names in FENCES.values())
_CALLS = {"acquire": "smp_load_acquire", "release": "smp_store_release"}
_EXCLUSIVE = re.compile(r"(LD|ST)X(P|R)([BH]?)$")
_SINGLE = re.compile(r"(LD|ST)U?R([BH]?)$")
_ATOMIC = re.compile(r"(CASP?|SWPP?|(?:LD|ST)(?:ADD|CLR|EOR|SET|SMAX|SMIN|UMAX|UMIN))(A?)(L?)([BH]?)$")
_RISCV_ATOMIC = re.compile(r"((?:amo\w+|lr|sc)\.[wd])(?:\.(aq|rl))?$", re.IGNORECASE)


def spelled(graph: EventGraph, addition: str, access: int) -> str:
    """What to write for an addition (see execution.skeleton): a fence, or `access` as an acquire or a release.

    "" where the language, or the access, has no such form.
    """
    text = graph.events[access].text
    if graph.isa is None:
        return _kernel(addition, text)
    if addition not in _CALLS:
        return FENCES[graph.isa].get(addition, "")
    words = text.split()
    mnemonic = words[0] if words else ""
    match graph.isa:
        case "AArch64":
            return _aarch64(mnemonic.upper(), addition)
        case "RISCV":
            return _riscv(mnemonic, addition)
        case _:
            return ""


def _kernel(addition: str, text: str) -> str:
    if addition not in _CALLS:
        return addition
    call, bracket, _ = text.partition("(")
    if not bracket or call.strip() in ("READ_ONCE", "WRITE_ONCE") or not call.strip().isidentifier():
        return _CALLS[addition]
    if call.endswith("_relaxed"):
        return f"{call.removesuffix('_relaxed')}_{addition}"
    plain = ("_read", "test_bit") if addition == "acquire" else ("_set",)
    return f"{call}_{addition}" if call.endswith(plain) else ""


def _aarch64(mnemonic: str, addition: str) -> str:
    letter = "A" if addition == "acquire" else "L"
    if found := _SINGLE.match(mnemonic):
        return f"{found[1]}{letter}R{found[2]}"
    if found := _EXCLUSIVE.match(mnemonic):
        return f"{found[1]}{letter}X{found[2]}{found[3]}"
    if found := _ATOMIC.match(mnemonic):
        name, is_acquire, is_release, size = found.groups()
        if letter == "A" and name.startswith("ST"):
            name = f"LD{name[2:]}"  # ST<op> throws away what it reads and has no acquire
        return f"{name}{'A' if is_acquire or letter == 'A' else ''}{'L' if is_release or letter == 'L' else ''}{size}"
    return ""


def _riscv(mnemonic: str, addition: str) -> str:
    """Only atomic instructions have the bits aq and rl."""
    found = _RISCV_ATOMIC.match(mnemonic)
    bit = "aq" if addition == "acquire" else "rl"
    if found is None or found[2] == bit:
        return ""
    return f"{found[1]}.{bit if found[2] is None else 'aqrl'}"


def example(graph: EventGraph, name: str) -> str:
    """A barrier's name in a sentence: a function of the kernel with its brackets."""
    return f"{name}()" if graph.isa is None and name.isidentifier() else name
