"""Programs after their BaseHTTPMiddleware is rewritten, or why one of them is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.fixes.pure_asgi import extract as pure_asgi
from asgi_lint.model.extract import extract
from asgi_lint.model.facts import FileFacts

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Position
    from asgi_lint.model.candidates import Candidate

_MOST_ROUNDS = 10


def candidates(text: str) -> list[Candidate]:
    """What is found of the dispatchers of a file."""
    found = with_deep_stack(lambda: extract(text, "/project/main.py", [pure_asgi]))
    assert isinstance(found, FileFacts), found
    return list(found.candidates)


def rewritten(text: str) -> str:
    """The text after all of its middleware is rewritten, one after the other; none is refused."""
    for _ in range(_MOST_ROUNDS):
        found = candidates(text)
        if not found:
            return text
        assert not found[0].get("refused"), found[0].get("refused")
        text = _edited(text, found[0])
    raise AssertionError("there is always one more to rewrite")


def refusals(text: str) -> list[str]:
    """Why the dispatchers of a file are not rewritten, "" for one that is."""
    return [candidate.get("refused") for candidate in candidates(text)]


def _edited(text: str, candidate: Candidate) -> str:
    for edit in sorted(candidate.replacements, key=lambda each: each.span, reverse=True):
        start, end = _offset(text, edit.span.start), _offset(text, edit.span.end)
        text = text[:start] + edit.content + text[end:]
    return text


def _offset(text: str, position: Position) -> int:
    lines = text.split("\n")
    return sum(len(line) + 1 for line in lines[: position.row - 1]) + position.column - 1
