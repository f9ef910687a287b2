"""Dispatchers: the functions that a BaseHTTPMiddleware calls for each request."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, Function

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring import Wiring


@dataclass(frozen=True, slots=True)
class Dispatcher:
    """A dispatcher with what it calls its two arguments.

    `class_` is the middleware class whose method it is, None for a function. `name` is that of the
    class, or of the function.
    """

    function: Function
    class_: Class | None
    name: str
    request: str
    call_next: str


def find_dispatchers(
    files: Mapping[str, FileIndex], evaluator: Evaluator, wiring: Wiring
) -> dict[Function, Dispatcher]:
    """Every dispatcher of the project, whether its class is registered or not."""
    found: dict[Function, Dispatcher] = {}
    for class_, function in _methods(files, evaluator):
        name = files[class_.filename].class_(class_.scope).name
        _add(found, files, function, class_, name)
    for layers in wiring.layers.values():
        for layer in layers:
            if layer.dispatcher is not None and layer.is_base_http:
                _add(found, files, layer.dispatcher, None, layer.name)
    return found


def _methods(
    files: Mapping[str, FileIndex], evaluator: Evaluator
) -> Iterator[tuple[Class, Function]]:
    for filename, index in files.items():
        for scope in index.facts.scopes:
            if scope.function is None or scope.function.name != "dispatch":
                continue
            if index.facts.scopes[scope.parent].class_ is None:
                continue
            class_ = Class(filename, scope.parent)
            if evaluator.is_subclass(class_, fw.BASE_HTTP_MIDDLEWARE):
                yield class_, Function(filename, scope.index)


def _add(
    found: dict[Function, Dispatcher],
    files: Mapping[str, FileIndex],
    function: Function,
    class_: Class | None,
    name: str,
) -> None:
    if function in found:
        return
    index = files[function.filename]
    parameters = [p.name for p in index.function(function.scope).parameters if not p.kind]
    in_class = index.facts.scopes[index.facts.scopes[function.scope].parent].class_ is not None
    arguments = parameters[1:] if in_class else parameters
    if len(arguments) >= 2:
        found[function] = Dispatcher(function, class_, name, arguments[0], arguments[1])
