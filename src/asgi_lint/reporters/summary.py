"""The closing lines of the text formats: what was found, in how much, and what can be fixed."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Severity
from asgi_lint.reporters.characters import visible
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.reporters.color import Paint
    from asgi_lint.reporters.report import Fixes, Report


def summary(report: Report, paint: Paint) -> list[str]:
    """What was found, before it what was fixed, and after it what can be."""
    files = counted(report.files_checked, "file")
    fixed = fixed_lines(report) if report.fixes else []
    if report.diagnostics:
        found = f"Found {_severities(report, paint)} in {files}."
        more = _held_back(report.fixes) if report.fixes else _fixable(report)
        return [*fixed, found, *more, *_in_baseline(report)]
    if not report.files_checked:
        return [paint("No files were checked.", "warning")]
    return [*fixed, f"{paint('All checks passed', 'good')}: {files}.", *_in_baseline(report)]


def _in_baseline(report: Report) -> list[str]:
    return [f"{report.in_baseline} more in the baseline."] if report.in_baseline else []


def _severities(report: Report, paint: Paint) -> str:
    counts = Counter(diagnostic.severity for diagnostic in report.diagnostics)
    worst_first = sorted(Severity, key=lambda severity: -severity.rank)
    return _enumerated(
        [
            paint(counted(counts[severity], severity.value), severity.value)
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


def _held_back(fixes: Fixes) -> list[str]:
    return (
        [f"{fixes.held_back} more can be fixed with `--unsafe-fixes`."] if fixes.held_back else []
    )


def fixed_lines(report: Report) -> list[str]:
    """How many diagnostics were fixed, after where if that is asked for; nothing for none."""
    if report.fixes is None or not report.fixes.applied:
        return []
    fixed = counted(len(report.fixes.applied), "diagnostic")
    listed = fixes_listed(report.fixes.applied, report.base) if report.fixes.is_listed else []
    return [*listed, f"Fixed {fixed} ({len(report.diagnostics)} remaining)."]


def fixes_listed(applied: Iterable[Diagnostic], base: Path) -> list[str]:
    """The files with how often which rule's fix was applied in them."""
    by_file: dict[str, Counter[tuple[str, str]]] = {}
    for diagnostic in applied:
        path = visible(shown_path(diagnostic.place.filename, base))
        by_file.setdefault(path, Counter())[diagnostic.code, diagnostic.name] += 1
    lines = []
    for path, counts in sorted(by_file.items()):
        lines.append(f"{path}:")
        lines += [f"  {count} x {code} ({name})" for (code, name), count in sorted(counts.items())]
    return lines


def _enumerated(parts: Sequence[str]) -> str:
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def counted(count: int, noun: str) -> str:
    """`1 file`, `2 files`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"
