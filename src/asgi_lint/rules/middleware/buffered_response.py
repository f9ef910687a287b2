"""ASG108: a dispatcher that takes a response's body for something that it can read and keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.streams import STREAMING
from asgi_lint.model.values import Class, Function
from asgi_lint.rules.middleware.dispatch_body import dispatching, received
from asgi_lint.rules.middleware.response_uses import (
    HAND_ON,
    READ,
    WRITE,
    extract_response_uses,
)
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.dispatchers import Dispatcher
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.wiring import Layer

_CODE = "ASG108"


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """What the function does with a response's body."""
    return extract_response_uses(tree, _CODE)


def check(project: Project) -> Iterator[Finding]:
    """The uses of the response of `call_next`, in dispatchers and what they hand it to."""
    helpers: dict[Function, list[Candidate]] = {}
    uses: list[tuple[Function, Candidate]] = []
    for filename, candidate in project.candidates(_CODE):
        function = Function(filename, candidate.scope)
        if candidate.get("role") == "helper":
            helpers.setdefault(function, []).append(candidate)
        else:
            uses.append((function, candidate))
    dispatchers = dispatching(project) if uses else {}
    for function, use in uses:
        dispatcher = dispatchers.get(function)
        if dispatcher is None:
            continue
        if use.get("kind") != HAND_ON:
            finding = _finding(project, dispatcher, use, use)
        elif (done := _in_helper(project, function, use, helpers)) is not None:
            finding = _finding(project, dispatcher, use, *done)
        else:
            finding = None
        if finding is not None:
            yield finding


def _in_helper(
    project: Project,
    function: Function,
    use: Candidate,
    helpers: Mapping[Function, list[Candidate]],
) -> tuple[Candidate, Step] | None:
    """What the called function does with the response that it is given, and where."""
    for found in project.roles.calls(function):
        if found.call.span != use.span:
            continue
        for target in project.evaluator.values(function.filename, found.scope, found.call.func):
            if not isinstance(target, Function):
                continue
            for parameter, argument in received(project, target, found.call):
                done = _done_to(parameter.name, argument, use, helpers.get(target, ()))
                if done is not None:
                    step = Step("the body is used here", Place(target.filename, done.span))
                    return done, step
    return None


def _done_to(
    parameter: str, argument: ir.Expr, use: Candidate, done: tuple[Candidate, ...] | list[Candidate]
) -> Candidate | None:
    written = ir.dotted(argument.value if isinstance(argument, ir.Await) else argument) or ""
    name, _, attr = written.partition(".")
    if name != use.get("response") or attr not in ("", "body_iterator"):
        return None
    return next((each for each in done if each.get("response") == parameter), None)


def _finding(
    project: Project, dispatcher: Dispatcher, use: Candidate, done: Candidate, *trace: Step
) -> Finding | None:
    """What is wrong with a use; `done` is what a called function does, else the use itself."""
    place = Place(dispatcher.function.filename, use.span)
    name, kind = use.get("response") or "response", done.get("kind")
    if kind in (READ, WRITE):
        returned = f"what `{dispatcher.call_next}` returns is always a stream"
        message = (
            f"`{name}.body` raises AttributeError: {returned}."
            if kind == READ
            else f"Setting `{name}.body` changes nothing of what is sent: {returned}."
        )
        return Finding(place, message, Severity.ERROR, _keep(name), trace)
    if use.get("lost") and not done.get("restored"):
        message = (
            f"The client gets an empty body: `{name}.body_iterator` can be read only once, and "
            f"`{name}` is returned after it was."
        )
        return Finding(place, message, Severity.ERROR, _keep(name), trace)
    sends_again = use.get("rebuilt") or done.get("restored")
    if not sends_again or use.get("sorts"):
        return None
    return _buffered(project, dispatcher, use, trace)


def _buffered(
    project: Project, dispatcher: Dispatcher, use: Candidate, trace: tuple[Step, ...]
) -> Finding:
    place = Place(dispatcher.function.filename, use.span)
    fix = Fix(
        Applicability.ADVICE,
        "Look at each chunk in an async generator that passes it on, or collect only what "
        "`content-type` says is no stream",
    )
    stream = None if use.get("by path") else _stream_behind(project, dispatcher)
    if stream is not None:
        message = (
            f"`{dispatcher.name}` collects each response before it sends anything: a stream "
            "reaches the client only when it has ended."
        )
        return Finding(place, message, Severity.WARNING, fix, (*trace, stream))
    message = (
        f"`{dispatcher.name}` holds each response in memory whole: a stream would reach the "
        "client only when it has ended."
    )
    return Finding(place, message, Severity.NOTE, fix, trace)


def _stream_behind(project: Project, dispatcher: Dispatcher) -> Step | None:
    """A stream of an endpoint behind the dispatcher's layer."""
    responses = {
        each.function: each.place
        for each in reversed(project.streams.responses)
        if each.function is not None and project.evaluator.is_subclass(each.class_, *STREAMING)
    }
    for endpoint in project.wiring.endpoints:
        if endpoint.is_websocket or not any(
            _is_of(project, enclosure.layer, dispatcher)
            for enclosure in project.graph.enclosures(endpoint)
        ):
            continue
        name = project.roles.name(endpoint.function)
        for reached in project.roles.run_for(endpoint):
            if reached.function in responses:
                return Step(f"endpoint `{name}` streams this", responses[reached.function])
        if project.function(endpoint.function).is_generator:
            return Step(f"endpoint `{name}` streams", endpoint.place)
    return None


def _is_of(project: Project, layer: Layer, dispatcher: Dispatcher) -> bool:
    if layer.dispatcher == dispatcher.function:
        return True
    return (
        dispatcher.class_ is not None
        and isinstance(layer.class_, Class)
        and dispatcher.class_ in project.evaluator.ancestry(layer.class_)
    )


def _keep(name: str) -> Fix:
    return Fix(
        Applicability.ADVICE,
        f"Collect `{name}.body_iterator`, and return a new response with the bytes",
    )


RULE = Rule(
    code=_CODE,
    name="middleware-buffers-response-body",
    summary="A dispatcher reads a response's body as if it were no stream.",
    severity=Severity.WARNING,
    check=check,
    extract=extract,
)
