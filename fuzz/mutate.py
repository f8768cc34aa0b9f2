"""Changes a text the way that mailers, editors and people do, so that what comes out is still nearly a text."""

from __future__ import annotations

import base64
import quopri
import re
from collections.abc import Callable, Sequence
from random import Random

Lines = list[bytes]
Way = Callable[[Lines, Random, Sequence[bytes]], Lines]
WORDS = re.compile(rb"\w+|[^\w\s]")
PIECES = rb"""( ) { } [ ] ; , : ? # \ " ' /* */ // ++ -- -> & && || ! ~ << >= == = ... @@ 0 1 -1 0x7fffffff
99999999999999999999
if else while for do switch case default break continue return goto struct int void static inline typeof sizeof volatile
smp_mb smp_wmb smp_rmb barrier READ_ONCE WRITE_ONCE smp_store_release smp_load_acquire xchg cmpxchg atomic_inc
atomic_read test_and_set_bit set_bit spin_lock spin_unlock rcu_read_lock rcu_read_unlock synchronize_rcu call_rcu
wake_up wait_event schedule rcu_dereference rcu_assign_pointer list_for_each_entry_rcu kfree container_of assert BUG_ON
let rec and in acyclic irreflexive empty as include show po rf co fr po-loc rmw addr data _ [R] [W] ; | ^-1 ^+ ^* ? \\
MOV LDR STR LDAR STLR DMB ISH CBZ CAS SWP W0 X1 [X1] #1 P0 | AArch64 X86_64 RISCV PPC C 0:X1=x ~exists locations filter
exists forall CPU0 CPU1 P0 #define #if #else #endif #include + - > x y p->next *p &x a[i] 1=1 r0""".split()
SENTENCES = rb"""@@ -1,3 +1,4 @@ f(void)
@@ -0,0 +1 @@
@@ -99999999999,1 +1,0 @@
@@@ -1,2 -1,2 +1,3 @@@
--- a/x.c
--- /dev/null
+++ b/x.c
diff --git a/x.c b/y.c
rename from x.c
GIT binary patch
\ No newline at end of file
[...]
...
-- \x20
2.1
CPU 0                  CPU 1                  CPU 2
----------             ----------             ----------
f()                    g()
exists (1:r0=1 /\ 1:r1=0)
r1 == 1 && r2 == 0 must not happen
f() implies a full barrier
g() takes the list lock
On Mon, 1 Jan 2024 at 10:00, A wrote:
From a@example.org Mon Jan  1 10:00:00 2024
From: a@example.org
Subject: =?utf-8?b?w7w=?= =?x?q?=
Content-Type: text/plain; charset=utf-8; format=flowed; delsp=yes
Content-Type: multipart/mixed; boundary="=-x"
Content-Type: text/plain; charset="no-such"
Content-Transfer-Encoding: base64
Content-Transfer-Encoding: quoted-printable
--=-x
--=-x--
------>8------
// thread f
/* CPU0: f() */
""".replace(rb"\x20", b" ").split(b"\n")
SIGNS = (b"+", b"-", b" ", b"")
MARKS = (b"> ", b">", b">> ", b"| ", b"# ", b" * ", b"  ", b"\t", b"+", b"-", b"+ ", b" ")
CHARSETS = (
    b"utf-8",
    b"iso-8859-1",
    b"utf-16",
    b"utf-7",
    b"koi8-r",
    b"hz",
    b"idna",
    b"punycode",
    b"rot13",
    b"",
)
HEAD = b"From: a@example.org\nSubject: x\nMIME-Version: 1.0\nContent-Type: text/plain; charset=%s\n"
LONGEST = 1 << 14


def mutate(data: bytes, random: Random, others: Sequence[bytes]) -> bytes:
    """The text with some changes; `others` are texts to take pieces from."""
    lines = data.split(b"\n")
    for _ in range(random.choice((1, 1, 2, 3, 6))):
        lines = random.choice(WAYS)(lines, random, others) or [b""]
    return b"\n".join(lines)[:LONGEST]


def _stretch(lines: Lines, random: Random) -> tuple[int, int]:
    """The edges of some lines: often few, at times many."""
    start = random.randrange(len(lines))
    return start, min(len(lines), start + random.choice((1, 1, 2, 3, 8, len(lines))))


def _each(lines: Lines, random: Random, change: Callable[[bytes], bytes]) -> Lines:
    start, end = _stretch(lines, random)
    return [*lines[:start], *map(change, lines[start:end]), *lines[end:]]


