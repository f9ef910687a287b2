"""What a function raises, and the `try` bodies that stand around its raises and calls.

Two kinds of candidates of ASG309: `raise`, with the name of what is raised, and `guard`, with the
handlers of one `try`.
"""

from __future__ import annotations

import builtins
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.model.candidates import Candidate
from asgi_lint.model.mentions import mentions

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree

ANYTHING = "*"
"""What stands for an exception that cannot be named: a bare `except`, or an expression."""

_BUILT_IN = frozenset(dir(builtins))
_CLIENT_LEFT = frozenset({"CancelledError", "ClientDisconnect", "GeneratorExit"})
"""Where one of these is caught, nobody is there to be answered."""


class Handler(NamedTuple):
    """The names that a handler catches, and whether it ends by raising the same again."""

    names: tuple[str, ...]
    raises_again: bool


def late_raises(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """The candidates of one function; what raises built-in exceptions alone has none."""
    guards = mentions(tree, "except", "suppress(")
    if not guards and not mentions(tree, "raise"):
        return
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    to_nobody: set[int] = set()
    for node in walk(tree.node.body):
        match node:
            case cst.Raise(exc=exc) if exc is not None and id(node) not in to_nobody:
                yield from _raised(tree, exc, code)
            case cst.Try(handlers=handlers) | cst.TryStar(handlers=handlers) if handlers:
                found = [Handler((*_names(each.type),), _raises_again(each)) for each in handlers]
                yield _guard(tree, node.body, found, code)
                for each in handlers:
                    if {name.rpartition(".")[2] for name in _names(each.type)} <= _CLIENT_LEFT:
                        to_nobody.update(id(inner) for inner in walk(each.body))
            case cst.With(items=items):
                names = [name for item in items for name in _suppressed(item.item)]
                if names:
                    handler = Handler(tuple(names), raises_again=False)
                    yield _guard(tree, node.body, [handler], code)
            case _:
                continue


def _raised(tree: FunctionTree, exc: cst.BaseExpression, code: str) -> Iterator[Candidate]:
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    is_call = isinstance(exc, cst.Call)
    name = dotted_name(exc.func if isinstance(exc, cst.Call) else exc)
    if not name or name in _BUILT_IN:
        return
    detail = (
        ("kind", "raise"),
        ("name", name),
        ("call", "yes" if is_call else ""),
        ("status", _status(exc)),
    )
    yield Candidate(code, tree.scope, tree.span(exc), detail)


def _status(exc: cst.BaseExpression) -> str:
    """The status code as a number, where it is written as one or as `HTTP_404_NOT_FOUND`."""
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    for position, arg in enumerate(exc.args if isinstance(exc, cst.Call) else ()):
        if position > 0 and arg.keyword is None:
            continue
        if arg.keyword is not None and arg.keyword.value != "status_code":
            continue
        if isinstance(arg.value, cst.Integer):
            return arg.value.value
        words = dotted_name(arg.value).rpartition(".")[2].split("_")
        return words[1] if words[0] == "HTTP" and len(words) > 1 else ""
    return ""


def _guard(tree: FunctionTree, body: cst.CSTNode, handlers: list[Handler], code: str) -> Candidate:
    written = "\n".join(
        ("!" if each.raises_again else "") + " ".join(each.names) for each in handlers
    )
    return Candidate(code, tree.scope, tree.span(body), (("kind", "guard"), ("handlers", written)))


def read_handlers(candidate: Candidate) -> tuple[Handler, ...]:
    """The handlers of a `guard`, in order."""
    return tuple(
        Handler(tuple(line.removeprefix("!").split()), line.startswith("!"))
        for line in candidate.get("handlers").split("\n")
    )


def _names(kind: cst.BaseExpression | None) -> Iterator[str]:
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    if isinstance(kind, cst.Tuple):
        for element in kind.elements:
            yield from _names(element.value)
    else:
        yield (dotted_name(kind) if kind is not None else "") or ANYTHING


def _raises_again(handler: cst.ExceptHandler | cst.ExceptStarHandler) -> bool:
    """Whether the handler's last statement is `raise`, or `raise` with the name it binds."""
    import libcst as cst

    last: cst.CSTNode | None = handler.body.body[-1] if handler.body.body else None
    if isinstance(last, cst.SimpleStatementLine):
        last = last.body[-1]
    match last:
        case cst.Raise(exc=None):
            return True
        case cst.Raise(exc=cst.Name(value=name)):
            bound = handler.name.name if handler.name is not None else None
            return isinstance(bound, cst.Name) and bound.value == name
        case _:
            return False


def _suppressed(manager: cst.BaseExpression) -> Iterator[str]:
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    if isinstance(manager, cst.Call) and dotted_name(manager.func).endswith("suppress"):
        for arg in manager.args:
            yield from _names(arg.value)
