"""What is in an expression, and which expressions are in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.facts import FileFacts


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


def expressions(facts: FileFacts) -> Iterator[tuple[int, ir.Expr]]:
    """Every expression that the facts of a file hold, with its scope."""
    for call in facts.calls:
        yield call.scope, call.call
    for binding in facts.bindings:
        if binding.value is not None:
            yield binding.scope, binding.value
    for scope in facts.scopes:
        if scope.function is not None:
            for returned in scope.function.returns:
                yield scope.index, returned
            for parameter in scope.function.parameters:
                if parameter.default is not None:
                    yield scope.parent, parameter.default
