"""ASG001: a file that cannot be parsed, and so is not analysed.

What can matter to no rule is not parsed either, unless the option `every-file` asks for it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Finding, Severity
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project


def check(project: Project) -> Iterator[Finding]:
    """What was found while reading; it cannot be deselected."""
    yield from project.unparsable


RULE = Rule(
    code="ASG001",
    name="unparsable-file",
    summary="A file that is not valid Python, or a manifest that is not valid.",
    severity=Severity.ERROR,
    check=check,
    options={"every-file": False},
)
