"""Diffs as they come: in mails of every form, quoted, cut short, replied to; what they show before and after."""

from __future__ import annotations

import base64
import quopri
import re

import pytest

from verifier.inbox import Patch, Side, recognise
from verifier.source import number_in_file
from verifier.syntax import parse

DIFF = """\
diff --git a/kernel/box.c b/kernel/box.c
index 1234567..89abcde 100644
--- a/kernel/box.c
+++ b/kernel/box.c
@@ -10,8 +10,9 @@ static void put(struct box *b, int v)
 {
 \tif (b->closed)
 \t\treturn;
 \tWRITE_ONCE(b->item, v);
-\tbarrier();
+\t/* pairs with the smp_rmb() in take() */
+\tsmp_wmb();
 \tWRITE_ONCE(b->full, 1);
 }
\x20
@@ -30,6 +31,7 @@ static int take(struct box *b)
 {
 \tif (!READ_ONCE(b->full))
 \t\treturn 0;
+\tsmp_rmb();
 \treturn READ_ONCE(b->item);
 }
\x20
"""
HEADERS = "From: a@example.org\nDate: today\nSubject: =?utf-8?q?box=3A_order?=\n"
TEXT = "Order it. Caf\u00e9.\n\n---\n kernel/box.c | 4 +++-\n\n" + DIFF + "-- \n2.30.0\n"


def mail(body: str, encoding: str = "8bit", kind: str = "text/plain; charset=utf-8") -> str:
    more = f"MIME-Version: 1.0\nContent-Type: {kind}\nContent-Transfer-Encoding: {encoding}\n\n"
    return HEADERS + more + body


def quoted(text: str, mark: str = "> ") -> str:
    return "".join(f"{mark}{line}".rstrip() + "\n" for line in text.split("\n")[:-1])


def patch(text: str | bytes, name: str = "p.eml") -> Patch:
    """The one patch of a file."""
    found = [
        p for p in recognise(name, text.encode() if isinstance(text, str) else text) if isinstance(p, Patch)
    ]
    (only,) = found
    return only


def code(side: Side | None) -> str:
    """The code of a side without its blanks."""
    return "" if side is None else " ".join(side.source.text.split())


def parts(body: str) -> str:
    other = "--=-x\nContent-Type: text/html\n\n<p>smp_mb();</p>\n"
    return f"preamble\n{other}--=-x\nContent-Type: text/x-patch; charset=utf-8\n\n{body}--=-x--\n"


FORMS = {
    "plain": DIFF,
    "git show": "commit 1234\nAuthor: A\n\n    box: order\n\n" + DIFF,
    "8bit": mail(TEXT),
    "quoted-printable": mail(quopri.encodestring(TEXT.encode()).decode(), "quoted-printable"),
    "base64": mail(base64.encodebytes(TEXT.encode()).decode(), "base64"),
    "flowed": mail(TEXT, kind="text/plain; charset=utf-8; format=flowed").replace("\n ", "\n  "),
    "multipart": mail(parts(TEXT), kind='multipart/mixed; boundary="=-x"'),
    "quoted": mail("On Monday A wrote:\n" + quoted(TEXT)),
    "quoted four times": mail(quoted(quoted(quoted(quoted(TEXT))))),
    "quoted tightly": mail(quoted(TEXT, ">")),
    "mbox": "From x Mon Jan 1 00:00:00 2024\n"
    + mail("Hello.\n")
    + "\nFrom y Mon Jan 1 00:00:00 2024\n"
    + mail(TEXT),
    "carriage returns": mail(TEXT).replace("\n", "\r\n"),
}


@pytest.mark.parametrize("form", FORMS)
def test_every_form_shows_the_same_two_sides(form: str) -> None:
    expected, found = patch(DIFF, "p.diff"), patch(FORMS[form])
    assert (code(found.before), code(found.after)) == (code(expected.before), code(expected.after))
    assert found.touched == ("put", "take")
    assert found.paths == ("kernel/box.c",)


@pytest.mark.parametrize("form", [f for f in FORMS if f != "base64"])
def test_every_place_is_one_of_the_users_file(form: str) -> None:
    text = FORMS[form]
    found = patch(text)
    assert found.after is not None
    lines = text.replace("\r\n", "\n").split("\n")
    for unit in (parse(found.after.source),):
        for comment in unit.comments:
            assert "pairs with" in lines[comment.span.line - 1]
    for number, line in enumerate(found.after.source.text.split("\n"), 1):
        if "smp_wmb" in line:
            row, column = found.after.source.place(number, line.index("smp_wmb") + 1)
            place = lines[row - 1].replace("=09", "\t") if form == "quoted-printable" else lines[row - 1]
            assert place[column - 1 :].startswith("smp_wmb")


