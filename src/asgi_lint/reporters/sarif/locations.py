"""Places in files as SARIF says them: artifact locations, regions and their text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgi_lint.diagnostics import Position, Span
from asgi_lint.reporters.lines import excerpt, split_lines
from asgi_lint.reporters.paths import absolute_uri, relative_uri

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Place
    from asgi_lint.reporters.report import Report

ROOT = "SRCROOT"
"""The `uriBaseId` of the repository, which relative URIs are relative to."""


def artifact_location(filename: str, report: Report) -> dict[str, Any]:
    """The file, relative to the repository where it lies below it."""
    uri = relative_uri(filename, report.repository)
    return {"uri": absolute_uri(filename)} if uri is None else {"uri": uri, "uriBaseId": ROOT}


def physical_location(place: Place, report: Report) -> dict[str, Any]:
    """The file and the region in it, with the text of both the region and its surroundings."""
    source = report.sources.get(place.filename, "")
    location = {
        "artifactLocation": artifact_location(place.filename, report),
        "region": _with_snippet(place.span, source),
    }
    around = _surroundings(place.span, source)
    if around != place.span:
        location["contextRegion"] = _with_snippet(around, source)
    return location


def region(span: Span) -> dict[str, Any]:
    """Rows and columns; in SARIF, too, they count from 1 and the end column is exclusive."""
    return {
        "startLine": span.start.row,
        "startColumn": span.start.column,
        "endLine": span.end.row,
        "endColumn": span.end.column,
    }


def _with_snippet(span: Span, source: str) -> dict[str, Any]:
    text = excerpt(source, span)
    return {**region(span), "snippet": {"text": text}} if text else region(span)


def _surroundings(span: Span, source: str) -> Span:
    """The whole lines of `span` and one more on either side, as far as the file has them."""
    lines = split_lines(source)
    if span.end.row > len(lines):
        return span
    first = max(1, span.start.row - 1)
    last = min(len(lines), span.end.row + 1)
    return Span(Position(first, 1), Position(last, len(lines[last - 1]) + 1))
