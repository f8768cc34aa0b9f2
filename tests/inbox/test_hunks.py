"""Whole diffs, held against a library that reads nothing else."""

from __future__ import annotations

import difflib

import unidiff
from hypothesis import given
from hypothesis import strategies as st

from verifier.inbox.hunks import find_diffs
from verifier.inbox.mail import plain_lines

LINES = st.lists(
    st.sampled_from(
        ["", "{", "}", "\tx();", "\ty();", "-- z", "++ z", "--", "\t/*", "\t */", "#else", " a b"]
    ),
    max_size=12,
)


@given(LINES, LINES, st.integers(0, 3))
def test_whole_diffs_are_read_as_unidiff_reads_them(old: list[str], new: list[str], context: int) -> None:
    text = "\n".join(difflib.unified_diff(old, new, "a/x.c", "b/x.c", lineterm="", n=context)) + "\n"
    expected = [
        [(line.line_type, line.value.rstrip("\n"), line.diff_line_no) for line in hunk]
        for file in unidiff.PatchSet(text)
        for hunk in file
    ]
    found = [
        [(d.sign, d.line.text, d.line.number) for d in hunk.lines]
        for diff in find_diffs(plain_lines(text.split("\n")))
        for file in diff.files
        for hunk in file.hunks
    ]
    assert found == expected
