"""ASG105: what belongs to one request, kept on the middleware that serves all of them."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity, Step
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Class, Function
from asgi_lint.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_CODE = "ASG105"
_HOPS = 3
"""Methods followed from the one that serves a request."""

_HELPED = frozenset({"message", "req", "request", "response", "scope"})
"""One of these is a parameter of a method that helps to serve a request."""


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """What the methods of a middleware do with its attributes, in order."""
    names = [*tree.parameters]
    if names[:1] != ["self"] or not mentions(tree, "self."):
        return
    is_entry = tree.is_async and _serves(tree.name, names)
    if not is_entry and (_HELPED.isdisjoint(names) or tree.name == "__init__"):
        return
    if not tree.stands_in_file(_ENTRY) and not _writes_own(tree):
        return
    from asgi_lint.rules.middleware.instance_events import events_of

    for event in events_of(tree.node, is_entry=is_entry):
        detail = (
            ("kind", event.kind),
            ("name", event.name),
            ("value", event.value),
            ("sure", "yes" if event.is_sure else ""),
        )
        yield Candidate(_CODE, tree.scope, tree.span(event.node), detail)


_ENTRY = re.compile(r"\basync\s+def\s+(?:dispatch|__call__)\b")


def _writes_own(tree: FunctionTree) -> bool:
    """Whether a method writes an attribute of its object.

    Of what a middleware inherits from another file only such methods matter enough to be parsed.
    """
    return any(
        isinstance(node, ast.Attribute)
        and isinstance(node.ctx, ast.Store)
        and isinstance(node.value, ast.Name)
        and node.value.id == "self"
        for node in tree.own_nodes
    )


def _serves(name: str, parameters: list[str]) -> bool:
    match name, len(parameters):
        case ("dispatch", 3) | ("__call__", 4):
            return True
        case _:
            return False


class _Moment(NamedTuple):
    """An event with the file that it happens in."""

    event: Candidate
    filename: str

    @property
    def place(self) -> Place:
        return Place(self.filename, self.event.span)


def check(project: Project) -> Iterator[Finding]:
    """One finding for each attribute of a middleware class, at its first write."""
    events: dict[Function, list[Candidate]] = {}
    for filename, candidate in project.candidates(_CODE):
        events.setdefault(Function(filename, candidate.scope), []).append(candidate)
    seen: set[Place] = set()
    for function in events:
        for class_ in _middleware(project, function):
            moments = [*_moments(project, class_, function, events, 0)]
            for name in dict.fromkeys(m.event.get("name") for m in moments):
                found = _overwritten(name, moments)
                if found is not None and found[0].place not in seen:
                    seen.add(found[0].place)
                    yield _finding(project, class_, name, *found)


def _middleware(project: Project, function: Function) -> Iterator[Class]:
    """The middleware classes whose instances serve every request with this method."""
    index = project.files[function.filename]
    scope = index.facts.scopes[function.scope]
    parent = index.facts.scopes[scope.parent]
    if parent.class_ is None or scope.function is None:
        return
    own = Class(function.filename, parent.index)
    name = scope.function.name
    registered = [
        layer.class_
        for layers in project.wiring.layers.values()
        for layer in layers
        if isinstance(layer.class_, Class)
        and function in project.evaluator.class_attribute(layer.class_, name)
    ]
    if name == "dispatch":
        alone = function in project.dispatchers
    elif name == "__call__" and not _is_made_per_request(project, own):
        takes_scope = scope.function.parameter("scope") is not None
        alone = takes_scope and parent.class_.name.endswith("Middleware")
    else:
        return
    yield from dict.fromkeys([*registered, *([own] if alone else [])])


def _is_made_per_request(project: Project, class_: Class) -> bool:
    """Whether some function that serves requests makes an instance for itself."""
    return any(
        outer is not None and outer.is_async
        for found in project.evaluator.class_attribute(class_, "__init__")
        if isinstance(found, Function)
        for filename, site in project.evaluator.call_sites(found)
        for outer in [project.files[filename].facts.scopes[site.scope].function]
    )


def _moments(
    project: Project,
    class_: Class,
    function: Function,
    events: Mapping[Function, list[Candidate]],
    hops: int,
) -> Iterator[_Moment]:
    """The events of a method with those of the methods that it calls on `self`.

    A method that is only handed out, such as `self.send`, is taken to run, twice, at every `await`.
    """
    handed_out: dict[Function, None] = {}
    for event in events.get(function, ()):
        moment = _Moment(event, function.filename)
        yield moment
        kind = event.get("kind")
        if kind == "await":
            for method in (*handed_out, *handed_out):
                yield from _moments(project, class_, method, events, hops + 1)
                yield moment
            continue
        if kind == "write" or hops >= _HOPS:
            continue
        for called in project.evaluator.class_attribute(class_, event.get("name")):
            if not isinstance(called, Function) or called == function or called not in events:
                continue
            if kind == "call":
                yield from _moments(project, class_, called, events, hops + 1)
            else:
                handed_out[called] = None


def _overwritten(name: str, moments: list[_Moment]) -> tuple[_Moment, _Moment, _Moment] | None:
    """A write, an `await` at which others may write too, and a read that then gets theirs."""
    writes = [m for m in moments if m.event.get("kind") == "write" and m.event.get("name") == name]
    if not writes or _is_flag(writes):
        return None
    for index, moment in enumerate(moments):
        is_read = moment.event.get("kind") in ("read", "call")
        if not is_read or moment.event.get("name") != name:
            continue
        found = _stale(name, moments[:index])
        if found is not None:
            return found[0], found[1], moment
    return None


def _is_flag(writes: list[_Moment]) -> bool:
    """Whether only one constant is ever written: something that happens once."""
    values = {m.event.get("value") for m in writes}
    return len(values) == 1 and not values & {"request", "fresh"}


def _stale(name: str, before: list[_Moment]) -> tuple[_Moment, _Moment] | None:
    """The write that a read may see, with the last `await` between the two."""
    waited: _Moment | None = None
    for moment in reversed(before):
        event = moment.event
        if event.get("kind") == "await":
            waited = waited or moment
        elif event.get("kind") == "write" and event.get("name") == name:
            if waited is not None:
                return (moment, waited) if event.get("value") else None
            if event.get("sure"):
                return None
    return None


def _finding(
    project: Project, class_: Class, name: str, write: _Moment, wait: _Moment, read: _Moment
) -> Finding:
    owner = project.files[class_.filename].class_(class_.scope).name
    of_request = write.event.get("value") == "request"
    return Finding(
        place=write.place,
        message=(
            f"`self.{name}` is written for every request, but one `{owner}` serves all of them: "
            "while this one waits another overwrites it, and this one goes on with the other's "
            "value."
        ),
        severity=Severity.ERROR if of_request else Severity.WARNING,
        fix=Fix(
            Applicability.ADVICE,
            "Keep it in a local variable, or in `request.state` for others to read",
        ),
        trace=(
            Step("other requests run here", wait.place),
            Step(f"`self.{name}` is read here", read.place),
        ),
    )


RULE = Rule(
    code=_CODE,
    name="request-state-on-middleware-instance",
    summary="A middleware keeps what belongs to one request on itself, where others overwrite it.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
