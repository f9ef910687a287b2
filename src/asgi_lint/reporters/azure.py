"""Logging commands of Azure Pipelines, which list each diagnostic in the summary of a build.

What a command may hold is escaped as the agent reads it:
https://learn.microsoft.com/azure/devops/pipelines/scripts/logging-commands
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Severity
from asgi_lint.reporters.characters import visible_lines, well_formed
from asgi_lint.reporters.explanation import explanation
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.reporters.report import Report

_TYPES = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "warning"}
"""There are no other types: a note is a warning here, and says that it is one."""

_ESCAPED = str.maketrans({"%": "%AZP25", "\r": "%0D", "\n": "%0A", ";": "%3B", "]": "%5D"})


def render(report: Report) -> str:
    """A command for each diagnostic; nothing at all without one."""
    return well_formed("".join(f"{_command(each, report)}\n" for each in report.diagnostics))


def _command(diagnostic: Diagnostic, report: Report) -> str:
    row, column = diagnostic.place.span.start
    properties = {
        "type": _TYPES[diagnostic.severity],
        "sourcepath": shown_path(diagnostic.place.filename, report.repository),
        "linenumber": str(row),
        "columnnumber": str(column),
        "code": diagnostic.code,
    }
    listed = "".join(f"{name}={_escaped(value)};" for name, value in properties.items())
    return f"##vso[task.logissue {listed}]{_escaped(_text(diagnostic, report))}"


def _text(diagnostic: Diagnostic, report: Report) -> str:
    note = "Note: " if diagnostic.severity is Severity.NOTE else ""
    first = f"{note}{diagnostic.message}"
    return "\n".join([first, *explanation(diagnostic, report.repository)])


def _escaped(text: str) -> str:
    return visible_lines(text).translate(_ESCAPED)
