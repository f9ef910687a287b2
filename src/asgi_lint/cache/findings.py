"""Findings to JSON and back: plain lists, so that whatever stands in a file is only data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any
from zlib import crc32

from asgi_lint.diagnostics import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Place,
    Position,
    Severity,
    Span,
    Step,
)

if TYPE_CHECKING:
    from collections.abc import Iterable


def encoded(value: dict[str, Any]) -> bytes:
    """A JSON object, with a checksum before it."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return b"%08x\n%s" % (crc32(body), body)


def decoded(data: bytes) -> dict[str, Any] | None:
    """The object; None for anything that `encoded` did not write."""
    checksum, _, body = data.partition(b"\n")
    if checksum != b"%08x" % crc32(body):
        return None
    try:
        value = json.loads(body)
    except ValueError:
        return None
    return value if isinstance(value, dict) else None


def finding_lists(findings: Iterable[tuple[str, Finding]]) -> list[list[Any]]:
    """Findings, each with its rule's code, as JSON has them."""
    return [
        [
            code,
            _place(finding.place),
            finding.message,
            finding.severity.value if finding.severity is not None else None,
            _fix(finding.fix) if finding.fix is not None else None,
            [[step.message, _place(step.place)] for step in finding.trace],
        ]
        for code, finding in findings
    ]


def findings_of(lists: Iterable[list[Any]]) -> list[tuple[str, Finding]]:
    """The findings again; TypeError, ValueError or IndexError for what is none."""
    return [
        (
            code,
            Finding(
                place=_read_place(place),
                message=message,
                severity=Severity(severity) if severity is not None else None,
                fix=_read_fix(*fix) if fix is not None else None,
                trace=tuple(Step(said, _read_place(where)) for said, where in trace),
            ),
        )
        for code, place, message, severity, fix, trace in lists
    ]


def _place(place: Place) -> list[Any]:
    return [place.filename, *place.span.start, *place.span.end]


def _read_place(place: list[Any]) -> Place:
    filename, row, column, end_row, end_column = place
    return Place(filename, Span(Position(row, column), Position(end_row, end_column)))


def _fix(fix: Fix) -> list[Any]:
    edits = [[_place(edit.place), edit.content] for edit in fix.edits]
    return [fix.applicability.value, fix.message, edits]


def _read_fix(applicability: str, message: str, edits: list[Any]) -> Fix:
    read = tuple(Edit(_read_place(place), content) for place, content in edits)
    return Fix(Applicability(applicability), message, read)
