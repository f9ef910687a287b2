"""The difference between statements and what becomes of them, as edits of whole lines."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING

from libcst._nodes.internal import CodegenState

from asgi_lint.diagnostics import Position, Span
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.trees import lead
from asgi_lint.model.candidates import Replacement
from asgi_lint.source import NEWLINE

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    import libcst as cst

    from asgi_lint.fixes.pure_asgi.trees import Statements
    from asgi_lint.model.function_tree import FunctionInFile

_NEAR = 2
"""Changes with so few equal lines between them are one edit, so that it reads as a whole."""


def line_edits(tree: FunctionInFile, old: Statements, new: Statements) -> Iterator[Replacement]:
    """The edits that make `new` of `old`, statements that follow each other in the file."""
    first, comments = _first(tree, old[0])
    row = first.row - comments
    indent = tree.line(first.row)[: first.column - 1]
    before, after = _lines(tree, old, indent), _lines(tree, new, indent)
    stated = tree.lines[row - 1 : row - 1 + len(before)]
    if [line.rstrip("\r\n") for line in before] != [*stated]:
        raise Refusal("it is laid out in a way that is not followed")
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    changes: list[tuple[int, int, int, int]] = []
    for tag, start, end, new_start, new_end in matcher.get_opcodes():
        if tag == "equal":
            continue
        if changes and start - changes[-1][1] <= _NEAR:
            start, new_start = changes[-1][0], changes[-1][2]
            changes.pop()
        changes.append((start, end, new_start, new_end))
    for start, end, new_start, new_end in changes:
        span = Span(_position(tree, row + start), _position(tree, row + end))
        yield Replacement(span, "".join(after[new_start:new_end]))


def _first(tree: FunctionInFile, old: cst.BaseStatement) -> tuple[Position, int]:
    """Where a statement starts, its decorators included, and the lines that belong before it."""
    decorators: Sequence[cst.Decorator] = getattr(old, "decorators", ())
    if not decorators:
        return tree.span(old).start, len(lead(old))
    comments = len(lead(old)) + len(decorators[0].leading_lines)
    return tree.span(decorators[0]).start, comments


def _position(tree: FunctionInFile, row: int) -> Position:
    """Where a row begins; past the last one, where the text ends."""
    if row <= len(tree.lines):
        return Position(row, 1)
    return Position(len(tree.lines), len(tree.lines[-1]) + 1)


def _lines(tree: FunctionInFile, statements: Statements, indent: str) -> list[str]:
    """The lines of statements with their endings, as they stand at some depth."""
    state = CodegenState(default_indent=tree.indent, default_newline=tree.newline)
    if indent:
        state.increase_indent(indent)
    for statement in statements:
        statement._codegen(state)
    return [*_split("".join(state.tokens))]


def _split(text: str) -> Iterator[str]:
    start = 0
    for ending in NEWLINE.finditer(text):
        yield text[start : ending.end()]
        start = ending.end()
    if start < len(text):
        yield text[start:]
