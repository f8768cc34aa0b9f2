"""Where the functions of a file stand."""

from __future__ import annotations

import pytest

from verifier.inbox.outline import outline


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("int f(int x)\n{\n  return x;\n}\n", [("f", 1, 4)]),
        ("int f(int x) {\n  return x;\n}\n", [("f", 1, 3)]),
        ("static inline int f(void) { return 1; }\nint y;\n", [("f", 1, 1)]),
        ("int a;\nstatic struct s *\nf(struct s *p,\n  int n)\n{\n}\n", [("f", 2, 6)]),
        ("/*\n * of f(x)\n */\nvoid f(void)\n{\n}\n", [("f", 4, 6)]),
        ("SYSCALL_DEFINE2(pair, int, a, int, b)\n{\n}\n", [("pair", 1, 3)]),
        ("__attribute__((cold)) void f(void)\n{\n}\n", [("f", 1, 3)]),
        ("struct s {\n  int x;\n};\n", []),
        ("static const struct ops o = {\n  .f = g(1),\n};\n", []),
        ("int f(void)\n{\n", []),
        ("int f(void)\n{\n  {\n{\n}\n", []),
        ("if (x) {\n}\n", []),
        ("", []),
    ],
)
def test_an_outline(text: str, found: list[tuple[str, int, int]]) -> None:
    assert [(d.name, d.first, d.last) for d in outline(text.split("\n"))] == found
