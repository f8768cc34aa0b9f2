"""One planted fault: a place in a file of the product, and what stands there instead."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Fault:
    """`text[start:end]` of the file becomes `new`. `keyword` is a word that tests of it may have in their names."""

    path: str  # relative to the checkout
    start: int
    end: int
    new: str
    kind: str
    first: int  # lines whose tests may find it, counted from 1
    last: int
    text: str  # the whole file as it is
    keyword: str = ""
    number: int = 1  # of those that would have one name

    def planted(self) -> str:
        """The file with the fault."""
        return self.text[: self.start] + self.new + self.text[self.end :]

    @property
    def line(self) -> int:
        """The line that the change begins in."""
        return self.text.count("\n", 0, self.start) + 1

    @property
    def change(self) -> str:
        """What is changed, on one line."""
        return f"{_flat(self.text[self.start : self.end])} -> {_flat(self.new) or 'nothing'}"

    @property
    def name(self) -> str:
        """What a fault goes by while lines move: the file, the text of its line, and the change."""
        start = self.text.rfind("\n", 0, self.start) + 1
        end = self.text.find("\n", self.start)
        line = _flat(self.text[start : end if end >= 0 else None])
        number = f" #{self.number}" if self.number > 1 else ""
        return f"{self.path}{number}: {self.change}, in: {line}"


def _flat(text: str) -> str:
    return " ".join(text.split())
