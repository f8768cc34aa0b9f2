"""A page as a reader of HTML sees it: its elements and texts, for the tests."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

EMPTY = {"meta", "input", "br", "img", "link"}


@dataclass
class Element:
    name: str
    attributes: dict[str, str]
    inside: list[Element | str] = field(default_factory=list)

    def all(self, name: str = "", **attributes: str) -> list[Element]:
        """The elements below this one of that name, or any, with a class or attributes."""
        found = []
        for one in self.inside:
            if isinstance(one, Element):
                if (not name or one.name == name) and all(one.has(k, v) for k, v in attributes.items()):
                    found.append(one)
                found += one.all(name, **attributes)
        return found

    def has(self, key: str, value: str) -> bool:
        if key == "css":
            return value in self.attributes.get("class", "").split()
        return self.attributes.get(key.replace("_", "-")) == value

    @property
    def text(self) -> str:
        return "".join(one if isinstance(one, str) else one.text for one in self.inside)


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = Element(tag, {k: v or "" for k, v in attrs})
        self.open[-1].inside.append(element)
        if tag not in EMPTY:
            self.open.append(element)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].inside.append(Element(tag, {k: v or "" for k, v in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()

    def handle_data(self, data: str) -> None:
        self.open[-1].inside.append(data)


def read(page: str) -> Element:
    """The page's elements; each that is open must be closed, in order."""
    reader = _Reader()
    reader.feed(page)
    reader.close()
    assert [e.name for e in reader.open] == [""]
    return reader.root
