"""The names that a model may use: tags of each architecture's events, base sets and relations, and herd7's own."""

from __future__ import annotations

from typing import Literal

Architecture = Literal["linux", "aarch64", "x86", "riscv", "power", "any"]

# The first word of a model, in lower case, and the architecture that it names.
TITLES: dict[str, Architecture] = {
    "linux": "linux",
    "aarch64": "aarch64",
    "x86": "x86",
    "x86_64": "x86",
    "riscv": "riscv",
    "ppc": "power",
}

# Those that herd7 knows and this project does not.
FOREIGN_TITLES = frozenset(("arm", "mips", "lisa", "bell", "c", "java", "asl", "bpf"))

_DOMAINS = ("", "ISH", "OSH", "NSH")
_DMB = tuple(
    f"{kind}.{name}"
    for kind in ("DMB", "DSB")
    for domain in _DOMAINS
    for name in ((domain, f"{domain}LD", f"{domain}ST") if domain else ("SY", "LD", "ST"))
)
_SIDES = ("r", "w", "rw")
_RCU = (  # of the kernel's code, whatever it runs on
    *("Rcu-lock", "Rcu-unlock", "Sync-rcu"),
    *("Srcu-lock", "Srcu-unlock", "Sync-srcu", "After-srcu-read-unlock"),
)

# linux: linux-kernel.bell of 6.13 (tags of accesses and fences) and lock.cat (lock events).
# The others: the annotations of accesses and the fences, by the names that herd7 gives their sets.
_OWN: dict[Architecture, frozenset[str]] = {
    "linux": frozenset(
        (
            *("Once", "Acquire", "Release", "Noreturn", "RMW", "Plain"),
            *("Mb", "Wmb", "Rmb", "Barrier", "Before-atomic", "After-atomic"),
            *("After-spinlock", "After-unlock-lock"),
            *("LKR", "LKW", "UL", "LF", "RL", "RU"),
            *_RCU,
        )
    ),
    "aarch64": frozenset(("A", "Q", "L", "X", "EX", "NoRet", "ISB", *_DMB, *_RCU)),
    "x86": frozenset(("X", "MFENCE", "SFENCE", "LFENCE", *_RCU)),
    "riscv": frozenset(
        (
            *("Acq", "Rel", "AcqRel", "Sc", "X", "EX", "Fence.tso", "Fence.i"),
            *(f"Fence.{before}.{after}" for before in _SIDES for after in _SIDES),
            *_RCU,
        )
    ),
    "power": frozenset(("X", "EX", "SYNC", "LWSYNC", "EIEIO", "ISYNC", *_RCU)),
}
TAGS: dict[Architecture, frozenset[str]] = {**_OWN, "any": frozenset().union(*_OWN.values())}


def architecture_of(used: frozenset[str]) -> Architecture:
    """The one architecture that has all these tags, or else "any"."""
    found = [name for name, tags in _OWN.items() if used <= tags]
    return found[0] if len(found) == 1 else "any"


SETS = ("W", "R", "F", "M", "IW", "FW")
RELATIONS = (
    *("id", "po", "rf", "co", "loc", "int", "ext", "addr", "data", "ctrl", "rmw", "amo", "lxsx"),
    *("pick-addr", "pick-data", "pick-ctrl", "pick"),
)

# Sets and relations that herd7 has and that are empty where memory is normal and not translated, tagged
# or executed.
EMPTY_SETS = (
    *("NExp", "T", "TLBI", "TLBIIS", "TLBInXS", "DC.CVAU", "IC.IALLU", "IC.IALLUIS", "IC.IVAU"),
    *("FAULT", "EXC-ENTRY", "EXC-RET", "SVC", "TagCheck", "SPURIOUS", "PTE"),
    *("MMU", "Translation", "AccessFlag", "Permission"),
)
EMPTY_RELATIONS = ("iico_order", "PTEtoPA", "inv-domain")

# What `elaborate` adds to an event graph: the reads and writes of registers.
REGISTER_SETS = ("Rreg", "Wreg", "BCC", "B", "ADDR", "DATA")
REGISTER_RELATIONS = ("iico_data", "iico_ctrl")

VARIANTS = frozenset(("lkmmv2",))  # those of herd7's that are on, and those that are off
VARIANTS_OFF = frozenset(
    (
        *("cos-opt", "dic", "eis", "eos", "ets", "ets2", "ets3", "exs", "idc", "ifetch", "memtag", "mixed"),
        *("lkmmv1", "pac", "shadowstack", "sme", "sve", "vmsa"),
    )
)

# Files of herd7's that are not read, whatever stands in them: what they define is built in.
BUILT_IN = frozenset(("cross.cat", "stdlib.cat"))

# What herd7 provides and this project does not: named, so that the message can say so.
HERD_SETS = frozenset(("SPEC", "EXEC", "PRED"))
HERD_RELATIONS = frozenset(
    (
        *("instr", "same-instr", "same-static", "equiv-spec", "pco", "partial_po", "tst", "depend"),
        *("success", "control", "aligned"),
    )
)
HERD_FUNCTIONS = frozenset(
    (
        *("classes-loc", "classes", "partition", "linearisations", "tag2events", "tag2instrs", "tag2fences"),
        *("tag2scope", "tag2level", "tag2fenced", "tags2set", "fromto", "fail"),
    )
)
