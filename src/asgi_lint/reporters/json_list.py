"""A JSON list with one object for each diagnostic, for programs.

The keys are a promise: one may be added, none is removed, renamed or given another meaning.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypedDict

from asgi_lint.reporters.characters import as_json
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic, Edit, Fix, Position, Step
    from asgi_lint.reporters.report import Report


class Location(TypedDict):
    """A position: both from 1, the column in characters."""

    row: int
    column: int


class EditObject(TypedDict):
    """The text from `location` to `end_location` (exclusive) becomes `content`."""

    filename: str
    location: Location
    end_location: Location
    content: str


class FixObject(TypedDict):
    """A suggested change; `applicability` is safe, unsafe or advice (which has no edits)."""

    applicability: str
    message: str
    edits: list[EditObject]


class RelatedObject(TypedDict):
    """A step of the trace, in order."""

    message: str
    filename: str
    location: Location
    end_location: Location


class DiagnosticObject(TypedDict):
    """A diagnostic; `severity` is error, warning or note."""

    code: str
    name: str
    message: str
    severity: str
    filename: str
    location: Location
    end_location: Location
    url: str
    fix: FixObject | None
    related: list[RelatedObject]


def render(report: Report) -> str:
    """The diagnostics as a JSON list."""
    objects = [diagnostic_object(diagnostic, report) for diagnostic in report.diagnostics]
    # JSON cannot hold a lone surrogate that every parser accepts (RFC 8259, section 8.2).
    return as_json(objects, indent=2) + "\n"


def diagnostic_object(diagnostic: Diagnostic, report: Report) -> DiagnosticObject:
    """What JSON says about one diagnostic."""
    span = diagnostic.place.span
    return {
        "code": diagnostic.code,
        "name": diagnostic.name,
        "message": diagnostic.message,
        "severity": diagnostic.severity.value,
        "filename": shown_path(diagnostic.place.filename, report.base),
        "location": _location(span.start),
        "end_location": _location(span.end),
        "url": diagnostic.url,
        "fix": None if diagnostic.fix is None else _fix_object(diagnostic.fix, report),
        "related": [_related_object(step, report) for step in diagnostic.trace],
    }


def _fix_object(fix: Fix, report: Report) -> FixObject:
    return {
        "applicability": fix.applicability.value,
        "message": fix.message,
        "edits": [_edit_object(edit, report) for edit in fix.edits],
    }


def _edit_object(edit: Edit, report: Report) -> EditObject:
    return {
        "filename": shown_path(edit.place.filename, report.base),
        "location": _location(edit.place.span.start),
        "end_location": _location(edit.place.span.end),
        "content": edit.content,
    }


def _related_object(step: Step, report: Report) -> RelatedObject:
    return {
        "message": step.message,
        "filename": shown_path(step.place.filename, report.base),
        "location": _location(step.place.span.start),
        "end_location": _location(step.place.span.end),
    }


def _location(position: Position) -> Location:
    return {"row": position.row, "column": position.column}
