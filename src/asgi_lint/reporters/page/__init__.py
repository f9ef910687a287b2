"""A rule's page as people read it on a terminal; it is written in a small part of Markdown.

That part is headings, paragraphs and list items of one line each, fenced code and tables. Whatever
else there is stays as it is written.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.reporters.page.inline import Piece, pieces, wrapped
from asgi_lint.reporters.page.snippet import highlighted
from asgi_lint.reporters.page.table import table_lines

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.reporters.color import Paint, Role

_FENCE = "```"
_BULLET = "- "
_HEADING = re.compile(r"(#+) (.*)")
_TITLE = re.compile(r'title="([^"]*)"')
_CODE_INDENT = "    "


def render(text: str, width: int, paint: Paint) -> str:
    """The page in lines of at most `width` cells, except for code, which is never broken."""
    shown: list[str] = []
    for block in _blocks(text):
        shown += [*_shown(block, width, paint), ""]
    return "\n".join(shown)


class _Block(NamedTuple):
    """Lines that belong together; `info` is what stands behind the opening fence of code."""

    lines: list[str]
    info: str | None = None


def _blocks(text: str) -> Iterator[_Block]:
    """The blocks of a page, which empty lines keep apart."""
    lines = iter(text.split("\n"))
    block: list[str] = []
    for line in lines:
        if line.startswith(_FENCE):
            code = [*iter(lambda: next(lines, _FENCE), _FENCE)]
            yield _Block(code, line.removeprefix(_FENCE))
        elif line:
            block.append(line)
        elif block:
            yield _Block(block)
            block = []
    if block:
        yield _Block(block)


def _shown(block: _Block, width: int, paint: Paint) -> Iterator[str]:
    if block.info is not None:
        yield from _code(block.lines, block.info, paint)
        return
    if all(line.startswith("|") for line in block.lines):
        yield from table_lines(block.lines, width, paint)
        return
    for line in block.lines:
        if heading := _HEADING.fullmatch(line):
            role: Role = "message" if len(heading[1]) == 1 else "step"
            yield from wrapped([Piece(heading[2], role)], width, paint)
        elif line.startswith(_BULLET):
            item = wrapped(pieces(line.removeprefix(_BULLET)), width - len(_BULLET), paint)
            yield from (f"{'  ' if row else _BULLET}{text}" for row, text in enumerate(item))
        else:
            yield from wrapped(pieces(line), width, paint)


def _code(lines: list[str], info: str, paint: Paint) -> Iterator[str]:
    language, *words = info.split()
    if title := _TITLE.search(info):
        remark = " (fixed)" if "fixed" in words else ""
        yield _CODE_INDENT + paint(f"{title[1]}{remark}", "quiet")
    for line in lines:
        shown = highlighted(line, language, paint)
        yield _CODE_INDENT + shown if shown else ""
