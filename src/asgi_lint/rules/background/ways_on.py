"""Where a function may go after each `x.add_task(...)`.

Imported only when there is a function to look at, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from asgi_lint.model.control_flow import walk
from asgi_lint.model.statement_order import StatementOrder

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.diagnostics import Position
    from asgi_lint.model.function_tree import FunctionTree


class Ways(NamedTuple):
    """The ways on from an addition.

    `returned` are the starts of what is returned later; `raised` are the start and the end of the
    `raise` that every way comes to, nothing where there is none.
    """

    returned: tuple[Position, ...]
    raised: tuple[Position, ...]


def ways_on(tree: FunctionTree) -> Mapping[Position, Ways]:
    """The ways on from each statement `x.add_task(...)`, by where its call begins."""
    nodes = [*walk(tree.node.body)]
    calls = [node.value for node in nodes if isinstance(node, cst.Expr) and _is_addition(node)]
    returns = [node for node in nodes if isinstance(node, cst.Return)]
    raises = [node for node in nodes if isinstance(node, cst.Raise)]
    end = cst.Return()
    body = _ending_with(tree.node.body, end)
    order = StatementOrder(body, [*calls, *returns, *raises, end])
    ways: dict[Position, Ways] = {}
    for call in calls:
        reached = [node for node in returns if order.may_precede(call, node)]
        raised = [node for node in raises if order.may_precede(call, node)]
        leaves = bool(reached) or order.may_precede(call, end)
        ways[tree.span(call).start] = Ways(
            tuple(tree.span(node.value or node).start for node in reached),
            (*tree.span(raised[0]),) if raised and not leaves else (),
        )
    return ways


def _is_addition(node: cst.Expr) -> bool:
    match node.value:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="add_task"))):
            return True
        case _:
            return False


def _ending_with(body: cst.BaseSuite, end: cst.Return) -> cst.BaseSuite:
    """The body with the `return` at its end that Python adds."""
    if isinstance(body, cst.IndentedBlock):
        return body.with_changes(body=[*body.body, cst.SimpleStatementLine([end])])
    return body.with_changes(body=[*body.body, end])
