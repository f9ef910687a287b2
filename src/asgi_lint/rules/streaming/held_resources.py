"""The responses that a function returns out of a block that ends what they need.

The block is that of a `with`, or of a `try` with a `finally`.

Imported only when a function's text has both, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.candidates import Candidate
from asgi_lint.model.control_flow import walk
from asgi_lint.model.syntax import dotted_name
from asgi_lint.rules.streaming.resource_managers import manager_of
from asgi_lint.rules.streaming.resource_uses import Holding
from asgi_lint.rules.streaming.resources import Kind, Manager
from asgi_lint.rules.streaming.written_spans import write_span

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.rules.streaming.resource_uses import Tie

_ENTERING = frozenset({"enter_async_context", "enter_context"})
_STACKS = frozenset({"AsyncExitStack", "ExitStack"})
_REMOVING = frozenset({"remove", "rmdir", "rmtree", "unlink"})
_CLOSING = frozenset({"aclose", "close"})


@dataclass(frozen=True, slots=True)
class _Held:
    """A resource that a block ends: in which variable, how, and which call says so.

    `is_entered` says that the variable holds it when the block begins, which does not bind it.
    """

    block: cst.BaseSuite
    name: str
    manager: Manager
    end: cst.CSTNode
    how: str
    is_path: bool = False
    is_entered: bool = True


def held_responses(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """A candidate for each response and the first resource that it needs."""
    seen: set[int] = set()
    for held in (*_with_blocks(tree), *_finally_blocks(tree)):
        responses = [r for r in _responses(tree.node.body, held.block) if id(r) not in seen]
        if not responses:
            continue
        holding = Holding(
            tree.node.body if held.how == "finally" else held.block,
            held.name,
            held.manager,
            is_path=held.is_path or held.manager.kind in (Kind.FOLDER, Kind.OWN),
            is_entered=held.is_entered,
        )
        for response in responses:
            path = _tie(response, "path", holding)
            stream = _tie(response, "content", holding)
            if path is not None or stream is not None:
                seen.add(id(response))
                yield _candidate(tree, code, held, response, path, stream)


def _tie(response: cst.Call, keyword: str, holding: Holding) -> Tie | None:
    for position, arg in enumerate(response.args):
        if arg.star:
            break
        if arg.keyword.value == keyword if arg.keyword is not None else position == 0:
            return holding.path(arg.value) if keyword == "path" else holding.streams(arg.value)
    return None


def _candidate(
    tree: FunctionTree,
    code: str,
    held: _Held,
    response: cst.Call,
    path: Tie | None,
    stream: Tie | None,
) -> Candidate:
    generators = stream.generators if stream is not None else ()
    detail = (
        ("name", held.name),
        ("kind", held.manager.kind.value),
        ("manager", held.manager.name),
        ("how", held.how),
        ("end", write_span(tree.span(held.end))),
        ("path", "yes" if path is not None else ""),
        ("stream", "yes" if stream is not None else ""),
        ("generators", "\n".join(write_span(tree.span(each)) for each in generators)),
    )
    return Candidate(code, tree.scope, tree.span(response), detail)


# What is held


def _with_blocks(tree: FunctionTree) -> Iterator[_Held]:
    for node in walk(tree.node.body):
        if not isinstance(node, cst.With):
            continue
        for item in node.items:
            name = _name(item.asname.name) if item.asname is not None else ""
            if isinstance(item.item, cst.Call) and _last(item.item) in _STACKS:
                yield from _entered(tree, node.body, name)
                continue
            held = _name(_closed(item.item))
            made = _source(tree, held) if held else item.item
            manager = manager_of(tree, made) if made is not None else None
            if manager is not None and (name or held):
                yield _Held(node.body, name or held, manager, item, "with")


def _name(node: cst.CSTNode) -> str:
    return node.value if isinstance(node, cst.Name) else ""


def _last(call: cst.Call) -> str:
    return dotted_name(call.func).rpartition(".")[2]


def _closed(manager: cst.BaseExpression) -> cst.BaseExpression:
    """`x` of `closing(x)`."""
    match manager:
        case cst.Call(args=[cst.Arg(value=value)]) if _last(manager).endswith("closing"):
            return value
        case _:
            return manager


def _entered(tree: FunctionTree, block: cst.BaseSuite, stack: str) -> Iterator[_Held]:
    """`x = stack.enter_context(...)` under a `with ExitStack() as stack`."""
    for node in walk(block):
        match node:
            case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value):
                call = value.expression if isinstance(value, cst.Await) else value
            case _:
                continue
        match call:
            case cst.Call(
                func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=attr)),
                args=[cst.Arg(value=made)],
            ) if owner == stack and attr in _ENTERING:
                manager = manager_of(tree, made)
                if manager is not None:
                    yield _Held(block, name, manager, call, "with", is_entered=False)
            case _:
                continue


def _source(tree: FunctionTree, name: str) -> cst.BaseExpression | None:
    """What a variable is bound to, if that happens once."""
    found = [
        node.value
        for node in walk(tree.node.body)
        if isinstance(node, cst.Assign)
        and any(dotted_name(target.target) == name for target in node.targets)
    ]
    return found[0] if len(found) == 1 else None


def _finally_blocks(tree: FunctionTree) -> Iterator[_Held]:
    for node in walk(tree.node.body):
        if not isinstance(node, (cst.Try, cst.TryStar)) or node.finalbody is None:
            continue
        for call in _always_called(node.finalbody.body):
            found = _ended(call)
            if found is None:
                continue
            name, method = found
            source = _source(tree, name)
            manager = manager_of(tree, source) if source is not None else None
            if method in _REMOVING:
                manager = Manager(Kind.FOLDER, dotted_name(call.func))
                yield _Held(
                    node.body, name, manager, call, "finally", is_path=True, is_entered=False
                )
            else:
                known = manager is not None and manager.kind is not Kind.OWN
                kind = manager.kind if manager is not None and known else Kind.SESSION
                closed = Manager(kind, dotted_name(call.func))
                yield _Held(node.body, name, closed, call, "finally", is_entered=False)


def _always_called(suite: cst.BaseSuite) -> Iterator[cst.Call]:
    """The calls that a `finally` makes whatever happened, or if there is something to end."""
    for statement in suite.body:
        match statement:
            case cst.SimpleStatementLine(body=body):
                for small in body:
                    value = small.value if isinstance(small, cst.Expr) else None
                    call = value.expression if isinstance(value, cst.Await) else value
                    if isinstance(call, cst.Call):
                        yield call
            case cst.If(test=test, body=body) if _asks_for_it(test):
                yield from _always_called(body)
            case cst.Try(body=body):
                yield from _always_called(body)
            case cst.With(body=body):
                yield from _always_called(body)
            case _:
                continue


def _asks_for_it(test: cst.BaseExpression) -> bool:
    """`if path`, `if path is not None`, `if os.path.exists(path)` or `if path.exists()`."""
    match test:
        case cst.Name():
            return True
        case cst.Comparison(left=cst.Name(), comparisons=[cst.ComparisonTarget(operator=operator)]):
            return isinstance(operator, cst.IsNot)
        case cst.Call():
            return _last(test) in ("exists", "is_file", "isfile", "isdir")
        case cst.BooleanOperation(left=left, operator=cst.And(), right=right):
            return _asks_for_it(left) and _asks_for_it(right)
        case _:
            return False


def _ended(call: cst.Call) -> tuple[str, str] | None:
    """The variable that a call closes or removes the thing of, and by which method."""
    method = _last(call)
    match call:
        case cst.Call(func=cst.Attribute(value=cst.Name(value=name)), args=args) if (
            method in _CLOSING or (method in ("unlink", "rmdir") and not _is_path_given(args))
        ):
            return name, method
        case cst.Call(args=[cst.Arg(value=cst.Name(value=name)), *_]) if method in _REMOVING:
            return name, method
        case _:
            return None


def _is_path_given(args: object) -> bool:
    """`os.unlink(path)`, as against `path.unlink(missing_ok=True)`."""
    return isinstance(args, (list, tuple)) and any(arg.keyword is None for arg in args)


# What is returned


def _responses(body: cst.BaseSuite, block: cst.BaseSuite) -> Iterator[cst.Call]:
    """The calls, which may be of response classes, that are returned from a block or made there."""
    returned = {
        node.value.value
        for node in walk(body)
        if isinstance(node, cst.Return) and isinstance(node.value, cst.Name)
    }
    for node in walk(block):
        match node:
            case cst.Return(value=cst.Call() as call):
                pass
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.Call() as call
            ) if name in returned:
                if _is_sent(body, name):
                    continue
            case _:
                continue
        if _last(call)[:1].isupper():
            yield call


def _is_sent(body: cst.BaseSuite, name: str) -> bool:
    """Whether the function sends the response itself: `await response(scope, receive, send)`."""
    return any(
        isinstance(node, cst.Call) and isinstance(node.func, cst.Name) and node.func.value == name
        for node in walk(body)
    )
