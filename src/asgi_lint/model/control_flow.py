"""Where a generator may be cancelled, what catches the cancellation, what is shielded from it.

Imported by the rules only when there is a function to look at, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.parse import child_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.model.function_tree import FunctionTree

_CANCELLED = frozenset(
    {
        "asyncio.CancelledError",
        "asyncio.exceptions.CancelledError",
        "trio.Cancelled",
    }
)
_CANCELLED_CLASS_CALLS = frozenset(
    {"anyio.get_cancelled_exc_class", "anyio.lowlevel.get_cancelled_exc_class"}
)
_SUPPRESS = "contextlib.suppress"

_INNER_SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)


@dataclass(frozen=True, slots=True)
class Catch:
    """Something that catches cancellation.

    `text` is what it names, as in a message. `only_cancellation` says that ordinary errors pass
    it by.
    """

    text: str
    only_cancellation: bool


def walk(*roots: cst.CSTNode | None) -> Iterator[cst.CSTNode]:
    """All nodes below and including the roots, in source order; inner functions are left out."""
    stack = [root for root in reversed(roots) if root is not None]
    while stack:
        node = stack.pop()
        yield node
        inner = [n for n in child_nodes(node) if not isinstance(n, _INNER_SCOPES)]
        stack.extend(reversed(inner))


def awaits(node: cst.CSTNode) -> bool:
    """Whether the node itself is a place where the function can be cancelled."""
    match node:
        case cst.Await():
            return True
        case cst.For(asynchronous=marker) | cst.With(asynchronous=marker):
            return marker is not None
        case cst.CompFor(asynchronous=marker):
            return marker is not None
        case _:
            return False


def may_be_cancelled(*roots: cst.CSTNode | None) -> bool:
    """Whether cancellation can arrive somewhere below the roots."""
    return any(awaits(node) for node in walk(*roots))


def leaves(*roots: cst.CSTNode | None) -> bool:
    """Whether a `raise`, `return` or `break` stands somewhere below the roots."""
    return any(isinstance(node, (cst.Raise, cst.Return, cst.Break)) for node in walk(*roots))


def caught_by(handler: cst.ExceptHandler, tree: FunctionTree) -> Catch | None:
    """What of a handler's exceptions is cancellation; None where it is let through."""
    if handler.type is None:
        return Catch("except:", only_cancellation=False)
    kinds = (
        [element.value for element in handler.type.elements]
        if isinstance(handler.type, cst.Tuple)
        else [handler.type]
    )
    catches = [cancellation(kind, tree) for kind in kinds]
    found = next((catch for catch in catches if catch is not None), None)
    if found is None:
        return None
    only = all(catch is not None and catch.only_cancellation for catch in catches)
    return Catch(f"except {found.text}", only)


def cancellation(kind: cst.BaseExpression, tree: FunctionTree) -> Catch | None:
    """What of the exceptions of one class is cancellation."""
    if isinstance(kind, cst.Call):
        called = tree.names(kind.func)
        return Catch(f"{called}()", True) if called in _CANCELLED_CLASS_CALLS else None  # noqa: FBT003
    name = tree.names(kind)
    if name == "BaseException":
        return Catch(name, only_cancellation=False)
    return Catch(name, only_cancellation=True) if name in _CANCELLED else None


def cancellation_handler(
    node: cst.Try, tree: FunctionTree
) -> tuple[cst.ExceptHandler, Catch] | None:
    """The first handler of a `try` that cancellation ends up in."""
    for handler in node.handlers:
        catch = caught_by(handler, tree)
        if catch is not None:
            return handler, catch
    return None


def suppressed_by(node: cst.With, tree: FunctionTree) -> tuple[cst.Call, Catch] | None:
    """The item of a `with` that is a `suppress(...)` of cancellation, and what it swallows."""
    for item in node.items:
        if not isinstance(item.item, cst.Call) or tree.names(item.item.func) != _SUPPRESS:
            continue
        for arg in item.item.args:
            catch = cancellation(arg.value, tree)
            if catch is not None:
                return item.item, Catch(f"suppress({catch.text})", catch.only_cancellation)
    return None


def is_shield(node: cst.With) -> bool:
    """Whether a `with` may shield its body: `CancelScope(shield=True)`, or a scope held in a name.

    Where it cannot be told, it is taken for a shield.
    """
    for item in node.items:
        match item.item:
            case cst.Call(args=args):
                for arg in args:
                    if arg.keyword is not None and arg.keyword.value == "shield":
                        return not (isinstance(arg.value, cst.Name) and arg.value.value == "False")
            case cst.Name() | cst.Attribute():
                return node.asynchronous is None
            case _:
                continue
    return False


def ways_to(
    loop: cst.While, target: cst.CSTNode
) -> tuple[list[cst.CSTNode], list[cst.CSTNode], list[cst.CSTNode]] | None:
    """What a loop does before, after and around `target`, which stands in its body.

    Three lists of nodes: the statements before, the statements after, and the compound statements
    around it. None where the target is not in this loop's own body (or is in an inner loop).
    """
    return _ways(loop.body, target)


def _ways(
    suite: cst.CSTNode, target: cst.CSTNode
) -> tuple[list[cst.CSTNode], list[cst.CSTNode], list[cst.CSTNode]] | None:
    statements: Sequence[cst.CSTNode] = suite.body if isinstance(suite, cst.IndentedBlock) else ()
    for index, statement in enumerate(statements):
        if statement is target:
            return [*statements[:index]], [*statements[index + 1 :]], []
        if isinstance(statement, (cst.While, cst.For, *_INNER_SCOPES)):
            continue
        for inner in _suites(statement):
            found = _ways(inner, target)
            if found is not None:
                before, after, around = found
                return (
                    [*statements[:index], *before],
                    [*after, *statements[index + 1 :]],
                    [statement, *around],
                )
    return None


def _suites(statement: cst.CSTNode) -> Iterator[cst.CSTNode]:
    match statement:
        case cst.If(body=body, orelse=orelse):
            yield body
            if isinstance(orelse, cst.Else):
                yield orelse.body
            elif orelse is not None:
                yield from _suites(orelse)
        case cst.With(body=body):
            yield body
        case cst.Try(body=body, orelse=orelse):
            yield body
            if orelse is not None:
                yield orelse.body
        case _:
            return
