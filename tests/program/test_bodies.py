"""Primitives as data: the format of their files, the kernel's versions, and those of the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from verifier import cli
from verifier.errors import InputError
from verifier.options import Options
from verifier.pipeline import check
from verifier.program.bodies import read_bodies
from verifier.program.deferred import START
from verifier.program.kernel import Kernel, all_bodies, core_range, index, ranges
from verifier.program.primitives import core_call, data_files, orders_something, table
from verifier.program.versions import NEWEST, OLDEST, Range, Version, read_range, read_version
from verifier.program.waiters import OPERATIONS
from verifier.source import Source
from verifier.syntax import tree
from verifier.syntax.walk import walk

V413, V414 = Version(4, 13), Version(4, 14)
MP = """
int flag, data, flags = 2;
void writer(void) { WRITE_ONCE(data, 1); %s; WRITE_ONCE(flag, 1); }
void reader(void) { int r = READ_ONCE(flag); smp_rmb(); int s = READ_ONCE(data); }
"""


def bodies(text: str) -> list[tuple[str, str, tuple[str, ...], str]]:
    found = read_bodies(Source.whole("own.c", text))
    return [(b.function.name, str(b.range), b.files, b.remark) for b in found]


def test_a_comment_says_where_and_since_when() -> None:
    text = """
/* Words that say nothing of either: until the end of time. */
/* include/linux/a.h, until 4.13: as it was */
void f(void) { smp_mb(); /* since 4.14 */ smp_wmb(); }
void g(void) { smp_mb(); }
/*
 * kernel/b.c and kernel/c.c,
 * 4.14 to 5.2
 */
