"""Where a pure ASGI middleware stands: the applications around which it is put."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.facts import BindingFacts
from asgi_lint.model.modules import is_test_file
from asgi_lint.model.values import Class, External, Function, Instance, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Place
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.project import Project
    from asgi_lint.model.wiring import Handling, Node


_CALLED_FIRST = (fw.FASTAPI, fw.STARLETTE)
"""What the server calls."""

_SERVED = (fw.RESPONSE, "starlette.staticfiles.StaticFiles", fw.HTTP_ENDPOINT)
"""What stands behind a route, and wraps no application."""


@dataclass(frozen=True, slots=True)
class Registration:
    """A node that a middleware is put around, and where."""

    node: Node
    place: Place


@dataclass(frozen=True, slots=True)
class PureMiddleware:
    """An ASGI function that wraps an application, by its class's name or its own.

    `wrapped` is the application as it is written. `registrations` is empty where the project does
    not use it.
    """

    function: Function
    name: str
    wrapped: str
    registrations: tuple[Registration, ...]


def pure_middleware(project: Project, function: Function, wrapped: str) -> PureMiddleware | None:
    """What is known of an ASGI function that calls `wrapped`; None if it is no middleware."""
    index = project.files[function.filename]
    scope = index.facts.scopes[function.scope]
    parent = index.facts.scopes[scope.parent]
    if parent.class_ is not None:
        class_ = Class(function.filename, parent.index)
        name = scope.function.name if scope.function is not None else ""
        if name != "__call__" or not _holds(project, class_, wrapped):
            return None
        places = tuple(_layers(project, function))
        return PureMiddleware(function, parent.class_.name, wrapped, places)
    if not wrapped.isidentifier():
        return None
    places = tuple(
        Registration(value, project.roles.place(function))
        for value in project.evaluator.lookup(function.filename, function.scope, wrapped)
        if isinstance(value, (Instance, Typed))
        and project.evaluator.is_subclass(value.class_, fw.STARLETTE)
    )
    outer = parent.function
    if not places and (outer is None or outer.parameter(wrapped) is None):
        return None  # only `def timing(app):` around it shows that it wraps an application
    name = outer.name if outer is not None else project.roles.name(function)
    return PureMiddleware(function, name, wrapped, places)


def is_root(project: Project, node: Node) -> bool:
    """Whether a node is an application that the server calls, as far as can be seen.

    A mounted application never gets the lifespan scope, nor does a router.
    """
    if not project.evaluator.is_subclass(node.class_, fw.STARLETTE):
        return False
    return not any(
        inclusion.parent != node and not in_test(project, inclusion.place.filename)
        for same, _ in project.graph.ways(node)
        if same == node
        for inclusion in project.wiring.inclusions.get(same, ())
    )


def start_up_of(project: Project, application: Node) -> Handling | None:
    """Some code that runs when an application starts or ends, also of its routers."""
    for node, handlings in [*project.wiring.handlers.items()]:
        is_its_own = node == application or (
            not project.evaluator.is_subclass(node.class_, fw.STARLETTE)
            and any(outer == application for outer, _ in project.graph.ways(node))
        )
        for handling in handlings if is_its_own else ():
            if handling.kind != "exception":
                return handling
    return None


def is_one_of_many(project: Project, middleware: PureMiddleware) -> bool:
    """Whether the project makes one for each of several things, and stands before them itself.

    `return Validation(self.app, operation)` in a method that is given the operation: whoever keeps
    these has looked at the scope to choose one, so that it is no middleware of the application.
    """
    facts = project.files[middleware.function.filename].facts
    class_ = Class(middleware.function.filename, facts.scopes[middleware.function.scope].parent)
    if facts.scopes[class_.scope].class_ is None:
        return False
    sites = [
        (filename, site)
        for made in project.evaluator.class_attribute(class_, "__init__")
        if isinstance(made, Function)
        for filename, site in project.evaluator.call_sites(made)
        if not in_test(project, filename)
        and class_ in project.evaluator.made(filename, site.scope, site.call)
    ]
    return bool(sites) and all(
        _is_made_for_argument(project, filename, site) for filename, site in sites
    )


def _is_made_for_argument(project: Project, filename: str, site: CallFacts) -> bool:
    """Whether a method returns it, made of what `self` holds and of what the method is given."""
    index = project.files[filename]
    maker = index.facts.scopes[site.scope]
    function = maker.function
    if function is None or index.facts.scopes[maker.parent].class_ is None:
        return False
    if all(returned.at != site.call.at for returned in function.returns):
        return False
    parameters = {parameter.name for parameter in function.parameters[1:] if not parameter.kind}
    arguments = {ir.dotted(argument.value) or "" for argument in site.call.args}
    holds = any(name.startswith("self.") for name in arguments)
    return holds and not arguments.isdisjoint(parameters)


def in_test(project: Project, filename: str) -> bool:
    """Whether a file is that of a test."""
    return is_test_file(filename.removeprefix(project.root))


def _holds(project: Project, class_: Class, wrapped: str) -> bool:
    """Whether instances of a class hold the application that they are made with."""
    if wrapped == "super().__call__":
        return _inherits_wrapping(project, class_)
    owner, _, attr = wrapped.partition(".")
    if owner != "self" or not attr.isidentifier():
        return False
    for base in project.evaluator.ancestry(class_):
        if not isinstance(base, Class):
            return True  # a base class that cannot be seen
        index = project.files[base.filename]
        found = [*index.defined(base.scope, f"self.{attr}"), *index.defined(base.scope, attr)]
        if found:
            return all(isinstance(definition, BindingFacts) for definition in found)
    return False


def _inherits_wrapping(project: Project, class_: Class) -> bool:
    """Whether the inherited `__call__` is that of a middleware, or of an application."""
    for base in project.evaluator.ancestry(class_)[1:]:
        if isinstance(base, External):
            is_known = base.name in _CALLED_FIRST or project.wiring.reader.may_wrap(base)
            if is_known or base.name.endswith("Middleware"):
                return True
        elif project.files[base.filename].defined(base.scope, "__call__"):
            return not project.evaluator.is_subclass(class_, *_SERVED)
    return False


def _layers(project: Project, function: Function) -> Iterator[Registration]:
    for node, layers in [*project.wiring.layers.items()]:
        for layer in layers:
            if isinstance(layer.class_, Class) and function in project.evaluator.class_attribute(
                layer.class_, "__call__"
            ):
                yield Registration(node, layer.place)
