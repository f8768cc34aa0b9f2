"""Random functions with structs, macros, helpers and jumps, against a C compiler as in test_typed_programs.py."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

import pytest

from tests.program.test_typed_programs import TYPES, printed_by
from verifier.options import Options
from verifier.pipeline import check

HELPERS = """struct s { u8 m; int n; };
struct o { struct s i; int t[2]; u8 b[2]; };
enum k { NONE, SOME = 200U, MOST = ~0U >> 24 };
enum l { LESS = -1, MORE };
int gx, gy;
struct s gs;
#define M(v) ((v).m)
#define FIELD(v, f) ((v).f)
#define SET(v, f, e) ((v).f = (e))
#define AT(t, i) ((t)[i])
#define GX gx
#define VN v.n
#define PLUS (gx + c)
#define STEP (gy += 2)
#define INNER i.m
#define LEAVE() return
#define STOP() break
#define NEXT() continue
#define OUT() goto out
#define ALL (~0U)
#define FAR BIT(40)
#define BYTE(v) ((u8)(v))
#define WIDE(v) ((u64)(v))
#define LESS_ONE(v) ((v) - 1U)
#define CLEAR(v, w) ((v) & ~(w))
static int sum(struct s v) { return v.m + v.n; }
static int bump(struct s v) { v.n++; return v.n; }
static int outer(struct o v) { return v.i.n + v.t[1]; }
static int handed_on(struct s v) { return sum(v) + M(v); }
static void put(struct s *p, int e) { p->n = e; }
static void both(int *p, int *q) { *p += 1; *q += 2; }
static int early(int e) { if (e > 3) return 3; return -e; }
static int *where(int e) { if (e) return &gx; return &gy; }
static int count(void) { static u8 calls = 254; return ++calls; }
static int last(int e) { static int *kept = &gx; if (e) kept = &gy; *kept += 1; return *kept; }
"""
RESET = "gx = gy = 0; gs.m = gs.n = 0; calls = 254; kept = &gx;"
READS = [
    *"a b c d u.m u.n sum(u) v.m v.n w.n M(v) o.i.n o.t[0] t[1] t[c&1] gx gy gs.m gs.n sum(v) bump(w) outer(o)".split(),
    *"handed_on(v) early(c) *where(d) AT(t,0) AT(o.t,1) FIELD(w,m) FIELD(o,i.m) GX VN PLUS o.INNER".split(),
    *"ALL FAR SOME MOST LESS MORE k l q e[0] e[1] h[c&1] o.b[1] AT(e,1)".split(),
    *"BYTE(c) BYTE(-1) WIDE(-d) LESS_ONE(c) LESS_ONE(q) CLEAR(q,d) CLEAR(FAR,c) BIT(d&3)".split(),
]
PLACES = [
    *"c d v.m v.n w.n o.i.n o.t[1] t[0] t[d&1] gx gs.n *where(c) u.n u.m".split(),
    *"GX VN o.INNER M(v) FIELD(w,n) AT(t,1)".split(),
    *"k l q e[0] e[1] h[0] h[d&1] o.b[1]".split(),
]


def expression(rng: random.Random, depth: int) -> str:
    kind = rng.random()
    if depth == 0 or kind < 0.4:
        return rng.choice(READS) if rng.random() < 0.8 else str(rng.randint(0, 4))
    first, second = expression(rng, depth - 1), expression(rng, depth - 1)
    if kind < 0.9:
        return f"({first} {rng.choice(('+', '-', '&', '==', '!=', '<', '&&', '||'))} {second})"
    return f"({first} ? {second} : {expression(rng, depth - 1)})"


def statement(rng: random.Random, depth: int, loops: int) -> str:
    kind = rng.random()
    if kind < 0.35 or (depth == 0 and kind < 0.5):
        return f"{rng.choice(PLACES)} {rng.choice(('=', '=', '+=', '-='))} {expression(rng, 1)};"
    if kind < 0.6:
        e = expression(rng, 1)
        calls = (
            f"SET(v, n, {e});",
            f"SET(o, i.m, {e});",
            f"put(&u, {e});",
            "both(&c, &d);",
            "both(&gx, &gx);",
        )
        return rng.choice(
            (*calls, f"put(&gs, {e});", "STEP;", "c = count();", "d = last(c);", "both(&gx, &c);")
        )
    if kind < 0.68:
        ways = ["LEAVE();", "OUT();", *(("STOP();", "NEXT();", "break;") if loops else ())]
        return f"if ({expression(rng, 1)}) {rng.choice(ways)}"
    if depth == 0:
        return f"if ({expression(rng, 1)}) c = {expression(rng, 1)};"
    inner = [statement(rng, depth - 1, loops) for _ in range(2)]
    if kind < 0.85 or loops:
        return f"if ({expression(rng, 1)}) {{ {inner[0]} }} else {{ {inner[1]} }}"
    inner = [statement(rng, depth - 1, 1) for _ in range(2)]
    return f"for (i = 0; i < 2; i++) {{ {' '.join(inner)} }}"


def program(seed: int) -> str:
    rng = random.Random(seed)
    one, two = (rng.choice(("a", "b", "1", "a + b")) for _ in range(2))
    body = " ".join(statement(rng, 1, 0) for _ in range(rng.randint(2, 4)))
    asked = f"{rng.choice(READS)} {rng.choice(('==', '==', '>', '!='))} {expression(rng, 1)}"
    return f"""void f(bool a, bool b)
{{
	int c = 0, d = 1, i;
	struct s v = {{ .m = {one}, .n = 2 }}, w = {{ .n = {two} }};
	struct s u;
	struct o o;
	int t[2] = {{ 3, b }};
	u8 e[2] = {{ 254, a }}, h[2] = {{ 1, 300 }};
	enum k k = a; enum l l = b;
	u64 q = ALL;
	u.m = a; u.n = 3; o.i.m = 1; o.i.n = a; o.t[0] = 2; o.t[1] = b; o.b[1] = 255;
	{body}
out:
	BUG_ON({asked});
}}
"""


def compiled(programs: list[str], folder: Path) -> list[bool]:
    """Whether each one's assertion holds for all values of its parameters."""
    lines = ["#include <stdio.h>", "static int bug;", "#define BUG_ON(c) do { if (c) bug = 1; } while (0)"]
    lines += [f"typedef {meant} {name};" for name, meant in TYPES.items() if name != "bool"]
    lines += ["#define bool _Bool", "#define BIT(n) (1UL << (n))"]
    helpers = HELPERS  # with variables of functions that can be set anew
    for kept in ("static u8 calls = 254;", "static int *kept = &gx;"):
        helpers = helpers.replace(kept, "").replace("struct s gs;", f"struct s gs;\n{kept}")
    lines.append(helpers)
    for number, text in enumerate(programs):
        lines += [f"#define f f{number}", text, "#undef f"]
    lines.append("int main(void) {")
    for number in range(len(programs)):
        lines.append("bug = 0; for (int i = 0; i < 2; i++) for (int j = 0; j < 2; j++)")
        lines.append(f'{{ {RESET} f{number}(i, j); }} puts(bug ? "" : "holds");')
    return printed_by([*lines, "return 0; }"], folder)


def answer(text: str) -> str:
    (unit,) = check("a.c", (HELPERS + text).encode(), Options(models=("sc",), threads=(("f", "f"),)))
    (result,) = unit.results
    return result.properties[0].status if result.properties else f"{result.verdict}: {result.reason}"


@pytest.mark.skipif(shutil.which("cc") is None, reason="there is no C compiler here")
@pytest.mark.parametrize(
    "chunk", [0, *(pytest.param(chunk, marks=pytest.mark.full) for chunk in range(1, 20))]
)
def test_a_compiler_agrees(chunk: int, tmp_path: Path) -> None:
    programs = [program(seed) for seed in range(100 * chunk, 100 * (chunk + 1))]
    held = compiled(programs, tmp_path)
    answers = [answer(text) for text in programs]
    for text, holds, found in zip(programs, held, answers, strict=True):
        fitting = ("holds", "vacuous", "nothing to check") if holds else ("violated",)
        assert found.startswith(("undecided", *fitting)), text
    assert sum(found.startswith("undecided") for found in answers) < 10
    assert answers.count("holds") > 20
    assert answers.count("violated") > 20
