"""Workflow commands of GitHub Actions, which show each diagnostic beside its line.

What a command may hold is escaped as GitHub's own toolkit does it:
https://github.com/actions/toolkit/blob/main/packages/core/src/command.ts
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

_COMMANDS = {Severity.ERROR: "error", Severity.WARNING: "warning", Severity.NOTE: "notice"}
_IN_DATA = str.maketrans({"%": "%25", "\r": "%0D", "\n": "%0A"})
_IN_PROPERTY = _IN_DATA | str.maketrans({":": "%3A", ",": "%2C"})


def render(report: Report) -> str:
    """A command for each diagnostic; nothing at all without one."""
    return well_formed("".join(f"{_command(each, report)}\n" for each in report.diagnostics))


def _command(diagnostic: Diagnostic, report: Report) -> str:
    properties = ",".join(
        f"{name}={visible_lines(value).translate(_IN_PROPERTY)}"
        for name, value in _properties(diagnostic, report).items()
    )
    text = "\n".join([diagnostic.message, *explanation(diagnostic, report.repository)])
    data = visible_lines(text).translate(_IN_DATA)
    return f"::{_COMMANDS[diagnostic.severity]} {properties}::{data}"


def _properties(diagnostic: Diagnostic, report: Report) -> dict[str, str]:
    """GitHub looks for the file in the repository, and takes columns within one line alone."""
    start, end = diagnostic.place.span
    properties = {
        "title": f"asgi-lint ({diagnostic.code})",
        "file": shown_path(diagnostic.place.filename, report.repository),
        "line": str(start.row),
        "endLine": str(end.row),
    }
    if start.row == end.row:
        properties |= {"col": str(start.column), "endColumn": str(end.column)}
    return properties
