"""The generators that a streaming response is given as they are, with nothing around them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model.facts import MODULE_SCOPE
from asgi_lint.model.streams import STREAMING
from asgi_lint.model.values import Class, Function, Generator, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.diagnostics import Place
    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import ResponseSite


def handed_over(project: Project) -> Mapping[Function, Place]:
    """Each such generator with the first place that makes a response of it.

    An endpoint that is a generator is not one: FastAPI streams what passes on its items. Neither
    is what an unknown function makes of a generator.
    """
    found: dict[Function, Place] = {}
    for response in project.streams.responses:
        if project.evaluator.is_subclass(response.class_, *STREAMING):
            for generator in _content(project, response):
                found.setdefault(generator, response.place)
    return found


def _content(project: Project, response: ResponseSite) -> Iterator[Function]:
    scope = response.function.scope if response.function is not None else MODULE_SCOPE
    content = response.call.argument(0, "content")
    for value in project.evaluator.values(response.place.filename, scope, content):
        match value:
            case Generator(function=function):
                yield function
            case Instance(class_=Class() as class_):
                for method in project.evaluator.class_attribute(class_, "__aiter__"):
                    if isinstance(method, Function) and project.function(method).is_generator:
                        yield method
            case _:
                continue
