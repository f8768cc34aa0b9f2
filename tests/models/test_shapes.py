"""The named shapes with each barrier, under each model: the verdicts of the literature."""

from __future__ import annotations

import pytest

from tests.graphs import graph
from tests.oracle import allowed
from verifier.cat.load import load
from verifier.execution.candidate import holds

MODELS = {name: load(name) for name in ("armv8", "lkmm", "sc", "tso")}


def is_allowed(text: str, outcome: str, name: str) -> bool:
    model = MODELS[name]
    g = graph(text, model.architecture, exists=outcome)
    return any(holds(g, e, g.properties[0].formula) for e in allowed(g, model))


MP, SB, LB = "1:r0==1 and 1:r1==0", "0:r0==0 and 1:r0==0", "0:r0==1 and 1:r0==1"
R, S, W22 = "[y]==2 and 1:r0==0", "[x]==2 and 1:r0==1", "[x]==1 and [y]==1"
WRC = "1:r0==1 and 2:r0==1 and 2:r1==0"
ISA2 = "1:r0==1 and 2:r0==1 and 2:r1==0"
IRIW = "1:r0==1 and 1:r1==0 and 3:r0==1 and 3:r1==0"

# (threads, outcome, the models that allow it)
TABLE = [
    # message passing
    ("W x 1; W y 1 | R y; R x", MP, "armv8 lkmm"),
    ("W x 1; Wmb; W y 1 | R y; R x", MP, "armv8 lkmm"),
    ("W x 1; W y 1 | R y; Rmb; R x", MP, "armv8 lkmm"),
    ("W x 1; Wmb; W y 1 | R y; Rmb; R x", MP, ""),
    ("W x 1; Mb; W y 1 | R y; Mb; R x", MP, ""),
    ("W x 1; W[Release] y 1 | R[Acquire] y; R x", MP, ""),
    ("W x 1; Wmb; W y 1 | R y; R x @r0", MP, ""),
    ("W x 1; Barrier; W y 1 | R y; Barrier; R x", MP, "armv8 lkmm"),
    ("W x 1; Wmb; W y 1 | R y; if r0==1 { R x }", MP, "armv8 lkmm"),
    ("W[Release] x 1; W y 1 | R y; R[Acquire] x", MP, "armv8 lkmm"),
    # store buffering
    ("W x 1; R y | W y 1; R x", SB, "armv8 lkmm tso"),
    ("W x 1; Mb; R y | W y 1; Mb; R x", SB, ""),
    ("W x 1; Mb; R y | W y 1; R x", SB, "armv8 lkmm tso"),
    ("W x 1; Wmb; R y | W y 1; Mb; R x", SB, "armv8 lkmm tso"),
    ("W x 1; Rmb; R y | W y 1; Rmb; R x", SB, "armv8 lkmm tso"),
    ("W[Release] x 1; R[Acquire] y | W[Release] y 1; R[Acquire] x", SB, "lkmm tso"),
    ("W[Release] x 1; R[Acquire] y | W y 1; Mb; R x", SB, "lkmm tso"),
    # load buffering
    ("R x; W y 1 | R y; W x 1", LB, "armv8 lkmm"),
    ("R x; W y r0 | R y; W x 1", LB, "armv8 lkmm"),
    ("R x; W y 1+(r0^r0) | R y; W x 1+(r0^r0)", LB, ""),
    ("R x; if r0==1 { W y 1 } | R y; if r0==1 { W x 1 }", LB, ""),
    ("R[Acquire] x; W y 1 | R[Acquire] y; W x 1", LB, ""),
    ("R x; W[Release] y 1 | R y; W[Release] x 1", LB, ""),
    ("R x; Mb; W y 1 | R y; Mb; W x 1", LB, ""),
    ("R x; Wmb; W y 1 | R y; Wmb; W x 1", LB, "armv8 lkmm"),
    # R
    ("W x 1; W y 1 | W y 2; R x", R, "armv8 lkmm tso"),
    ("W x 1; Wmb; W y 1 | W y 2; Mb; R x", R, "lkmm"),
    ("W x 1; W[Release] y 1 | W y 2; Mb; R x", R, "lkmm"),
    ("W x 1; Mb; W y 1 | W y 2; Mb; R x", R, ""),
    ("W x 1; Mb; W y 1 | W y 2; R x", R, "armv8 lkmm tso"),
    # S
    ("W x 2; W y 1 | R y; W x 1", S, "armv8 lkmm"),
    ("W x 2; Wmb; W y 1 | R y; W x 1+(r0^r0)", S, ""),
    ("W x 2; Wmb; W y 1 | R[Acquire] y; W x 1", S, ""),
    ("W x 2; W[Release] y 1 | R y; if r0==1 { W x 1 }", S, ""),
    ("W x 2; W y 1 | R[Acquire] y; W x 1", S, "armv8 lkmm"),
    # 2+2W
    ("W x 1; W y 2 | W y 1; W x 2", W22, "armv8 lkmm"),
    ("W x 1; Wmb; W y 2 | W y 1; Wmb; W x 2", W22, "lkmm"),
    ("W x 1; W[Release] y 2 | W y 1; W[Release] x 2", W22, "lkmm"),
    ("W x 1; Mb; W y 2 | W y 1; Wmb; W x 2", W22, "lkmm"),
    ("W x 1; Mb; W y 2 | W y 1; Mb; W x 2", W22, ""),
    # three and four threads
    ("W x 1 | R x; W y 1 | R y; R x", WRC, "armv8 lkmm"),
    ("W x 1 | R x; W[Release] y 1 | R[Acquire] y; R x", WRC, ""),
    ("W x 1 | R x; W y r0 | R y; Rmb; R x", WRC, "lkmm"),
    ("W x 1 | R x; Mb; W y 1 | R y; Rmb; R x", WRC, ""),
    ("W x 1; Wmb; W y 1 | R y; W z r0 | R z; Rmb; R x", ISA2, "lkmm"),
    ("W x 1; Wmb; W y 1 | R y; W[Release] z 1 | R z; Rmb; R x", ISA2, ""),
    ("W x 1; W[Release] y 1 | R y; W[Release] z 1 | R[Acquire] z; R x", ISA2, ""),
    ("W x 1 | R x; R y | W y 1 | R y; R x", IRIW, "armv8 lkmm"),
    ("W x 1 | R x; Rmb; R y | W y 1 | R y; Rmb; R x", IRIW, "lkmm"),
    ("W x 1 | R x; Mb; R y | W y 1 | R y; Mb; R x", IRIW, ""),
    ("W x 1 | R x; Mb; R y | W y 1 | R y; Rmb; R x", IRIW, "lkmm"),
    # read-modify-writes
    ("W x 1; X[Mb] z 1; R y | W y 1; Mb; R x", "0:r1==0 and 1:r0==0", ""),
    ("W x 1; X[Once] z 1; R y | W y 1; Mb; R x", "0:r1==0 and 1:r0==0", "armv8 lkmm"),
    ("W x 1; A z 1; R y | W y 1; Mb; R x", SB, "armv8 lkmm"),
    ("W x 1; A z 1; After-atomic; R y | W y 1; Mb; R x", SB, ""),
    ("W x 1; Before-atomic; A z 1; R y | W y 1; Mb; R x", SB, ""),
    ("W x 1; CAS[Mb] z 1 1; R y | W y 1; Mb; R x", "0:r1==0 and 1:r0==0", "armv8 lkmm"),
    ("W x 1; CAS[Mb] z 0 1; R y | W y 1; Mb; R x", "0:r1==0 and 1:r0==0", ""),
    ("r0 = A[Once] x 1 | r0 = A[Once] x 1", "[x]==1", ""),
    ("W x 1; Wmb; W y 1 | A y 1; Rmb; R x", "[y]==2 and 1:r0==0", "armv8 lkmm"),
    # coherence
    ("W x 1; W x 2 | R x; R x", "1:r0==2 and 1:r1==1", ""),
    ("W x 1 | R x; R x", "1:r0==1 and 1:r1==0", ""),
]


@pytest.mark.parametrize(("text", "outcome", "models"), TABLE)
def test_shape(text: str, outcome: str, models: str) -> None:
    assert {m for m in MODELS if is_allowed(text, outcome, m)} == set(models.split())
