"""ASG103: an `HTTPException` raised in a middleware, where nothing turns it into its answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity, Step
from asgi_lint.fixes.from_imports import from_import
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.handlers import ANYTHING
from asgi_lint.model.values import Class, External, Function, Instance, Typed
from asgi_lint.rules.middleware.dispatch_body import dispatching
from asgi_lint.rules.middleware.exception_answer import RESPONSE
from asgi_lint.rules.middleware.raised import SORTED_OUT, extract_raised, read_guards
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.wiring import Layer
    from asgi_lint.rules.middleware.raised import Guards

_CODE = "ASG103"
_STARLETTES = "starlette.exceptions.HTTPException"
_HTTP_EXCEPTIONS = ("fastapi.HTTPException", "fastapi.exceptions.HTTPException", _STARLETTES)
_BROAD = frozenset({"BaseException", "Exception", ANYTHING})
_LATER = frozenset({"BackgroundTask", "add_task", "create_task", "ensure_future", "start_soon"})
"""Calls that run what they are given in another task, where it raises into nothing."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """What the function raises."""
    return extract_raised(tree, _CODE)


@dataclass(frozen=True, slots=True)
class _Middleware:
    """A function that runs as middleware. `returns` says that it answers by what it returns."""

    function: Function
    class_: Class | None
    name: str
    returns: bool


class _Raised:
    """The candidates of a project by function."""

    def __init__(self, project: Project) -> None:
        self.raises: dict[Function, list[Candidate]] = {}
        self.guards: dict[Function, list[Candidate]] = {}
        for filename, candidate in project.candidates(_CODE):
            kind = self.raises if candidate.get("kind") == "raise" else self.guards
            kind.setdefault(Function(filename, candidate.scope), []).append(candidate)


def check(project: Project) -> Iterator[Finding]:
    """What a middleware around an application raises, itself or in a function that it calls."""
    raised = _Raised(project)
    if not raised.raises:
        return
    found = [each for each in _middleware(project) if _is_around_application(project, each)]
    if any(_catches_for_others(project, raised, each) for each in found):
        return
    for middleware in found:
        for candidate in raised.raises.get(middleware.function, ()):
            class_ = _escaping(project, middleware.function, candidate)
            if class_ is not None:
                yield _finding(project, middleware, candidate, class_)
        yield from _through_calls(project, raised, middleware, {each.function for each in found})


# The middleware


def _middleware(project: Project) -> Iterator[_Middleware]:
    for function, dispatcher in dispatching(project).items():
        is_own = function in project.dispatchers
        yield _Middleware(function, dispatcher.class_, dispatcher.name, returns=is_own)
    seen: set[Class] = set()
    for layers in project.wiring.layers.values():
        for layer in layers:
            if layer.is_base_http or not isinstance(layer.class_, Class) or layer.class_ in seen:
                continue
            seen.add(layer.class_)
            for value in project.evaluator.class_attribute(layer.class_, "__call__"):
                if isinstance(value, Function):
                    yield _Middleware(value, layer.class_, layer.name, returns=False)


def _is_around_application(project: Project, middleware: _Middleware) -> bool:
    """Whether it stands outside what handles the exception; so if it is registered nowhere.

    What is around a route, a mount or a router stands inside.
    """
    layers = project.wiring.layers.items()
    nodes = [node for node, around in layers for each in around if _runs(project, each, middleware)]
    if nodes:
        return any(project.evaluator.is_subclass(node.class_, fw.STARLETTE) for node in nodes)
    return not any(
        _runs(project, layer, middleware)
        for endpoint in project.wiring.endpoints
        for layer in endpoint.layers
    )


def _runs(project: Project, layer: Layer, middleware: _Middleware) -> bool:
    """Whether the layer is the middleware, or is derived from it."""
    return layer.dispatcher == middleware.function or (
        middleware.class_ is not None
        and layer.class_ is not None
        and middleware.class_ in project.evaluator.ancestry(layer.class_)
    )


def _catches_for_others(project: Project, raised: _Raised, middleware: _Middleware) -> bool:
    """Whether it turns the `HTTPException` of what it wraps into an answer."""
    for guard in raised.guards.get(middleware.function, ()):
        if not guard.get("answers"):
            continue
        for handler in read_guards(guard.get("guards"))[0]:
            if handler.raises_again:
                continue
            named = _named(project, middleware.function, handler.names)
            if SORTED_OUT in handler.names or any(
                project.evaluator.is_subclass(class_, *_HTTP_EXCEPTIONS) for class_ in named
            ):
                return True
    return False


# What escapes from a function


def _escaping(project: Project, function: Function, raised: Candidate) -> External | Class | None:
    """The class that a `raise` sends out of the function, if it is an `HTTPException`."""
    class_ = next(
        (
            class_
            for class_ in _raised_classes(project, function, raised)
            if project.evaluator.is_subclass(class_, *_HTTP_EXCEPTIONS)
        ),
        None,
    )
    if class_ is None or _caught(project, function, class_, read_guards(raised.get("guards"))):
        return None
    return class_


def _raised_classes(
    project: Project, function: Function, raised: Candidate
) -> Iterator[External | Class]:
    if not raised.get("call"):
        yield from _named(project, function, (raised.get("name"),))
        return
    for found in project.roles.calls(function):
        if found.call.span == raised.span:
            for value in project.evaluator.values(function.filename, found.scope, found.call):
                if isinstance(value, Instance):
                    yield value.class_


def _named(
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


def _caught(project: Project, function: Function, class_: External | Class, guards: Guards) -> bool:
    """Whether a `try` around the place ends the exception's way."""
    kinds = {*project.evaluator.ancestry(class_), External(_STARLETTES)}
    for handlers in guards:
        for handler in handlers:
            caught = kinds.intersection(_named(project, function, handler.names))
            if caught or not _BROAD.isdisjoint(handler.names):
                if not handler.raises_again:
                    return True
                break
    return False


