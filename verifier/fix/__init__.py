"""The least-cost set of barriers with which a file is proved, and the text that has them."""

from verifier.fix.mending import Mended, Unmended, mend
from verifier.fix.patch import render

__all__ = ["Mended", "Unmended", "mend", "render"]
