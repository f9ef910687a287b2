"""The packages that bring Starlette with them, and what their releases require of it."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from packaging.requirements import Requirement
    from packaging.version import Version

DEPENDENTS = (
    "fastapi-users",
    "gradio",
    "mcp",
    "prometheus-fastapi-instrumentator",
    "responder",
    "sqladmin",
    "sse-starlette",
    "starlette-admin",
    "starlette-context",
)
"""Those whose own metadata requires Starlette or FastAPI, and whose releases are bundled."""


@cache
def required_by(dependent: str, release: Version) -> tuple[Requirement, ...]:
    """What this release of a dependent requires of Starlette and FastAPI; empty if unknown."""
    from packaging.requirements import Requirement  # late: the names alone are asked for more often

    from asgi_lint.versions.release_data import release_data

    return tuple(map(Requirement, release_data(dependent).requires.get(str(release), ())))
