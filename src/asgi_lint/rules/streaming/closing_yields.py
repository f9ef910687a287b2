"""Where a generator yields once more while it is being closed.

Closing a generator that waits at a `yield` raises `GeneratorExit` there; whatever `finally` or
handler it then runs through may not yield again.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model import control_flow as flow
from asgi_lint.model.handlers import asks_which
from asgi_lint.model.parse import child_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.model.function_tree import FunctionTree

_CLOSING = frozenset({"GeneratorExit", "BaseException"})
_LOGGED = frozenset({"critical", "debug", "error", "exception", "info", "print", "warning"})


@dataclass(frozen=True, slots=True)
class ClosingYield:
    """The first `yield` of a `finally` or handler, and what becomes of the code after it.

    `loses` says that clean-up stands behind it, there or in what is around the `try`.
    """

    node: cst.Yield
    guard: cst.Try | cst.TryStar
    handler: cst.ExceptHandler | None
    loses: bool


def closing_yields(tree: FunctionTree) -> Iterator[ClosingYield]:
    """One for each `finally` and handler that closing runs through and that yields."""
    stack: list[tuple[cst.CSTNode, bool]] = [(tree.node.body, False)]
    while stack:
        node, is_inside = stack.pop()
        if isinstance(node, (cst.Try, cst.TryStar)):
            yield from _of_try(tree, node, is_inside=is_inside)
        cleans = isinstance(node, cst.With) or (
            isinstance(node, (cst.Try, cst.TryStar)) and node.finalbody is not None
        )
        for child in child_nodes(node):
            if not isinstance(child, (cst.FunctionDef, cst.ClassDef, cst.Lambda)):
                after = cleans and not isinstance(child, cst.Finally)
                stack.append((child, is_inside or after))


def _of_try(
    tree: FunctionTree, node: cst.Try | cst.TryStar, *, is_inside: bool
) -> Iterator[ClosingYield]:
    if node.finalbody is not None and _waits(node.body, *node.handlers, node.orelse):
        found = _first_yield(tree, node, node.finalbody.body)
        if found is not None:
            lost = is_inside or _acts_after(node.finalbody.body, found)
            yield ClosingYield(found, node, None, lost)
    handler = _closing_handler(tree, node) if isinstance(node, cst.Try) else None
    if handler is not None and not asks_which(handler) and _waits(node.body):
        found = _first_yield(tree, None, handler.body)
        if found is not None:
            lost = is_inside or node.finalbody is not None or _acts_after(handler.body, found)
            assert isinstance(node, cst.Try)
            yield ClosingYield(found, node, handler, lost)


def _waits(*nodes: cst.CSTNode | None) -> bool:
    return any(isinstance(node, cst.Yield) for node in flow.walk(*nodes))


def _closing_handler(tree: FunctionTree, node: cst.Try) -> cst.ExceptHandler | None:
    """The handler that `GeneratorExit` ends up in."""
    return next((h for h in node.handlers if _catches_closing(tree, h)), None)


def _catches_closing(tree: FunctionTree, handler: cst.ExceptHandler) -> bool:
    match handler.type:
        case None:
            return True
        case cst.Tuple(elements=elements):
            return any(tree.names(element.value) in _CLOSING for element in elements)
        case kind:
            return tree.names(kind) in _CLOSING


def _first_yield(
    tree: FunctionTree, guard: cst.Try | cst.TryStar | None, suite: cst.BaseSuite
) -> cst.Yield | None:
    """The first yield that closing comes by; one under a condition may well be kept from it."""
    stack: list[cst.CSTNode] = [suite]
    while stack:
        node = stack.pop()
        if isinstance(node, (cst.FunctionDef, cst.ClassDef, cst.Lambda, cst.Match)):
            continue
        if isinstance(node, cst.If) and not (
            guard is not None and _closing_passes(tree, guard, node)
        ):
            continue
        if isinstance(node, cst.Yield):
            return node
        stack.extend(reversed([*child_nodes(node)]))
    return None


def _closing_passes(tree: FunctionTree, guard: cst.Try | cst.TryStar, node: cst.If) -> bool:
    """Whether `if not done:` is as true for a stream that is closed as for one that failed.

    It is not where a handler for what closes the generator sets the name.
    """
    match node.test:
        case cst.UnaryOperation(operator=cst.Not(), expression=cst.Name(value=name)):
            pass
        case _:
            return False
    set_in_try = _sets(name, guard.body) or (guard.orelse and _sets(name, guard.orelse))
    told = any(
        _sets(name, handler.body)
        for handler in guard.handlers
        if isinstance(handler, cst.ExceptHandler)
        and (_catches_closing(tree, handler) or flow.caught_by(handler, tree) is not None)
    )
    return bool(set_in_try) and not told


def _sets(name: str, *nodes: cst.CSTNode) -> bool:
    return any(
        isinstance(node, cst.Assign)
        and any(isinstance(t.target, cst.Name) and t.target.value == name for t in node.targets)
        for node in flow.walk(*nodes)
    )


def _acts_after(suite: cst.BaseSuite, found: cst.Yield) -> bool:
    """Whether something but logging stands behind the yield, in its block or those around."""
    statements: Sequence[cst.CSTNode] = suite.body
    for index, statement in enumerate(statements):
        within = [*flow.walk(statement)]
        if any(node is found for node in within):
            return any(not _is_idle(each) for each in statements[index + 1 :]) or any(
                isinstance(node, cst.BaseSuite) and _acts_after(node, found) for node in within
            )
    return False


def _is_idle(statement: cst.CSTNode) -> bool:
    match statement:
        case cst.SimpleStatementLine(body=[cst.Return() | cst.Raise() | cst.Pass()]):
            return True
        case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Yield())]):
            return True
        case cst.SimpleStatementLine(
            body=[
                cst.Expr(
                    value=cst.Call(
                        func=cst.Attribute(attr=cst.Name(value=name)) | cst.Name(value=name)
                    )
                )
            ]
        ):
            return name in _LOGGED
        case _:
            return False
