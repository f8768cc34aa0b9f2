"""The kinds of findings, as services that show them want them explained."""

from __future__ import annotations

from verifier.record import record
from verifier.report.findings import Level


@record(frozen=True, slots=True)
class Rule:
    """`short` is a headline; `help` says what it means and what to do."""

    short: str
    help: str
    level: Level


RULES = {
    "unpaired": Rule(
        "Memory barrier without a partner",
        "The barrier orders two accesses, and another thread can see their order, but nothing there keeps its own two "
        "accesses in order: the barrier has no effect. The message names the barrier that is missing, or what to use "
        "for an access instead.",
        "error",
    ),
    "half-paired": Rule(
        "Memory barrier that is paired with one observer, and not with another",
        "One thread keeps its half of the pair, another that sees the same accesses does not. Give it its half too.",
        "error",
    ),
    "too-weak": Rule(
        "Memory barrier that is too weak",
        "The barrier stands in the right place, but does not order the kinds of accesses around it: smp_wmb() orders "
        "stores, smp_rmb() loads, and only smp_mb() a store before a load. Use the one that the message names.",
        "error",
    ),
    "misplaced": Rule(
        "Memory barrier in the wrong place",
        "One access up or down the barrier would be needed; where it stands it orders nothing that another thread "
        "can see. Move it.",
        "error",
    ),
    "redundant": Rule(
        "Memory barrier that other barriers make needless",
        "Without it nothing else becomes possible: what it orders is kept in order by something else, which the "
        "message names. It may go.",
        "warning",
    ),
    "unmatched": Rule(
        "Memory barrier whose partner is not in the code shown",
        "Nothing in the code given observes the order that the barrier keeps. Its partner may be elsewhere: check it "
        "together with the code that runs beside it.",
        "note",
    ),
    "undecided": Rule(
        "Memory barrier that could not be judged",
        "Time ran out, or the code has something that is not modelled; the message says what.",
        "note",
    ),
    "no-answer": Rule(
        "Code that could not be judged",
        "Time ran out, or the code has something that is not modelled, or a property says nothing; the message says "
        "which.",
        "note",
    ),
    "wrong-comment": Rule(
        "Comment on a memory barrier that is not true",
        "The comment, or the message, says what the barrier pairs with, or that a function has one, and it is not so.",
        "warning",
    ),
    "uncommented": Rule(
        "Memory barrier without a comment",
        "The kernel asks for a comment at each barrier that says what it orders and what it pairs with.",
        "note",
    ),
    "lost-wake-up": Rule(
        "Wake-up that can be lost",
        "A task can sleep for ever although what it waits for is true: the store of the condition and the load of the "
        "task's state, or their counterparts, are not ordered by full barriers.",
        "error",
    ),
    "assertion": Rule(
        "Assertion that can fail",
        "There is an execution in which the assertion, or BUG_ON(), fails. The message names the barriers that would "
        "keep it, if any can.",
        "error",
    ),
    "condition": Rule(
        "Condition that does not hold",
        "The final condition of the test does not hold in every execution.",
        "error",
    ),
    "self-deadlock": Rule(
        "Lock that its own holder waits for",
        "A thread, or a handler that interrupts it, waits for a lock that the thread holds itself: it waits for ever.",
        "error",
    ),
    "data-race": Rule(
        "Data race",
        "Two threads access the same memory at the same time, one of them writes, and at least one access is plain: "
        "the compiler may tear or repeat it. Mark the accesses or order them.",
        "error",
    ),
    "use-after-free": Rule(
        "Memory that is used after it was freed",
        "An execution reads or writes an object after it has been freed: nobody waits for its readers, or the order of "
        "the two is not kept.",
        "error",
    ),
    "unusable-input": Rule(
        "Input that could not be read",
        "The file can't be read or parsed; the message says where and what would be accepted.",
        "error",
    ),
}
