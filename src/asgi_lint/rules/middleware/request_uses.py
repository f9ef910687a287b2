"""What the dispatchers of a project do with the bodies of their requests, helpers included."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model.values import Function
from asgi_lint.rules.middleware.dispatch_body import dispatching, received
from asgi_lint.rules.middleware.request_reads import (
    FAILURE,
    HAND_ON,
    PATCH,
    PATCHES,
    READS,
    read_spans,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.candidates import Candidate, Replacement
    from asgi_lint.model.dispatchers import Dispatcher
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.project import Project

_HELPER_DEPTH = 3
_RANKS = (PATCH, "body", "json", "form", "stream", "")


@dataclass(frozen=True, slots=True)
class RequestUse:
    """Something that a dispatcher does with its request.

    `kind` is one of `READS`, else "patch" for an assignment to what the request keeps of its body,
    or "" for nothing that matters. Where a function that is called does it, `helper` is that
    function's name and `steps` lead there.
    `is_after` says whether a call of `call_next` may come before it, `is_before` whether one that
    passes the same request may follow; `next_call` is the first such call. `earlier` and `later`
    are the kinds of the uses that may come before and after it. `is_guarded` says whether a `try`
    around it takes any exception, `is_expected` whether one names the `RuntimeError` itself.
    """

    dispatcher: Dispatcher
    place: Place
    kind: str
    helper: str
    steps: tuple[Step, ...]
    is_after: bool
    is_before: bool
    passes_other: bool
    next_call: Place
    earlier: frozenset[str]
    later: frozenset[str]
    is_guarded: bool
    is_expected: bool
    replacements: tuple[Replacement, ...]

    @property
    def phrase(self) -> str:
        """The read by name, to begin a sentence: "`request.form()`", "`form()` in `csrf_token`"."""
        if self.helper:
            return f"`{self.kind}()` in `{self.helper}`"
        return f"`{self.dispatcher.request}.{self.kind}()`"


def request_uses(project: Project, code: str) -> Iterator[RequestUse]:
    """What the project's dispatchers do with their requests; in source order within each."""
    found: dict[Function, list[Candidate]] = {}
    for filename, candidate in project.candidates(code):
        found.setdefault(Function(filename, candidate.scope), []).append(candidate)
    dispatchers = dispatching(project) if found else {}
    for function, candidates in found.items():
        dispatcher = dispatchers.get(function)
        if dispatcher is not None and dispatcher.request == candidates[0].get("request"):
            yield from _resolved(project, dispatcher, candidates)


@dataclass(frozen=True, slots=True)
class _Deed:
    """What is done with a request, and where, if in another function: its name and the way."""

    kind: str
    helper: str = ""
    steps: tuple[Step, ...] = ()


_NOTHING = _Deed("")


def _resolved(
    project: Project, dispatcher: Dispatcher, candidates: list[Candidate]
) -> Iterator[RequestUse]:
    filename = dispatcher.function.filename
    deeds = {each.span: _deed(project, dispatcher, each) for each in candidates}
    for each in candidates:
        deed = deeds[each.span]
        next_calls = read_spans(each.get("next")) or [each.span]
        yield RequestUse(
            dispatcher=dispatcher,
            place=Place(filename, each.span),
            kind=deed.kind,
            helper=deed.helper,
            steps=deed.steps,
            is_after=bool(each.get("after")),
            is_before=bool(each.get("before")),
            passes_other=bool(each.get("other")),
            next_call=Place(filename, next_calls[0]),
            earlier=frozenset(deeds[span].kind for span in read_spans(each.get("earlier"))),
            later=frozenset(deeds[span].kind for span in read_spans(each.get("later"))),
            is_guarded=each.get("caught") == "any",
            is_expected=each.get("caught") == FAILURE,
            replacements=each.replacements,
        )


def _deed(project: Project, dispatcher: Dispatcher, candidate: Candidate) -> _Deed:
    if candidate.get("kind") != HAND_ON:
        return _Deed(candidate.get("kind"))
    for found in project.roles.calls_at(dispatcher.function, candidate.span):
        return _done_by(project, dispatcher.function, found, dispatcher.request, 1)
    return _NOTHING


def _done_by(
    project: Project, caller: Function, found: CallFacts, request: str, depth: int
) -> _Deed:
    """What the called function does with the request that it is given under that name."""
    for target in project.evaluator.values(caller.filename, found.scope, found.call.func):
        if not isinstance(target, Function):
            continue
        for parameter, argument in received(project, target, found.call):
            if isinstance(argument, ir.Name) and argument.id == request:
                deed = _done_in(project, target, parameter.name, depth)
                if deed.kind:
                    return deed
    return _NOTHING


def _done_in(project: Project, function: Function, request: str, depth: int) -> _Deed:
    """What a function does with its parameter: a patch counts first, then what keeps the body."""
    bindings = project.files[function.filename].facts.bindings
    patched = {f"{request}.{name}" for name in PATCHES}
    if any(each.scope == function.scope and each.name in patched for each in bindings):
        return _Deed(PATCH)
    name = project.roles.name(function)
    done: list[_Deed] = []
    for found in project.roles.calls(function):
        match found.call.func:
            case ir.Attribute(value=ir.Name(id=owner), attr=attr) if owner == request:
                if attr in READS:
                    place = Place(function.filename, found.call.span)
                    done.append(_Deed(attr, name, (Step("the body is read here", place),)))
            case _ if depth < _HELPER_DEPTH:
                done.append(_done_by(project, function, found, request, depth + 1))
            case _:
                continue
    return min(done, key=lambda each: _RANKS.index(each.kind), default=_NOTHING)
