"""Whatever stands in a mail, it is read or refused: no other error, no hang."""

from __future__ import annotations

import base64
import contextlib
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fuzz import seeds
from fuzz.mutate import mutate
from fuzz.targets import TARGETS
from tests.inbox.test_patches import DIFF, mail, quoted
from verifier.errors import InputError
from verifier.inbox import Patch, recognise
from verifier.inbox.mail import mail_lines
from verifier.source import number_in_file
from verifier.syntax import parse

PIECES = DIFF.split("\n")
PIECES += """
>\x20
> > +
+}
-{
\x20}
+\t} else {
@@ -1,3 +1,4 @@ f(void)
@@ -0,0 +1 @@
--- a/x.c
+++ b/x.c
+\t/*
+\t */
+#else
+#if 0
-#endif
[...]
--\x20
2.1
+\tcase 1:
+\tbreak;
+\tgoto out;
+\tx("
CPU0      CPU1
x = 1;    y = 1;
smp_mb(); smp_mb();
+static int f(struct s *p,
+\t  int v)
+\twhile (x
+)))
From x Mon
Content-Type: text/plain
f() implies a full barrier
g() takes the list lock
\\ No newline
""".split("\n")
LINES = st.lists(
    st.sampled_from(PIECES) | st.text(alphabet="{}()[];:+-> \t\"'*/#@=.,&ax", max_size=12), max_size=40
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(LINES, st.booleans(), st.integers(0, 2))
def test_any_lines(lines: list[str], is_mail: bool, depth: int) -> None:
    text = "\n".join(lines) + "\n"
    for _ in range(depth):
        text = quoted(text)
    with contextlib.suppress(InputError):
        for piece in recognise("m.eml", (mail(text) if is_mail else text).encode()):
            for side in (piece.before, piece.after) if isinstance(piece, Patch) else ():
                if side is not None:
                    parse(side.source)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.lists(st.integers(0, DIFF.count("\n")), max_size=8), st.booleans())
def test_a_diff_with_lines_taken_out(gone: list[int], is_quoted: bool) -> None:
    text = "\n".join(line for i, line in enumerate(DIFF.split("\n")) if i not in gone)
    with contextlib.suppress(InputError):
        for piece in recognise("m.patch", (quoted(text + "\n") if is_quoted else text).encode()):
            for side in (piece.before, piece.after) if isinstance(piece, Patch) else ():
                if side is not None:
                    parse(side.source)


SEEDS = {target: seeds.of(target) for target in ("mails", "diffs", "diagrams")}


@pytest.mark.parametrize("target", SEEDS)
def test_changed_texts(target: str) -> None:
    """Texts that are nearly one, in any encoding, as fuzzing has them (`make fuzz` has more)."""

    @settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], max_examples=200)
    @given(st.sampled_from(SEEDS[target]), st.randoms(use_true_random=True))
    def try_one(seed: bytes, random: Random) -> None:
        TARGETS[target](mutate(seed, random, SEEDS[target]))

    try_one()


@settings(deadline=None)
@given(
    st.binary(max_size=200), st.sampled_from(["utf-7", "hz", "utf-16", "iso-2022-jp", "idna", "x", "utf-8"])
)
def test_any_bytes_in_a_mail(body: bytes, charset: str) -> None:
    """Whatever is decoded can be written in UTF-8, and knows its line."""
    text = mail(base64.encodebytes(body).decode(), "base64", f"text/plain; charset={charset}")
    for line in mail_lines(text.split("\n")):
        line.text.encode()
        assert 1 <= number_in_file(line.number) <= text.count("\n") + 1
