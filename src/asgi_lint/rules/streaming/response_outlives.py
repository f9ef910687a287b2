"""ASG308: a response that is sent when the function has closed or removed what it is made from."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Finding, Fix, Place, Severity, Step
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.children import dotted_name, own_nodes
from asgi_lint.model.mentions import mentions
from asgi_lint.model.streams import STREAMING
from asgi_lint.model.values import External, Function, Generator
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.streaming.own_responses import defines, sends_itself
from asgi_lint.rules.streaming.resources import Kind
from asgi_lint.rules.streaming.written_spans import read_span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from collections.abc import Set as AbstractSet

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_CODE = "ASG308"

_RELEASING = frozenset(
    {"aclose", "cleanup", "close", "disconnect", "remove", "rmdir", "rmtree", "unlink"}
)
_SENT = ("content", "path")
_HOLDING = (ast.Attribute, ast.BinOp, ast.Call, ast.GeneratorExp, ast.JoinedStr, ast.Name)
"""Expressions that may hold on to something; a display of values or an awaited call does not."""

_ENTERED = frozenset({"NamedTemporaryFile", "TemporaryDirectory", "open"})


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The calls that a function returns out of a block that ends what they are given."""
    if tree.is_generator or not mentions(tree, "return "):
        return
    if not (mentions(tree, "with ", "with(", "finally") and _may_make_response(tree)):
        return
    from asgi_lint.rules.streaming.held_resources import held_responses

    yield from held_responses(tree, _CODE)


def _may_make_response(tree: FunctionTree) -> bool:
    """Whether a block that ends something has a `Class(...)` that the function returns."""
    blocks = [
        node.body  # type: ignore[attr-defined]
        for node in tree.own_nodes
        if isinstance(node, (ast.With, ast.AsyncWith)) or getattr(node, "finalbody", None)
    ]
    returned = {
        node.value.id
        for node in (tree.own_nodes if blocks else ())
        if isinstance(node, ast.Return) and isinstance(node.value, ast.Name)
    }
    return any(_makes_returned(node, returned) for block in blocks for node in own_nodes(*block))


def _makes_returned(node: ast.AST, returned: AbstractSet[str]) -> bool:
    match node:
        case ast.Return(value=ast.Call(func=func, args=args, keywords=keywords)):
            pass
        case ast.Assign(
            targets=[ast.Name(id=name)], value=ast.Call(func=func, args=args, keywords=keywords)
        ) if name in returned:
            pass
        case _:
            return False
    name = func.attr if isinstance(func, ast.Attribute) else dotted_name(func)
    sent = [*args[:1], *(each.value for each in keywords if each.arg in _SENT)]
    return name[:1].isupper() and any(isinstance(each, _HOLDING) for each in sent)


def check(project: Project) -> Iterator[Finding]:
    """The candidates that are responses, and need what is gone."""
    for filename, candidate in project.candidates(_CODE):
        found = _call(project, Function(filename, candidate.scope), candidate.span)
        if found is None:
            continue
        is_file = _makes(project, filename, found, fw.FILE_RESPONSE)
        if not is_file and not _makes(project, filename, found, *STREAMING):
            continue
        if not candidate.get("path" if is_file else "stream"):
            continue
        kind = Kind(candidate.get("kind"))
        if is_file and not kind.is_deleted:
            continue
        if not is_file and not _reads_later(project, filename, candidate):
            continue
        if kind is Kind.OWN and not _releases(project, filename, candidate):
            continue
        yield _finding(filename, candidate, found, kind, is_file=is_file)


def _call(project: Project, function: Function, span: Span) -> CallFacts | None:
    return next(iter(project.roles.calls_at(function, span)), None)


def _makes(project: Project, filename: str, found: CallFacts, *names: str) -> bool:
    """Whether it makes such a response; the project's own classes may hold on to things."""
    evaluator = project.evaluator
    return any(
        evaluator.is_subclass(class_, *names)
        and not sends_itself(project, class_)
        and not defines(project, class_, "__init__")
        for class_ in evaluator.made(filename, found.scope, found.call)
    )


def _reads_later(project: Project, filename: str, candidate: Candidate) -> bool:
    """Whether the calls that the content comes by make generators, where that is what it takes."""
    return all(
        _makes_generator(project, filename, candidate.scope, read_span(written))
        for written in candidate.get("generators").splitlines()
    )


def _makes_generator(project: Project, filename: str, scope: int, span: Span) -> bool:
    found = _call(project, Function(filename, scope), span)
    return found is not None and any(
        isinstance(value, Generator) and value.span == span
        for value in project.evaluator.values(filename, scope, found.call)
    )


def _releases(project: Project, filename: str, candidate: Candidate) -> bool:
    """Whether a context manager of the project, or one that is stated, ends what it gives."""
    stated = project.evaluator.stated.resource_managers
    end = read_span(candidate.get("end"))
    for found in project.files[filename].calls[candidate.scope]:
        if not (end.start <= found.call.span.start and found.call.span.end <= end.end):
            continue
        if any(
            isinstance(a.value, ir.Constant) and a.value.value is False for a in found.call.args
        ):
            continue
        for value in project.evaluator.values(filename, found.scope, found.call.func):
            if isinstance(value, External) and value.name in stated:
                return True
            if isinstance(value, Function) and _is_releasing_manager(project, value):
                return True
    return False


def _is_releasing_manager(project: Project, function: Function) -> bool:
    """Whether a `@contextmanager` gives something that it ends after its `yield`."""
    decorators = {ir.last_name(each) for each in project.function(function).decorators}
    if not decorators & {"asynccontextmanager", "contextmanager"}:
        return False
    called = {ir.last_name(found.call.func) or "" for found in project.roles.calls(function)}
    return not called.isdisjoint(_RELEASING | _ENTERED)


_GONE = {
    Kind.FOLDER: "removed",
    Kind.TEMPORARY_FILE: "removed",
    Kind.OWN: "released",
}


def _finding(
    filename: str, candidate: Candidate, found: CallFacts, kind: Kind, *, is_file: bool
) -> Finding:
    name, how = candidate.get("name"), candidate.get("how")
    response = ir.last_name(found.call.func) or "response"
    gone = _GONE.get(kind, "closed")
    if is_file:
        effect = "the client gets a 500, as the file is not there any more"
    elif kind.is_certain:
        effect = "the client gets 200 and a body that is empty or breaks off"
    else:
        effect = "it reads from what was given back, or fails when 200 is sent already"
    where = f"`{candidate.get('manager')}(...)`" if how == "finally" else "the `with`"
    end = Place(filename, read_span(candidate.get("end")))
    return Finding(
        place=Place(filename, found.call.func.span),
        message=(
            f"This `{response}` is sent after the function has returned, and by then {where} "
            f"has {gone} `{name}`: {effect}."
        ),
        severity=Severity.ERROR if kind.is_certain else Severity.WARNING,
        fix=Fix(Applicability.ADVICE, _advice(name, kind, is_file=is_file)),
        trace=(Step(f"`{name}` is {gone} by this", end),),
    )


def _advice(name: str, kind: Kind, *, is_file: bool) -> str:
    if is_file:
        return (
            f"Remove `{name}` in the response's background task: `background=BackgroundTask(...)`"
        )
    if kind is Kind.CLIENT:
        return f"Open `{name}` in the generator, or keep one for the application's lifespan"
    return f"Open `{name}` in the generator that reads it"


RULE = Rule(
    code=_CODE,
    name="response-outlives-its-resource",
    summary="A response is sent after the function has closed or removed what it is made from.",
    severity=Severity.ERROR,
    check=check,
    extract=extract,
)
