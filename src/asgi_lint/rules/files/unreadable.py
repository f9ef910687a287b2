"""ASG002: a file that cannot be read, and so is not analysed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Finding, Severity
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project


def check(project: Project) -> Iterator[Finding]:
    """What was found while reading; it cannot be deselected."""
    yield from project.unreadable


RULE = Rule(
    code="ASG002",
    name="unreadable-file",
    summary="A file that cannot be read.",
    severity=Severity.ERROR,
    check=check,
)
