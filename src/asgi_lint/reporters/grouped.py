"""The diagnostics under the name of their file, one line each, then the summary."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.reporters.characters import visible, well_formed
from asgi_lint.reporters.color import painter
from asgi_lint.reporters.paths import shown_path
from asgi_lint.reporters.summary import summary

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.reporters.color import Paint
    from asgi_lint.reporters.report import Report


def render(report: Report, *, color: bool = False) -> str:
    """The report with a paragraph for each file: its name, then `row:column CODE [..] message`."""
    paint = painter(color=color)
    by_file = groupby(report.diagnostics, key=lambda each: each.place.filename)
    blocks = ["\n".join(_block(filename, found, report, paint)) for filename, found in by_file]
    return well_formed("\n\n".join([*blocks, "\n".join(summary(report, paint))]) + "\n")


class _Line(NamedTuple):
    position: str
    severity: str
    diagnostic: Diagnostic


def _block(
    filename: str, diagnostics: Iterable[Diagnostic], report: Report, paint: Paint
) -> Iterator[str]:
    yield paint(f"{visible(shown_path(filename, report.base))}:", "message")
    lines = [_line(each) for each in diagnostics]
    position = max(len(line.position) for line in lines)
    severity = max(len(line.severity) for line in lines)
    for line in lines:
        label = paint(f"{line.severity:<{severity}}", line.diagnostic.severity.value)
        message = visible(" ".join(line.diagnostic.message.split()))
        yield f"  {line.position:>{position}}  {label}  {message}"


def _line(diagnostic: Diagnostic) -> _Line:
    row, column = diagnostic.place.span.start
    severity = f"{diagnostic.code} [{diagnostic.severity.value}]"
    return _Line(f"{row}:{column}", severity, diagnostic)
