"""HTML that is safe by construction: text is escaped unless it is markup already."""

from __future__ import annotations

import re
from html import escape
from typing import TypeAlias

from asgi_lint.reporters.characters import visible

_VOID = frozenset({"input", "link", "meta"})
_HARMLESS = re.compile(r"[\w ./:,=()\[\]{}*+#-]*", re.ASCII)
_PARAMETER = re.compile(r"(\{[^{}]*\})")


class Markup(str):
    """Text that is HTML; any other string is only text, whatever it looks like."""

    __slots__ = ()


Value: TypeAlias = "str | int | float | bool | None"

NOTHING = Markup()


def element(name: str, /, *content: str, **attributes: Value) -> Markup:
    """`<name>` around its content, with attributes.

    In the names of attributes `_` stands for `-`, and a last one is dropped (`class_`). A value of
    True writes the name alone, None and False leave the attribute out.
    """
    opening = "".join(_attribute(key, value) for key, value in attributes.items())
    if name in _VOID:
        return Markup(f"<{name}{opening}>")
    return Markup(f"<{name}{opening}>{together(*content)}</{name}>")


def together(*content: str) -> Markup:
    """The parts one after the other, each escaped where it is not markup."""
    return Markup("".join(part if isinstance(part, Markup) else text(part) for part in content))


def spaced(*content: str) -> Markup:
    """The parts that are not empty, with a space between them."""
    return Markup(" ".join(together(part) for part in content if part))


def text(content: str) -> Markup:
    """Text as it is read: nothing in it is markup, nothing hides or reorders what is around it."""
    if _HARMLESS.fullmatch(content):
        return Markup(content)
    return Markup(escape(visible(content)))


def code(content: str, class_: str | None = None) -> Markup:
    """A name from the code."""
    return element("code", content, class_=class_)


def route_path(content: str) -> Markup:
    """A path that breaks before a slash, with its parameters, such as `{order}`, set apart."""
    fixed, *rest = _PARAMETER.split(content)
    pairs = zip(rest[::2], rest[1::2], strict=True)
    parameters = (together(element("var", name), _breakable(after, "/")) for name, after in pairs)
    return together(_breakable(fixed, "/"), *parameters)


def dotted(content: str) -> Markup:
    """A dotted name from the code, which breaks before a dot."""
    return element("code", _breakable(content, "."))


def prose(content: str) -> Markup:
    """A message in which names stand between backticks."""
    parts = content.split("`")
    if len(parts) % 2 == 0:
        return text(content)
    return together(*(code(part) if i % 2 else text(part) for i, part in enumerate(parts)))


def _breakable(content: str, before: str) -> Markup:
    return Markup(text(content).replace(before, f"<wbr>{before}"))


def _attribute(key: str, value: Value) -> str:
    name = key.rstrip("_").replace("_", "-")
    if value is None or value is False:
        return ""
    if value is True:
        return f" {name}"
    return f' {name}="{text(str(value))}"'
