"""What a function raises, and which exceptions the `try` blocks in it catch.

Both are candidates, since whether a name is that of an `HTTPException` is known only when the
project is linked. Names are kept as they are written.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.model.candidates import Candidate
from asgi_lint.model.handlers import caught_names, is_bound_by, raises_again
from asgi_lint.model.mentions import mentions
from asgi_lint.rules.middleware.dispatch_body import dispatch_body
from asgi_lint.rules.middleware.exception_answer import answer, written_status

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.rules.middleware.dispatch_body import DispatchBody

SORTED_OUT = "+"
"""What stands beside a broad exception whose handler asks which one it is."""

_BUILT_IN = frozenset(dir(builtins))
_ASGI_ARGUMENTS = 3
"""`scope`, `receive` and `send`."""


class Handler(NamedTuple):
    """A handler: the names that it catches, and whether it ends by raising the same again."""

    names: tuple[str, ...]
    raises_again: bool


Guards = tuple[tuple[Handler, ...], ...]
"""The handlers of each `try` around a place, the innermost `try` first."""


def extract_raised(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """The exceptions that a function raises, but for the built-in ones.

    Of what may be a middleware also the body of each `try`, with its handlers and whether these
    get what the application within raises.
    """
    body = dispatch_body(tree)
    wants_guards = body is not None or tree.name == "__call__"
    if not wants_guards and not (mentions(tree, "raise") and tree.raises_own):
        return
    import libcst as cst

    for statement, guards in _statements(tree.node.body, ()):
        match statement:
            case cst.Raise():
                yield from _raised(tree, body, statement, guards, code)
            case cst.Try() | cst.TryStar() if wants_guards:
                answers = _holds_inner_call(body, statement)
                yield from _guard(tree, statement.body, _handlers(statement), code, answers=answers)
            case cst.With() if wants_guards:
                suppressed = tuple(_suppressed(statement))
                yield from _guard(tree, statement.body, suppressed, code, answers=False)
            case _:
                continue


def _guard(
    tree: FunctionTree,
    suite: cst.BaseSuite,
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
        yield Candidate(code, tree.scope, tree.span(suite), detail)


def _holds_inner_call(body: DispatchBody | None, node: cst.Try | cst.TryStar) -> bool:
    """Whether the application within is called in the body of the `try`."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    calls = [each for each in walk(node.body) if isinstance(each, cst.Call)]
    if body is None:
        return any(len(call.args) == _ASGI_ARGUMENTS for call in calls)
    inner = {id(call.node) for call in body.next_calls} | {id(call) for call in body.forwards}
    return any(id(call) in inner for call in calls)


def _statements(suite: cst.BaseSuite, guards: Guards) -> Iterator[tuple[cst.CSTNode, Guards]]:
    """All statements of a suite and the suites in it, each with the handlers around it."""
    import libcst as cst

    for statement in suite.body:
        yield statement, guards
        match statement:
            case cst.SimpleStatementLine(body=body):
                yield from ((small, guards) for small in body)
            case cst.Try() | cst.TryStar():
                yield from _statements(statement.body, (_handlers(statement), *guards))
                others = (*statement.handlers, statement.orelse, statement.finalbody)
                for other in others:
                    if other is not None:
                        yield from _statements(other.body, guards)
            case cst.With(body=body):
                suppressed = tuple(_suppressed(statement))
                yield from _statements(body, (suppressed, *guards) if suppressed else guards)
            case cst.Match(cases=cases):
                for case in cases:
                    yield from _statements(case.body, guards)
            case cst.If() | cst.For() | cst.While():
                yield from _statements(statement.body, guards)
                orelse = statement.orelse
                while isinstance(orelse, cst.If):
                    yield from _statements(orelse.body, guards)
                    orelse = orelse.orelse
                if orelse is not None:
                    yield from _statements(orelse.body, guards)
            case _:
                continue


def _handlers(node: cst.Try | cst.TryStar) -> tuple[Handler, ...]:
    return tuple(
        Handler((*caught_names(each.type), *_sorted_out(each)), raises_again(each))
        for each in node.handlers
    )


def _sorted_out(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> Iterator[str]:
    """`SORTED_OUT` if the handler reads the status of what it caught, or asks for its class."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    for node in walk(handler.body):
        match node:
            case cst.Attribute(attr=cst.Name(value="status_code"), value=cst.Name(value=name)):
                if is_bound_by(handler, name):
                    yield SORTED_OUT
                    return
            case cst.Call(
                func=cst.Name(value="isinstance"), args=[cst.Arg(value=cst.Name(value=name)), *_]
            ):
                if is_bound_by(handler, name):
                    yield SORTED_OUT
                    return
            case _:
                continue


def _suppressed(node: cst.With) -> Iterator[Handler]:
    import libcst as cst

    for item in node.items:
        match item.item:
            case cst.Call(
                func=cst.Name(value="suppress") | cst.Attribute(attr=cst.Name(value="suppress")),
                args=args,
            ):
                names = tuple(name for arg in args for name in caught_names(arg.value))
                yield Handler(names, raises_again=False)
            case _:
                continue


def _raised(
    tree: FunctionTree,
    body: DispatchBody | None,
    statement: cst.Raise,
    guards: Guards,
    code: str,
) -> Iterator[Candidate]:
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    match statement.exc:
        case cst.Call(func=func):
            name = dotted_name(func)
        case cst.Name() | cst.Attribute():
            name = dotted_name(statement.exc)
        case _:
            return
    if not name or name in _BUILT_IN:
        return
    detail = (
        ("kind", "raise"),
        ("name", name),
        ("call", "yes" if isinstance(statement.exc, cst.Call) else ""),
        ("guards", _written(guards)),
        ("status", written_status(statement.exc)),
    )
    replacements = tuple(answer(tree, statement)) if body and _may_return(body, statement) else ()
    yield Candidate(code, tree.scope, tree.span(statement.exc), detail, replacements)


def _may_return(body: DispatchBody, statement: cst.Raise) -> bool:
    """Whether a `return` is allowed in the place of a `raise`: it is not in an `except*`."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    return not any(
        inner is statement
        for node in body.nodes
        if isinstance(node, cst.ExceptStarHandler)
        for inner in walk(node.body)
    )


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
