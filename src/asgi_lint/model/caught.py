"""What the handlers of exceptions catch, told from Python's own tree.

`handlers` answers the same for LibCST's trees.
"""

from __future__ import annotations

import ast
import builtins
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.model.children import dotted_name
from asgi_lint.model.handlers import ANYTHING

if TYPE_CHECKING:
    from collections.abc import Iterator

_BUILT_IN = frozenset(dir(builtins))


class Handler(NamedTuple):
    """A handler: the names that it catches, and whether it ends by raising the same again."""

    names: tuple[str, ...]
    raises_again: bool


def try_parts(node: ast.AST) -> ast.Try | None:
    """The statement if it is a `try`; not every Python has a class for `except*`."""
    is_try = type(node).__name__ in ("Try", "TryStar")
    return node if is_try else None  # type: ignore[return-value]


def raised_name(exc: ast.expr | None) -> str:
    """The dotted name of what is raised, called or not; "" for what has none or is built in."""
    if exc is None:
        return ""
    name = dotted_name(exc.func if isinstance(exc, ast.Call) else exc)
    return "" if name in _BUILT_IN else name


def handler_of(node: ast.ExceptHandler) -> Handler:
    """A handler as written."""
    return Handler(tuple(caught_names(node.type)), raises_again(node))


def caught_names(kind: ast.expr | None) -> Iterator[str]:
    """The dotted names of what an `except` or a `suppress` is given."""
    if isinstance(kind, ast.Tuple):
        for element in kind.elts:
            yield from caught_names(element)
    else:
        yield (dotted_name(kind) if kind is not None else "") or ANYTHING


def raises_again(handler: ast.ExceptHandler) -> bool:
    """Whether its last statement is `raise`, or `raise` with the name that it binds."""
    match handler.body[-1]:
        case ast.Raise(exc=None):
            return True
        case ast.Raise(exc=ast.Name(id=name)):
            return handler.name == name
        case _:
            return False


def suppressed(node: ast.With | ast.AsyncWith) -> tuple[Handler, ...]:
    """A handler for each `suppress(...)` among the managers."""
    calls = (item.context_expr for item in node.items)
    return tuple(
        Handler(tuple(name for arg in call.args for name in caught_names(arg)), raises_again=False)
        for call in calls
        if isinstance(call, ast.Call)
        and dotted_name(call.func).rpartition(".")[2] == "suppress"
        and call.args
    )
