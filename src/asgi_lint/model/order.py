"""The order in which the registrations on one node run."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from asgi_lint.model.facts import MODULE_SCOPE
from asgi_lint.model.values import Function, Instance

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.diagnostics import Place
    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring import Node

Key: TypeAlias = "tuple[int, ...]"

_DEPTH = 4
"""Calls of set-up functions within set-up functions that are followed."""


class Order:
    """Sorts registrations by when they run.

    A registration runs where its line stands if that is in the function (or module) that makes
    the node, else where that function calls the set-up function it stands in.
    """

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        self._files = files
        self._evaluator = evaluator

    def key(self, node: Node, place: Place, scope: int) -> Key | None:
        """What to compare with those of other registrations on the node; None if not known."""
        filename = place.filename
        start = (place.span.start.row, place.span.start.column)
        if not isinstance(node, Instance):
            return (0, *start) if filename == node.filename else None
        found = self._within(node.home, filename, scope, start, 0)
        if found is not None:
            return (0, *found)
        if node.made_by is not None and filename == node.made_by.filename:
            return (1, *start)
        return None

    def _within(
        self, home: tuple[str, int], filename: str, scope: int, start: Key, depth: int
    ) -> Key | None:
        scope = self._runs_in(filename, scope)
        if (filename, scope) == home:
            return start
        if depth == _DEPTH or scope == MODULE_SCOPE:
            return None
        for caller, found in self._evaluator.call_sites(Function(filename, scope)):
            position = found.call.span.start
            outer = self._within(
                home, caller, found.scope, (position.row, position.column), depth + 1
            )
            if outer is not None:
                return (*outer, *start)
        return None

    def _runs_in(self, filename: str, scope: int) -> int:
        """The function or module that runs a scope; a class's body runs where it stands."""
        scopes = self._files[filename].facts.scopes
        while scopes[scope].class_ is not None:
            scope = scopes[scope].parent
        return scope
