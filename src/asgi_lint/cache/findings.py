"""Findings to JSON and back: plain lists, so that whatever stands in a file is only data."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple
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


class Entry(NamedTuple):
    """What is kept of one run.

    `inputs` says what the run was about, `witnesses` what it saw on disk, `findings` what it found,
    each with its rule's code, `stated` which files state requirements.
    """

    inputs: str
    witnesses: dict[tuple[str, str], str]
    findings: list[tuple[str, Finding]]
    stated: frozenset[str]


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
        value = json.loads(body)
        return Entry(
            _text(value["inputs"]),
            {(_look(what), _text(path)): _text(seen) for what, path, seen in value["witnesses"]},
            [_finding(*each) for each in value["findings"]],
            frozenset(map(_text, value["stated"])),
        )
    except (KeyError, TypeError, ValueError, RecursionError):
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


def _place(place: Place) -> list[Any]:
    return [place.filename, *place.span.start, *place.span.end]


def _fix(fix: Fix) -> list[Any]:
    edits = [[_place(edit.place), edit.content] for edit in fix.edits]
    return [fix.applicability.value, fix.message, edits]


# What is read back: TypeError, ValueError or KeyError for what was not written above.


def _finding(
    code: Any, place: Any, message: Any, severity: Any, fix: Any, trace: Any
) -> tuple[str, Finding]:
    return _text(code), Finding(
        place=_read_place(*place),
        message=_text(message),
        severity=Severity(severity) if severity is not None else None,
        fix=_read_fix(*fix) if fix is not None else None,
        trace=tuple(Step(_text(said), _read_place(*where)) for said, where in trace),
    )


def _read_place(filename: Any, row: Any, column: Any, end_row: Any, end_column: Any) -> Place:
    start, end = (
        Position(_count(row), _count(column)),
        Position(_count(end_row), _count(end_column)),
    )
    return Place(_text(filename), Span(start, end))


def _read_fix(applicability: Any, message: Any, edits: Any) -> Fix:
    read = tuple(Edit(_read_place(*place), _text(content)) for place, content in edits)
    return Fix(Applicability(applicability), _text(message), read)


def _look(value: Any) -> str:
    if value not in ("bytes", "file", "exists", "names"):
        raise ValueError(value)
    return _text(value)


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def _count(value: Any) -> int:
    if type(value) is not int or value < 1:
        raise ValueError(value)
    return value
