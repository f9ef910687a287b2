"""What a function raises, and which exceptions the `try` blocks in it catch.

Both are candidates, since whether a name is that of an `HTTPException` is known only when the
project is linked. Names are kept as they are written.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Position, Span
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.caught import (
    Handler,
    caught_names,
    handler_of,
    raised_name,
    raises_again,
    suppressed,
    try_parts,
)
from asgi_lint.model.children import own_nodes
from asgi_lint.model.mentions import mentions
from asgi_lint.rules.middleware.dispatch_body import dispatch_body
from asgi_lint.rules.middleware.exception_answer import answer
from asgi_lint.rules.written_status import written_status

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from typing import TypeAlias

    import libcst as cst

    from asgi_lint.model.candidates import Replacement
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.rules.middleware.dispatch_body import DispatchBody

    Guards: TypeAlias = tuple[tuple[Handler, ...], ...]
    """The handlers of each `try` around a place, the innermost `try` first."""

SORTED_OUT = "+"
"""What stands beside a broad exception whose handler asks which one it is."""

_ASGI_ARGUMENTS = 3
"""`scope`, `receive` and `send`."""


def extract_raised(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """The exceptions that a function raises, but for the built-in ones.

    Of what may be a middleware also the body of each `try`, with its handlers and whether these
    get what the application within raises.
    """
    body = dispatch_body(tree)
    wants_guards = body is not None or tree.name == "__call__"
    if not wants_guards and not mentions(tree, "raise"):
        return
    raises = _Raises(tree, body, code)
    for statement, guards in _statements(tree.body, ()):
        match statement:
            case ast.Raise():
                yield from raises.of(statement, guards)
            case ast.With() | ast.AsyncWith() if wants_guards:
                yield from _guard(tree, statement.body, suppressed(statement), code, answers=False)
            case _:
                guard = try_parts(statement) if wants_guards else None
                if guard is not None:
                    answers = _holds_inner_call(tree, body, guard.body)
                    yield from _guard(tree, guard.body, _handlers(guard), code, answers=answers)


def _guard(
    tree: FunctionTree,
    suite: Sequence[ast.stmt],
    handlers: tuple[Handler, ...],
    code: str,
    *,
    answers: bool,
) -> Iterator[Candidate]:
    """What takes the exceptions of a suite; `answers` for those of the application within too."""
    if handlers:
        detail = (
            ("kind", "guard"),
            ("guards", _written((handlers,))),
            ("answers", "yes" if answers else ""),
        )
        span = Span(tree.place(suite[0]).start, tree.place(suite[-1]).end)
        yield Candidate(code, tree.scope, span, detail)


def _holds_inner_call(
    tree: FunctionTree, body: DispatchBody | None, suite: Sequence[ast.stmt]
) -> bool:
    """Whether the application within is called in a suite."""
    calls = [node for node in own_nodes(*suite) if isinstance(node, ast.Call)]
    if body is None:
        return any(len(call.args) + len(call.keywords) == _ASGI_ARGUMENTS for call in calls)
    inner = (*(call.node for call in body.next_calls), *body.forwards)
    places = {tree.span(call) for call in inner}
    return any(tree.place(call) in places for call in calls)


def _statements(suite: Sequence[ast.stmt], guards: Guards) -> Iterator[tuple[ast.stmt, Guards]]:
    """All statements of a suite and the suites in it, each with the handlers around it."""
    # No recursion: each statement would be handed up through all that it is nested in.
    waiting = [(statement, guards) for statement in reversed(suite)]
    while waiting:
        statement, guards = waiting.pop()
        yield statement, guards
        inner = [*_suites(statement, guards)]
        waiting += [(each, around) for suite, around in reversed(inner) for each in reversed(suite)]


def _suites(statement: ast.stmt, guards: Guards) -> Iterator[tuple[Sequence[ast.stmt], Guards]]:
    """The suites of a statement in their order, each with the handlers around what is in it."""
    match statement:
        case ast.With(body=body) | ast.AsyncWith(body=body):
            handlers = suppressed(statement)
            yield body, (handlers, *guards) if handlers else guards
        case ast.Match(cases=cases):
            yield from ((case.body, guards) for case in cases)
        case ast.If() | ast.For() | ast.AsyncFor() | ast.While():
            yield from ((statement.body, guards), (statement.orelse, guards))
        case _:
            guard = try_parts(statement)
            if guard is None:
                return
            yield guard.body, (_handlers(guard), *guards)
            yield from ((handler.body, guards) for handler in guard.handlers)
            yield from ((guard.orelse, guards), (guard.finalbody, guards))


def _handlers(node: ast.Try) -> tuple[Handler, ...]:
    return tuple(
        Handler((*caught_names(each.type), SORTED_OUT), raises_again(each))
        if _sorts_out(each)
        else handler_of(each)
        for each in node.handlers
    )


def _sorts_out(handler: ast.ExceptHandler) -> bool:
    """Whether it reads the status of what it caught, or asks for its class."""
    for node in own_nodes(*handler.body):
        match node:
            case (
                ast.Attribute(attr="status_code", value=ast.Name(id=name))
                | ast.Call(func=ast.Name(id="isinstance"), args=[ast.Name(id=name), *_])
            ) if name == handler.name:
                return True
            case _:
                continue
    return False


class _Raises:
    """The candidates of the `raise` statements of one function."""

    def __init__(self, tree: FunctionTree, body: DispatchBody | None, code: str) -> None:
        self._tree = tree
        self._code = code
        self._answerable = {} if body is None else _answerable(tree, body)

    def of(self, statement: ast.Raise, guards: Guards) -> Iterator[Candidate]:
        name = raised_name(statement.exc)
        if statement.exc is None or not name:
            return
        status = written_status(statement.exc)
        detail = (
            ("kind", "raise"),
            ("name", name),
            ("call", "yes" if isinstance(statement.exc, ast.Call) else ""),
            ("guards", _written(guards)),
            ("status", status),
        )
        replacements: tuple[Replacement, ...] = ()
        node = self._answerable.get(self._tree.place(statement).start)
        if node is not None:
            replacements = tuple(answer(self._tree, node, status))
        span = self._tree.place(statement.exc)
        yield Candidate(self._code, self._tree.scope, span, detail, replacements)


def _answerable(tree: FunctionTree, body: DispatchBody) -> dict[Position, cst.Raise]:
    """The `raise` statements in whose place a `return` is allowed, by where they begin.

    Those in an `except*` are not.
    """
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    grouped = {
        inner
        for node in body.nodes
        if isinstance(node, cst.ExceptStarHandler)
        for inner in walk(node.body)
        if isinstance(inner, cst.Raise)
    }
    raises = (node for node in body.nodes if isinstance(node, cst.Raise) and node not in grouped)
    return {tree.span(node).start: node for node in raises}


def _written(guards: Guards) -> str:
    """Guards as text: what a candidate may hold."""
    return "\n".join(
        "\t".join(("!" if each.raises_again else "") + " ".join(each.names) for each in handlers)
        for handlers in guards
    )


def read_guards(text: str) -> Guards:
    """The guards that a candidate holds."""
    return tuple(
        tuple(
            Handler(tuple(each.removeprefix("!").split()), each.startswith("!"))
            for each in line.split("\t")
        )
        for line in text.split("\n")
        if line
    )
