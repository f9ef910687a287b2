"""A line of Markdown as pieces that are painted alike, and such pieces in lines of some width."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.reporters.characters import width as cells

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.reporters.color import Paint, Role

_MARKUP = re.compile(
    r"""
    (?P<code>`[^`]+`)
    |\[(?P<label>[^]]+)\]\((?P<target>[^)]+)\)
    |<(?P<link>https?://[^>]+)>
    """,
    re.VERBOSE,
)


class Piece(NamedTuple):
    """A stretch of text that is painted alike."""

    text: str
    role: Role


def pieces(line: str) -> Iterator[Piece]:
    """The text of a line without its markup; code keeps its marks, for where there is no colour.

    A link within the pages is its label alone: it leads to no place on a terminal.
    """
    done = 0
    for found in _MARKUP.finditer(line):
        yield Piece(line[done : found.start()], "plain")
        done = found.end()
        if found["code"]:
            yield Piece(found["code"], "code")
        elif found["link"]:
            yield Piece(found["link"], "link")
        else:
            yield from pieces(found["label"])
            if found["target"].startswith("http"):
                yield Piece(" (", "plain")
                yield Piece(found["target"], "link")
                yield Piece(")", "plain")
    yield Piece(line[done:], "plain")


def wrapped(line: Iterable[Piece], width: int, paint: Paint) -> list[str]:
    """The line broken at spaces; a word that is longer than `width` stands alone."""
    lines: list[str] = []
    shown, filled = "", 0
    for word in _words(line):
        size = sum(cells(piece.text) for piece in word)
        if filled and filled + 1 + size > width:
            lines.append(shown)
            shown, filled = "", 0
        painted = "".join(paint(piece.text, piece.role) for piece in word)
        shown += f" {painted}" if filled else painted
        filled += size + bool(filled)
    return [*lines, shown] if shown else lines


def _words(line: Iterable[Piece]) -> Iterator[list[Piece]]:
    """The pieces between spaces, those of one word together."""
    word: list[Piece] = []
    for text, role in line:
        first, *others = text.split(" ")
        word.append(Piece(first, role))
        for other in others:
            if any(piece.text for piece in word):
                yield word
            word = [Piece(other, role)]
    if any(piece.text for piece in word):
        yield word
