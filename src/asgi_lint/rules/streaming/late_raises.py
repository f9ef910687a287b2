"""What a function raises, and the `try` bodies that stand around its raises and calls.

Two kinds of candidates of ASG309: `raise`, with the name of what is raised, and `guard`, with the
handlers of one `try`.
"""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Span
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.caught import (
    Handler,
    caught_names,
    handler_of,
    raised_name,
    suppressed,
    try_parts,
)
from asgi_lint.model.children import dotted_name, own_nodes
from asgi_lint.model.mentions import mentions
from asgi_lint.rules.written_status import written_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree

_CLIENT_LEFT = frozenset({"CancelledError", "ClientDisconnect", "GeneratorExit"})
"""Where one of these is caught, nobody is there to be answered."""


_STREAM = re.compile(r"(?<![a-z])stream", re.IGNORECASE)
"""In a name: `stream`, `is_stream` and `streaming`, but not `upstream`."""


def late_raises(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """The candidates of one function; what raises built-in exceptions alone has none."""
    if not mentions(tree, "raise", "except", "suppress("):
        return
    to_nobody: set[ast.AST] = set()
    asks_for_stream = False  # from there on, what is raised may not be raised in a stream
    for node in tree.own_nodes:
        match node:
            case ast.Raise(exc=exc) if exc is not None and node not in to_nobody:
                if not asks_for_stream:
                    yield from _raised(tree, exc, code)
            case ast.If(test=test) if _asks_for_stream(test):
                asks_for_stream = True
            case ast.With() | ast.AsyncWith():
                handlers = suppressed(node)
                if handlers:
                    yield _guard(tree, node.body, handlers, code)
            case _:
                guard = try_parts(node)
                if guard is None or not guard.handlers:
                    continue
                handlers = tuple(handler_of(each) for each in guard.handlers)
                yield _guard(tree, guard.body, handlers, code)
                for each in guard.handlers:
                    names = {name.rpartition(".")[2] for name in caught_names(each.type)}
                    if names <= _CLIENT_LEFT:
                        to_nobody.update(own_nodes(*each.body))


def _asks_for_stream(test: ast.expr) -> bool:
    """Whether a condition is that items are streamed, or were: `if not obj.is_stream`."""
    match test:
        case ast.UnaryOp(operand=operand):
            return _asks_for_stream(operand)
        case ast.BoolOp(values=values):
            return any(_asks_for_stream(value) for value in values)
        case _:
            return bool(_STREAM.search(dotted_name(test).rpartition(".")[2]))


def _raised(tree: FunctionTree, exc: ast.expr, code: str) -> Iterator[Candidate]:
    name = raised_name(exc)
    if not name:
        return
    detail = (
        ("kind", "raise"),
        ("name", name),
        ("call", "yes" if isinstance(exc, ast.Call) else ""),
        ("status", written_status(exc)),
    )
    yield Candidate(code, tree.scope, tree.place(exc), detail)


def _guard(
    tree: FunctionTree, body: list[ast.stmt], handlers: tuple[Handler, ...], code: str
) -> Candidate:
    written = "\n".join(
        ("!" if each.raises_again else "") + " ".join(each.names) for each in handlers
    )
    span = Span(tree.place(body[0]).start, tree.place(body[-1]).end)
    return Candidate(code, tree.scope, span, (("kind", "guard"), ("handlers", written)))


def read_handlers(candidate: Candidate) -> tuple[Handler, ...]:
    """The handlers of a `guard`, in order."""
    return tuple(
        Handler(tuple(line.removeprefix("!").split()), line.startswith("!"))
        for line in candidate.get("handlers").split("\n")
    )
