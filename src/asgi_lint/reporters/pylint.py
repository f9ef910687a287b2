"""Pylint's parseable lines, `path:row: [CODE] message`, which many build servers can read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import visible, well_formed
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.reporters.report import Report


def render(report: Report) -> str:
    """A line for each diagnostic; nothing at all without one."""
    return well_formed("".join(f"{_line(each, report)}\n" for each in report.diagnostics))


def _line(diagnostic: Diagnostic, report: Report) -> str:
    path = visible(shown_path(diagnostic.place.filename, report.base))
    message = visible(" ".join(diagnostic.message.split()))
    return f"{path}:{diagnostic.place.span.start.row}: [{diagnostic.code}] {message}"
