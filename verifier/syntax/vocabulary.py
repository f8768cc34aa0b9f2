"""Names that kernel C uses as types, qualifiers and loops, and the words by which prose leaves code."""

from __future__ import annotations

import re
from typing import Literal

QUALIFIERS = frozenset(
    """const volatile extern register inline __inline __inline__ __always_inline noinline __noinline auto
    restrict __restrict asmlinkage __must_check __user __iomem __rcu __percpu __force __kernel __bitwise
    __maybe_unused __always_unused __unused __used __init __exit __initdata __ref __cold __hot __pure
    __visible __weak __read_mostly __ro_after_init ____cacheline_aligned ____cacheline_aligned_in_smp
    ____cacheline_internodealigned_in_smp __cacheline_aligned __packed __sched notrace __latent_entropy
    __exception_irq_entry __irq_entry __lockfunc __kprobes __cpuidle __net_init __net_exit __deprecated
    __extension__ __const __volatile__ _Atomic _Noreturn __noreturn noinstr __no_kcsan __no_kasan""".split()
)

# Each is followed by a group in parentheses that goes with it.
ATTRIBUTES = frozenset(
    """__attribute__ __attribute __aligned __section __printf __scanf __releases __acquires __must_hold
    __guarded_by __alias __aligned_largest __malloc __alloc_size __counted_by __nonnull _Alignas
    __free __cleanup""".split()
)

_TYPES = frozenset(
    """void char short int long float double signed unsigned _Bool bool u8 u16 u32 u64 s8 s16 s32 s64
    __u8 __u16 __u32 __u64 __s8 __s16 __s32 __s64 __le16 __le32 __le64 __be16 __be32 __be64
    uint ulong ushort uchar cpumask_t __int128""".split()
)
_TYPE_SHAPE = re.compile(r"[a-z]\w*_t\Z")
_LOOP = re.compile(r"each|foreach|(?:^|_)(?:loop|repeat)(?:_|$)", re.IGNORECASE)

_BREAKS = re.compile(
    r"\b(?:stops?|stopped|done|finish(?:es)?|quit)\b.*\b(?:wait|loop|spin|poll|block|sleep)"
    r"|\b(?:break|breaks|break out|leaves?|exits?|ends?)\b(?:\s+(?:out|from|of|the))*\s*(?:loop)?\s*$"
    r"|\bbreak\b|\bstop waiting\b|\b(?:leaves?|exits?)\b.*\bloop\b|\bno longer waits?\b",
    re.IGNORECASE,
)
_RETURNS = re.compile(
    r"^\W*returns?\b(?!\s+\d)|,\s*returns?\W*$|\breturns? (?:to|from|early|out)\b"
    r"|\bbail(?:s|ing)?(?:\s+out)?\b|\bgives? up\b|\bback to (?:the )?(?:guest|user|caller)"
    r"|\b(?:enters?|resumes?) (?:the )?guest\b|\baborts?\b|\bexit(?:s)? (?:the )?(?:function|thread|task)\b",
    re.IGNORECASE,
)


def is_type(name: str) -> bool:
    """Whether the name alone tells that it is a type."""
    return name in _TYPES or (_TYPE_SHAPE.match(name) is not None)


def is_loop_macro(name: str) -> bool:
    """Whether a call of that name, followed by a statement, repeats it."""
    return _LOOP.search(name) is not None


def leaving(prose: str) -> Literal["break", "return"] | None:
    """What prose in place of code does to the flow: leaves the innermost loop, the function, or neither."""
    if _RETURNS.search(prose):
        return "return"
    return "break" if _BREAKS.search(prose) else None
