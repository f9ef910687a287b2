"""The closing lines of the text formats: what was found, in how much, and what can be fixed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_lint.reporters.color import Paint
    from asgi_lint.reporters.report import Report


def summary(report: Report, paint: Paint) -> list[str]:
    """One line, or two where something can be fixed."""
    files = _counted(report.files_checked, "file")
    if report.diagnostics:
        return [f"Found {_severities(report, paint)} in {files}.", *_fixable(report)]
    if not report.files_checked:
        return [paint("No files were checked.", "warning")]
    return [f"{paint('All checks passed', 'good')}: {files}."]


def _severities(report: Report, paint: Paint) -> str:
    counts = Counter(diagnostic.severity for diagnostic in report.diagnostics)
    worst_first = sorted(Severity, key=lambda severity: -severity.rank)
    return _enumerated(
        [
            paint(_counted(counts[severity], severity.value), severity.value)
            for severity in worst_first
            if counts[severity]
        ]
    )


def _fixable(report: Report) -> list[str]:
    counts = Counter(
        diagnostic.fix.applicability
        for diagnostic in report.diagnostics
        if diagnostic.fix is not None and diagnostic.fix.edits
    )
    kinds = [
        f"{counts[kind]} {kind.value}"
        for kind in (Applicability.SAFE, Applicability.UNSAFE)
        if counts[kind]
    ]
    return [f"Fixable: {', '.join(kinds)}."] if kinds else []


def _enumerated(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def _counted(count: int, noun: str) -> str:
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
