"""What fuzzing starts from: the examples of `litmus/` as they are, as diffs, as diagrams and as mails."""

from __future__ import annotations

import difflib
import itertools
import re
from collections.abc import Callable, Mapping
from email.message import EmailMessage
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
EXAMPLES, PRODUCT = ROOT / "litmus", ROOT / "verifier"
LARGEST = 6000  # bytes: more makes each run slow, and has nothing in it that less has not
BARRIER = re.compile(r"^\s*(?:smp_\w*mb\w*|barrier|synchronize_rcu)\(.*\);")
FUNCTION = re.compile(r"^[a-z][^;\n=]*?(\w+)\([^;\n]*\)\n\{\n(.*?)\n\}$", re.MULTILINE | re.DOTALL)
SMALL, EACH = 1200, 3  # bytes, and one in how many, where each is judged, which takes long
CONTEXT = 9  # lines: most functions whole
CHARSETS = ("utf-8", "iso-8859-1", "koi8-r", "utf-16", "utf-7", "big5", "iso-2022-jp")
ENCODINGS = ("7bit", "8bit", "quoted-printable", "base64")


@cache
def snippets() -> tuple[str, ...]:
    """The pseudo-C of the examples."""
    texts = (path.read_text() for path in sorted(EXAMPLES.rglob("*.c")))
    return tuple(text for text in texts if len(text) < LARGEST)


@cache
def diffs() -> tuple[str, ...]:
    """Patches that add the barriers of the examples, and those of `litmus/patches`."""
    found = [path.read_text() for path in sorted(EXAMPLES.rglob("*.patch"))]
    return (*found, *filter(None, map(_adds_barriers, snippets())))


def _adds_barriers(text: str) -> str:
    after = text.splitlines(keepends=True)
    before = [line for line in after if not BARRIER.match(line)]
    changed = "".join(difflib.unified_diff(before, after, "a/kernel/x.c", "b/kernel/x.c", n=CONTEXT))
    return f"diff --git a/kernel/x.c b/kernel/x.c\n{changed}" if changed else ""


@cache
def diagrams() -> tuple[str, ...]:
    """The drawn examples, and the functions of the others side by side."""
    drawn = [path.read_text() for path in sorted(EXAMPLES.rglob("*.txt"))]
    return (*drawn, *filter(None, map(_side_by_side, snippets())))


def _side_by_side(text: str) -> str:
    found = [(m[1], m[2].expandtabs(4).split("\n")) for m in FUNCTION.finditer(text)][:3]
    if len(found) < 2:
        return ""
    columns = [[f"{name}()", "=" * len(name), *(line[4:] for line in body)] for name, body in found]
    width = max(len(line) for column in columns[:-1] for line in column) + 4
    rows = itertools.zip_longest(*columns, fillvalue="")
    return "".join("".join(cell.ljust(width) for cell in row).rstrip() + "\n" for row in rows)


@cache
def mails() -> tuple[str, ...]:
    """Diffs and diagrams in mails of every form; texts whose characters are bytes."""
    bodies = list(itertools.chain(*itertools.zip_longest(diffs(), diagrams(), fillvalue="x = 1;\n")))
    forms = itertools.product(CHARSETS, ENCODINGS, ("plain", "reply", "attached", "mbox"))
    return tuple(_mail(body, *form) for body, form in zip(bodies, itertools.cycle(forms), strict=False))


def _mail(body: str, charset: str, encoding: str, form: str) -> str:
    message = EmailMessage()
    message["From"], message["Date"] = (
        "=?utf-8?q?J=C3=BCrgen?= <a@example.org>",
        "Mon, 1 Jan 2024 10:00:00 +0000",
    )
    message["Subject"] = "[PATCH v2 1/3] box: order the flag"
    text = f"f() implies a full barrier.\n---\n{body}-- \n2.1\n"
    if form == "reply":
        text = "On Monday, B wrote:\n" + "".join(f"> {line}\n" for line in text.splitlines())
    _set(message, text, charset, encoding)
    if form == "attached":
        message.add_attachment(body, subtype="x-patch")
    written = message.as_bytes().decode("latin-1")
    return f"From a Mon\n{written}\n\nFrom b Tue\n{written}" if form == "mbox" else written


def _set(message: EmailMessage, text: str, charset: str, encoding: str) -> None:
    """The text as the message's, in 7bit where the encoding can't have it."""
    try:
        message.set_content(text, charset=charset, cte=encoding)
    except (ValueError, UnicodeError):
        message.set_content(text.encode("ascii", "replace").decode(), cte="7bit")


@cache
def tests() -> tuple[str, ...]:
    """The litmus tests among the examples."""
    return tuple(path.read_text() for path in sorted(EXAMPLES.rglob("*.litmus")))


@cache
def models() -> tuple[str, ...]:
    """The product's own models."""
    return tuple(path.read_text() for path in sorted((PRODUCT / "models").glob("*.cat")))


@cache
def primitives() -> tuple[str, ...]:
    """The product's own primitives, each by itself."""
    texts = (path.read_text() for path in sorted((PRODUCT / "kernel").glob("*.c")))
    return tuple(part + "\n}\n" for text in texts for part in text.split("\n}\n")[:-1])


KINDS: Mapping[str, Callable[[], tuple[str, ...]]] = {
    "mails": mails,
    "diffs": diffs,
    "diagrams": diagrams,
    "snippets": snippets,
    "litmus": tests,
    "models": models,
    "primitives": primitives,
}


def of(target: str) -> list[bytes]:
    """What the target of that name starts from."""
    if target in KINDS:
        return [_as_bytes(text) for text in KINDS[target]()]
    kinds = (mails(), diffs(), diagrams(), snippets())
    all_kinds = itertools.chain.from_iterable(zip(*kinds, strict=False))
    return [_as_bytes(text) for text in all_kinds if len(text) < SMALL][::EACH]


def _as_bytes(text: str) -> bytes:
    return text.encode("latin-1" if text in mails() else "utf-8")
