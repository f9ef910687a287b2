"""How often each code was reported, most first: as a table or as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import as_json, well_formed
from asgi_lint.reporters.color import painter
from asgi_lint.reporters.summary import summary

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Diagnostic, Severity
    from asgi_lint.reporters.report import Report


@dataclass(frozen=True, slots=True)
class CodeCount:
    """How often a code was reported; `severity` is the highest it was reported with."""

    code: str
    name: str
    severity: Severity
    count: int


def render(report: Report, *, color: bool = False) -> str:
    """A line for each code, then the summary."""
    paint = painter(color=color)
    counts = count_codes(report.diagnostics)
    size = max((len(str(entry.count)) for entry in counts), default=0)
    kind = max((len(entry.severity.value) for entry in counts), default=0)
    lines = [
        f"{entry.count:>{size + 2}}  {entry.code}  "
        f"{paint(f'{entry.severity.value:<{kind}}', entry.severity.value)}  {entry.name}"
        for entry in counts
    ]
    return well_formed("\n".join([*lines, *summary(report, paint)]) + "\n")


def render_json(report: Report) -> str:
    """A JSON list of objects with `code`, `name`, `severity` and `count`."""
    objects = [
        {
            "code": entry.code,
            "name": entry.name,
            "severity": entry.severity.value,
            "count": entry.count,
        }
        for entry in count_codes(report.diagnostics)
    ]
    return as_json(objects, indent=2) + "\n"


def count_codes(diagnostics: tuple[Diagnostic, ...]) -> list[CodeCount]:
    """The codes by how often they were reported, equal ones in order of code."""
    by_code: dict[str, list[Diagnostic]] = {}
    for diagnostic in diagnostics:
        by_code.setdefault(diagnostic.code, []).append(diagnostic)
    counts = [
        CodeCount(code, group[0].name, _worst(group), len(group)) for code, group in by_code.items()
    ]
    return sorted(counts, key=lambda entry: (-entry.count, entry.code))


def _worst(diagnostics: list[Diagnostic]) -> Severity:
    severities = [diagnostic.severity for diagnostic in diagnostics]
    return max(severities, key=lambda severity: severity.rank)