def _drop(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    start, end = _stretch(lines, random)
    return lines[:start] + lines[end:]


def _duplicate(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    start, end = _stretch(lines, random)
    return lines[:end] + lines[start:end] * random.choice((1, 1, 2, 5)) + lines[end:]


def _move(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    start, end = _stretch(lines, random)
    rest = lines[:start] + lines[end:]
    to = random.randint(0, len(rest))
    return rest[:to] + lines[start:end] + rest[to:]


def _swap(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    i, j = random.randrange(len(lines)), random.randrange(len(lines))
    swapped = list(lines)
    swapped[i], swapped[j] = lines[j], lines[i]
    return swapped


def _cut_short(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    at = random.randint(0, len(lines))
    return lines[:at] if random.random() < 0.7 else lines[at:]


def _quote(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    mark = random.choice(MARKS) * random.choice((1, 1, 2, 4))
    return _each(lines, random, lambda line: mark + line)


def _unquote(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    width = random.choice((1, 1, 2, 4, 8))
    return _each(lines, random, lambda line: line[width:])


def _cut_columns(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    at = random.randint(0, 80)
    return _each(lines, random, lambda line: line[:at])


def _shift_columns(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    at, gap = random.randint(0, 60), random.choice((b" ", b"    ", b"\t", b" | ", b"|"))
    return _each(lines, random, lambda line: line[:at] + gap + line[at:])


def _lay_beside(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    """The lines from some line on beside those above them, as another column."""
    start, at = random.randint(0, len(lines)), random.randint(0, 60)
    beside = zip(reversed(lines[:start]), reversed([*[b""] * start, *lines[start:]]), strict=False)
    return [(left.ljust(at) + right).rstrip() for left, right in beside][::-1]


def _wrap(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    start, end = _stretch(lines, random)
    at = random.randint(8, 72)
    pieces = [(line[:at], line[at:]) for line in lines[start:end]]
    return [*lines[:start], *(p for pair in pieces for p in pair if p), *lines[end:]]


def _join(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    start, end = _stretch(lines, random)
    return [*lines[:start], random.choice((b"", b" ", b"\\")).join(lines[start:end]), *lines[end:]]


def _splice(lines: Lines, random: Random, others: Sequence[bytes]) -> Lines:
    other = (random.choice(others) if others else b"").split(b"\n")
    start, end = _stretch(other, random)
    at, to = sorted((random.randint(0, len(lines)), random.randint(0, len(lines))))
    return lines[:at] + other[start:end] + (lines[at:] if random.random() < 0.7 else lines[to:])


def _sign(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    return _each(lines, random, lambda line: random.choice(SIGNS) + line[1:])


def _say(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    at = random.randint(0, len(lines))
    return [*lines[:at], random.choice(SENTENCES), *lines[at:]]


def _change_word(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    """One word of a line becomes another of the text or of the language, or goes, or comes twice."""
    i = random.randrange(len(lines))
    words = list(WORDS.finditer(lines[i]))
    if not words:
        return lines
    word = random.choice(words)
    other = random.choice(WORDS.findall(random.choice(lines)) or [b"x"])
    new = random.choice((b"", word[0] * 2, other, other, *[random.choice(PIECES) for _ in range(4)]))
    return [*lines[:i], lines[i][: word.start()] + new + lines[i][word.end() :], *lines[i + 1 :]]


def _insert_piece(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    i = random.randrange(len(lines))
    at = random.randint(0, len(lines[i]))
    piece = random.choice(PIECES) * random.choice((1, 1, 1, 2, 40))
    return [*lines[:i], lines[i][:at] + piece + lines[i][at:], *lines[i + 1 :]]


def _change_byte(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    i = random.randrange(len(lines))
    at = random.randint(0, len(lines[i]))
    odd = random.choice(
        (b"\r", b"\f", b"\v", b"\x1b", b"\xa0", b"\xc2\xa0", b"\xe2\x80\xa8", b"\xff", b"\xef\xbb\xbf")
    )
    byte = random.choice((odd, bytes([random.randrange(1, 256)])))
    return [*lines[:i], lines[i][:at] + byte + lines[i][at + random.randint(0, 1) :], *lines[i + 1 :]]


def _change_ends(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    end = random.choice((b"\r", b"  ", b"=", b"=20", b"\\", b" "))
    return _each(lines, random, lambda line: line + end)


def _change_tabs(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    if random.random() < 0.5:
        return _each(lines, random, lambda line: line.expandtabs())
    return _each(lines, random, lambda line: line.replace(b" " * 4, b"\t"))


def _encode(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    """The whole text in another transfer encoding, as a mail."""
    text, head = b"\n".join(lines), HEAD % random.choice(CHARSETS)
    if random.random() < 0.5:
        encoding, text = b"base64", base64.encodebytes(text)
    else:
        encoding, text = b"quoted-printable", quopri.encodestring(text)
    return (head + b"Content-Transfer-Encoding: " + encoding + b"\n\n" + text).split(b"\n")


def _recode(lines: Lines, random: Random, _: Sequence[bytes]) -> Lines:
    """The text in another character set, and perhaps a header that says so."""
    name = random.choice(("utf-16", "utf-16-le", "utf-7", "utf-8-sig", "iso-8859-1", "cp1252"))
    text = b"\n".join(lines).decode("utf-8", "replace").encode(name, "replace")
    return ((HEAD % name.encode() + b"\n" if random.random() < 0.5 else b"") + text).split(b"\n")


WAYS: tuple[Way, ...] = (
    *(
        _drop,
        _duplicate,
        _move,
        _swap,
        _cut_short,
        _quote,
        _unquote,
        _cut_columns,
        _shift_columns,
        _lay_beside,
    ),
    *(
        _wrap,
        _join,
        _splice,
        _sign,
        _say,
        _change_word,
        _change_word,
        _change_word,
        _insert_piece,
        _change_byte,
    ),
    *(_change_ends, _change_tabs, _encode, _recode),
)
