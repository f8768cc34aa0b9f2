"""Finds an execution with wanted properties, or that there is none, by bounds and branching; no solver."""

from verifier.search.search import Search

__all__ = ["Search"]
