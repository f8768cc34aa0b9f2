"""The generators of random litmus tests, a test for each seed."""

from __future__ import annotations

from tests.cycles_assembly import aarch64, riscv, x86
from tests.cycles_c import linux

__all__ = ["aarch64", "linux", "riscv", "x86"]
