"""Tasks added to a `BackgroundTasks` that nobody runs, or that is dropped with them."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Position, Span, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.expression_parts import expressions, parts
from asgi_lint.model.facts import MODULE_SCOPE
from asgi_lint.model.modules import is_test_file
from asgi_lint.model.values import Function, Instance, Typed
from asgi_lint.rules.background.additions import positions

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Value
    from asgi_lint.model.wiring import Endpoint
    from asgi_lint.rules.background.additions import Additions
    from asgi_lint.rules.background.scheduling import Scheduled


@dataclass(frozen=True, slots=True)
class Lost:
    """An addition that has no effect: where, why, and what explains it."""

    site: Scheduled
    place: Place
    kind: str
    detail: str = ""
    trace: tuple[Step, ...] = ()


def unattached(project: Project, additions: Additions) -> Iterator[Lost]:
    """Tasks added to a `BackgroundTasks()` that its function keeps to itself."""
    made: defaultdict[Instance, list[Scheduled]] = defaultdict(list)
    for site in additions.all:
        for value in site.collections:
            if isinstance(value, Instance) and value.made_by is None:
                made[value].append(site)
    for instance, sites in made.items():
        if is_test_file(instance.filename.removeprefix(project.root)):
            continue
        name = _bound_name(project, instance)
        if name is None or not _stays(project, additions, instance, name):
            continue
        step = Step(f"`{name}` is made here", Place(instance.filename, instance.span))
        site = sites[0]
        kind = "shared" if instance.scope == MODULE_SCOPE else "own"
        yield Lost(site, Place(site.filename, site.call.span), kind, name, (step,))


def _bound_name(project: Project, instance: Instance) -> str | None:
    """The one variable that holds what the call makes."""
    bindings = [
        binding
        for binding in project.files[instance.filename].facts.bindings
        if binding.value is not None and binding.value.span == instance.span
    ]
    names = {binding.name for binding in bindings if binding.scope == instance.scope}
    return names.pop() if len(bindings) == len(names) == 1 else None


def _stays(project: Project, additions: Additions, instance: Instance, name: str) -> bool:
    if instance.scope != MODULE_SCOPE:
        return additions.is_only_added_to(instance.filename, instance.scope, name)
    return not _uses_besides(project, instance, name, "add_task")


def _uses_besides(project: Project, instance: Instance, name: str, method: str) -> bool:
    """Whether a module's object is used anywhere for anything but calling one of its methods."""
    for filename, index in project.files.items():
        aliases = {found.bound for found in index.facts.imports if found.name == name}
        names = {name, *aliases}
        for scope, root in expressions(index.facts):
            called = {
                id(part.value)
                for part in parts(root)
                if isinstance(part, ir.Attribute) and part.attr == method
            }
            for part in parts(root):
                if id(part) in called or ir.last_name(part) not in names:
                    continue
                if instance in project.evaluator.values(filename, scope, part):
                    return True
    return False


def _injected_in(additions: Additions, function: Function) -> Iterator[Scheduled]:
    """The additions to the tasks that FastAPI gives a function, wherever they are made.

    There are none if the function does anything else with its tasks.
    """
    for site in additions.all:
        match site.collections:
            case (Typed(filename=filename, scope=scope, name=name),) if Function(
                filename, scope
            ) == function and additions.is_only_added_to(filename, scope, name):
                yield site
            case _:
                continue


def lost_to_websockets(project: Project, additions: Additions) -> Iterator[Lost]:
    """Tasks that FastAPI gives a WebSocket endpoint or its dependencies, and never runs."""
    elsewhere = _answering(project)
    for endpoint in project.wiring.endpoints:
        if not endpoint.is_websocket or not project.graph.is_fastapi(endpoint.owner):
            continue
        name = project.roles.name(endpoint.function)
        step = Step(f"`{name}` answers a WebSocket here", endpoint.place)
        reached = [endpoint.function, *(d.function for d in project.roles.dependencies(endpoint))]
        for function in reached:
            kind = "shared-with-websocket" if function in elsewhere else "websocket"
            for site in _injected_in(additions, function):
                yield Lost(site, Place(site.filename, site.call.span), kind, name, (step,))


def lost_to_own_background(project: Project, additions: Additions) -> Iterator[Lost]:
    """Tasks dropped because the response that is returned brings a background of its own."""
    for endpoint in project.wiring.endpoints:
        if endpoint.is_websocket or not project.graph.is_fastapi(endpoint.owner):
            continue
        own = [*_own_backgrounds(project, endpoint.function)]
        if not own:
            continue
        for site in _injected_in(additions, endpoint.function):
            path = additions.path(site)
            if path is None or site.scope != endpoint.function.scope:
                continue
            reached = positions(path.get("returns"))
            for returned, background in own:
                if (returned.span.start.row, returned.span.start.column) in reached:
                    step = Step("this response brings its own `background`", background)
                    place = Place(site.filename, site.call.span)
                    yield Lost(site, place, "own-background", "", (step,))
                    break
        yield from _lost_by_dependencies(project, additions, endpoint, own[0][1])


