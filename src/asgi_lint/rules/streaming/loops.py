"""Loops of streamed generators that never give the event loop a turn."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Position, Span
from asgi_lint.model.candidates import Replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree

_ENDLESS_ITERATORS = frozenset({"itertools.count", "itertools.cycle"})
_SLEEP = "time.sleep"


@dataclass(frozen=True, slots=True)
class Spinning:
    """A loop that yields and in which nothing awaits, nor in a loop around it."""

    node: cst.For | cst.While
    is_endless: bool
    sleeps: tuple[cst.Call, ...]
    yields: tuple[cst.Yield, ...]


def spinning(tree: FunctionTree) -> Iterator[Spinning]:
    """The outermost such loops of an async generator."""
    import libcst as cst

    from asgi_lint.model import control_flow as flow
    from asgi_lint.model.parse import child_nodes

    stack: list[cst.CSTNode] = [tree.node.body]
    while stack:
        node = stack.pop()
        match node:
            case cst.FunctionDef() | cst.ClassDef() | cst.Lambda():
                continue
            case cst.For() | cst.While():
                if not flow.may_be_cancelled(node):
                    yield from _spinning(tree, node)
                    continue
                # Its inner loops get their turn with it, unless they never end.
                for inner in flow.walk(node.body):
                    if isinstance(inner, (cst.For, cst.While)) and not flow.may_be_cancelled(inner):
                        yield from (s for s in _spinning(tree, inner) if s.is_endless)
                continue
            case _:
                stack.extend(reversed([*child_nodes(node)]))


def _spinning(tree: FunctionTree, loop: cst.For | cst.While) -> Iterator[Spinning]:
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    nodes = [*flow.walk(loop.body)]
    yields = tuple(node for node in nodes if isinstance(node, cst.Yield))
    sleeps = tuple(
        node for node in nodes if isinstance(node, cst.Call) and tree.names(node.func) == _SLEEP
    )
    if yields:
        yield Spinning(loop, _never_ends(tree, loop), sleeps, yields)


def _never_ends(tree: FunctionTree, loop: cst.For | cst.While) -> bool:
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    if flow.leaves(loop.body):
        return False
    match loop:
        case cst.While(test=cst.Name(value="True") | cst.Integer(value="1")):
            return True
        case cst.For(iter=cst.Call(func=func, args=args)):
            called = tree.names(func)
            return called in _ENDLESS_ITERATORS or (called == "itertools.repeat" and len(args) == 1)
        case _:
            return False


def turns(tree: FunctionTree, loop: Spinning) -> tuple[Replacement, ...]:
    """The edits that let the event loop have a turn after each item; none where that takes more.

    A `time.sleep` becomes `await asyncio.sleep`; else an `await` follows each `yield`.
    """
    module = "anyio" if tree.imports("anyio") and not tree.imports("asyncio") else "asyncio"
    if loop.sleeps:
        return tuple(_slept(tree, loop, module))
    lines = _lines(loop.node)
    found = [lines.get(id(each)) for each in loop.yields]
    if None in found or not (_is_for(loop) or _always_yields(loop)):
        return ()
    return tuple(
        _after(tree, line, f"await {module}.sleep(0)") for line in found if line is not None
    )


def _slept(tree: FunctionTree, loop: Spinning, module: str) -> Iterator[Replacement]:
    """Each `time.sleep(...)` that is a statement of its own, awaited; all of them or none."""
    lines = _lines(loop.node)
    if any(id(sleep) not in lines for sleep in loop.sleeps):
        return
    for sleep in loop.sleeps:
        yield Replacement(tree.span(sleep.func), f"await {module}.sleep")


def _lines(loop: cst.CSTNode) -> dict[int, cst.SimpleStatementLine]:
    """The line of each expression that is the whole of a line in a block."""
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    found: dict[int, cst.SimpleStatementLine] = {}
    for node in flow.walk(loop):
        match node:
            case cst.SimpleStatementLine(body=[cst.Expr(value=value)]):
                found[id(value)] = node
            case _:
                continue
    return found


def _is_for(loop: Spinning) -> bool:
    import libcst as cst

    return isinstance(loop.node, cst.For)


def _always_yields(loop: Spinning) -> bool:
    """Whether each round of the loop comes by a `yield`."""
    import libcst as cst

    from asgi_lint.model import control_flow as flow

    if any(isinstance(node, cst.Continue) for node in flow.walk(loop.node.body)):
        return False
    suites: list[cst.BaseSuite] = [loop.node.body]
    while suites:
        for statement in suites.pop().body:
            match statement:
                case cst.SimpleStatementLine(body=[cst.Expr(value=cst.Yield())]):
                    return True
                case cst.With(body=body):
                    suites.append(body)
                case _:
                    continue
    return False


def _after(tree: FunctionTree, line: cst.SimpleStatementLine, statement: str) -> Replacement:
    span = tree.span(line)
    indent = tree.line(span.start.row)[: span.start.column - 1]
    end = Position(span.end.row, len(tree.line(span.end.row)) + 1)
    return Replacement(Span(end, end), f"{tree.newline}{indent}{statement}")
