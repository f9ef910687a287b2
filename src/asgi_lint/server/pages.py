"""The page of a rule, for a diagnostic or a code that an editor points at."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from asgi_lint.rules.registry import page, rules

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.diagnostics import Diagnostic, Position, Span

_CODE = re.compile(r"\bASG[0-9]{3}\b", re.IGNORECASE)


def codes_at(
    diagnostics: Iterable[Diagnostic], position: Position, line: str
) -> Iterator[tuple[str, Span | None]]:
    """The code that is written at a place, and those of the diagnostics there.

    Each comes with what it is about, None for a code in the text.
    """
    for written in _CODE.finditer(line):
        if written.start() < position.column <= written.end() + 1:
            yield written[0].upper(), None
    found = [each for each in diagnostics if _covers(each.place.span, position)]
    yield from ((each.code, each.place.span) for each in found)


def pages(codes: Iterable[str]) -> str:
    """The pages of rules, one below the other, in Markdown; "" for codes that there are not."""
    known = rules()
    return "\n---\n\n".join(page(known[code]) for code in dict.fromkeys(codes) if code in known)


def _covers(span: Span, position: Position) -> bool:
    """Whether a place lies in a span; just behind it counts, as editors' cursors stand there."""
    return span.start <= position <= span.end
