"""Models from elsewhere, read as they are: the kernel's own, and those of herd7's library. They are no part
of the project: the environment says where they are."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.corpora import ROOT, compare
from verifier.cat.load import load
from verifier.options import Options

LINUX, LIBRARY = os.environ.get("MBPAIR_LINUX_MODEL"), os.environ.get("MBPAIR_HERD_LIBDIR")

needs_linux = pytest.mark.skipif(LINUX is None, reason="MBPAIR_LINUX_MODEL is not set")
needs_library = pytest.mark.skipif(LIBRARY is None, reason="MBPAIR_HERD_LIBDIR is not set")
needs_corpora = pytest.mark.skipif(not ROOT.is_dir(), reason="the corpora are not here")

# model, its architecture, whether it speaks about registers
MODELS = [
    ("aarch64.cat", "aarch64", True),
    ("x86tso.cat", "x86", False),
    ("x86tso-mixed.cat", "x86", False),
    ("riscv.cat", "riscv", False),
    ("ppc.cat", "power", False),
    ("sc.cat", "any", False),
    ("sccat.cat", "any", False),
    ("tso.cat", "any", False),
    ("uniproccat.cat", "any", False),
]


@needs_library
@pytest.mark.parametrize(("file", "architecture", "registers"), MODELS)
def test_models_of_the_library_load(file: str, architecture: str, registers: bool) -> None:
    found = load(str(Path(LIBRARY or "") / file))
    assert (found.architecture, found.registers) == (architecture, registers)
    assert any(not a.is_flag for a in found.axioms)


@needs_linux
def test_the_kernels_model_loads() -> None:
    found = load(LINUX or "")
    assert found.architecture == "linux"
    names = {a.name for a in found.axioms}
    assert {"coherence", "atomic", "happens-before", "propagation", "rcu", "lock-nest", "data-race"} <= names
    own = {a.name for a in load("lkmm").axioms}
    assert own <= names


@needs_linux
@needs_corpora
def test_the_kernels_model_agrees_with_its_table() -> None:
    tally = compare("lkmm/expected.csv", Options(models=(LINUX or "",)), 40)
    assert tally.disagree == []
    assert len(tally.agree) >= 15


@needs_library
@needs_corpora
def test_the_model_of_arm_agrees_with_its_table() -> None:
    path = str(Path(LIBRARY or "") / "aarch64.cat")
    tally = compare("aarch64/expected.csv", Options(models=(path,)), 10)
    assert tally.disagree == []
    assert len(tally.agree) >= 100
