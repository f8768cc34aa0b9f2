"""Litmus tests: syntax tree -> program."""
