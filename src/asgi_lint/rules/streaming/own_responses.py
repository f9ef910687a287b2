"""Response classes of the project that send themselves in a way of their own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model.values import Class

if TYPE_CHECKING:
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import External


def sends_itself(project: Project, class_: External | Class) -> bool:
    """Whether the class may catch what its body raises, and hold on to things until it is sent."""
    return defines(project, class_, "__call__", "stream_response")


def defines(project: Project, class_: External | Class, *methods: str) -> bool:
    """Whether a class of the project, or one that it derives from, has one of the methods."""
    return isinstance(class_, Class) and any(
        True for method in methods for _ in project.evaluator.class_attribute(class_, method)
    )
