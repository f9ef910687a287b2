"""ASG110: a context variable set inside a BaseHTTPMiddleware and read by a middleware around it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Severity, Step
from asgi_lint.fixes import pure_asgi
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.values import Class, Function
from asgi_lint.rules.middleware.context_variables import ContextVariables
from asgi_lint.rules.middleware.dispatch_body import dispatch_body
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.diagnostics import Place
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.wiring import Endpoint, Layer
    from asgi_lint.rules.middleware.context_variables import Reading, Setting

_CODE = "ASG110"
_ASGI_ARGUMENTS = 3
"""`scope`, `receive` and `send`."""


@dataclass(slots=True)
class _Watcher:
    """A middleware's function that goes on after the application within has answered.

    `base` is the BaseHTTPMiddleware that it is, or that stands within it. `inner` are the functions
    that run behind `base`, `outer` those that run around it.
    """

    function: Function
    base: Layer
    inner: set[Function]
    outer: set[Function]


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """Which calls of a middleware's function may run after that of the inner application."""
    body = dispatch_body(tree)
    if body is None and not _calls_application(tree):
        return
    import libcst as cst

    from asgi_lint.model.control_flow import walk
    from asgi_lint.model.statement_order import StatementOrder

    calls = [node for node in walk(tree.node.body) if isinstance(node, cst.Call)]
    if body is not None:
        inner = [*(call.node for call in body.next_calls), *body.forwards]
    else:
        inner = [call for call in calls if len(call.args) == _ASGI_ARGUMENTS]
    order = StatementOrder(tree.node.body, calls)
    after = [
        tree.span(call).start
        for call in calls
        if any(order.may_precede(each, call) for each in inner if each is not call)
    ]
    places = " ".join(f"{start.row}:{start.column}" for start in after)
    yield Candidate(_CODE, tree.scope, tree.span(tree.node.name), (("after", places),))


def _calls_application(tree: FunctionTree) -> bool:
    """Whether it has the shape of an ASGI application that hands its arguments on."""
    names = tree.ordinary[-_ASGI_ARGUMENTS:]
    if len(names) != _ASGI_ARGUMENTS:
        return False
    return f"({names[0]}, {names[1]}, " in tree.body_text


def check(project: Project) -> Iterator[Finding]:
    """The readings, after the inner application, of variables that are set only in there."""
    variables = ContextVariables(project)
    if not variables.settings:
        return
    after = {
        Function(filename, candidate.scope): set(candidate.get("after").split())
        for filename, candidate in project.candidates(_CODE)
    }
    seen: set[Place] = set()
    for watcher in _watchers(project):
        filename = watcher.function.filename
        calls = _calls_after(project, watcher.function, after)
        for reading in variables.read_by(filename, calls):
            settings = variables.settings[reading.variable]
            within = [each for each in settings if _is_within(watcher, each)]
            if len(within) == len(settings) and reading.place not in seen:
                seen.add(reading.place)
                yield _finding(project, watcher, reading, settings[0])


def _is_within(watcher: _Watcher, setting: Setting) -> bool:
    return setting.function in watcher.inner and setting.function not in watcher.outer


def _watchers(project: Project) -> Iterator[_Watcher]:
    """Each function once, with what runs within it for any endpoint."""
    found: dict[Function, _Watcher] = {}
    for endpoint in project.wiring.endpoints:
        if endpoint.is_websocket:
            continue
        known = _layers(project, endpoint)
        run = {reached.function for reached in project.roles.run_for(endpoint)}
        for position, layer in enumerate(known):
            function = _function(project, layer)
            base = _base_at_or_within(known, position)
            if function is None or base is None:
                continue
            watcher = found.setdefault(function, _Watcher(function, known[base], set(), set()))
            watcher.inner |= run.union(*(_run_by(project, each) for each in known[base + 1 :]))
            watcher.outer.update(*(_run_by(project, each) for each in known[: base + 1]))
    yield from found.values()


def _layers(project: Project, endpoint: Endpoint) -> list[Layer]:
    """The layers around an endpoint, outermost first; none where their order is not known."""
    certain = {
        layer: is_known
        for node, _ in project.graph.ways(endpoint.owner)
        for layer, is_known in project.graph.ordered_layers(node)
    }
    layers = [enclosure.layer for enclosure in project.graph.enclosures(endpoint)]
    return layers if all(certain.get(layer, True) for layer in layers) else []


def _function(project: Project, layer: Layer) -> Function | None:
    """The dispatcher of a BaseHTTPMiddleware, the `__call__` of another class."""
    if layer.is_base_http:
        return layer.dispatcher
    if not isinstance(layer.class_, Class):
        return None
    found = project.evaluator.class_attribute(layer.class_, "__call__")
    return next((each for each in found if isinstance(each, Function)), None)


def _base_at_or_within(layers: list[Layer], position: int) -> int | None:
    behind = range(position, len(layers))
    return next((index for index in behind if layers[index].is_base_http), None)


def _run_by(project: Project, layer: Layer) -> set[Function]:
    """What a layer's function calls, and itself with the functions within it."""
    function = _function(project, layer)
    if function is None:
        return set()
    starts = [function, *_nested(project, function)]
    return {each.function for start in starts for each in project.roles.reachable(start)}


def _nested(project: Project, function: Function) -> list[Function]:
    children = project.files[function.filename].children[function.scope]
    return [Function(function.filename, c.index) for c in children if c.function is not None]


def _calls_after(
    project: Project, function: Function, after: Mapping[Function, set[str]]
) -> Iterator[CallFacts]:
    """The calls that may follow that of the inner application, those of its own `send` included."""
    starts = after.get(function)
    if starts is None:
        return
    for found in project.roles.calls(function):
        start = found.call.span.start
        if f"{start.row}:{start.column}" in starts:
            yield found
    if function not in project.dispatchers:
        for nested in _nested(project, function):
            yield from project.roles.calls(nested)


def _finding(project: Project, watcher: _Watcher, reading: Reading, setting: Setting) -> Finding:
    base = watcher.base
    sets = project.roles.name(setting.function) if setting.function is not None else "it"
    return Finding(
        place=reading.place,
        message=(
            f"`{reading.name}` never holds here what `{sets}` sets: `{base.name}` is a "
            "BaseHTTPMiddleware, which runs what is behind it in a task with a context of its "
            "own."
        ),
        fix=pure_asgi.layer_fix(
            project,
            base,
            Fix(
                Applicability.ADVICE,
                "Put the value on `request.state`, or write "
                f"`{base.name}` as a pure ASGI middleware",
            ),
        ),
        trace=(
            Step(f"`{base.name}` is registered here", base.place),
            Step(f"`{reading.name}` is set here", setting.place),
        ),
    )


RULE = Rule(
    code=_CODE,
    name="base-middleware-breaks-contextvars",
    summary="A context variable set behind a BaseHTTPMiddleware is read in front of it.",
    severity=Severity.WARNING,
    check=check,
    extract=extract,
    shared_extract=pure_asgi.extract,
    enabled=False,
)
