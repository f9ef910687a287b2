"""A `receive` that answers every call with the body, and where it is put in place of the real one.

Imported only when there is a function to look at, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from asgi_lint.model import control_flow as flow
from asgi_lint.model.parse import child_nodes
from asgi_lint.model.syntax import dotted_name, parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree

_PRIVATE = "_receive"
_CLAUSES = (cst.Else, cst.ExceptHandler, cst.ExceptStarHandler, cst.Finally, cst.MatchCase)


class Use(NamedTuple):
    """A place where a repeating `receive` comes into use.

    `kind` is "patch" for `request._receive = receive`, where `target` is the request's name, and
    "pass" for `app(scope, receive, send)`, where `target` is the application as it is written.
    `statement` is the whole statement of a patch. `is_whole` says that what is repeated is what
    `await request.body()` gave.
    """

    kind: str
    node: cst.CSTNode
    target: str
    receive: cst.FunctionDef
    is_whole: bool = False
    statement: cst.CSTNode | None = None


def uses(tree: FunctionTree) -> Iterator[Use]:
    """The uses of the repeating functions that a function defines."""
    repeating = {
        node.name.value: node
        for node in _definitions(tree.node)
        if _repeats(node, _messages(tree.node))
    }
    if not repeating:
        return
    bodies = _bodies(tree.node)
    for node in flow.walk(tree.node.body):
        match node:
            case cst.SimpleStatementLine(body=[small]):
                for use in _patches(node, small, repeating):
                    yield use._replace(is_whole=_gives(use.receive, bodies))
            case cst.Call(args=[_, cst.Arg(value=receive), _, *_], func=func):
                found = _named(receive, repeating)
                if found is not None and dotted_name(func):
                    yield Use("pass", receive, dotted_name(func), found)
            case _:
                continue


def _patches(
    line: cst.SimpleStatementLine,
    small: cst.BaseSmallStatement,
    repeating: dict[str, cst.FunctionDef],
) -> Iterator[Use]:
    match small:
        case cst.Assign(
            targets=[cst.AssignTarget(target=cst.Attribute(value=owner, attr=attr) as target)],
            value=value,
        ) if attr.value == _PRIVATE:
            found = _named(value, repeating)
            if found is not None:
                yield Use("patch", target, dotted_name(owner), found, statement=line)
        case cst.Expr(
            value=cst.Call(
                func=cst.Name(value="setattr"),
                args=[cst.Arg(value=owner), cst.Arg(value=cst.SimpleString() as name), last],
            ) as call
        ) if name.evaluated_value == _PRIVATE:
            found = _named(last.value, repeating)
            if found is not None:
                yield Use("patch", call, dotted_name(owner), found, statement=line)
        case _:
            return


def _named(
    node: cst.BaseExpression, repeating: dict[str, cst.FunctionDef]
) -> cst.FunctionDef | None:
    return repeating.get(node.value) if isinstance(node, cst.Name) else None


def _definitions(function: cst.FunctionDef) -> Iterator[cst.FunctionDef]:
    """The functions that are defined directly in a function, also in its branches."""
    stack: list[cst.CSTNode] = [function.body]
    while stack:
        for node in child_nodes(stack.pop()):
            if isinstance(node, cst.FunctionDef):
                yield node
            elif isinstance(node, (cst.BaseCompoundStatement, cst.BaseSuite, *_CLAUSES)):
                stack.append(node)


def _messages(function: cst.FunctionDef) -> set[str]:
    """The names that hold a message with the body: written so, or received."""
    found: set[str] = set()
    for node in flow.walk(function.body):
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                if _is_message(value, set()):
                    found.add(name)
            case _:
                continue
    return found


def _bodies(function: cst.FunctionDef) -> set[str]:
    """The names that are bound once, to what `await request.body()` gave."""
    bound: list[str] = []
    found: set[str] = set()
    for node in flow.walk(function.body):
        match node:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value=name))],
                value=cst.Await(expression=cst.Call(func=cst.Attribute(attr=attr))),
            ) if attr.value == "body":
                found.add(name)
            case (
                cst.AssignTarget(target=cst.Name(value=name))
                | cst.AugAssign(target=cst.Name(value=name))
            ):
                bound.append(name)
            case _:
                continue
    return {name for name in found if bound.count(name) == 1}


def _gives(function: cst.FunctionDef, bodies: set[str]) -> bool:
    """Whether every message that a function returns holds one of these."""
    given = [
        isinstance(node.value, cst.Dict)
        and any(
            isinstance(pair, cst.DictElement)
            and _text(pair.key) == "body"
            and isinstance(pair.value, cst.Name)
            and pair.value.value in bodies
            for pair in node.value.elements
        )
        for node in flow.walk(function.body)
        if isinstance(node, cst.Return)
    ]
    return bool(given) and all(given)


def _repeats(function: cst.FunctionDef, messages: set[str]) -> bool:
    """Whether every call gives the body again: nothing is awaited, and nothing is counted."""
    if function.asynchronous is None or any(True for _ in parameters_of(function.params)):
        return False
    returns: list[cst.BaseExpression | None] = []
    for node in flow.walk(function.body):
        match node:
            case cst.Await() | cst.Nonlocal() | cst.Global() | cst.Yield() | cst.Raise():
                return False
            case cst.Return(value=value):
                returns.append(value)
            case _:
                continue
    return bool(returns) and all(
        value is not None and _is_message(value, messages) for value in returns
    )


def _is_message(value: cst.BaseExpression, messages: set[str]) -> bool:
    match value:
        case cst.Name(value=name):
            return name in messages
        case cst.Dict(elements=elements):
            return any(
                isinstance(pair, cst.DictElement)
                and _text(pair.key) == "type"
                and _text(pair.value) == "http.request"
                for pair in elements
            )
        case cst.Await(expression=cst.Call(func=func)):
            return dotted_name(func).rpartition(".")[2] in ("receive", _PRIVATE)
        case _:
            return False


def _text(node: cst.BaseExpression) -> str:
    return str(node.evaluated_value) if isinstance(node, cst.SimpleString) else ""
