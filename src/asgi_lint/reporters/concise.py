"""One line a diagnostic, in the shape that editors and `grep` users know, then the summary."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import visible, well_formed
from asgi_lint.reporters.color import painter
from asgi_lint.reporters.paths import shown_path
from asgi_lint.reporters.summary import summary

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.reporters.color import Paint
    from asgi_lint.reporters.report import Report


def render(report: Report, *, color: bool = False) -> str:
    """The report with a line for each diagnostic: `path:row:column: CODE [severity] message`."""
    paint = painter(color=color)
    lines = [_line(diagnostic, report, paint) for diagnostic in report.diagnostics]
    return well_formed("\n".join([*lines, *summary(report, paint)]) + "\n")


def _line(diagnostic: Diagnostic, report: Report, paint: Paint) -> str:
    path = visible(shown_path(diagnostic.place.filename, report.base))
    row, column = diagnostic.place.span.start
    severity = paint(f"{diagnostic.code} [{diagnostic.severity.value}]", diagnostic.severity.value)
    message = visible(" ".join(diagnostic.message.split()))
    return f"{path}:{row}:{column}: {severity} {message}"
