"""What functions use of their arguments, and methods of those that `__init__` keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.expression_parts import expressions, parts
from asgi_lint.model.values import Class, Function

if TYPE_CHECKING:
    from asgi_lint.model.project import Project

_STAYING = frozenset({"content_type", "filename", "headers", "size"})
"""Attributes of an upload that are of use when it is closed."""

_CALLS = 3
"""Methods of one object that call one another, followed."""


def only_names(
    project: Project,
    filename: str,
    scope: int,
    callee: ir.Expr,
    given: tuple[ir.Argument, ...],
    at: int,
) -> bool:
    """Whether the function called with `given` looks at no more of `given[at]` than its name.

    That is a function of the project that uses no other attributes of an upload, and does not
    pass it on.
    """
    values = project.evaluator.values(filename, scope, callee)
    return bool(values) and all(
        isinstance(value, Function) and _looks_at_names(project, value, given, at)
        for value in values
    )


def _looks_at_names(
    project: Project, function: Function, given: tuple[ir.Argument, ...], at: int
) -> bool:
    name = given[at].keyword
    if name is None and not any(argument.star for argument in given[: at + 1]):
        parameters = project.function(function).parameters
        position = at + project.evaluator.argument_offset(function)
        if position < len(parameters) and not parameters[position].kind:
            name = parameters[position].name
    return name is not None and not _reads(project, function, name)


def _reads(project: Project, function: Function, name: str) -> bool:
    """Whether a function, with those in it, uses a name but for an upload's own attributes."""
    facts = project.files[function.filename].facts
    inner = {function.scope}
    for each in facts.scopes:
        if each.parent in inner:
            inner.add(each.index)
    for scope, expr in expressions(facts):
        if scope not in inner:
            continue
        harmless = {
            id(part.value)
            for part in parts(expr)
            if isinstance(part, ir.Attribute) and part.attr in _STAYING
        }
        for part in parts(expr):
            if isinstance(part, ir.Name) and part.id == name and id(part) not in harmless:
                return True
    return False


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
