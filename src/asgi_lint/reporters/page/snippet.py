"""Lines of code on a terminal, with a little colour to tell what is what."""

from __future__ import annotations

import re
from keyword import kwlist
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgi_lint.reporters.color import Paint, Role

_PYTHON = re.compile(
    rf"""
    (?P<added>[rbf]*("[^"]*"|'[^']*'))
    |(?P<error>\#[ ](?:error|warning|note):[ ].*)
    |(?P<quiet>\#.*)
    |(?P<frame>\b(?:{"|".join(kwlist)})\b)
    """,
    re.VERBOSE,
)
_OTHER = re.compile(r"(?P<error>\# (?:error|warning|note): .*)|(?P<quiet>\#.*)")


def highlighted(line: str, language: str, paint: Paint) -> str:
    """A line with its strings, comments and keywords painted, as far as one line tells."""
    pattern = _PYTHON if language == "python" else _OTHER

    def painted(found: re.Match[str]) -> str:
        role: Role = found.lastgroup  # type: ignore[assignment]  # the groups are named for roles
        return paint(found[0], role)

    return pattern.sub(painted, line)
