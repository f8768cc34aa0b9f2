"""The names of the tags that events of each architecture may carry: data for the interpreter of cat."""

from __future__ import annotations

from typing import Literal

Architecture = Literal["linux", "aarch64"]

_DOMAINS = ("", "ISH", "OSH", "NSH")
_DMB = tuple(
    f"{kind}.{name}"
    for kind in ("DMB", "DSB")
    for domain in _DOMAINS
    for name in ((domain, f"{domain}LD", f"{domain}ST") if domain else ("SY", "LD", "ST"))
)

# Linux: linux-kernel.bell of 6.13 (tags of accesses and fences) and lock.cat (lock events).
# AArch64: the annotations of accesses and the fences of Arm's aarch64.cat.
TAGS: dict[Architecture, frozenset[str]] = {
    "linux": frozenset(
        (
            *("Once", "Acquire", "Release", "Noreturn", "RMW", "Plain"),
            *("Mb", "Wmb", "Rmb", "Barrier", "Before-atomic", "After-atomic"),
            *("After-spinlock", "After-unlock-lock", "After-srcu-read-unlock"),
            *("LKR", "LKW", "UL", "LF", "RL", "RU"),
            *("Rcu-lock", "Rcu-unlock", "Sync-rcu", "Srcu-lock", "Srcu-unlock", "Sync-srcu"),
        )
    ),
    "aarch64": frozenset(("A", "Q", "L", "X", "NoRet", "ISB", *_DMB)),
}

SETS = ("W", "R", "F", "M", "IW")
RELATIONS = ("id", "po", "rf", "co", "loc", "int", "ext", "addr", "data", "ctrl", "rmw", "amo", "lxsx")

# What herd7 provides and this project does not: named, so that the message can say so.
HERD_ONLY = frozenset(
    (
        *("classes-loc", "classes", "partition", "linearisations", "tag2events", "tag2instrs", "tag2fences"),
        *("tag2scope", "tags2set", "intervening", "same-instance", "same-oa", "si", "sm", "different-values"),
        *("iico_data", "iico_ctrl", "iico_order", "fromto", "co0", "FW", "B", "BCC", "Exp", "NExp", "instr"),
    )
)
