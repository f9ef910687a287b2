"""The functions whose return value is the answer of a BaseHTTPMiddleware."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.values import Class
from asgi_lint.rules.middleware.dispatch_body import dispatching

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.dispatchers import Dispatcher
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Function

_HARMLESS_DECORATORS = frozenset({"middleware", "override", "staticmethod"})
"""Any other decorator may make a response of what the function returns."""


def answering(project: Project) -> dict[Function, Dispatcher]:
    """The dispatchers, and what they hand `call_next` on to and return the value of.

    Left out is what other code of the project calls as well, which may deal with what it gets, and
    what has a decorator of its own.
    """
    overridden = frozenset(_called_as_super(project))
    found = {
        function: dispatcher
        for function, dispatcher in project.dispatchers.items()
        if _is_plain(project, function)
        and dispatcher.class_ not in overridden
        and _is_called_by_starlette_alone(project, dispatcher)
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
    return not any(True for _ in project.evaluator.class_attribute(dispatcher.class_, "__call__"))


def _called_as_super(project: Project) -> Iterator[Class]:
    """The classes from which another derives whose `dispatch` calls the one that it overrides."""
    for dispatcher in project.dispatchers.values():
        if dispatcher.class_ is None:
            continue
        _, *bases = project.evaluator.ancestry(dispatcher.class_)
        own = [each for each in bases if isinstance(each, Class)]
        if own and _calls_dispatch(project, dispatcher.function):
            yield from own


def _calls_dispatch(project: Project, function: Function) -> bool:
    return any(
        isinstance(found.call.func, ir.Attribute) and found.call.func.attr == "dispatch"
        for found in project.roles.calls(function)
    )


def _returned_calls(project: Project, function: Function) -> Iterator[tuple[str, object]]:
    for expr in project.function(function).returns:
        call = expr.value if isinstance(expr, ir.Await) else expr
        if isinstance(call, ir.Call):
            yield function.filename, call.span


def _is_only_in(project: Project, function: Function, spans: set[tuple[str, object]]) -> bool:
    sites = project.evaluator.call_sites(function)
    return bool(sites) and all((name, found.call.span) in spans for name, found in sites)
