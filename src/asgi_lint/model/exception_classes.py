"""Which classes exceptions have: those that are raised, and those that a handler names."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model.values import Class, External, Instance, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Function


def raised_classes(
    project: Project, function: Function, raised: Candidate
) -> Iterator[External | Class]:
    """The classes of what a `raise` in a function sends out.

    The candidate's span is that of the exception. Its field `name` is what the exception is called
    in the source, `call` is set where it is what a function of that name returns.
    """
    if not raised.get("call"):
        yield from named_classes(project, function, (raised.get("name"),))
        return
    for found in project.roles.calls_at(function, raised.span):
        for value in project.evaluator.values(function.filename, found.scope, found.call):
            if isinstance(value, Instance):
                yield value.class_


def named_classes(
    project: Project, function: Function, names: tuple[str, ...]
) -> Iterator[External | Class]:
    """The classes that dotted names stand for, or that are those of the objects they hold."""
    for name in names:
        first, *attributes = name.split(".")
        values = [*project.evaluator.lookup(function.filename, function.scope, first)]
        for attribute in attributes:
            values = [v for base in values for v in project.evaluator.attribute(base, attribute)]
        for value in values:
            match value:
                case External() | Class():
                    yield value
                case Instance(class_=class_) | Typed(class_=class_):
                    yield class_
                case _:
                    continue
