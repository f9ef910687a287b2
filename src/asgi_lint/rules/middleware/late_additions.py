"""Calls that add middleware to an application while it starts, runs or ends."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Function, Instance, Typed

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.project import Project
    from asgi_lint.model.wiring import Node

_HOPS = 6
"""Calls followed from where it begins to the addition."""

_INSTRUMENTATORS = (
    "prometheus_fastapi_instrumentator.Instrumentator",
    "prometheus_fastapi_instrumentator.PrometheusFastApiInstrumentator",
    "prometheus_fastapi_instrumentator.instrumentation.PrometheusFastApiInstrumentator",
)
"""Classes whose `instrument(app)` calls `app.add_middleware` (read in 8.1.0)."""


_MOMENTS = {
    "lifespan": ("start", "starts"),
    "startup": ("start", "starts"),
    "shutdown": ("shutdown", "ends"),
}
"""The kinds of handlers that run around the requests: when, and how a sentence says so."""


@dataclass(frozen=True, slots=True)
class Addition:
    """A call that adds middleware too late.

    `what` says so, to begin a sentence; `receiver` is the application as it is written. `when` is
    "start", "shutdown" or "request", `started` are the applications that have built their stacks,
    and `steps` lead to the call from what begins it.
    """

    function: Function
    call: ir.Call
    receiver: str
    what: str
    when: str
    started: frozenset[Node]
    steps: tuple[Step, ...]

    @property
    def place(self) -> Place:
        """Where the call stands."""
        return Place(self.function.filename, self.call.span)


@dataclass(frozen=True, slots=True)
class _Start:
    """A function that runs when `started` have built their stacks.

    `application` is the name of its parameter that is one of them, if there is one.
    """

    function: Function
    started: frozenset[Node]
    application: str
    when: str
    step: Step


_ADDING = ("add_middleware", "instrument", "middleware")
"""The methods that add middleware; see `_added_to`."""


def late_additions(project: Project) -> Iterator[Addition]:
    """Every such call, once for each way to it."""
    leading = _leading_to_additions(project)
    if not leading:
        return
    for start in _starts(project, leading):
        names = frozenset({start.application} if start.application else ())
        yield from _from(project, start, start.function, names, (start.step,), leading, ())


def _leading_to_additions(project: Project) -> set[Function]:
    """The functions that contain an addition or lead to one by their calls."""
    found: set[Function] = set()
    queue = [
        (Function(filename, site.scope), 0)
        for filename, index in project.files.items()
        for site in index.calls_named(_ADDING)
        if index.facts.scopes[site.scope].function and _added_to(project, filename, site)
    ]
    while queue:
        function, hops = queue.pop()
        if function in found or hops > _HOPS:
            continue
        found.add(function)
        for filename, site in project.evaluator.call_sites(function):
            if project.files[filename].facts.scopes[site.scope].function is not None:
                queue.append((Function(filename, site.scope), hops + 1))
    return found


def _starts(project: Project, leading: set[Function]) -> Iterator[_Start]:
    for node, handlings in [*project.wiring.handlers.items()]:
        started = frozenset(_started_with(project, node))
        for handling in handlings:
            if handling.kind in _MOMENTS and handling.function in leading:
                when, moment = _MOMENTS[handling.kind]
                step = Step(f"this runs when the application {moment}", handling.place)
                name = _application(project, handling.function, handling.kind)
                yield _Start(handling.function, started, name, when, step)
    for endpoint in project.wiring.endpoints:
        started = frozenset(_started_with(project, endpoint.owner))
        for reached in project.roles.run_for(endpoint):
            if reached.function in leading:
                name = project.roles.name(endpoint.function)
                step = Step(f"endpoint `{name}` answers here", endpoint.place)
                yield _Start(reached.function, started, "", "request", step)


def _application(project: Project, function: Function, kind: str) -> str:
    """The parameter by which a lifespan gets its application."""
    parameters = project.function(function).parameters[
        project.evaluator.argument_offset(function) :
    ]
    return parameters[0].name if kind == "lifespan" and parameters else ""


def _started_with(project: Project, node: Node) -> Iterator[Node]:
    """The applications that have started when code of a node runs."""
    for outer, _ in project.graph.ways(node):
        if project.evaluator.is_subclass(outer.class_, fw.STARLETTE):
            yield outer


def _from(
    project: Project,
    start: _Start,
    function: Function,
    names: frozenset[str],
    steps: tuple[Step, ...],
    leading: set[Function],
    callers: tuple[Function, ...],
) -> Iterator[Addition]:
    """The additions in a function and in those that it calls; `names` hold a started one."""
    if function not in leading or function in callers or len(callers) > _HOPS:
        return
    for site in project.roles.calls(function):
        added = _added_to(project, function.filename, site)
        if added is not None and _has_started(project, start, function, site.scope, added, names):
            receiver = ir.dotted(added) or "the application"
            what = _what(site.call, receiver)
            yield Addition(function, site.call, receiver, what, start.when, start.started, steps)
            continue
        for value in project.evaluator.values(function.filename, site.scope, site.call.func):
            if isinstance(value, Function) and value in leading:
                passed = frozenset(_passed(project, start, function, site, names, value))
                name = ir.last_name(site.call.func) or "it"
                step = Step(f"`{name}` is called here", Place(function.filename, site.call.span))
                inner = (*callers, function)
                yield from _from(project, start, value, passed, (*steps, step), leading, inner)


def _added_to(project: Project, filename: str, site: CallFacts) -> ir.Expr | None:
    """The expression for the application that a call adds middleware to."""
    func = site.call.func
    if not isinstance(func, ir.Attribute):
        return None
    match func.attr:
        case "add_middleware":
            return func.value
        case "middleware":
            first = site.call.positional(0)
            is_http = isinstance(first, ir.Constant) and first.value == "http"
            return func.value if is_http else None
        case "instrument" if _is_instrumentator(project, filename, site.scope, func.value):
            return site.call.argument(0, "app")
        case _:
            return None


def _is_instrumentator(project: Project, filename: str, scope: int, expr: ir.Expr) -> bool:
    """Whether it is one, also behind calls of its own methods, which return it."""
    while True:
        for value in project.evaluator.values(filename, scope, expr):
            if isinstance(value, (Instance, Typed)):
                return project.evaluator.is_subclass(value.class_, *_INSTRUMENTATORS)
        if not isinstance(expr, ir.Call) or not isinstance(expr.func, ir.Attribute):
            return False
        expr = expr.func.value


def _has_started(
    project: Project,
    start: _Start,
    function: Function,
    scope: int,
    expr: ir.Expr,
    names: frozenset[str],
) -> bool:
    """Whether an expression is certainly an application that has started."""
    if isinstance(expr, ir.Name):
        if expr.id in names:
            return True
        if project.function(function).parameter(expr.id) is not None:
            return False  # whose application it is, only the caller knows
    if isinstance(expr, ir.Attribute) and expr.attr == "app" and start.when == "request":
        return _is_request(project, function.filename, scope, expr.value)
    found = [*project.wiring.receivers(function.filename, scope, expr)]
    return bool(found) and all(node in start.started for node in found)


def _is_request(project: Project, filename: str, scope: int, expr: ir.Expr) -> bool:
    values = project.evaluator.values(filename, scope, expr)
    if not values:
        return isinstance(expr, ir.Name) and expr.id == "request"
    return all(
        isinstance(value, (Instance, Typed))
        and project.evaluator.is_subclass(value.class_, fw.REQUEST)
        for value in values
    )


def _passed(
    project: Project,
    start: _Start,
    function: Function,
    site: CallFacts,
    names: frozenset[str],
    callee: Function,
) -> Iterator[str]:
    """The parameters of a called function that get a started application."""
    offset = project.evaluator.argument_offset(callee)
    for position, parameter in enumerate(project.function(callee).parameters):
        expr = (
            site.call.keyword(parameter.name)
            if parameter.keyword_only or position < offset
            else site.call.argument(position - offset, parameter.name)
        )
        if expr is not None and _has_started(project, start, function, site.scope, expr, names):
            yield parameter.name


def _what(call: ir.Call, receiver: str) -> str:
    func = call.func
    attr = func.attr if isinstance(func, ir.Attribute) else ""
    if attr == "add_middleware":
        added = call.argument(0, "middleware_class")
        name = (ir.last_name(added) if added is not None else None) or "a middleware"
        return f"`{name}` is added to `{receiver}`"
    if attr == "instrument":
        return f"`instrument({receiver})` adds a middleware"
    return f'`@{receiver}.middleware("http")` adds a middleware'
