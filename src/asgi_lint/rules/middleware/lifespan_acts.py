"""Whether a function may do something with a lifespan scope: asked before it is run in the mind."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.model.children import arguments_of, dotted_name, own_nodes

if TYPE_CHECKING:
    from asgi_lint.model.function_tree import FunctionTree

CONNECTIONS = ("Request", "HTTPConnection", "WebSocket")
"""How the names of classes end that are made of a scope and the channels, and hand nothing on."""

_DECIDING = (ast.Assert, ast.If, ast.Match)
_CHANNELS = frozenset({"receive", "send"})
_SCOPE = "scope"


def may_act(tree: FunctionTree) -> bool:
    """Whether a function with a parameter `scope` does more than to hand it on to an application.

    It may where it decides anything, reads a key but the type, gives the scope another name, or
    gives it to something that does not get the channels.
    """
    channels = _CHANNELS.intersection(tree.parameters)
    return any(_may_be_act(node, channels) for node in tree.own_nodes)


def _may_be_act(node: ast.AST, channels: frozenset[str]) -> bool:
    match node:
        case ast.Subscript(value=ast.Name(), slice=ast.Constant(value=key)):
            return key != "type"
        case ast.Assign(value=value) | ast.NamedExpr(value=value):
            return _mentions_scope(value)
        case ast.AnnAssign(value=value):
            return value is not None and _mentions_scope(value)
        case ast.For(iter=items) | ast.AsyncFor(iter=items):
            return _mentions_scope(items)
        case ast.Call(func=func):
            given = {each.id for each in arguments_of(node) if isinstance(each, ast.Name)}
            if _SCOPE not in given:
                return False
            return channels.isdisjoint(given) or dotted_name(func).endswith(CONNECTIONS)
        case _:
            return isinstance(node, _DECIDING)


def _mentions_scope(value: ast.expr) -> bool:
    return any(isinstance(node, ast.Name) and node.id == _SCOPE for node in own_nodes(value))
