"""Faults in what the kernel's primitives are taken to do: in bodies, and in tables of orders and instructions."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from mutation.fault import Fault

# In pseudo-C: what stands there, and what comes instead.
SWAPPED: tuple[tuple[str, str, str], ...] = (
    (r"\bsmp_mb(?=\(\))", "smp_wmb", "fence"),
    (r"\bsmp_wmb(?=\(\))", "smp_rmb", "fence"),
    (r"\bsmp_rmb(?=\(\))", "smp_wmb", "fence"),
    (r"\bsmp_mb__(?:before|after)\w*(?=\(\))", "barrier", "fence"),
    (r"\bsmp_load_acquire\(", "READ_ONCE(*", "order"),
    (r"\bsmp_store_release\(", "WRITE_ONCE(*", "order"),
    (r"_(?:acquire|release)(?=\()", "_relaxed", "order"),
    (r"(?<= )==(?= )", "!=", "comparison"),
    (r"(?<= )!=(?= )", "==", "comparison"),
    (r"(?<= )<(?= )", "<=", "comparison"),
    (r"(?<= )>(?= )", ">=", "comparison"),
    (r"(?<= )&&(?= )", "||", "and/or"),
    (r"(?<= )\|\|(?= )", "&&", "and/or"),
    (r"(?<= )\|(?= )", "&", "operator"),
    (r"(?<= )&(?= )", "|", "operator"),
    (r"(?<=[( ])!(?=[\w(])", "", "not"),
    (r"(?<=[=!<>+-] )\d+(?=[);, ])", "7", "constant"),
    (r"(?<=^\t)[\w>*&.-]+(?: [|&+^-]?= [^;{}\n]*|\([^;{}\n]*\))(?=;$)", "", "statement"),
    (r"(?<=^\t\t)[\w>*&.-]+(?: [|&+^-]?= [^;{}\n]*|\([^;{}\n]*\))(?=;$)", "", "statement"),
)
# In the tables: an order or a tag, and the one that comes instead.
OTHER = dict(
    pair.split(":")
    for pair in (
        "once:acquire acquire:once release:once relaxed:acquire lock-acquire:once unlock-release:once full:acquire "
        "mb:wmb wmb:rmb rmb:wmb before-atomic:barrier after-atomic:barrier before-spinlock:barrier "
        "after-spinlock:barrier after-unlock-lock:barrier rcu-lock:rcu-unlock rcu-unlock:rcu-lock sync-rcu:mb "
        "srcu-lock:once srcu-unlock:sync-srcu sync-srcu:sync-rcu lock:trylock trylock:lock unlock:lock "
        "is-locked:trylock lock-or-stop:lock lock-shared:lock unlock-shared:unlock trylock-shared:trylock "
        "spin:sleeping sleeping:spin Mb:Wmb Wmb:Rmb Rmb:Wmb lxsx:amo SYNC:LWSYNC LWSYNC:EIEIO "
        "DMB.ISH:DMB.ISHST DMB.ISHLD:DMB.ISHST DMB.ISHST:DMB.ISHLD Fence.rw.rw:Fence.r.rw "
        "Fence.r.rw:Fence.r.r Fence.rw.w:Fence.w.w Fence.r.r:Fence.w.w Fence.w.w:Fence.r.r"
    ).split()
)
TAGS = set(  # that may be left out
    "A L Acquire Release Once RMW NoRet Noreturn AcqRel Rel MFENCE LF RL RU UL LKR LKW X EX Before-atomic After-atomic "
    "After-spinlock After-unlock-lock Rcu-lock Rcu-unlock Sync-rcu Srcu-lock Srcu-unlock Sync-srcu "
    "After-srcu-read-unlock".split()
)
MODELS = {
    "linux": "lkmm",
    "aarch64": "armv8",
    "aarch64-ll-sc": "ll-sc",
    "x86": "tso",
}  # else the name is the model's
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
_FUNCTION = re.compile(r"^[\w ]+?\**(\w+)\([^;{}]*\)\s*\{", re.MULTILINE)


def faults_in_c(path: str, text: str) -> Iterator[Fault]:
    """Each fault in the bodies, and in the versions that the comments before them give."""
    bare = _COMMENT.sub(lambda m: re.sub(r"[^\n]", " ", m[0]), text)
    for pattern, new, kind in SWAPPED:
        for found in re.finditer(pattern, bare, re.MULTILINE):
            yield _fault(path, text, found.start(), found.end(), new, kind, _function(bare, found.start()))
    for found in re.finditer(r"(?<=since )(\d+)\.(\d+)", text):
        after = _FUNCTION.search(bare, found.end())
        later = f"{found[1]}.{int(found[2]) + 1}"
        yield _fault(path, text, found.start(), found.end(), later, "version", after[1] if after else "")


def _function(bare: str, place: int) -> str:
    """The name of the function that a place is in."""
    return max(((m.start(), m[1]) for m in _FUNCTION.finditer(bare, 0, place)), default=(0, ""))[1]


def faults_in_tables(path: str, text: str) -> Iterator[Fault]:
    """Each fault in a table of orders or of tags, but for those of litmus tests alone and the lists of names."""
    section, start = "", 0
    for line in text.splitlines(keepends=True):
        row, key = line.partition(" #")[0], line.partition(" = ")[0]
        section = line.strip("[]\n") if line.startswith("[") else section
        if re.match(r"[\w-]+ = ", line) and not section.startswith(("versions", "nothing", "unmodelled")):
            keyword = MODELS.get(architecture := section.partition(".")[0], architecture)
            keyword = keyword if path.endswith("mapping.toml") else key
            for found in re.finditer(r'"([^"]+)"(?:, )?', row):
                new = _other(found[1], found[0], row[found.end() :])
                if new is not None:
                    at = start + found.start()
                    yield _fault(path, text, at, start + found.end(), new, "tag", keyword)
        start += len(line)


def _other(word: str, written: str, rest: str) -> str | None:
    """What comes instead of a word of a table, as it is written; None where nothing is known."""
    if word in OTHER:
        return written.replace(word, OTHER[word])
    if word in TAGS:
        return "" if written.endswith(", ") or rest.startswith("]") else None
    return None


def _fault(path: str, text: str, start: int, end: int, new: str, kind: str, keyword: str) -> Fault:
    line = text.count("\n", 0, start) + 1
    return Fault(path, start, end, new, kind, line, line, text, keyword)


def users(folder: Path, name: str) -> frozenset[str]:
    """A primitive, and those whose bodies call it, at however many removes."""
    calls: dict[str, set[str]] = {}
    for file in folder.glob("*.c"):
        text = _COMMENT.sub(" ", file.read_text(encoding="utf-8"))
        heads = list(_FUNCTION.finditer(text))
        for head, end in zip(heads, [h.start() for h in heads[1:]] + [len(text)], strict=True):
            for word in re.findall(r"\w+", text[head.end() : end]):
                calls.setdefault(word, set()).add(head[1])
    found, waiting = {name}, [name]
    while waiting:
        for caller in calls.get(waiting.pop(), set()) - found:
            found.add(caller)
            waiting.append(caller)
    return frozenset(found)
