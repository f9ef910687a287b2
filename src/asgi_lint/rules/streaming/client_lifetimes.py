"""Whether a client that sends a request lives longer than the request that it is sent for.

A client of the request's own takes its connections with it when it is closed or forgotten.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import MODULE_SCOPE, BindingFacts, Parameter
from asgi_lint.model.values import Class, External, Function, Instance, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.dependencies import Asked
    from asgi_lint.model.project import Project

_PACKAGES = frozenset({"anthropic", "httpx", "httpx2", "openai"})
_RESOURCES = frozenset({"beta", "chat", "completions", "messages", "responses"})
"""Attributes of the clients of openai and anthropic that lead to `create`."""

_CACHING = frozenset({"cache", "lru_cache", "alru_cache"})
_DEPTH = 4
"""Names and parameters followed from one client."""


def is_shared(project: Project, function: Function, client: ir.Expr, depth: int = _DEPTH) -> bool:
    """Whether `client`, as `function` reads it, is one for many requests; False if not known."""
    match client:
        case ir.Await(value=value) | ir.Call(func=ir.Attribute(value=value, attr="stream")):
            return is_shared(project, function, value, depth)
        case ir.Attribute(value=value, attr=attr) if attr in _RESOURCES:
            return is_shared(project, function, value, depth)
        case ir.Attribute(value=value):
            return _is_client(project, function, client) and not _is_left(project, function, value)
        case ir.Name(id=name):
            return _is_client(project, function, client) and _is_bound_shared(
                project, function, name, depth
            )
        case ir.Call():
            return _is_given_again(project, function, client)
        case _:
            return False


def _is_client(project: Project, function: Function, expr: ir.Expr) -> bool:
    """Whether nothing is known that says that it is no such client."""
    evaluator = project.evaluator
    return not any(
        isinstance(value, (Instance, Typed))
        and not any(
            isinstance(base, External) and base.name.partition(".")[0] in _PACKAGES
            for base in evaluator.ancestry(value.class_)
        )
        for value in evaluator.values(function.filename, function.scope, expr)
    )


def _is_left(project: Project, function: Function, owner: ir.Expr) -> bool:
    """Whether it is an attribute of an object that is entered and left, as `self` may be."""
    if not isinstance(owner, ir.Name) or owner.id not in ("cls", "self"):
        return False
    class_ = project.files[function.filename].class_around(function.scope)
    return class_ is not None and any(
        True
        for method in ("__aexit__", "__exit__")
        for _ in project.evaluator.class_attribute(Class(function.filename, class_), method)
    )


def _is_given_again(project: Project, function: Function, call: ir.Call) -> bool:
    """Whether a call gives what was there before, not a client of its own."""
    evaluator = project.evaluator
    filename, scope = function.filename, function.scope
    for factory in evaluator.values(filename, scope, call.func):
        if isinstance(factory, Function):
            decorators = project.function(factory).decorators
            written = (each.func if isinstance(each, ir.Call) else each for each in decorators)
            if not _CACHING.isdisjoint(map(ir.last_name, written)):
                return True
    values = evaluator.values(filename, scope, call)
    return bool(values) and all(
        isinstance(value, Typed)
        or (isinstance(value, Instance) and value.made_by is None and value.span != call.span)
        for value in values
    )


def _is_bound_shared(project: Project, function: Function, name: str, depth: int) -> bool:
    index = project.files[function.filename]
    owner, definitions = index.visible(function.scope, name)
    if owner == MODULE_SCOPE:
        return True
    if not depth:
        return False
    around = Function(function.filename, owner)
    for definition in definitions:
        match definition:
            case Parameter():
                if not _is_passed_shared(project, around, definition, depth - 1):
                    return False
            case BindingFacts(value=value) if value is not None:
                if not is_shared(project, around, value, depth - 1):
                    return False
            case _:
                return False
    return bool(definitions)


def _is_passed_shared(
    project: Project, function: Function, parameter: Parameter, depth: int
) -> bool:
    """Whether a parameter gets a shared client from a dependency, or from every caller."""
    asked = [*_asked_by(project, function, parameter)]
    if asked:
        return not any(
            each.function is None or project.function(each.function).is_generator for each in asked
        )
    passed = [*project.evaluator.arguments(function, parameter)]
    return bool(passed) and all(
        scope == MODULE_SCOPE or is_shared(project, Function(filename, scope), expr, depth)
        for filename, scope, expr in passed
    )


def _asked_by(project: Project, function: Function, parameter: Parameter) -> Iterator[Asked]:
    """The dependency that a parameter declares, also by the name of its annotation."""
    filename = function.filename
    written = [(filename, each) for each in (parameter.default, parameter.annotation) if each]
    if parameter.annotation is not None:
        outer = project.files[filename].facts.scopes[function.scope].parent
        aliased = project.evaluator.annotations.aliased(filename, outer, parameter.annotation)
        written += [(file, expr) for file, _, expr in aliased]
    for asked in project.roles.asked.of(function):
        span = asked.place.span
        if any(
            asked.place.filename == file and expr.span.start <= span.start <= expr.span.end
            for file, expr in written
        ):
            yield asked
