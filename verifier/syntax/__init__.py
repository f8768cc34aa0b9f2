"""Source text to syntax tree. The only package that imports lark."""

from verifier.syntax.read import parse, parse_diagram

__all__ = ["parse", "parse_diagram"]
