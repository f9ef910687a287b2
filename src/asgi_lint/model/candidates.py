"""What a rule can already tell from one function, before it is known how the function is used."""

from __future__ import annotations

from typing import NamedTuple

from msgspec import Struct

from asgi_lint.diagnostics import Span  # noqa: TC001 - msgspec reads the annotations


class Replacement(NamedTuple):
    """An edit within the file at hand: the text at `span` becomes `content`."""

    span: Span
    content: str


class Candidate(Struct, frozen=True, gc=False, array_like=True):
    """A place in a function that is a finding if the function turns out to play a certain role.

    `scope` is the function's scope index. `detail` holds what the rule needs for its message, and
    `replacements` the edits of its fix, both plain data.
    """

    code: str
    scope: int
    span: Span
    detail: tuple[tuple[str, str], ...] = ()
    replacements: tuple[Replacement, ...] = ()

    def get(self, key: str, default: str = "") -> str:
        """The detail of that name."""
        return dict(self.detail).get(key, default)