def _through_calls(
    project: Project, raised: _Raised, middleware: _Middleware, others: set[Function]
) -> Iterator[Finding]:
    """The calls of functions that raise; of one function the first call.

    What `others` raise is reported there.
    """
    seen = {*others}
    calls = project.roles.calls(middleware.function)
    for found in calls:
        if _runs_later(found, calls):
            continue
        for target in project.evaluator.values(
            middleware.function.filename, found.scope, found.call.func
        ):
            if not isinstance(target, Function) or target in seen:
                continue
            if project.function(target).is_generator:
                continue
            for candidate in raised.raises.get(target, ()):
                class_ = _escaping(project, target, candidate)
                guards = _around(raised, middleware.function, found)
                if class_ is not None and not _caught(project, middleware.function, class_, guards):
                    seen.add(target)
                    yield _called(project, middleware, found, target, candidate, class_)
                    break


def _runs_later(found: CallFacts, calls: list[CallFacts]) -> bool:
    return any(
        other.call.span.start < found.call.span.start
        and found.call.span.end <= other.call.span.end
        and ir.last_name(other.call.func) in _LATER
        for other in calls
    )


def _around(raised: _Raised, function: Function, found: CallFacts) -> Guards:
    """The guards around a call, the innermost first."""
    around = [
        guard
        for guard in raised.guards.get(function, ())
        if guard.span.start <= found.call.span.start and found.call.span.end <= guard.span.end
    ]
    around.sort(key=lambda guard: guard.span.start, reverse=True)
    return tuple(read_guards(guard.get("guards"))[0] for guard in around)


# What is said of it


def _finding(
    project: Project, middleware: _Middleware, raised: Candidate, class_: External | Class
) -> Finding:
    return Finding(
        place=Place(middleware.function.filename, raised.span),
        message=(
            f"{_result(raised)}: what answers for an `{_name(project, class_)}` runs inside of "
            f"`{middleware.name}`, not around it."
        ),
        fix=_fix(project, middleware, raised, class_),
    )


def _called(
    project: Project,
    middleware: _Middleware,
    found: CallFacts,
    target: Function,
    raised: Candidate,
    class_: External | Class,
) -> Finding:
    return Finding(
        place=Place(middleware.function.filename, found.call.span),
        message=(
            f"{_result(raised)}: `{project.roles.name(target)}` raises an "
            f"`{_name(project, class_)}`, and what answers for one runs inside of "
            f"`{middleware.name}`, not around it."
        ),
        fix=Fix(
            Applicability.ADVICE,
            "Catch it around this call and answer with the response that it stands for",
        ),
        trace=(Step("it is raised here", Place(target.filename, raised.span)),),
    )


def _result(raised: Candidate) -> str:
    match raised.get("status"):
        case "":
            return "The client gets 500"
        case "500":
            return "The client gets 500 without the detail"
        case status:
            return f"The client gets 500 instead of {status}"


def _name(project: Project, class_: External | Class) -> str:
    if isinstance(class_, External):
        return class_.name.rpartition(".")[2]
    return project.files[class_.filename].class_(class_.scope).name


def _fix(
    project: Project, middleware: _Middleware, raised: Candidate, class_: External | Class
) -> Fix:
    message = "Return the response: `return JSONResponse(...)`"
    if not middleware.returns:
        message = "Send the response: `await JSONResponse(...)(scope, receive, send)`"
        if middleware.function in dispatching(project):
            message = "Return a response"
    if not middleware.returns or not raised.replacements or isinstance(class_, Class):
        return Fix(Applicability.ADVICE, message)
    facts = project.files[middleware.function.filename].facts
    packages = {each.module.partition(".")[0] for each in facts.imports}
    order = ("fastapi", "starlette") if "fastapi" in packages else ("starlette", "fastapi")
    module, other = (f"{package}.responses" for package in order)
    bound, imported = from_import(facts, module, RESPONSE, also=(other,))
    edits = [
        Edit(Place(facts.filename, each.span), each.content.replace(RESPONSE, bound))
        for each in raised.replacements
    ]
    return Fix(Applicability.UNSAFE, message, (*([imported] if imported else []), *edits))


RULE = Rule(
    code=_CODE,
    name="http-exception-raised-in-middleware",
    summary="An HTTPException raised in a middleware becomes a 500.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
