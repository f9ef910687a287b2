"""An HTML page taken apart: its elements in order, with what each contains."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

_VOID = frozenset({"meta", "link", "input", "wbr"})
_INLINE = frozenset({"a", "b", "code", "span", "text", "var", "wbr"})


@dataclass(eq=False, slots=True)
class Element:
    """An element: its attributes, the text that stands in it at any depth, the elements in it."""

    name: str
    attributes: dict[str, str]
    children: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)

    def __getitem__(self, attribute: str) -> str:
        return self.attributes[attribute]

    @property
    def text(self) -> str:
        """The text, with runs of white space as one space."""
        return " ".join("".join(self.texts).split())

    @property
    def classes(self) -> set[str]:
        return set(self.attributes.get("class", "").split())

    def all(self, name: str = "", class_: str = "") -> Iterator[Element]:
        """The elements in it, at any depth, of a name and a class."""
        for child in self.children:
            if name in {"", child.name} and (not class_ or class_ in child.classes):
                yield child
            yield from child.all(name, class_)

    def one(self, name: str = "", class_: str = "") -> Element:
        """The only such element."""
        (found,) = self.all(name, class_)
        return found


def read_page(page: str) -> Element:
    """The page as one element; AssertionError where elements are not closed in their order."""
    reader = _Reader(convert_charrefs=True)
    reader.feed(page)
    reader.close()
    assert [element.name for element in reader.open] == [""], "an element is not closed"
    return reader.open[0]


class _Reader(HTMLParser):
    def __init__(self, *, convert_charrefs: bool) -> None:
        super().__init__(convert_charrefs=convert_charrefs)
        self.open = [Element("", {})]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"<{tag}> has an attribute twice: {names}"
        self._separate(tag)
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in _VOID:
            self.open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].name == tag, f"</{tag}> closes <{self.open[-1].name}>"
        self.open.pop()
        self._separate(tag)

    def _separate(self, tag: str) -> None:
        """A block is a line for itself: its words do not touch those around it."""
        if tag not in _INLINE:
            self.handle_data(" ")

    def handle_data(self, data: str) -> None:
        for element in self.open:
            element.texts.append(data)
