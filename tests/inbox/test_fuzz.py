"""Whatever stands in a mail, it is read or refused: no other error, no hang."""

from __future__ import annotations

import contextlib

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.inbox.test_patches import DIFF, mail, quoted
from verifier.errors import InputError
from verifier.inbox import Patch, recognise
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
