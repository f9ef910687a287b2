"""The generators that a streaming response is given before anything has been read from them.

A generator whose first item the endpoint has read itself has already run up to there: what it
raises by then is still the endpoint's own exception.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import MODULE_SCOPE
from asgi_lint.model.streams import STREAMING
from asgi_lint.model.values import Function, Generator
from asgi_lint.rules.streaming.own_responses import sends_itself

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Place
    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import ResponseSite


def given_generators(project: Project) -> Iterator[tuple[Function, Place]]:
    """Each such generator with the place that makes a response of it.

    Left out are responses that send themselves, since they may make an event of an exception.
    """
    for response in project.streams.responses:
        if not project.evaluator.is_subclass(response.class_, *STREAMING):
            continue
        if not sends_itself(project, response.class_):
            for generator in _given(project, response):
                yield generator, response.place


def _given(project: Project, response: ResponseSite) -> Iterator[Function]:
    content = response.call.argument(0, "content")
    if not isinstance(content, (ir.Call, ir.Name)):
        return
    filename = response.place.filename
    scope = response.function.scope if response.function is not None else MODULE_SCOPE
    for value in project.evaluator.values(filename, scope, content):
        if not isinstance(value, Generator) or value.filename != filename:
            continue
        if isinstance(content, ir.Call):
            if value.span == content.span:
                yield value.function
        elif not _is_touched(project, response, filename, scope, content.id):
            yield value.function


def _is_touched(
    project: Project, response: ResponseSite, filename: str, scope: int, name: str
) -> bool:
    """Whether anything but the response gets hold of the variable: `anext(body)`, `prime(body)`."""
    for found in project.files[filename].calls[scope]:
        if found.call is response.call:
            continue
        given = [arg.value for arg in found.call.args]
        if isinstance(found.call.func, ir.Attribute):
            given.append(found.call.func.value)
        if any(isinstance(each, ir.Name) and each.id == name for each in given):
            return True
    return False
