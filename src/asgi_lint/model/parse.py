"""LibCST's trees, which rules look at: parsing, the places of nodes, the children that are code."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING

import libcst as cst
from libcst._nodes.internal import CodegenState

from asgi_lint.diagnostics import Position, Span

if TYPE_CHECKING:
    from collections.abc import Iterator

_NEWLINE = re.compile(r"\r\n?|\n")


def parse(text: str) -> cst.Module | None:
    """LibCST's tree; call it within `with_deep_stack`. None for what it does not read."""
    try:
        return cst.parse_module(text)
    except (cst.ParserSyntaxError, RecursionError):
        return None


class Positions:
    """Where the nodes of one module stand; worked out in one pass over the whole module.

    `first_row` is the row of the file that the module's first line stands at.

    LibCST's own position provider does the same with an object per corner of each node and a
    deep copy of the module first, at twice the cost.
    """

    def __init__(self, module: cst.Module, first_row: int = 1) -> None:
        state = _PositionState(
            default_indent=module.default_indent, default_newline=module.default_newline
        )
        state.row = first_row
        module._codegen(state)
        self._spans = state.spans

    def span(self, node: cst.CSTNode) -> Span:
        """The span of `node` without the white space that it owns."""
        row, column, end_row, end_column = self._spans[id(node)]
        return Span(Position(row, column + 1), Position(end_row, end_column + 1))


class _PositionState(CodegenState):
    """Counts rows and columns while LibCST writes the module out."""

    def __init__(self, default_indent: str, default_newline: str) -> None:
        super().__init__(default_indent, default_newline)
        self.spans: dict[int, tuple[int, int, int, int]] = {}
        self.row = 1
        self.column = 0
        self._starts: list[tuple[int, int]] = []

    def add_indent_tokens(self) -> None:
        for token in self.indent_tokens:
            self.column += len(token)

    def add_token(self, value: str) -> None:
        if "\n" not in value and "\r" not in value:
            self.column += len(value)
            return
        parts = _NEWLINE.split(value)
        self.row += len(parts) - 1
        self.column = len(parts[-1])

    def before_codegen(self, node: cst.CSTNode) -> None:  # noqa: ARG002 - LibCST's signature
        self._starts.append((self.row, self.column))

    def after_codegen(self, node: cst.CSTNode) -> None:
        row, column = self._starts.pop()
        self.spans.setdefault(id(node), (row, column, self.row, self.column))

    def pop_trailing_newline(self) -> None:
        """Nothing to take back: no tokens are kept."""

    def record_syntactic_position(  # type: ignore[override]
        self,
        node: cst.CSTNode,
        *,
        start_node: cst.CSTNode | None = None,
        end_node: cst.CSTNode | None = None,
    ) -> _SyntacticPosition:
        return _SyntacticPosition(self, node, start_node, end_node)


class _SyntacticPosition:
    """The context in which LibCST writes the part of a node that is not white space."""

    __slots__ = ("_end_node", "_node", "_start", "_start_node", "_state")

    def __init__(
        self,
        state: _PositionState,
        node: cst.CSTNode,
        start_node: cst.CSTNode | None,
        end_node: cst.CSTNode | None,
    ) -> None:
        self._state = state
        self._node = node
        self._start_node = start_node
        self._end_node = end_node

    def __enter__(self) -> None:
        self._start = (self._state.row, self._state.column)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        if kind is not None:
            return
        state = self._state
        start, end = self._start, (state.row, state.column)
        if self._start_node is not None:
            start = state.spans[id(self._start_node)][:2]
        if self._end_node is not None:
            end = state.spans[id(self._end_node)][2:]
        state.spans[id(self._node)] = (*start, *end)


def child_nodes(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The children of a node that are code: white space and punctuation are left out."""
    for name in _code_fields(type(node)):
        value = getattr(node, name)
        kind = type(value)
        if kind is list or kind is tuple:
            yield from value
        elif kind not in _NO_NODES:
            yield value


_NO_NODES = frozenset({bool, str, type(None), cst.MaybeSentinel})
"""What else a field may hold; `isinstance` takes long to ask for LibCST's abstract base class."""

_FIELDS: dict[type[cst.CSTNode], tuple[str, ...]] = {}
_PUNCTUATION = (
    "whitespace", "leading_lines", "lines_after", "lpar", "rpar", "lbracket", "rbracket",
    "lbrace", "rbrace", "comma", "equal", "semicolon", "colon", "header", "footer", "newline",
    "trailing_whitespace", "dot", "star_sep", "operator", "asynchronous",
)  # fmt: skip


def _code_fields(kind: type[cst.CSTNode]) -> tuple[str, ...]:
    fields = _FIELDS.get(kind)
    if fields is None:
        names = (each.name for each in dataclasses.fields(kind))
        fields = tuple(name for name in names if not name.startswith(_PUNCTUATION))
        _FIELDS[kind] = fields
    return fields
