"""Where a function opens an upstream response itself, to be closed by itself or by its heirs.

Imported only when a function's text has what opens one, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.control_flow import walk
from asgi_lint.model.syntax import dotted_name
from asgi_lint.rules.streaming.resource_managers import asks_for_stream

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree

_OPENED_BY_CREATE = frozenset({"openai", "anthropic"})
"""Packages whose `create(stream=True)` gives an open response of httpx."""

_CREATING = frozenset({"completions", "messages", "responses"})


@dataclass(frozen=True, slots=True)
class Opened:
    """An assignment of an open response; `node` is the call that opens it.

    `names` are the variables that hold it, `shown` the one to speak of. `owner` is the client, or
    what leads to it, as a dotted name where it is one. `close` is the call that closes it.
    """

    node: cst.Call
    names: frozenset[str]
    shown: str
    owner: str
    close: str


def opened_by(tree: FunctionTree) -> Iterator[Opened]:
    """The responses that a function opens, except by a client that closes with the function."""
    for opened in _opened(tree):
        if not _is_managed(tree.node.body, opened.owner):
            yield opened


def _opened(tree: FunctionTree) -> Iterator[Opened]:
    for node in walk(tree.node.body):
        match node:
            case (
                cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)
                | cst.AnnAssign(target=cst.Name(value=name), value=value)
                | cst.NamedExpr(target=cst.Name(value=name), value=value)
            ):
                pass
            case _:
                continue
        is_awaited = isinstance(value, cst.Await)
        call = value.expression if isinstance(value, cst.Await) else value
        if not isinstance(call, cst.Call) or not isinstance(call.func, cst.Attribute):
            continue
        owner, method = call.func.value, call.func.attr.value
        close = f"await {name}.aclose()" if is_awaited else f"{name}.close()"
        if method == "send" and asks_for_stream(call):
            if is_awaited or (tree.imports("httpx") and not tree.imports("requests")):
                yield Opened(call, frozenset({name}), name, dotted_name(owner), close)
        elif method == "create" and asks_for_stream(call) and _is_resource(tree, owner):
            close = close.replace("aclose", "close")
            yield Opened(call, frozenset({name}), name, dotted_name(owner), close)
        elif method == "__aenter__" and is_awaited:
            held = dotted_name(owner)
            if _opens_stream(tree, owner):
                close = f"await {held}.__aexit__(None, None, None)" if held else ""
                yield Opened(call, frozenset({name, held} - {""}), name, "", close)


def _is_resource(tree: FunctionTree, owner: cst.BaseExpression) -> bool:
    """Whether it is `client.chat.completions` or its like, of openai's or anthropic's client."""
    last = dotted_name(owner).rpartition(".")[2]
    return last in _CREATING and any(map(tree.imports, _OPENED_BY_CREATE))


def _opens_stream(tree: FunctionTree, manager: cst.BaseExpression) -> bool:
    """Whether it is `client.stream(...)`, or a variable that holds that and nothing else."""
    match manager:
        case cst.Call(func=cst.Attribute(attr=cst.Name(value="stream"))):
            return True
        case cst.Name(value=name):
            values = [
                node.value
                for node in walk(tree.node.body)
                if isinstance(node, cst.Assign)
                and any(dotted_name(target.target) == name for target in node.targets)
            ]
            return bool(values) and all(
                isinstance(each, cst.Call) and _opens_stream(tree, each) for each in values
            )
        case _:
            return False


def _is_managed(body: cst.BaseSuite, owner: str) -> bool:
    """Whether the client closes with the function: by a `with`, or because it is made here."""
    first = owner.partition(".")[0]
    client = owner if first in ("cls", "self") else first
    if not client:
        return False
    for node in walk(body):
        match node:
            case cst.WithItem(item=item, asname=asname):
                held = asname.name if asname is not None else item
                if dotted_name(held) == client:
                    return True
            case cst.Assign(targets=[cst.AssignTarget(target=target)], value=value):
                if dotted_name(target) == client and _is_made_or_entered(value):
                    return True
            case _:
                continue
    return False


def _is_made_or_entered(value: cst.BaseExpression) -> bool:
    """`Client(...)`, or `stack.enter_context(...)`."""
    call = value.expression if isinstance(value, cst.Await) else value
    if not isinstance(call, cst.Call):
        return False
    name = dotted_name(call.func).rpartition(".")[2]
    return name[:1].isupper() or name in ("enter_async_context", "enter_context")
