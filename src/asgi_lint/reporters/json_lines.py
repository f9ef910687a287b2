"""The objects of the JSON list, each on a line of its own: for what reads them one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import as_json
from asgi_lint.reporters.json_list import diagnostic_object

if TYPE_CHECKING:
    from asgi_lint.reporters.report import Report


def render(report: Report) -> str:
    """A line for each diagnostic; nothing at all without one."""
    objects = (diagnostic_object(each, report) for each in report.diagnostics)
    return "".join(f"{as_json(each)}\n" for each in objects)
