"""Loops of streamed generators that never give the event loop a turn."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Position, Span
from asgi_lint.model.candidates import Replacement
from asgi_lint.model.children import (
    arguments_of,
    children_of,
    dotted_name,
    may_be_cancelled,
    own_nodes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree

_ENDLESS_ITERATORS = frozenset({"itertools.count", "itertools.cycle"})
_LEAVING = (ast.Break, ast.Raise, ast.Return)
_SLEEP = "time.sleep"


@dataclass(frozen=True, slots=True)
class Spinning:
    """A loop that yields and in which nothing awaits, nor in a loop around it."""

    node: ast.For | ast.While
    is_endless: bool
    sleeps: tuple[ast.Call, ...]
    yields: tuple[ast.Yield, ...]


def spinning(tree: FunctionTree) -> Iterator[Spinning]:
    """The outermost such loops of an async generator."""
    stack: list[ast.AST] = [*reversed(tree.body)]
    while stack:
        node = stack.pop()
        match node:
            case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef() | ast.Lambda():
                continue
            case ast.For() | ast.While() if not may_be_cancelled(node):
                yield from _spinning(tree, node)
            case ast.For() | ast.AsyncFor() | ast.While():
                # Its inner loops get their turn with it, unless they never end.
                for inner in own_nodes(*node.body):
                    if isinstance(inner, (ast.For, ast.While)) and not may_be_cancelled(inner):
                        yield from (s for s in _spinning(tree, inner) if s.is_endless)
            case _:
                stack.extend(reversed(children_of(node)))


def _spinning(tree: FunctionTree, loop: ast.For | ast.While) -> Iterator[Spinning]:
    nodes = [*own_nodes(*loop.body)]
    yields = tuple(node for node in nodes if isinstance(node, ast.Yield))
    sleeps = tuple(
        node for node in nodes if isinstance(node, ast.Call) and _called(tree, node) == _SLEEP
    )
    if yields:
        yield Spinning(loop, _never_ends(tree, loop), sleeps, yields)


def _called(tree: FunctionTree, call: ast.Call) -> str:
    name = dotted_name(call.func)
    return tree.canonical(name) if name else ""


def _never_ends(tree: FunctionTree, loop: ast.For | ast.While) -> bool:
    if any(isinstance(node, _LEAVING) for node in own_nodes(*loop.body)):
        return False
    match loop:
        case ast.While(test=ast.Constant(value=value)):
            return isinstance(value, int) and value == 1
        case ast.For(iter=ast.Call() as call):
            called = _called(tree, call)
            repeats = called == "itertools.repeat" and len(arguments_of(call)) == 1
            return called in _ENDLESS_ITERATORS or repeats
        case _:
            return False


def turns(tree: FunctionTree, loop: Spinning) -> tuple[Replacement, ...]:
    """The edits that let the event loop have a turn after each item; none where that takes more.

    A `time.sleep` becomes `await asyncio.sleep`; else an `await` follows each `yield`.
    """
    module = "anyio" if tree.imports("anyio") and not tree.imports("asyncio") else "asyncio"
    if loop.sleeps:
        return tuple(_slept(tree, loop, module))
    lines = _lines(tree, loop.node)
    found = [lines.get(each) for each in loop.yields]
    if None in found or not (isinstance(loop.node, ast.For) or _always_yields(loop)):
        return ()
    return tuple(
        _after(tree, line, f"await {module}.sleep(0)") for line in found if line is not None
    )


def _slept(tree: FunctionTree, loop: Spinning, module: str) -> Iterator[Replacement]:
    """Each `time.sleep(...)` that is a statement of its own, awaited; all of them or none."""
    lines = _lines(tree, loop.node)
    if any(sleep not in lines for sleep in loop.sleeps):
        return
    for sleep in loop.sleeps:
        yield Replacement(tree.place(sleep.func), f"await {module}.sleep")


def _lines(tree: FunctionTree, loop: ast.AST) -> dict[ast.expr, ast.Expr]:
    """The statement of each expression that is the whole of a line in a block."""
    return {
        node.value: node
        for node in own_nodes(loop)
        if isinstance(node, ast.Expr) and _stands_alone(tree, node)
    }


def _stands_alone(tree: FunctionTree, statement: ast.Expr) -> bool:
    """Whether no other code stands on the statement's lines."""
    start, end = tree.place(statement)
    before = tree.line(start.row)[: start.column - 1].strip()
    after = tree.line(end.row)[end.column - 1 :].strip()
    return not before and (not after or after.startswith("#"))


def _always_yields(loop: Spinning) -> bool:
    """Whether each round of the loop comes by a `yield`."""
    if any(isinstance(node, ast.Continue) for node in own_nodes(*loop.node.body)):
        return False
    suites = [loop.node.body]
    while suites:
        for statement in suites.pop():
            match statement:
                case ast.Expr(value=ast.Yield()):
                    return True
                case ast.With(body=body) | ast.AsyncWith(body=body):
                    suites.append(body)
                case _:
                    continue
    return False


def _after(tree: FunctionTree, line: ast.Expr, statement: str) -> Replacement:
    span = tree.place(line)
    indent = tree.line(span.start.row)[: span.start.column - 1]
    end = Position(span.end.row, len(tree.line(span.end.row)) + 1)
    return Replacement(Span(end, end), f"{tree.newline}{indent}{statement}")
