"""ASG112: a dispatcher that returns something else than a response, or nothing at all."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.values import Class, External, Function
from asgi_lint.rules.middleware.answering import answering
from asgi_lint.rules.middleware.dispatch_body import dispatch_body
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_CODE = "ASG112"
_NOT_CALLABLE = (
    "fastapi.HTTPException",
    "fastapi.exceptions.HTTPException",
    "pydantic.BaseModel",
    "starlette.exceptions.HTTPException",
)
"""Classes whose objects are returned by mistake, and cannot be called."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The ways through what may be a dispatcher that do not end with a response."""
    body = dispatch_body(tree)
    if body is None and tree.name != "dispatch":
        return
    from asgi_lint.rules.middleware.returned import wrong_ways

    for way in wrong_ways(tree, body):
        detail = (("ending", way.ending.value), ("what", way.what))
        yield Candidate(_CODE, tree.scope, tree.span(way.node), detail, way.fix)


def check(project: Project) -> Iterator[Finding]:
    """What the functions return whose value becomes the answer."""
    answers = answering(project)
    for filename, candidate in project.candidates(_CODE):
        function = Function(filename, candidate.scope)
        if function in answers:
            yield _finding(project, function, candidate)
    for function in answers:
        yield from _wrong_objects(project, function)


def _finding(project: Project, function: Function, candidate: Candidate) -> Finding:
    name, what = _name(project, function), candidate.get("what")
    severity = Severity.ERROR
    advice = "Return a response on every way, such as `await call_next(request)`"
    kind = "NoneType"
    match candidate.get("ending"):
        case "falls off":
            opening = f"`{name}` ends after this without a `return`"
            advice = "Return the response"
        case "passed by":
            severity = Severity.WARNING
            opening = f"`{name}` ends without a `return` where this does not apply"
        case "loop ends":
            severity = Severity.WARNING
            opening = f"`{name}` ends without a `return` when this loop is through"
        case "suppressed":
            severity = Severity.WARNING
            opening = f"`{name}` ends without a `return` after what this suppresses"
        case "still None":
            severity = Severity.WARNING
            opening = f"`{what}` is still None here if `call_next` raised"
        case "not awaited":
            kind = "coroutine"
            opening = f"`{name}` returns `call_next(...)` without `await`"
            advice = "Await `call_next`"
        case _:
            kind = what
            shown = "None" if what == "NoneType" else f"a {what}" if what != "int" else "an int"
            opening = f"`{name}` returns {shown}, not a response"
            if what != "NoneType":
                advice = "Return a response, such as a `JSONResponse`"
    edits = tuple(Edit(Place(function.filename, r.span), r.content) for r in candidate.replacements)
    return Finding(
        place=Place(function.filename, candidate.span),
        message=_message(opening, f"'{kind}' object is not callable"),
        severity=severity,
        fix=Fix(Applicability.SAFE if edits else Applicability.ADVICE, advice, edits),
    )


def _message(opening: str, error: str) -> str:
    return (
        f"{opening}: Starlette calls what a dispatcher returns, and the client gets a 500 "
        f"(TypeError: {error})."
    )


def _name(project: Project, function: Function) -> str:
    """`AuthMiddleware.dispatch` for a method, the name of a function."""
    scopes = project.files[function.filename].facts.scopes
    outer = scopes[scopes[function.scope].parent].class_
    name = project.roles.name(function)
    return f"{outer.name}.{name}" if outer is not None else name


def _wrong_objects(project: Project, function: Function) -> Iterator[Finding]:
    """What is returned that has a class, but the wrong one, or without being awaitable."""
    facts = project.function(function)
    name = _name(project, function)
    for expr in facts.returns:
        if not isinstance(expr, ir.Call):
            continue
        classes = [*project.evaluator.made(function.filename, function.scope, expr)]
        place = Place(function.filename, expr.span)
        if classes and all(_is(project, each, *_NOT_CALLABLE) for each in classes):
            made = ir.last_name(expr.func) or "object"
            yield Finding(
                place=place,
                message=_message(
                    f"`{name}` returns `{made}(...)`, not a response",
                    f"'{made}' object is not callable",
                ),
                fix=Fix(Applicability.ADVICE, "Return a `JSONResponse` with the status instead"),
            )
        elif not facts.is_async and any(_is(project, each, fw.RESPONSE) for each in classes):
            made = ir.last_name(expr.func) or "Response"
            yield Finding(
                place=place,
                message=(
                    f"`{name}` is not `async`, but Starlette awaits what it returns: the client "
                    f"gets a 500 (TypeError: object {made} can't be used in 'await' expression)."
                ),
                fix=Fix(Applicability.ADVICE, f"Write `async def {facts.name}`"),
            )


def _is(project: Project, class_: Class | External, *names: str) -> bool:
    return project.evaluator.is_subclass(class_, *names)


RULE = Rule(
    code=_CODE,
    name="dispatch-returns-no-response",
    summary="A dispatcher returns None, a dict or a text where Starlette calls a response.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
