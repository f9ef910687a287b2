"""The diagnostic format of reviewdog, with the edits of a fix as suggestions.

https://github.com/reviewdog/reviewdog/tree/master/proto/rdf
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

from asgi_lint.diagnostics import Place, Severity, Span
from asgi_lint.reporters.characters import as_json
from asgi_lint.reporters.lines import excerpt, split_lines
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic, Edit, Position
    from asgi_lint.reporters.report import Report

_HOME = "https://asgi-lint.readthedocs.io/"
_SEVERITIES = {Severity.ERROR: "ERROR", Severity.WARNING: "WARNING", Severity.NOTE: "INFO"}


def render(report: Report) -> str:
    """The report as one `DiagnosticResult`."""
    result = {
        "source": {"name": "asgi-lint", "url": _HOME},
        "diagnostics": [_diagnostic(each, report) for each in report.diagnostics],
    }
    return as_json(result, indent=2) + "\n"


def _diagnostic(diagnostic: Diagnostic, report: Report) -> dict[str, Any]:
    parts: dict[str, Any] = {
        "message": diagnostic.message,
        "location": _location(diagnostic.place, report),
        "severity": _SEVERITIES[diagnostic.severity],
        "code": {"value": diagnostic.code, "url": diagnostic.url},
    }
    if suggestions := _suggestions(diagnostic, report):
        parts["suggestions"] = suggestions
    if diagnostic.trace:
        parts["related_locations"] = [
            {"message": step.message, "location": _location(step.place, report)}
            for step in diagnostic.trace
        ]
    return parts


def _suggestions(diagnostic: Diagnostic, report: Report) -> list[dict[str, Any]]:
    """The whole fix as one suggestion, since several would each be applied alone.

    A suggestion has no file of its own, so a fix that changes another one is left out.
    """
    filename = diagnostic.place.filename
    edits = diagnostic.fix.edits if diagnostic.fix is not None else ()
    source = report.sources.get(filename)
    if source is None or not edits or any(edit.place.filename != filename for edit in edits):
        return []
    ordered = sorted(edits, key=lambda edit: edit.place.span)
    span = Span(ordered[0].place.span.start, ordered[-1].place.span.end)
    return [{"range": _range(Place(filename, span), report), "text": _changed(ordered, source)}]


def _changed(ordered: list[Edit], source: str) -> str:
    """The text from the first edit to the last as it is afterwards."""
    parts = [ordered[0].content]
    for before, edit in pairwise(ordered):
        parts += excerpt(source, Span(before.place.span.end, edit.place.span.start)), edit.content
    return "".join(parts)


def _location(place: Place, report: Report) -> dict[str, Any]:
    return {"path": shown_path(place.filename, report.base), "range": _range(place, report)}


def _range(place: Place, report: Report) -> dict[str, Any]:
    source = report.sources.get(place.filename)
    if source is None:
        return _whole_lines(place.span)
    lines = split_lines(source)
    return {
        "start": _position(place.span.start, lines),
        "end": _position(place.span.end, lines),
    }


def _whole_lines(span: Span) -> dict[str, Any]:
    """Without the text nobody can say how many bytes a column is; a range may do without."""
    return {"start": {"line": span.start.row}, "end": {"line": span.end.row}}


def _position(position: Position, lines: tuple[str, ...]) -> dict[str, int]:
    """Columns count the bytes of UTF-8."""
    line = lines[position.row - 1] if position.row <= len(lines) else ""
    before = line[: position.column - 1].encode("utf-8", "surrogatepass")
    return {"line": position.row, "column": len(before) + 1}
