"""Cutting the text at a place out of a file, to see whether the place is right."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Place
    from asgi_lint.versions.requirements import Reading

_LINE_END = re.compile(r"\r\n|\r|\n")


def cut(place: Place, text: str | None = None) -> str:
    """The text at a place within one line of `text`, else of the file on disk."""
    if text is None:
        text = Path(place.filename).read_bytes().decode("utf-8-sig")
    start, end = place.span
    assert start.row == end.row
    return _LINE_END.split(text)[start.row - 1][start.column - 1 : end.column - 1]


def assert_cut_out(reading: Reading, text: str | None = None) -> None:
    """Every place of a reading holds exactly what the requirement or comment says it does."""
    for requirement in reading.requirements:
        if requirement.is_rewritable:
            assert cut(requirement.place, text) == requirement.text
            assert cut(requirement.specifier_place, text) == requirement.specifier_text
    for comment in reading.comments:
        assert cut(comment.place, text) == comment.text