def test_the_lines_of_base64_are_those_of_the_encoded_text() -> None:
    found = patch(FORMS["base64"])
    assert found.after is not None
    first, last = map(number_in_file, found.lines)
    assert 1 < first < last <= FORMS["base64"].count("\n")


def test_each_line_of_base64_has_a_place_of_its_own() -> None:
    found = patch(FORMS["base64"])
    assert found.after is not None
    source = found.after.source
    told = [n for n, line in enumerate(source.text.split("\n"), 1) if "ONCE" in line or "smp_" in line]
    for number in told:
        row, column = source.place(number, 1)
        assert source.quote(row)[column - 1 :] == source.text.split("\n")[number - 1]
    places = [source.place(number, 1)[0] for number in told]
    assert len({int(line) for line in places}) == len(places)
    assert len({number_in_file(line) for line in places}) < len(places)


@pytest.mark.parametrize("charset", ["koi8-r", "iso-8859-1", "windows-1251", "gb2312", "x-unknown"])
def test_any_character_set(charset: str) -> None:
    word = "order" if charset == "x-unknown" else "\u0441" if charset not in ("iso-8859-1",) else "\u00e9"
    body = TEXT.replace("Caf\u00e9", word).encode("utf-8" if charset == "x-unknown" else charset)
    text = mail("", kind=f"text/plain; charset={charset}").encode() + body
    assert patch(text).touched == ("put", "take")


# ------------------------------------------------------------------- replies


def test_a_reviewers_words_between_quoted_lines_are_no_code() -> None:
    text = quoted(DIFF).replace("> +\tsmp_rmb();\n", "> +\tsmp_rmb();\n\nWhy here;\n\n")
    found = patch(mail(text))
    assert code(found.after) == code(patch(DIFF).after)


def test_a_hunk_that_a_reviewer_cut_short() -> None:
    text = (
        quoted(DIFF)
        .split("> @@ -30")[0]
        .replace("> +\tsmp_wmb();\n", "> +\tsmp_wmb();\n\nWhat for?\n\n[...]\n")
    )
    found = patch(mail(text))
    assert found.touched == ("put",)
    assert "smp_wmb" in code(found.after)
    assert "smp_wmb" not in code(found.before)


def test_a_diff_without_any_header() -> None:
    body = quoted("int f(struct box *b)\n{\n-\treturn b->a;\n+\tsmp_rmb();\n+\treturn b->a;\n }\n")
    assert patch(mail("What about this?\n\n" + body)).touched == ("f",)


FOLDED = """\
> > @@ -94,8 +94,8 @@ static void f(struct box *b)
> > {
> > int v = b->a;
> >
> > - if (v) {
> > - smp_mb();
> > - }
> > + smp_mb();
> > b->c = 1;
> > }
>
> That is better.
"""


def test_a_diff_whose_white_space_an_archive_folded() -> None:
    found = patch("Hello,\n\n" + FOLDED, "p.txt")
    assert (
        code(found.before) == "static void f(struct box *b) { int v = b->a; if (v) { smp_mb(); } b->c = 1; }"
    )
    assert code(found.after) == "static void f(struct box *b) { int v = b->a; smp_mb(); b->c = 1; }"


def test_lines_that_a_reviewer_took_out_without_a_word() -> None:
    new = "+static void f(struct box *b)\n+{\n+\tint v;\n+\tx(b);\n"
    later = "+\t\t/* deep in another one */\n+\t\tWRITE_ONCE(b->a, 1);\n+\t}\n"
    found = patch(mail(quoted(new) + "\nFine.\n\n" + quoted(later)))
    assert found.after is not None
    assert len(found.after.functions) == 2


def test_lists_with_dashes_are_no_diffs() -> None:
    text = mail("We need:\n\n- a barrier in f();\n- another in g();\n- that's all\n")
    with pytest.raises(Exception, match="found neither code"):
        recognise("m.eml", text.encode())


# --------------------------------------------------------------------- hunks


def hunk(body: str, heading: str = "static void f(struct box *b)") -> Patch:
    """A patch of one hunk: each line of `body` with its sign."""
    lines = body.strip("\n").split("\n")
    old = sum(line[:1] != "+" for line in lines)
    new = sum(line[:1] != "-" for line in lines)
    return patch(f"--- a/x.c\n+++ b/x.c\n@@ -5,{old} +5,{new} @@ {heading}\n" + "\n".join(lines) + "\n")


