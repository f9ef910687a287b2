"""One function of a parsed file, as the extractors of rules get to see it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from collections.abc import Sequence

    import libcst as cst

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.facts import ImportFacts
    from asgi_lint.model.parse import Positions


class FileNames(Protocol):
    """What is known of the file as a whole while its functions are looked at."""

    @property
    def lines(self) -> Sequence[str]:
        """The file's lines without their endings."""

    @property
    def imports(self) -> Sequence[ImportFacts]:
        """The imports met so far."""

    def canonical(self, name: str, scope: int) -> str:
        """`name` with its first part replaced by what an import binds it to."""


class FunctionTree:
    """A definition with its scope index, and what a rule may ask about its nodes and file.

    `class_` is the class whose method it is. `module` is the tree of the whole file, for what
    cannot be told from the function alone; to go through all of it is slow. `indent` is the file's
    own unit of indentation, `newline` its own line ending.
    """

    def __init__(
        self,
        node: cst.FunctionDef,
        scope: int,
        module: cst.Module,
        positions: Positions,
        file: FileNames,
        *,
        is_generator: bool,
        class_: cst.ClassDef | None = None,
    ) -> None:
        self.node = node
        self.class_ = class_
        self.scope = scope
        self.module = module
        self.is_generator = is_generator
        self.indent = module.default_indent
        self.newline = module.default_newline
        self._positions = positions
        self._file = file

    def span(self, node: cst.CSTNode) -> Span:
        """Where a node of this function stands, white space around it left out."""
        return self._positions.span(node)

    def names(self, node: cst.BaseExpression) -> str | None:
        """The canonical dotted name of a name or attribute chain, by this file's imports."""
        name = dotted_name(node)
        return self._file.canonical(name, self.scope) if name else None

    def imports(self, module: str) -> bool:
        """Whether the file, so far, imports a top-level module or something from it."""
        return any(
            found.level == 0 and found.module.partition(".")[0] == module
            for found in self._file.imports
        )

    @property
    def lines(self) -> Sequence[str]:
        """The file's lines without their endings."""
        return self._file.lines

    def line(self, row: int) -> str:
        """The text of a line, from 1, without its ending."""
        return self._file.lines[row - 1]
