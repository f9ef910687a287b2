"""What runs the tasks of a `BackgroundTasks()` made by hand: FastAPI, or the response it is given.

Candidates of ASG204 with the kind `made`: the statement that makes it, with the edits by which it
becomes a parameter.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Fix, Place, Position, Span
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.facts import MODULE_SCOPE
from asgi_lint.model.function_tree import NotReadError
from asgi_lint.model.values import External, Function, Instance

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_ROUTING = frozenset({"api_route", "delete", "get", "head", "options", "patch", "post", "put"})
_MOST_BY_POSITION = 2
"""Arguments of a response before one that could be its `background`."""


def attaching(
    project: Project, made: Candidate | None, instance: Instance, name: str
) -> Fix | None:
    """The fix that attaches what `instance` makes; None where there is no single right one.

    `made` is the statement, if that stands in the function's own block.
    """
    if made is None:
        return None
    function = Function(instance.filename, instance.scope)
    edits = _as_parameter(project, function, instance, made)
    if edits:
        return Fix(Applicability.UNSAFE, f"Let FastAPI make `{name}`, as a parameter", edits)
    edits = _to_responses(project, function, instance, name)
    if edits:
        return Fix(Applicability.UNSAFE, f"Give `{name}` to the response", edits)
    return None


def _as_parameter(
    project: Project, function: Function, instance: Instance, made: Candidate
) -> tuple[Edit, ...]:
    if not made.replacements or not _is_called_by_fastapi_alone(project, function):
        return ()
    root = (ir.dotted(instance.call.func) or "").partition(".")[0]
    facts = project.files[function.filename].facts
    is_known = any(
        found.bound == root and found.scope == MODULE_SCOPE and not found.type_checking
        for found in facts.imports
    )
    if not is_known or _answers_with_own_tasks(project, function):
        return ()
    return tuple(Edit(Place(function.filename, r.span), r.content) for r in made.replacements)


def _is_called_by_fastapi_alone(project: Project, function: Function) -> bool:
    """Whether nobody else would have to hand over another argument."""
    registered = [each for each in project.wiring.endpoints if each.function == function]
    if not registered or any(
        each.is_websocket or not project.graph.is_fastapi(each.owner) for each in registered
    ):
        return False
    facts = project.function(function)
    if any(
        not isinstance(each, ir.Call) or ir.last_name(each.func) not in _ROUTING
        for each in facts.decorators
    ):
        return False
    return not any(
        function in project.evaluator.values(filename, found.scope, found.call.func)
        for filename, index in project.files.items()
        for found in index.calls_named((facts.name,))
    )


def _answers_with_own_tasks(project: Project, function: Function) -> bool:
    """Whether a response brings tasks, or FastAPI gives the function some already."""
    facts = project.function(function)
    return any(
        isinstance(returned, ir.Call) and returned.keyword("background") is not None
        for returned in facts.returns
    ) or any(
        parameter.annotation is not None
        and (ir.last_name(parameter.annotation) or "").startswith("Background")
        for parameter in facts.parameters
    )


def _to_responses(
    project: Project, function: Function, instance: Instance, name: str
) -> tuple[Edit, ...]:
    """`background=` for each response that is returned later; nothing if one is not made there."""
    later = [
        returned
        for returned in project.function(function).returns
        if returned.span.start > instance.span.start
    ]
    edits = [_given(project, function, returned, name) for returned in later]
    return tuple(each for each in edits if each is not None) if None not in edits else ()


def _given(project: Project, function: Function, returned: ir.Expr, name: str) -> Edit | None:
    if not isinstance(returned, ir.Call) or not _is_plain_response(project, function, returned):
        return None
    by_position = [argument for argument in returned.args if argument.keyword is None]
    if len(by_position) > _MOST_BY_POSITION or any(each.star for each in returned.args):
        return None
    if returned.keyword("background") is not None:
        return None
    if not returned.args:
        row, column = returned.span.end
        at, separator = Position(row, column - 1), ""
    else:
        last = returned.args[-1].span
        at, separator = last.end, ", "
        if last.start.row > returned.span.start.row:
            newline = project.files[function.filename].facts.newline
            separator = f",{newline}{' ' * (last.start.column - 1)}"
    return Edit(Place(function.filename, Span(at, at)), f"{separator}background={name}")


def _is_plain_response(project: Project, function: Function, returned: ir.Call) -> bool:
    values = project.evaluator.values(function.filename, function.scope, returned)
    return bool(values) and all(
        isinstance(value, Instance)
        and value.span == returned.span
        and isinstance(value.class_, External)
        and value.class_.name.partition(".")[0] in fw.FRAMEWORKS
        and project.evaluator.is_subclass(value.class_, fw.RESPONSE)
        for value in values
    )


# In one function's tree


def made_by_hand(tree: FunctionTree, code: str, names: Collection[str]) -> Iterator[Candidate]:
    """Each `name = BackgroundTasks()` in the function's own block, for one of `names`."""
    if not any(_may_make(statement, names) for statement in tree.body):
        return
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    for at, line in enumerate(tree.node.body.body):
        match line:
            case cst.SimpleStatementLine(
                body=[
                    cst.Assign(
                        targets=[cst.AssignTarget(target=cst.Name(value=name))],
                        value=cst.Call(func=func, args=[]) as call,
                    )
                ]
            ) if name in names and dotted_name(func):
                pass
            case _:
                continue
        detail = (("kind", "made"), ("name", name))
        edits = tuple(_parameter_edits(tree, line, at, f"{name}: {dotted_name(func)}"))
        yield Candidate(code, tree.scope, tree.span(call), detail, edits)


def _may_make(statement: ast.stmt, names: Collection[str]) -> bool:
    match statement:
        case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call(args=[], keywords=[])):
            return name in names
        case _:
            return False


def _may_be_method(tree: FunctionTree) -> bool:
    try:
        return tree.in_file.class_ is not None
    except NotReadError:
        return True


def _parameter_edits(
    tree: FunctionTree, line: cst.SimpleStatementLine, at: int, parameter: str
) -> Iterator[Replacement]:
    """The edits that put a parameter before all others and take the statement out."""
    import libcst as cst

    from asgi_lint.model.syntax import parameters_of

    node = tree.node
    has_comment = line.trailing_whitespace.comment is not None
    if has_comment or node.params.posonly_params or _may_be_method(tree):
        return
    if node.type_parameters is not None or any(each.comment for each in line.leading_lines):
        return
    row, column = tree.span(node.name).end
    opening = tree.line(row)[column - 1 :]
    if not opening.startswith("("):
        return
    place = Position(row, column + 1)
    text = parameter
    if [*parameters_of(node.params)]:
        text += ", "
        if isinstance(node.whitespace_before_params, cst.ParenthesizedWhitespace):
            first = next(p for _, p in parameters_of(node.params))
            place = tree.span(first).start
            indentation = tree.line(place.row)[: place.column - 1]
            if indentation.strip():
                return
            text = f"{parameter},{tree.newline}{indentation}"
    yield Replacement(Span(place, place), text)
    start = tree.span(line).start.row
    end = start + 1
    while at == 0 and not tree.line(end).strip():
        end += 1
    yield Replacement(Span(Position(start, 1), Position(end, 1)), "")