EDGES = [
    (" \t} else {\n+\t\tsmp_mb();\n \t}\n }\n", "if (...) { ⋯⋯ } else { smp_mb(); } }"),
    (" \t\ta = b->x;\n+\t\tsmp_mb();\n \t} while (a);\n", "do { ⋯⋯ a = b->x; smp_mb(); } while (a); ⋯ }"),
    (" \t * of a comment\n \t */\n+\tsmp_mb();\n", "/* * of a comment */ smp_mb(); ⋯ }"),
    ("+\tsmp_mb();\n \t/*\n \t * a comment that\n", "smp_mb(); /* * a comment that */ ⋯ }"),
    ("+\tsmp_mb();\n \tif (b->x &&\n", "smp_mb(); ⋯ }"),
    ("+\tsmp_mb();\n \tif (b->x)\n", "smp_mb(); if (b->x) ; ⋯ }"),
    (" \t\t    b->y);\n+\tsmp_mb();\n", "smp_mb(); ⋯ }"),
    (" \t    b->y) {\n+\t\tsmp_mb();\n", "{ smp_mb(); ⋯ } ⋯ }"),
    ("+\tsmp_mb();\n \tgoto out;\n", "smp_mb(); goto out; ⋯ out: ; ⋯ }"),
    (" \t\tbreak;\n \tcase 2:\n+\t\tsmp_mb();\n", "switch (...) { ⋯⋯ break; case 2: smp_mb(); ⋯ } ⋯ }"),
    (
        " \t\tif (b->x)\n \t\t\tbreak;\n+\t\tsmp_mb();\n \t}\n",
        "do { ⋯⋯ { ⋯⋯ if (b->x) break; smp_mb(); } ⋯ } while (0); ⋯ }",
    ),
    (" #else\n \tq();\n #endif\n+\tsmp_mb();\n", "smp_mb(); ⋯ }"),
    (" #ifdef A\n \tq();\n+\tsmp_mb();\n", "q(); smp_mb(); ⋯ }"),
]


@pytest.mark.parametrize(("body", "expected"), EDGES)
def test_code_cut_at_a_hunks_edges_is_made_whole(body: str, expected: str) -> None:
    found = hunk(body)
    text = re.sub(r"^static void f\(struct box \*b\) \{ (?:long [\w, ]+; )?⋯⋯ ", "", code(found.after))
    assert text == expected


SIGNATURES = [
    (
        "static int f(struct box *b,",
        " \t     int v)\n {\n+\tsmp_mb();\n",
        "static int f(struct box *b, int v) {",
    ),
    ("static int f(struct box *b,", "+\tsmp_mb();\n", "static int f(struct box *b) {"),
    ("SYSCALL_DEFINE2(f, int, a,", "+\tsmp_mb();\n", "long f(void) {"),
    ("", "+\tsmp_mb();\n", "void code_at_line_4(void) {"),
    ("out:", "+\tsmp_mb();\n", "void code_at_line_4(void) {"),
]


@pytest.mark.parametrize(("heading", "body", "expected"), SIGNATURES)
def test_the_function_that_a_hunk_begins_in(heading: str, body: str, expected: str) -> None:
    assert code(hunk(body, heading).after).startswith(expected)


def test_two_hunks_of_one_function_are_one_function() -> None:
    second = DIFF.replace(
        "@@ -30,6 +31,7 @@ static int take(struct box *b)\n {\n", "@@ -30,5 +31,6 @@ out:\n"
    )
    second = second.replace(
        " \tWRITE_ONCE(b->full, 1);\n }\n \n", " \tWRITE_ONCE(b->full, 1);\n \tx();\n \ty();\n"
    )
    found = patch(second)
    assert found.touched == ("put",)
    assert found.after is not None
    assert found.after.partly == ("put",)
    for start, heading in ((331, "out:"), (31, "int wait(struct box *b);")):
        far = patch(second.replace("+31,6 @@ out:", f"+{start},6 @@ {heading}"))
        assert far.after is not None
        assert len(far.after.partly) == 2


def test_a_function_that_is_new_has_no_before() -> None:
    found = patch("--- /dev/null\n+++ b/x.c\n@@ -0,0 +1,4 @@\n+void f(void)\n+{\n+\tsmp_mb();\n+}\n")
    assert (found.before, found.paths) == (None, ("x.c",))


def test_only_a_comment_changes() -> None:
    found = hunk("-\t/* one */\n+\t/* two */\n \tsmp_mb();\n \tb->x = 1;\n")
    assert found.touched == ()


def test_what_does_not_parse_is_said() -> None:
    found = hunk("+\tsmp_mb();\n+\tx = = 3;\n \tb->x = 1;\n")
    assert found.after is not None
    assert [(n.line, n.reason) for n in found.after.notes] == [(5, "not understood")]


def test_a_hunk_of_macros_alone() -> None:
    header = (
        "--- a/x.h\n+++ b/x.h\n@@ -1,4 +1,5 @@\n #ifndef X\n #define X\n+#define order_reads()\t\tsmp_rmb()\n"
        " #define order_writes()\t\tsmp_wmb()\n #endif\n"
    )
    found = patch(header + DIFF)
    assert found.after is not None
    assert found.before is not None
    assert "order_reads" in found.after.source.text
    assert "order_reads" not in found.before.source.text
    assert "order_writes" in found.before.source.text
