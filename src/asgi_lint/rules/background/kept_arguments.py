"""What the methods of a class use of the arguments that its `__init__` keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.expression_parts import parts
from asgi_lint.model.values import Class, Function

if TYPE_CHECKING:
    from asgi_lint.model.project import Project

_CALLS = 3
"""Methods of one object that call one another, followed."""


def methods(project: Project, class_: Class, name: str) -> list[Function]:
    """The method of that name, also an inherited one."""
    found = project.evaluator.class_attribute(class_, name)
    return [value for value in found if isinstance(value, Function)]


def keeps(
    project: Project, class_: Class, made: Function, parameter: str, method: str | None
) -> bool:
    """Whether `self.x = parameter`, in `made`, is what the method uses; all public ones if None."""
    attributes = frozenset(
        binding.name.removeprefix("self.")
        for binding in project.files[made.filename].facts.bindings
        if binding.scope == made.scope
        and binding.name.startswith("self.")
        and isinstance(binding.value, ir.Name)
        and binding.value.id == parameter
    )
    names = [method] if method is not None else _public_methods(project, class_)
    return bool(attributes and names) and all(
        _uses(project, class_, name, attributes, 0) for name in names
    )


def _public_methods(project: Project, class_: Class) -> list[str]:
    """The names of the methods that the class itself defines."""
    return [
        scope.function.name
        for scope in project.files[class_.filename].facts.scopes
        if scope.parent == class_.scope
        and scope.function is not None
        and not scope.function.name.startswith("_")
    ]


def _uses(
    project: Project, class_: Class, method: str, attributes: frozenset[str], depth: int
) -> bool:
    if depth > _CALLS:
        return False
    for function in methods(project, class_, method):
        for found in project.roles.calls(function):
            for part in parts(found.call):
                match part:
                    case ir.Attribute(value=ir.Name(id="self"), attr=attr):
                        if attr in attributes:
                            return True
                        if attr != method and _uses(project, class_, attr, attributes, depth + 1):
                            return True
                    case _:
                        continue
    return False
