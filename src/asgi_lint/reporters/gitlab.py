"""GitLab's code quality report, which merge requests show beside the changed lines.

https://docs.gitlab.com/ci/testing/code_quality/#code-quality-report-format
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from typing import TYPE_CHECKING, Any

from asgi_lint.diagnostics import Severity
from asgi_lint.reporters.characters import as_json
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Diagnostic, Position
    from asgi_lint.reporters.report import Report

_SEVERITIES = {Severity.ERROR: "major", Severity.WARNING: "minor", Severity.NOTE: "info"}


def render(report: Report) -> str:
    """The report as a JSON list; GitLab finds the files in the repository."""
    objects = [
        _object(diagnostic, fingerprint, report)
        for diagnostic, fingerprint in zip(
            report.diagnostics, _unique_fingerprints(report), strict=True
        )
    ]
    return as_json(objects, indent=2) + "\n"


def _object(diagnostic: Diagnostic, fingerprint: str, report: Report) -> dict[str, Any]:
    start, end = diagnostic.place.span
    return {
        "check_name": diagnostic.code,
        "description": f"{diagnostic.code}: {' '.join(diagnostic.message.split())}",
        "severity": _SEVERITIES[diagnostic.severity],
        "fingerprint": fingerprint,
        "location": {
            "path": shown_path(diagnostic.place.filename, report.repository),
            "positions": {"begin": _position(start), "end": _position(end)},
        },
    }


def _unique_fingerprints(report: Report) -> Iterator[str]:
    """GitLab shows one of those that have a fingerprint in common.

    Ours differ within a repository; outside of one, two projects may have equal files.
    """
    seen: Counter[str] = Counter()
    for diagnostic in report.diagnostics:
        own = diagnostic.fingerprint
        seen[own] += 1
        yield own if seen[own] == 1 else sha256(f"{own}:{seen[own]}".encode()).hexdigest()[:32]


def _position(position: Position) -> dict[str, int]:
    return {"line": position.row, "column": position.column}
