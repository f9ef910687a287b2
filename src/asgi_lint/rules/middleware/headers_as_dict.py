"""ASG114: the headers of a response copied as a dict, which keeps one `Set-Cookie` of several."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.facts import BindingFacts, Parameter
from asgi_lint.model.packed import pack
from asgi_lint.model.values import Class, External, Function, Instance, Typed
from asgi_lint.rules.middleware.dispatch_body import dispatching
from asgi_lint.rules.middleware.header_copies import header_copies
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.dispatchers import Dispatcher
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_CODE = "ASG114"
_KNOWING = ("set-cookie", "getlist(", "mutablecopy(")
"""Text of a function that knows that a header may come more than once."""

_DEPTH = 3
"""Calls followed from a parameter to what is passed for it."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The copies in functions that do not look after cookies in another way."""
    if "headers" not in tree.text or any(each in tree.text.lower() for each in _KNOWING):
        return
    for copy in header_copies(tree.own_nodes):
        start = tree.place(copy.response).start if copy.response is not None else None
        detail = (
            ("source", copy.source),
            ("target", copy.target),
            ("response", f"{start.row}:{start.column}" if start is not None else ""),
        )
        place = tree.place(copy.node)
        fix = (Replacement(place, f"{copy.source}.headers"),) if copy.is_direct else ()
        yield Candidate(_CODE, tree.scope, place, detail, fix)


def check(project: Project) -> Iterator[Finding]:
    """The copies from a response that may carry cookies into another response."""
    sources = _Sources(project)
    for filename, candidate in project.candidates(_CODE):
        name = ir.Name(candidate.get("source"), pack(candidate.span))
        if not sources.is_response(filename, candidate.scope, name, 0):
            continue
        class_ = _made(project, filename, candidate)
        if class_ is not None:
            yield _finding(filename, candidate, class_)


def _made(project: Project, filename: str, candidate: Candidate) -> Class | External | None:
    """The class of the response that gets the copy; None where it is no response."""
    if candidate.get("target"):
        for value in project.evaluator.lookup(filename, candidate.scope, candidate.get("target")):
            if isinstance(value, (Instance, Typed)) and _is_response(project, value.class_):
                return value.class_
        return None
    for found in project.files[filename].calls[candidate.scope]:
        start = found.call.span.start
        if f"{start.row}:{start.column}" != candidate.get("response"):
            continue
        for class_ in project.evaluator.made(filename, candidate.scope, found.call):
            if _is_response(project, class_):
                return class_
    return None


def _is_response(project: Project, class_: Class | External) -> bool:
    return project.evaluator.is_subclass(class_, fw.RESPONSE)


class _Sources:
    """Knows which variables hold a response that something else made."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self._dispatchers: Mapping[Function, Dispatcher] = dispatching(project)

    def is_response(self, filename: str, scope: int, expr: ir.Expr, depth: int) -> bool:
        """Whether `expr` is such a response: of `call_next`, of another function, a parameter."""
        match expr:
            case ir.Await(value=ir.Call(func=ir.Name(id=called))):
                dispatcher = self._dispatchers.get(Function(filename, scope))
                if dispatcher is not None and dispatcher.call_next == called:
                    return True
            case ir.Name(id=name):
                index = self._project.files[filename]
                owner, definitions = index.visible(scope, name)
                for definition in definitions:
                    match definition:
                        case BindingFacts(value=value) if value is not None and depth < _DEPTH:
                            if self.is_response(filename, owner, value, depth + 1):
                                return True
                        case Parameter() if depth < _DEPTH:
                            if self._is_passed(Function(filename, owner), definition, depth):
                                return True
                        case _:
                            continue
            case _:
                pass
        return any(
            self._is_given(value) for value in self._project.evaluator.values(filename, scope, expr)
        )

    def _is_passed(self, function: Function, parameter: Parameter, depth: int) -> bool:
        passed = self._project.evaluator.arguments(function, parameter)
        return any(self.is_response(file, scope, e, depth + 1) for file, scope, e in passed)

    def _is_given(self, value: object) -> bool:
        """Whether a value is a response by its type; one whose making is seen sets cookies."""
        match value:
            case Typed(class_=class_):
                return _is_response(self._project, class_)
            case Instance(class_=class_):
                return _is_response(self._project, class_) and self._sets_cookies(*value.home)
            case _:
                return False

    def _sets_cookies(self, filename: str, scope: int) -> bool:
        calls = self._project.files[filename].calls[scope]
        return any(ir.last_name(found.call.func) == "set_cookie" for found in calls)


def _finding(filename: str, candidate: Candidate, class_: Class | External) -> Finding:
    source, target = candidate.get("source"), candidate.get("target")
    keeps = f"`{source}.headers`"
    if target:
        what = f"Written into `{target}.headers` one by one, {keeps} loses"
        advice = f"Use `{target}.headers.append(name, value)`, which keeps them all"
    else:
        what = f"A dict of {keeps} loses"
        advice = f"Pass {keeps} itself, or its `mutablecopy()`, which keep them all"
    edits: tuple[Edit, ...] = ()
    if isinstance(class_, External) and class_.name.startswith("starlette.responses."):
        edits = tuple(Edit(Place(filename, r.span), r.content) for r in candidate.replacements)
    if edits:
        advice = f"Pass {keeps} itself, which keeps them all"
    return Finding(
        place=Place(filename, candidate.span),
        message=(
            f"{what} all but one `Set-Cookie`: a dict holds each name once, so the client does "
            "not get the other cookies of the response."
        ),
        fix=Fix(Applicability.SAFE if edits else Applicability.ADVICE, advice, edits),
    )


RULE = Rule(
    code=_CODE,
    name="response-headers-lose-set-cookie",
    summary="A response's headers copied as a dict keep only one of several cookies.",
    severity=Severity.WARNING,
    check=check,
    extract=extract,
)