def _lost_by_dependencies(
    project: Project, additions: Additions, endpoint: Endpoint, background: Place
) -> Iterator[Lost]:
    if _injected_names(project, endpoint.function):
        return  # reported where the endpoint adds to them, or the two are put together
    for dependency in project.roles.dependencies(endpoint):
        for site in _injected_in(additions, dependency.function):
            name = project.roles.name(dependency.function)
            added = Step(f"`{name}` adds the task here", Place(site.filename, site.call.span))
            yield Lost(site, background, "dependency", name, (*dependency.steps, added))


def _own_backgrounds(project: Project, function: Function) -> Iterator[tuple[ir.Expr, Place]]:
    """The `return`s of responses made with a background task of their own, and that argument."""
    filename, scope = function.filename, function.scope
    injected = _injected_names(project, function)
    for returned in project.function(function).returns:
        for call in _responses(project, filename, scope, returned):
            background = call.keyword("background")
            values = project.evaluator.values(filename, scope, background)
            if background is not None and _are_own(project, values, injected):
                yield returned, Place(filename, background.span)


def _are_own(project: Project, values: tuple[Value, ...], injected: list[str]) -> bool:
    """Whether the values are tasks that the project makes, without the injected ones in them."""
    return bool(values) and all(
        isinstance(value, Instance)
        and project.evaluator.is_subclass(value.class_, fw.BACKGROUND_TASK)
        and not any(_mentions(value.call, name) for name in injected)
        for value in values
    )


def _mentions(expr: ir.Expr, name: str) -> bool:
    """Whether a bare name occurs in an expression."""
    return any(isinstance(part, ir.Name) and part.id == name for part in parts(expr))


def _injected_names(project: Project, function: Function) -> list[str]:
    """The parameters that FastAPI fills with a `BackgroundTasks`."""
    outer = project.files[function.filename].facts.scopes[function.scope].parent
    return [
        parameter.name
        for parameter in project.function(function).parameters
        if parameter.annotation is not None
        and any(
            project.evaluator.is_subclass(class_, fw.BACKGROUND_TASKS)
            for class_ in project.evaluator.annotations.classes(
                function.filename, outer, parameter.annotation
            )
        )
    ]


def _responses(project: Project, filename: str, scope: int, returned: ir.Expr) -> Iterator[ir.Call]:
    """The calls, in this function, that make the response which is returned."""
    if isinstance(returned, ir.Call) and ir.last_name(returned.func) == "TemplateResponse":
        yield returned
        return
    for value in project.evaluator.values(filename, scope, returned):
        if not isinstance(value, Instance) or value.home != (filename, scope):
            return
        if project.evaluator.is_subclass(value.class_, fw.RESPONSE):
            yield value.call


def lost_to_errors(project: Project, additions: Additions) -> Iterator[Lost]:
    """Tasks added on the way to a `raise`: an error response carries none."""
    answering = _answering(project)
    for site in additions.all:
        path = additions.path(site)
        if path is None or not path.get("raise") or not _is_injected(site):
            continue
        function = Function(site.filename, site.scope)
        if function not in answering or not _only_added_to(additions, site):
            continue
        start, end = sorted(positions(path.get("raise")))
        span = Span(Position(*start), Position(*end))
        step = Step("the error is raised here", Place(site.filename, span))
        yield Lost(site, Place(site.filename, site.call.span), "error", "", (step,))


def lost_after_yield(project: Project, additions: Additions) -> Iterator[Lost]:
    """Tasks that a dependency adds after its `yield`, when the response has its tasks already."""
    dependencies = {
        reached.function
        for endpoint in project.wiring.endpoints
        for reached in project.roles.dependencies(endpoint)
    }
    for site in additions.all:
        path = additions.path(site)
        function = Function(site.filename, site.scope)
        is_late = path is not None and path.get("late") and _is_injected(site)
        if is_late and function in dependencies and _only_added_to(additions, site):
            name = project.roles.name(function)
            yield Lost(site, Place(site.filename, site.call.span), "late", name)


def _answering(project: Project) -> frozenset[Function]:
    """The endpoints and dependencies: functions whose errors become the response."""
    found: set[Function] = set()
    for endpoint in project.wiring.endpoints:
        if not endpoint.is_websocket and project.graph.is_fastapi(endpoint.owner):
            found.add(endpoint.function)
            found.update(reached.function for reached in project.roles.dependencies(endpoint))
    return frozenset(found)


def _is_injected(site: Scheduled) -> bool:
    """Whether the tasks are those that FastAPI gives this very function."""
    return all(
        isinstance(value, Typed) and (value.filename, value.scope) == (site.filename, site.scope)
        for value in site.collections
    )


def _only_added_to(additions: Additions, site: Scheduled) -> bool:
    return all(
        isinstance(value, Typed)
        and additions.is_only_added_to(value.filename, value.scope, value.name)
        for value in site.collections
    )
