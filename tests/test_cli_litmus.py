"""What `mbpair litmus` prints, and its exit codes."""

from __future__ import annotations

import pytest

from verifier import cli

LOOP = "P0(int *x, int *y) { while (READ_ONCE(*x) == 0) { atomic_inc(y); } }\nP1(int *x) { WRITE_ONCE(*x, 1); }\n"
PLAIN = "P0(int *x) { WRITE_ONCE(*x, 1); }\nP1(int *x) { int r0 = READ_ONCE(*x); }\n"
LOCKED = "P0(int *x, struct semaphore *m) { down(m); WRITE_ONCE(*x, 1); up(m); }\n"


@pytest.mark.parametrize(
    ("body", "condition", "code", "line"),
    [
        (PLAIN, "exists (1:r0=2)", 0, "Observation t Never 0 ?"),
        (PLAIN, "~exists (1:r0=2)", 0, "Ok"),
        (PLAIN, "~exists (1:r0=1)", 1, "No"),
        (PLAIN, "forall (1:r0=1)", 1, "Observation t Sometimes ? ?"),
        (LOOP, "exists (y=9)", 0, "Loop No"),
        (LOOP, "~exists (y=9)", 3, "Loop Ok"),
        (
            LOCKED,
            "exists (x=1)",
            3,
            "Undecided: not modelled: down() (line 3), up() (line 3)",
        ),
        (PLAIN, "exists (nowhere=1)", 2, ""),
    ],
)
def test_what_litmus_answers(  # type: ignore[no-untyped-def]
    body: str, condition: str, code: int, line: str, tmp_path, capsys
) -> None:
    path = tmp_path / "t.litmus"
    path.write_text(f"C t\n{{}}\n{body}{condition}\n")
    assert cli.main(["litmus", str(path)]) == code
    assert line in capsys.readouterr().out.split("\n")


def test_one_test_of_many_that_a_model_is_not_about(tmp_path, capsys) -> None:  # type: ignore[no-untyped-def]
    (tmp_path / "a.litmus").write_text("AArch64 a\n{ 0:X1=x; }\n P0 ;\n LDR W0,[X1] ;\nexists (0:X0=0)\n")
    (tmp_path / "b.litmus").write_text(f"C b\n{{}}\n{PLAIN}exists (1:r0=1)\n")
    assert cli.main(["litmus", "--model", "lkmm", str(tmp_path)]) == 2
    out, err = capsys.readouterr()
    assert "Observation b Sometimes" in out
    assert "expected armv8, sc" in err
