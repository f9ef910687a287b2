"""Findings to JSON and back: plain lists, so that whatever stands in a file is only data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Annotated, Any, Literal
from zlib import crc32

import msgspec

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


_Count = Annotated[int, msgspec.Meta(ge=1)]
_PlaceList = tuple[str, _Count, _Count, _Count, _Count]
_FixList = tuple[str, str, list[tuple[_PlaceList, str]]]
_FindingList = tuple[
    str, _PlaceList, str, str | None, _FixList | None, list[tuple[str, _PlaceList]]
]


class Entry(msgspec.Struct, frozen=True):
    """What is kept of one run, checked to have these types, whoever has written it.

    `inputs` says what the run was about, `witnesses` what it saw on disk, `stated` which files
    state requirements.
    """

    inputs: str
    witnesses: list[tuple[Literal["bytes", "file", "exists", "names"], str, str]]
    findings: list[_FindingList]
    stated: list[str]


def encoded(value: dict[str, Any]) -> bytes:
    """A JSON object, with a checksum before it."""
    body = json.dumps(value, separators=(",", ":")).encode()
    return b"%08x\n%s" % (crc32(body), body)


def decoded(data: bytes) -> Entry | None:
    """The entry; None for anything that `encoded` did not write for one."""
    checksum, _, body = data.partition(b"\n")
    if checksum != b"%08x" % crc32(body):
        return None
    try:
        # Not by msgspec alone, which takes no lone surrogate: names that are not UTF-8 have some.
        return msgspec.convert(json.loads(body), Entry)
    except (ValueError, RecursionError):
        return None


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


def findings_of(lists: Iterable[_FindingList]) -> list[tuple[str, Finding]]:
    """The findings again; ValueError for a severity or an applicability that there is not."""
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


def _read_place(place: _PlaceList) -> Place:
    filename, row, column, end_row, end_column = place
    return Place(filename, Span(Position(row, column), Position(end_row, end_column)))


def _fix(fix: Fix) -> list[Any]:
    edits = [[_place(edit.place), edit.content] for edit in fix.edits]
    return [fix.applicability.value, fix.message, edits]


def _read_fix(applicability: str, message: str, edits: list[tuple[_PlaceList, str]]) -> Fix:
    read = tuple(Edit(_read_place(place), content) for place, content in edits)
    return Fix(Applicability(applicability), message, read)
