"""What is in an expression: all the smaller ones that it is made of."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir

if TYPE_CHECKING:
    from collections.abc import Iterator


def parts(expr: ir.Expr) -> Iterator[ir.Expr]:
    """The expression and everything in it, outermost first."""
    stack = [expr]
    while stack:
        current = stack.pop()
        yield current
        match current:
            case ir.Attribute(value=value) | ir.Spread(value=value) | ir.Item(value=value):
                stack.append(value)
            case ir.Await(value=value) | ir.Lambda(body=value):
                stack.append(value)
            case ir.Call(func=func, args=args):
                stack += [*(arg.value for arg in reversed(args)), func]
            case ir.Subscript(value=value, items=items):
                stack += [*items, value]
            case ir.Sequence(items=items) | ir.Either(options=items):
                stack += items
            case ir.Mapping(items=pairs):
                stack += [each for pair in pairs for each in pair if each is not None]
            case _:
                continue
