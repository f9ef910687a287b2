"""ASG104: middleware added to an application that has started already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import (
    Applicability,
    Edit,
    Finding,
    Fix,
    Place,
    Position,
    Severity,
    Span,
)
from asgi_lint.model import expressions as ir
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.facts import MODULE_SCOPE, BindingFacts, ScopeFacts
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Instance
from asgi_lint.rules.middleware.late_additions import Addition, late_additions
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.severity import severity_in_code

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.index import Definition, FileIndex
    from asgi_lint.model.project import Project
    from asgi_lint.versions.exposure import Exposure

_CODE = "ASG104"
_HAZARD = "middleware-added-after-start"


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The calls that may add middleware: which are meant to fail, and which could be moved."""
    if not mentions(tree, "add_middleware", ".instrument(", ".middleware("):
        return
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    guarded = mentions(tree, "middleware_stack")
    yielded = False
    caught = {
        id(inner)
        for node in flow.walk(tree.node.body)
        if isinstance(node, (cst.Try, cst.TryStar)) and _catches(node, tree)
        for inner in flow.walk(node.body)
    }
    for node in flow.walk(tree.node.body):
        yielded = yielded or isinstance(node, cst.Yield)
        if isinstance(node, cst.Call) and isinstance(node.func, cst.Attribute):
            detail = (
                ("guarded", "yes" if guarded or id(node) in caught else ""),
                ("yielded", "yes" if yielded else ""),
                ("text", tree.line(tree.span(node).start.row).strip()),
            )
            fix = tuple(_removal(tree, node))
            yield Candidate(_CODE, tree.scope, tree.span(node), detail, fix)


def _catches(node: cst.Try | cst.TryStar, tree: FunctionTree) -> bool:
    """Whether the error that a late addition raises is caught."""
    import libcst as cst

    for handler in node.handlers:
        kinds = [handler.type]
        if isinstance(handler.type, cst.Tuple):
            kinds = [element.value for element in handler.type.elements]
        for kind in kinds:
            if kind is None or tree.names(kind) in ("RuntimeError", "Exception", "BaseException"):
                return True
    return False


def _removal(tree: FunctionTree, call: cst.Call) -> Iterator[Replacement]:
    """The removal of a statement that is nothing but the call, on one line of its own."""
    import libcst as cst

    body = tree.node.body
    for statement in body.body if isinstance(body, cst.IndentedBlock) else ():
        match statement:
            case cst.SimpleStatementLine(body=[cst.Expr(value=value)]) if value is call:
                pass
            case _:
                continue
        span = tree.span(statement)
        if span.start.row != span.end.row:
            return
        others = [each for each in body.body if each is not statement]
        if others:
            start = Position(span.start.row, 1)
            yield Replacement(Span(start, Position(span.start.row + 1, 1)), "")
        else:
            end = span.end.at(len(tree.line(span.end.row)) + 1)
            yield Replacement(Span(span.start, end), "pass")


def check(project: Project) -> Iterator[Finding]:
    """One finding for each call that adds middleware too late, by the first way to it."""
    seen: set[Place] = set()
    for addition in late_additions(project):
        place = addition.place
        exposure = project.versions.exposure(place.filename, _HAZARD)
        severity = severity_in_code(exposure)
        candidate = _candidate(project, addition)
        if severity is None or place in seen or (candidate and candidate.get("guarded")):
            continue
        seen.add(place)
        ended = candidate is not None and bool(candidate.get("yielded"))
        yield Finding(
            place=place,
            message=_message(addition, exposure, ended=ended),
            severity=severity,
            fix=_fix(project, addition, None if ended else candidate),
            trace=addition.steps,
        )


def _candidate(project: Project, addition: Addition) -> Candidate | None:
    function = addition.function
    wanted = (_CODE, function.scope, addition.call.span)
    candidates = project.files[function.filename].facts.candidates
    return next((c for c in candidates if (c.code, c.scope, c.span) == wanted), None)


def _message(addition: Addition, exposure: Exposure, *, ended: bool) -> str:
    match addition.when:
        case "request":
            effect = "the request fails with 500"
        case _ if ended or addition.when == "shutdown":
            effect = "its shutdown fails"
        case _:
            effect = "the application does not start"
    return (
        f"{addition.what} after the application has built its middleware stack: that raises "
        f"RuntimeError, and {effect} ({exposure.phrase})."
    )


def _fix(project: Project, addition: Addition, candidate: Candidate | None) -> Fix:
    message = "Add it where the application is made"
    made = _made_at_top(project, addition)
    if candidate is None or not candidate.replacements or made is None:
        return Fix(Applicability.ADVICE, message)
    index, instance = made
    filename = addition.place.filename
    if not _means_the_same(index, addition, instance):
        return Fix(Applicability.ADVICE, message)
    below = Position(instance.span.end.row + 1, 1)
    inserted = Edit(
        Place(filename, Span(below, below)), f"{candidate.get('text')}{index.facts.newline}"
    )
    removed = [Edit(Place(filename, r.span), r.content) for r in candidate.replacements]
    return Fix(Applicability.UNSAFE, message, (inserted, *removed))


def _made_at_top(project: Project, addition: Addition) -> tuple[FileIndex, Instance] | None:
    """The application, where it is made by a plain assignment at the top of the same file.

    Something must follow it, so that there is a next line.
    """
    index = project.files[addition.place.filename]
    receiver = addition.receiver
    if len(addition.started) > 1:
        return None
    for definition in index.defined(MODULE_SCOPE, receiver):
        if not isinstance(definition, BindingFacts) or definition.span.start.column != 1:
            continue
        for value in project.evaluator.values(index.filename, MODULE_SCOPE, definition.value):
            if not isinstance(value, Instance) or value not in addition.started:
                continue
            if value.call != definition.value:
                continue
            last = max((_row(each) for each in index.facts.scopes), default=0)
            if addition.place.span.start.row > value.span.end.row or last > value.span.end.row:
                return index, value
    return None


def _row(definition: Definition) -> int:
    """The row on which a definition stands; for a function or class, its name."""
    if not isinstance(definition, ScopeFacts):
        return definition.span.start.row
    named = definition.function or definition.class_
    return named.span.start.row if named is not None else 0


def _means_the_same(index: FileIndex, addition: Addition, made: Instance) -> bool:
    """Whether every name in the call is the module's, known above the application."""
    names = {addition.receiver} | {name for arg in addition.call.args for name in _names(arg.value)}
    if "?" in names:
        return False
    for name in names:
        scope, definitions = index.visible(addition.function.scope, name)
        if name == addition.receiver:
            continue
        if scope != MODULE_SCOPE or not definitions:
            return False
        if any(_row(definition) >= made.span.start.row for definition in definitions):
            return False
    return True


def _names(expr: ir.Expr) -> Iterator[str]:
    """The names in an expression; "?" where it has parts that are not known."""
    match expr:
        case ir.Name(id=name):
            yield name
        case ir.Attribute(value=value):
            yield from _names(value)
        case ir.Constant():
            return
        case ir.Sequence(items=items):
            for item in items:
                yield from _names(item)
        case _:
            yield "?"


RULE = Rule(
    code=_CODE,
    name="middleware-added-after-start",
    summary="Middleware is added to an application that has started, which raises an error.",
    severity=Severity.ERROR,
    hazard=_HAZARD,
    check=check,
    extract=extract,
)
