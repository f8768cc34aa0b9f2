"""What the axioms of the project's own models say, in words."""

from __future__ import annotations

from verifier.pairing.verdict import Law

_ATOMIC = "no write of another CPU comes between the read and the write of one atomic"
_RCU = "no grace period is over before the readers that it waits for are done"
_EACH_LOCATION = "accesses to one location take effect in one order, which keeps program order"

# By model, name and statement: a model of the user's with the same name may say something else.
_MEANINGS = {
    ("armv8", "internal", "acyclic po-loc | ca | rf"): _EACH_LOCATION,
    (
        "armv8",
        "external",
        "acyclic ob",
    ): "nothing comes before itself in the order that all CPUs agree on (ob): what "
    "one CPU sees of another, and what barriers, dependencies, acquire and release keep",
    ("armv8", "atomic", r"empty (rmw & (fr ; co)) \ (rmw & (fri ; [W] ; coi))"): _ATOMIC,
    ("lkmm", "coherence", "acyclic po-loc | com"): _EACH_LOCATION,
    ("lkmm", "atomic", "empty rmw & (fre ; coe)"): _ATOMIC,
    (
        "lkmm",
        "happens-before",
        "acyclic hb",
    ): "nothing happens before itself (hb): what a CPU keeps in order, a read "
    "after the write that it reads, and what full barriers and releases pass on",
    (
        "lkmm",
        "propagation",
        "acyclic pb",
    ): "no write reaches other CPUs before itself (pb): what comes before a full "
    "barrier has reached every CPU before what follows it happens",
    ("lkmm", "rcu", "irreflexive rb"): _RCU,
    (
        "lkmm",
        "plain-coherence",
        "empty wr-incoh | rw-incoh | ww-incoh",
    ): "a plain access, too, reads and overwrites only what it can have seen",
    (
        "lkmm",
        "lock-nest",
        r"empty ([LKW] ; po-loc ; [LKR]) \ (po-loc ; [FREED] ; po-loc)",
    ): "nobody takes a lock that it holds",
    (
        "lkmm",
        "nested-is-locked",
        r"empty ([LKW] ; po-loc ; [RU]) \ (po-loc ; [FREED] ; po-loc)",
    ): "nobody finds a lock free that it holds",
    (
        "lkmm",
        "unmatched-locks",
        r"empty ([UNMATCHED-LKW] ; loc ; [UNMATCHED-LKW]) \ id",
    ): "a lock that is never freed is taken once",
    ("power", "sc-per-location", "acyclic po-loc | rf | fr | co"): _EACH_LOCATION,
    ("power", "atomic", "empty rmw & (fre ; coe)"): _ATOMIC,
    (
        "power",
        "no-thin-air",
        "acyclic hb",
    ): "nothing happens before itself (hb): what a CPU keeps in order, and a read "
    "after the write that it reads",
    (
        "power",
        "propagation",
        "acyclic co | prop",
    ): "writes reach the CPUs in an order that agrees with who overwrites whom",
    (
        "power",
        "observation",
        "irreflexive fre ; prop ; hb*",
    ): "a read does not miss a write that has reached its CPU before",
    (
        "power",
        "exclusives",
        "acyclic co | po & (EX * EX)",
    ): "the exclusive stores of a CPU take effect in program order",
    ("riscv", "coherence", "acyclic po-loc | rf | fr | co"): _EACH_LOCATION,
    (
        "riscv",
        "model",
        "acyclic order | order ; (amo | amo^-1)",
    ): "one order of all accesses keeps program order wherever RVWMO preserves it",
    ("riscv", "atomic", "empty rmw & (fre ; coe)"): _ATOMIC,
    (
        "sc",
        "sc",
        "acyclic po | com",
    ): "all accesses happen one after the other, in an order that keeps program order",
    ("sc", "atomic", "empty rmw & (fre ; coe)"): _ATOMIC,
    ("tso", "uniproc", "acyclic po-loc | com"): _EACH_LOCATION,
    ("tso", "atomic", "empty rmw & (fre ; coe)"): _ATOMIC,
    (
        "tso",
        "tso",
        "acyclic ghb",
    ): "all accesses happen one after the other, in an order (ghb) that keeps program "
    "order but for a write and a later read",
    **{(m, "rcu", "irreflexive rcu-fence ; rcu-before*"): _RCU for m in ("armv8", "riscv", "sc", "tso")},
}


def meaning(model: str, law: Law) -> str:
    """What an axiom says, in words; empty for one of a user's model."""
    return _MEANINGS.get((model, law.name, law.statement), "")


def axiom_text(model: str, law: Law) -> str:
    """`with it, armv8 forbids this by external (acyclic ob): nothing comes before itself …`."""
    said = f" ({law.statement})" if law.statement else ""
    means = meaning(model, law)
    return f"with it, {model} forbids this by {law.name}{said}{f': {means}' if means else ''}"
