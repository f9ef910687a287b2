"""The functions whose return value is the answer of a BaseHTTPMiddleware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.rules.middleware.dispatch_body import dispatching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.dispatchers import Dispatcher
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Class, Function

_HARMLESS_DECORATORS = frozenset({"middleware", "override", "staticmethod"})
"""Any other decorator may make a response of what the function returns."""


def answering(project: Project) -> dict[Function, Dispatcher]:
    """The dispatchers, and what they hand `call_next` on to and return the value of.

    Left out is what other code of the project calls as well, which may deal with what it gets, and
    what has a decorator of its own.
    """
    found = {
        function: dispatcher
        for function, dispatcher in project.dispatchers.items()
        if _is_plain(project, function) and _is_called_by_starlette_alone(project, dispatcher)
    }
    others = {f: d for f, d in dispatching(project).items() if f not in project.dispatchers}
    while True:
        returned = {span for function in found for span in _returned_calls(project, function)}
        new = [
            function
            for function in others
            if function not in found
            and _is_plain(project, function)
            and _is_only_in(project, function, returned)
        ]
        if not new:
            return found
        found.update((function, others[function]) for function in new)


def _is_plain(project: Project, function: Function) -> bool:
    decorators = project.function(function).decorators
    called = [each.func if isinstance(each, ir.Call) else each for each in decorators]
    return all(ir.last_name(each) in _HARMLESS_DECORATORS for each in called)


def _is_called_by_starlette_alone(project: Project, dispatcher: Dispatcher) -> bool:
    if project.evaluator.call_sites(dispatcher.function):
        return False
    if dispatcher.class_ is None:
        return True
    if any(True for _ in project.evaluator.class_attribute(dispatcher.class_, "__call__")):
        return False
    return not any(_calls_super(project, dispatcher.class_))


def _calls_super(project: Project, class_: Class) -> Iterator[bool]:
    """Whether the `dispatch` of a class derived from it calls the one that it overrides."""
    for other in project.dispatchers.values():
        if other.class_ is None or class_ not in [*project.evaluator.ancestry(other.class_)][1:]:
            continue
        for found in project.roles.calls(other.function):
            if isinstance(found.call.func, ir.Attribute) and found.call.func.attr == "dispatch":
                yield True


def _returned_calls(project: Project, function: Function) -> Iterator[tuple[str, object]]:
    for expr in project.function(function).returns:
        call = expr.value if isinstance(expr, ir.Await) else expr
        if isinstance(call, ir.Call):
            yield function.filename, call.span


def _is_only_in(project: Project, function: Function, spans: set[tuple[str, object]]) -> bool:
    sites = project.evaluator.call_sites(function)
    return bool(sites) and all((name, found.call.span) in spans for name, found in sites)