void f(void) { smp_wmb(); }
/* since 5.3 */
void f(void) { }
"""
    assert bodies(text) == [
        ("f", "until 4.13", ("include/linux/a.h",), "as it was"),
        ("g", "until 4.13", ("include/linux/a.h",), "as it was"),
        ("f", "4.14 to 5.2", ("kernel/b.c", "kernel/c.c"), ""),
        ("f", "since 5.3", (), ""),
    ]


@pytest.mark.parametrize(
    ("text", "line", "column", "words"),
    [
        ("/* a/b.c, since 4.x */\nvoid f(void) { }\n", 1, 1, "found '4.x', expected a version"),
        ("/* a/b.c, from 4.14 */\nvoid f(void) { }\n", 1, 1, "found 'from 4.14', expected since VERSION"),
        ("\n/* since 4.21 */\nvoid f(void) { }\n", 2, 1, "4.13 to 4.20"),
        ("/* 4.14 to 4.13 */\nvoid f(void) { }\n", 1, 1, "the earlier version first"),
        (
            "void f(void) { }\n  void f(void) { }\n",
            2,
            3,
            "a second f for all versions; the first, at own.c:1,",
        ),
        (
            "/* until 4.14 */\nvoid f(void) { }\n/* since 4.14 */\nvoid f(void) { }\n",
            4,
            1,
            "is for until 4.14",
        ),
        ("void f(void) { }\nint x;\n", 2, 5, "found a variable"),
        ("#define f() smp_mb()\n", 1, 1, "found a macro"),
        ("void f(void) { ... wait a moment ... }\n", 1, 16, "found words"),
        ("void f(void { }\n", 1, 7, "expected"),
    ],
)
def test_what_is_wrong_is_said_with_its_place(text: str, line: int, column: int, words: str) -> None:
    with pytest.raises(InputError) as caught:
        bodies(text)
    span = caught.value.span
    assert span is not None
    assert (caught.value.name, span.line, span.column) == ("own.c", line, column)
    assert words in caught.value.message
    assert "^" in caught.value.render()


def test_a_file_without_a_function() -> None:
    with pytest.raises(InputError, match="no function"):
        bodies("/* nothing */\n")


def test_data_need_a_source() -> None:
    with pytest.raises(InputError, match="names its file"):
        read_bodies(Source.whole("own.c", "void f(void) { }\n"), is_sourced=True)


def test_ranges() -> None:
    assert read_range("since 4.14") == Range(V414, NEWEST)
    assert read_range("until 4.13") == Range(OLDEST, V413)
    assert not read_range("since 4.14").meets(read_range("until 4.13"))
    assert read_range("since 4.14").meets(read_range("4.13 to 4.14"))
    assert read_version("6.0") > read_version("5.19") > read_version("5.9")


def test_every_body_calls_what_is_known() -> None:
    """In each version in which it is; a call of something unknown would be taken to do nothing."""
    own = {
        START,
        "__core_schedule",
        "__full_order",
        "__acquire_order",
        "__bit",
        "likely",
        "unlikely",
        *("__list", "__chain", "__known", "__stop"),
        *OPERATIONS,
    }
    for name in index():
        for body in all_bodies(name):
            for version in {
                body.range.first,
                body.range.last,
                *(v for v in (V413, V414) if body.range.has(v)),
            }:
                kernel = Kernel(version)
                calls = (n.function for n in walk(body.function.body) if isinstance(n, tree.Call))
                passed = {p.name for p in body.function.parameters if p.type.name == "expression"}
                called = {c.name for c in calls if isinstance(c, tree.Name)} - own - passed
                unknown = {c for c in called if not kernel.is_known(c)}
                assert not unknown, f"{body.place} at {version}"


def test_every_row_of_versions_is_of_something() -> None:
    rows = table("core.toml")["versions"]
    for name, text in rows["names"].items():
        read_range(text)
        assert core_call(name) is not None or orders_something(name), name
        assert core_range(name) in ranges(name), name
    for text in rows["patterns"].values():
        read_range(text)


def test_no_name_is_in_two_files() -> None:
    assert "kvm.c" in data_files(".c")
    listed = table("core.toml")
    for name in index():
        for row in ("load", "store", "fence", "loop"):
            assert name not in listed[row] or not any(core_range(name).meets(r) for _, r in index()[name]), (
                name
            )


def test_a_version_chooses_the_body() -> None:
    kernel = Kernel(
        V413, (("own.c", "/* until 4.13 */\nvoid f(void) { }\n/* since 4.14 */\nvoid f(void) { }\n"),)
    )
    body = kernel.own("f")
    assert body is not None
    assert body.place == "own.c:2"


def verdicts(call: str, options: Options) -> tuple[list[str], str, str]:
    unit = check("a.c", (MP % call).encode(), options)[0]
    return [r.verdict for r in unit.results], "; ".join(unit.assumptions), unit.results[0].reason


def test_the_users_primitives() -> None:
    own = (("own.c", "void publish(void) { smp_wmb(); }\n/* until 4.13 */\nvoid smp_mb(void) { }\n"),)
    assert verdicts("publish()", Options(primitives=own))[:2] == (
        ["proved"] * 2,
        "publish() is what own.c:1 says",
    )
    assert verdicts("publish()", Options())[0] == ["refuted"] * 2
    assert verdicts("smp_mb()", Options(primitives=own))[0] == ["proved"] * 2
    assert verdicts("smp_mb()", Options(primitives=own, kernel=(4, 13)))[0] == ["refuted"] * 2


def test_what_a_version_does_not_have_is_not_modelled() -> None:
    answer, _, reason = verdicts("smp_read_barrier_depends()", Options(kernel=(5, 9)))
    assert answer == ["undecided"] * 2
    assert "smp_read_barrier_depends(), which kernels have until 5.8 (this is 5.9; see --kernel)" in reason
    assert verdicts("smp_read_barrier_depends()", Options(kernel=(5, 8)))[0] == ["refuted"] * 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("{ READ_ONCE(5); }", "expected a variable or a member"),
        ("{ goto out; }", "no label out"),
        ("{ again(); }\nvoid again(void) { publish(); }", "recursion can't be inlined"),
    ],
)
def test_what_is_wrong_in_a_body_is_said_at_the_users_call(body: str, words: str) -> None:
    with pytest.raises(InputError) as caught:
        verdicts("publish()", Options(primitives=(("own.c", f"void publish(void) {body}\n"),)))
    assert words in caught.value.message
    assert ", own.c:" in caught.value.message
    span = caught.value.span
    assert span is not None
    assert (caught.value.name, span.line, "publish()" in caught.value.quoted) == ("a.c", 3, True)


def test_a_version_that_matters_is_said() -> None:
    assert "the kernel is" not in verdicts("smp_mb()", Options())[1]
    said = "the kernel is 5.10 (--kernel): test_and_set_bit() is not the same in all versions"
    assert said in verdicts("test_and_set_bit(1, &flags)", Options(kernel=(5, 10)))[1]


def test_a_bit_that_is_set_gave_no_order_in_some_versions() -> None:
    answers = [
        verdicts("test_and_set_bit(1, &flags)", Options(kernel=v))[0] for v in ((4, 18), (5, 19), (6, 0))
    ]
    assert answers == [["proved"] * 2, ["refuted"] * 2, ["proved"] * 2]


SEQ = """
int data; seqcount_t s;
void writer(void) { write_seqcount_begin(&s); WRITE_ONCE(data, 1); write_seqcount_end(&s); }
int reader(void)
{
	int seq, value;
	do {
		seq = %s(&s);
		value = READ_ONCE(data);
	} while (read_seqcount_retry(&s, seq));
	return value;
}
"""


@pytest.mark.parametrize(
    ("begin", "kernel", "partner"),
    [
        ("read_seqcount_begin", (6, 11), "smp_rmb in read_seqcount_begin"),
        ("read_seqcount_begin", (6, 12), "smp_load_acquire in read_seqcount_begin"),
        ("raw_read_seqcount_begin", (6, 12), "smp_load_acquire in raw_read_seqcount_begin"),
        ("__read_seqcount_begin", (6, 12), "smp_load_acquire in __read_seqcount_begin"),
        ("__read_seqcount_begin", (6, 11), ""),
    ],
)
def test_the_end_of_a_write_pairs_with_the_begin_of_a_read(
    begin: str, kernel: tuple[int, int], partner: str
) -> None:
    (unit,) = check("a.c", (SEQ % begin).encode(), Options(kernel=kernel))
    for result in unit.results:
        (end,) = (b for b in result.barriers if b.place.via == "write_seqcount_end")
        assert end.status == ("paired" if partner else "unpaired")
        assert end.partners_text.startswith(partner)


def test_a_body_that_calls_its_own_name_means_the_core_operation() -> None:
    own = (("own.c", "void smp_mb(void) { count++; smp_mb(); }\n"),)
    assert verdicts("smp_mb()", Options(primitives=own))[0] == ["proved"] * 2


def test_the_users_primitives_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, own, wrong = tmp_path / "a.c", tmp_path / "own.c", tmp_path / "wrong.c"
    code.write_text(MP % "publish()")
    own.write_text("void publish(void) { smp_wmb(); }\n")
    wrong.write_text("void publish(void { smp_wmb(); }\n")
    assert cli.main(["check", "--primitives", str(own), str(code)]) == 0
    assert f"publish() is what {own}:1 says" in "".join(capsys.readouterr().out.replace("\n      ", " "))
    assert cli.main(["check", "--primitives", str(wrong), str(code), str(code)]) == 2
    assert capsys.readouterr().err.count(f"{wrong}:1:") == 1
    assert cli.main(["check", "--primitives", str(tmp_path / "none.c"), str(code)]) == 2
    assert "can't be read" in capsys.readouterr().err
    assert cli.main(["primitives", "--primitives", str(own), "publish"]) == 0
    assert "smp_wmb: a barrier, wmb" in capsys.readouterr().out
