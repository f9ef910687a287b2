"""ASG102: a pure ASGI middleware that fails on the lifespan scope, or drops it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.diagnostics import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Place,
    Severity,
    Span,
    Step,
)
from asgi_lint.model import frameworks as fw
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.values import Class, External, Function
from asgi_lint.rules.middleware.lifespan_acts import may_act
from asgi_lint.rules.middleware.pure_asgi import (
    in_test,
    is_one_of_many,
    is_root,
    pure_middleware,
    start_up_of,
)
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.wiring import Handling
    from asgi_lint.rules.middleware.pure_asgi import PureMiddleware

_CODE = "ASG102"
_WRAPPED = "<wrapped>"
_HOPS = 3
"""Helpers followed from a middleware."""

_CONNECTIONS = (fw.REQUEST, "starlette.requests.HTTPConnection", "starlette.websockets.WebSocket")
_PARTS = tuple(
    f"{package}.datastructures.{name}"
    for package in ("starlette", "fastapi")
    for name in ("Headers", "MutableHeaders", "URL")
)
"""Classes that read the scope that they are made of."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """What a function with a parameter `scope` does with a lifespan scope, in order."""
    if "scope" not in tree.ordinary or not may_act(tree):
        return
    from asgi_lint.rules.middleware.lifespan_run import Run

    run = Run(tree)
    called = run.called if run.is_asgi else ()
    fix = tuple(_guard(tree)) if called else ()
    for act in run.acts:
        detail = (("kind", act.kind), ("text", act.text), ("called", " ".join(called)))
        yield Candidate(_CODE, tree.scope, tree.span(act.node), detail, fix)


def _guard(tree: FunctionTree) -> Iterator[Replacement]:
    """Hand the lifespan on, before anything else; `_WRAPPED` stands for the application."""
    from asgi_lint.rules.middleware.lifespan_run import first_statement

    names = ", ".join(p.name.value for p in tree.node.params.params[-3:])
    for statement in first_statement(tree):
        start = tree.span(statement).start
        indent = tree.line(start.row)[: start.column - 1]
        lines = [
            'if scope["type"] == "lifespan":',
            f"{indent}{tree.indent}await {_WRAPPED}({names})",
            f"{indent}{tree.indent}return",
            indent,
        ]
        yield Replacement(Span(start, start), tree.newline.join(lines))


class _Failure(NamedTuple):
    """An act that is certain, with the helper's own place if it stands in one."""

    act: Candidate
    what: str
    within: Place | None


def check(project: Project) -> Iterator[Finding]:
    """One finding for each middleware: the first thing that it does wrong."""
    acts: dict[Function, list[Candidate]] = {}
    for filename, candidate in project.candidates(_CODE):
        acts.setdefault(Function(filename, candidate.scope), []).append(candidate)
    for function, found in acts.items():
        called = found[0].get("called").split()
        failure = _failure(project, function, acts, 0) if called else None
        if failure is None:
            continue
        for wrapped in called:
            middleware = pure_middleware(project, function, wrapped)
            if middleware is not None:
                yield from _finding(project, middleware, failure)
                break


def _failure(
    project: Project, function: Function, acts: dict[Function, list[Candidate]], hops: int
) -> _Failure | None:
    for act in acts.get(function, ()):
        if act.get("kind") != "call":
            return _Failure(act, _what(act), None)
        for called in _called(project, function, act):
            if isinstance(called, Function):
                inner = _failure(project, called, acts, hops + 1) if hops < _HOPS else None
                if inner is not None and inner.act.get("kind") != "drop":
                    place = inner.within or Place(called.filename, inner.act.span)
                    return _Failure(act, inner.what, place)
            elif project.evaluator.is_subclass(called, *_CONNECTIONS, *_PARTS):
                return _Failure(act, f"makes a `{act.get('text')}` of it, which fails", None)
    return None


def _what(act: Candidate) -> str:
    match act.get("kind"):
        case "read":
            return f'reads `scope["{act.get("text")}"]`, which it does not have'
        case "assert":
            return "asserts another type of scope"
        case _:
            return ""


def _called(
    project: Project, function: Function, act: Candidate
) -> Iterator[Function | Class | External]:
    for found in project.roles.calls_at(function, act.span):
        for value in project.evaluator.values(function.filename, found.scope, found.call.func):
            if isinstance(value, (Function, Class, External)):
                yield value


def _finding(project: Project, middleware: PureMiddleware, failure: _Failure) -> Iterator[Finding]:
    """An error where start-up code is lost, a warning where there may be some, else silence."""
    roots = [each for each in middleware.registrations if is_root(project, each.node)]
    if middleware.registrations and not roots:
        return
    started = [(each, start_up_of(project, each.node)) for each in roots]
    lost = next(((each, start) for each, start in started if start is not None), None)
    filename = middleware.function.filename
    if in_test(project, filename) or (not roots and is_one_of_many(project, middleware)):
        return
    steps: list[Step] = []
    if failure.within is not None:
        steps.append(Step("it happens here", failure.within))
    if roots:
        registration = lost[0] if lost is not None else roots[0]
        steps.append(Step(f"`{middleware.name}` is registered here", registration.place))
    if lost is not None:
        steps.append(Step("this start-up code never runs", lost[1].place))
    yield Finding(
        place=Place(filename, failure.act.span),
        message=_message(middleware, failure, lost[1] if lost is not None else None),
        severity=Severity.ERROR if lost is not None else Severity.WARNING,
        fix=_fix(filename, failure.act, middleware.wrapped),
        trace=tuple(steps),
    )


def _message(middleware: PureMiddleware, failure: _Failure, lost: Handling | None) -> str:
    code = "the application's start-up code" if lost is not None else "start-up code behind it"
    if failure.act.get("kind") == "drop":
        return (
            f"`{middleware.name}` does not hand the lifespan scope on: {code} never runs, and the "
            'server logs "Application startup complete".'
        )
    return (
        f"`{middleware.name}` is called with the lifespan scope too, and {failure.what}: {code} "
        "never runs, and uvicorn only logs \"ASGI 'lifespan' protocol appears unsupported\"."
    )


def _fix(filename: str, act: Candidate, wrapped: str) -> Fix:
    message = "Hand the lifespan scope on before anything else"
    edits = tuple(
        Edit(Place(filename, r.span), r.content.replace(_WRAPPED, wrapped))
        for r in act.replacements
    )
    return Fix(Applicability.SAFE if edits else Applicability.ADVICE, message, edits)


RULE = Rule(
    code=_CODE,
    name="asgi-middleware-breaks-lifespan",
    summary="A middleware fails on the lifespan scope or drops it, and start-up code never runs.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
