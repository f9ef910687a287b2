"""Diagnostics as SARIF results: message, place, trace and fix."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asgi_lint.reporters.sarif.descriptors import as_sentence
from asgi_lint.reporters.sarif.locations import artifact_location, physical_location, region

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic, Edit, Fix, Place, Step
    from asgi_lint.reporters.report import Report

_LINK_CHARACTER = re.compile(r"[\[\]\\]")
_PLACEHOLDER = re.compile(r"\{(\d+)\}")


def result(
    diagnostic: Diagnostic, rule_index: int, fingerprints: dict[str, str], report: Report
) -> dict[str, Any]:
    """One `result`. What has no edits is no `fix` in SARIF, and what has no trace no flow."""
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule_index,
        "level": diagnostic.severity.value,
        "message": {"text": _message(diagnostic)},
        "locations": [{"physicalLocation": physical_location(diagnostic.place, report)}],
        "partialFingerprints": fingerprints,
        **_trace(diagnostic, report),
        **_fixes(diagnostic.fix, report),
    }


def _message(diagnostic: Diagnostic) -> str:
    """The message, and the steps of the trace as links: GitHub shows only the linked ones."""
    sentence = _plain(as_sentence(diagnostic.message))
    links = [
        f"[{_plain(' '.join(step.message.split()))}]({number})"
        for number, step in enumerate(diagnostic.trace, 1)
    ]
    return f"{sentence} Trace: {', '.join(links)}." if links else sentence


def _plain(text: str) -> str:
    r"""`text` that no viewer takes for a link (`\[`) or for a placeholder (`{{0}}`).

    Strictly, every brace is to be doubled (SARIF 3.11.5). Viewers do so little undo it that the
    path `/items/{id}` would be shown with both, so only what looks like a placeholder is doubled.
    """
    return _PLACEHOLDER.sub(r"{{\1}}", _LINK_CHARACTER.sub(r"\\\g<0>", text))


def _trace(diagnostic: Diagnostic, report: Report) -> dict[str, Any]:
    if not diagnostic.trace:
        return {}
    return {
        "relatedLocations": [
            {"id": number, **_annotated(step.place, step.message, report)}
            for number, step in enumerate(diagnostic.trace, 1)
        ],
        "codeFlows": [{"threadFlows": [{"locations": _flow(diagnostic, report)}]}],
    }


def _flow(diagnostic: Diagnostic, report: Report) -> list[dict[str, Any]]:
    """The steps in order; the diagnostic's own place closes them if no step has done so."""
    steps: list[Step] = list(diagnostic.trace)
    flow = [{"location": _annotated(step.place, step.message, report)} for step in steps]
    if steps[-1].place == diagnostic.place:
        return flow
    return [*flow, {"location": _annotated(diagnostic.place, diagnostic.message, report)}]


def _annotated(place: Place, message: str, report: Report) -> dict[str, Any]:
    return {
        "physicalLocation": physical_location(place, report),
        "message": {"text": _plain(as_sentence(message))},
    }


def _fixes(fix: Fix | None, report: Report) -> dict[str, Any]:
    if fix is None or not fix.edits:
        return {}
    filenames = dict.fromkeys(edit.place.filename for edit in fix.edits)
    return {
        "fixes": [
            {
                "description": {"text": _plain(as_sentence(fix.message))},
                "artifactChanges": [
                    {
                        "artifactLocation": artifact_location(filename, report),
                        "replacements": [
                            _replacement(edit)
                            for edit in fix.edits
                            if edit.place.filename == filename
                        ],
                    }
                    for filename in filenames
                ],
                "properties": {"applicability": fix.applicability.value},
            }
        ]
    }


def _replacement(edit: Edit) -> dict[str, Any]:
    return {
        "deletedRegion": region(edit.place.span),
        "insertedContent": {"text": edit.content},
    }
