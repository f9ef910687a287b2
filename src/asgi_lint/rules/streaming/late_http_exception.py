"""ASG309: an `HTTPException` raised when the response has begun, or is over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, External, Function, Generator, Instance, Typed
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.streaming.given_generators import given_generators
from asgi_lint.rules.streaming.http_escapes import Escapes
from asgi_lint.rules.streaming.late_raises import late_raises

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.rules.streaming.http_escapes import Escape

_CODE = "ASG309"

_PASSED_ON = 3
"""Generators that pass on what another one yields, one within the other."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """What the function raises, and what it catches."""
    yield from late_raises(tree, _CODE)


@dataclass(frozen=True, slots=True)
class _Late:
    """A function that runs when it is too late, and why. `own` says that it does nothing else."""

    function: Function
    step: Step
    own: bool = True


def check(project: Project) -> Iterator[Finding]:
    """What escapes from streamed generators and from background tasks; each place once."""
    escapes = Escapes(project, _CODE)
    if not escapes:
        return
    seen: set[Place] = set()
    for late in _streamed(project, escapes):
        for escape in escapes.of(late.function):
            if escape.place not in seen:
                seen.add(escape.place)
                yield _in_stream(project, late, escape)
    for late in _tasks(project):
        for escape in escapes.of(late.function):
            place = escape.place if late.own else late.step.place
            if place not in seen:
                seen.add(place)
                yield _in_task(project, late, escape)


# What runs too late


def _streamed(project: Project, escapes: Escapes) -> Iterator[_Late]:
    """The generators that become a body, and those that they pass on without a `try`."""
    found: dict[Function, _Late] = {}
    for generator, place in given_generators(project):
        found.setdefault(generator, _Late(generator, Step("it is streamed here", place)))
    for endpoint in project.wiring.endpoints:
        if project.function(endpoint.function).is_generator:
            step = Step("the endpoint is registered here", endpoint.place)
            found.setdefault(endpoint.function, _Late(endpoint.function, step))
    newest = [*found.values()]
    for _ in range(_PASSED_ON):
        inner = [each for late in newest for each in _passed_on(project, escapes, late)]
        newest = [each for each in inner if each.function not in found]
        found.update((each.function, each) for each in newest)
    yield from found.values()


def _passed_on(project: Project, escapes: Escapes, late: _Late) -> Iterator[_Late]:
    filename = late.function.filename
    for found in project.roles.calls(late.function):
        for value in project.evaluator.values(filename, found.scope, found.call):
            if not isinstance(value, Generator) or value.span != found.call.span:
                continue
            if not escapes.is_caught(late.function, found.call.span, None):
                yield _Late(value.function, late.step)


def _tasks(project: Project) -> Iterator[_Late]:
    """The functions that are handed over to run after the response."""
    endpoints = {endpoint.function for endpoint in project.wiring.endpoints}
    for filename, index in project.files.items():
        calls = (*index.calls_named(("add_task",)), *index.making)
        for found in sorted(calls, key=lambda found: found.call.span):
            task = found.call.argument(0, "func")
            if task is None or not _schedules(project, filename, found):
                continue
            for value in project.evaluator.values(filename, found.scope, task):
                if isinstance(value, Function):
                    sites = project.evaluator.call_sites(value)
                    is_own = value not in endpoints and not sites
                    step = Step("it is scheduled here", Place(filename, task.span))
                    yield _Late(value, step, is_own)


def _schedules(project: Project, filename: str, found: CallFacts) -> bool:
    evaluator = project.evaluator
    func = found.call.func
    if isinstance(func, ir.Attribute) and func.attr == "add_task":
        return any(
            isinstance(value, (Instance, Typed))
            and evaluator.is_subclass(value.class_, fw.BACKGROUND_TASKS)
            for value in evaluator.values(filename, found.scope, func.value)
        )
    return any(
        evaluator.is_subclass(class_, fw.BACKGROUND_TASK)
        for class_ in evaluator.made(filename, found.scope, found.call)
    )


# What is said of it


def _in_stream(project: Project, late: _Late, escape: Escape) -> Finding:
    name = project.roles.name(late.function)
    status = escape.status or "the status of this exception"
    return Finding(
        place=escape.place,
        message=(
            f"The client gets 200 and a body that breaks off, not {status}: when `{name}` runs, "
            f"the status and the headers are sent, so nothing answers for {_what(project, escape)}."
        ),
        severity=Severity.WARNING if escape.via else Severity.ERROR,
        fix=Fix(
            Applicability.ADVICE,
            "Check it before the response is made, or send the error as part of the stream",
        ),
        trace=(*escape.via, late.step),
    )


def _in_task(project: Project, late: _Late, escape: Escape) -> Finding:
    name = project.roles.name(late.function)
    where = escape.place if late.own else late.step.place
    status = f"{escape.status} reaches nobody" if escape.status else "Its status reaches nobody"
    raised = Step("it is raised here", escape.place)
    return Finding(
        place=where,
        message=(
            f"{status}: the background task `{name}` runs after the response, so its "
            f"`{_name(project, escape.class_)}` is only logged, and the tasks after it never run."
        ),
        severity=Severity.WARNING,
        fix=Fix(
            Applicability.ADVICE,
            "Check it in the endpoint, or log what went wrong where the task notices it",
        ),
        trace=(*escape.via, late.step) if late.own else (raised, *escape.via),
    )


def _what(project: Project, escape: Escape) -> str:
    name = _name(project, escape.class_)
    return f"the `{name}` that is raised in there" if escape.via else f"this `{name}`"


def _name(project: Project, class_: External | Class) -> str:
    if isinstance(class_, External):
        return class_.name.rpartition(".")[2]
    return project.files[class_.filename].class_(class_.scope).name


RULE = Rule(
    code=_CODE,
    name="http-exception-after-response-start",
    summary="An HTTPException in a stream or a background task comes too late to be answered.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
