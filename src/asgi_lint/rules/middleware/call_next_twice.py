"""ASG111: a dispatcher that calls `call_next` a second time for one request."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.values import Function
from asgi_lint.rules.middleware.dispatch_body import dispatch_body, dispatching
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.severity import severity_in_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.dispatchers import Dispatcher
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.rules.middleware.dispatch_body import DispatchBody
    from asgi_lint.versions.exposure import Exposure

_CODE = "ASG111"
_HAZARD = "call-next-called-twice"
_RETRYING = frozenset({"backoff", "retry", "retrying", "stamina", "tenacity"})
"""Packages whose decorators call a function again when it raises."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The calls of `call_next` that may come after another one."""
    body = dispatch_body(tree)
    if body is None:
        return
    yield from _decorated(tree, body)
    if not body.next_calls:
        return
    from asgi_lint.rules.middleware.second_calls import second_calls

    for found in second_calls(body):
        start = tree.span(found.first.node).start
        first = f"{start.row}:{start.column}" if found.first is not found.call else ""
        yield _candidate(body, found.call.node, found.how, first)


def _candidate(body: DispatchBody, call: cst.Call, how: str, by: str) -> Candidate:
    detail = (("call_next", body.call_next), ("how", how), ("by", by))
    return Candidate(_CODE, body.tree.scope, body.tree.span(call), detail)


def _decorated(tree: FunctionTree, body: DispatchBody) -> Iterator[Candidate]:
    """The first call in a function that a retrying decorator is on: this one, or one within it."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    if body.next_calls:
        by = _retrying_decorator(tree, tree.node)
        if by:
            yield _candidate(body, body.next_calls[0].node, "decorator", by)
    inner = {id(call): call for call in body.inner_next_calls}
    for function in tree.node.body.body if inner else ():
        by = _retrying_decorator(tree, function) if isinstance(function, cst.FunctionDef) else ""
        if by and isinstance(function, cst.FunctionDef):
            found = [inner[id(node)] for node in walk(function.body) if id(node) in inner]
            yield from (_candidate(body, call, "decorator", by) for call in found[:1])


def _retrying_decorator(tree: FunctionTree, node: cst.FunctionDef) -> str:
    """The name of a decorator that calls the function again when it raises, or ""."""
    import libcst as cst

    for each in node.decorators:
        kind = each.decorator.func if isinstance(each.decorator, cst.Call) else each.decorator
        name = tree.names(kind) or ""
        if name.partition(".")[0] in _RETRYING and "." in name:
            return name
    return ""


def check(project: Project) -> Iterator[Finding]:
    """The candidates in dispatchers and in what these hand `call_next` on to."""
    dispatchers = dispatching(project)
    for filename, candidate in project.candidates(_CODE):
        dispatcher = dispatchers.get(Function(filename, candidate.scope))
        if dispatcher is None or dispatcher.call_next != candidate.get("call_next"):
            continue
        exposure = project.versions.exposure(filename, _HAZARD)
        severity = severity_in_code(exposure)
        if severity is not None:
            yield Finding(
                place=Place(filename, candidate.span),
                message=_message(candidate, exposure),
                severity=severity,
                fix=Fix(
                    Applicability.ADVICE,
                    f"Call `{dispatcher.call_next}` once; repeat where it fails, inside the "
                    "endpoint, or write this as a pure ASGI middleware",
                ),
                trace=(*_first_call(project, dispatcher, candidate),),
            )


def _message(candidate: Candidate, exposure: Exposure) -> str:
    name = candidate.get("call_next")
    match candidate.get("how"):
        case "loop":
            what = f"This loop calls `{name}` again for the same request"
        case "handler":
            what = f"`{name}` is called again after it raised"
        case "decorator":
            what = f"`{candidate.get('by')}` calls `{name}` again after it raised"
        case _:
            what = f"`{name}` is called a second time for the same request"
    return f"{what}: the endpoint runs twice and the client still gets a 500 ({exposure.phrase})."


def _first_call(project: Project, dispatcher: Dispatcher, candidate: Candidate) -> Iterator[Step]:
    for found in project.roles.calls(dispatcher.function):
        start = found.call.span.start
        if (
            ir.dotted(found.call.func) == dispatcher.call_next
            and candidate.get("how") != "decorator"
            and candidate.get("by") == f"{start.row}:{start.column}"
        ):
            place = Place(dispatcher.function.filename, found.call.span)
            yield Step(f"`{dispatcher.call_next}` is called the first time here", place)


RULE = Rule(
    code=_CODE,
    name="call-next-called-twice",
    summary="A dispatcher calls `call_next` twice for one request, which ends in a 500.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    extract=extract,
)
