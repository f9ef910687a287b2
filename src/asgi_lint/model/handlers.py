"""What the handlers of exceptions catch, and whether they send it on."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import TypeAlias

    import libcst as cst

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.function_tree import FunctionTree

    Handler: TypeAlias = cst.ExceptHandler | cst.ExceptStarHandler

ANYTHING = "*"
"""What stands for an exception that cannot be named: a bare `except`, or an expression."""

_BROAD = frozenset({"BaseException", "Exception"})


def caught_names(kind: cst.BaseExpression | None) -> Iterator[str]:
    """The dotted names of what an `except` or a `suppress` is given."""
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    if isinstance(kind, cst.Tuple):
        for element in kind.elements:
            yield from caught_names(element.value)
    else:
        yield (dotted_name(kind) if kind is not None else "") or ANYTHING


def caught_kinds(handler: Handler) -> list[str]:
    """The last names of what it catches; `ANYTHING` for what has none."""
    return [name.rpartition(".")[2] for name in caught_names(handler.type)]


def is_broad(handler: Handler) -> bool:
    """Whether it catches every `Exception`."""
    return handler.type is None or not _BROAD.isdisjoint(caught_kinds(handler))


def raises_again(handler: Handler) -> bool:
    """Whether its last statement is `raise`, or `raise` with the name that it binds."""
    import libcst as cst

    last: cst.CSTNode | None = handler.body.body[-1] if handler.body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    match last:
        case cst.Raise(exc=None):
            return True
        case cst.Raise(exc=cst.Name(value=name)):
            return is_bound_by(handler, name)
        case _:
            return False


def is_bound_by(handler: Handler, name: str) -> bool:
    """Whether it is the name in `except ... as name`."""
    import libcst as cst

    return (
        handler.name is not None
        and isinstance(handler.name.name, cst.Name)
        and handler.name.name.value == name
    )


def asks_which(handler: Handler, where: cst.CSTNode | None = None) -> bool:
    """Whether it asks, there or anywhere, which of its exceptions it has caught.

    That is `isinstance(error, ...)` or `type(error)`.
    """
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    return any(
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Name)
        and node.func.value in ("isinstance", "type")
        and len(node.args) > 0
        and isinstance(node.args[0].value, cst.Name)
        and is_bound_by(handler, node.args[0].value.value)
        for node in walk(where or handler.body)
    )


def asked_kinds(
    handler: Handler, test: cst.BaseExpression
) -> tuple[cst.BaseExpression, ...] | None:
    """The classes of `isinstance(error, ...)`, if that is all that a test asks."""
    import libcst as cst

    match test:
        case cst.Call(
            func=cst.Name(value="isinstance"),
            args=[cst.Arg(value=cst.Name(value=name)), cst.Arg(value=kinds)],
        ) if is_bound_by(handler, name):
            if isinstance(kinds, cst.Tuple):
                return tuple(element.value for element in kinds.elements)
            return (kinds,)
        case _:
            return None


def handlers_around(
    tree: FunctionTree, nodes: Iterable[cst.CSTNode], node: cst.CSTNode, calls: Iterable[cst.Call]
) -> Iterator[Handler]:
    """The handlers that end the way of what a node raises, where no call of `calls` raises to them.

    `nodes` are all those of the function.
    """
    import libcst as cst

    place = tree.span(node)
    others = [tree.span(call) for call in calls]
    for guard in nodes:
        if not isinstance(guard, (cst.Try, cst.TryStar)):
            continue
        body = tree.span(guard.body)
        if not _covers(body, place) or any(_covers(body, other) for other in others):
            continue
        yield from (each for each in guard.handlers if not raises_again(each))


def _covers(outer: Span, inner: Span) -> bool:
    return outer.start <= inner.start and inner.end <= outer.end
