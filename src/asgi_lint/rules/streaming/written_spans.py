"""Spans in the details of candidates, which are strings."""

from __future__ import annotations

from asgi_lint.diagnostics import Position, Span


def write_span(span: Span) -> str:
    """Four numbers: the rows and columns of start and end."""
    return f"{span.start.row} {span.start.column} {span.end.row} {span.end.column}"


def read_span(written: str) -> Span:
    """The span that `write_span` wrote."""
    row, column, end_row, end_column = map(int, written.split())
    return Span(Position(row, column), Position(end_row, end_column))
