"""Tasks that a function starts with `asyncio.create_task(...)` and nobody waits for."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.children import dotted_name
from asgi_lint.model.labels import written_names
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_NAMES = ("create_task", "ensure_future")
_STARTERS = frozenset({"asyncio.create_task", "asyncio.ensure_future"})
_LOOPS = frozenset({"get_event_loop", "get_running_loop"})
_KEEPING = frozenset({"add", "append"})
"""How a task is put where it is not collected as garbage."""


@dataclass(frozen=True, slots=True)
class Detached:
    """`create_task(coroutine)` in `function`; `starter` is how the first part is written."""

    function: Function
    coroutine: ir.Call
    starter: str


def detached(project: Project, code: str) -> Iterator[Detached]:
    """The tasks that `detached_calls` found, with what is called to make their coroutine."""
    for filename, candidate in project.candidates(code):
        if candidate.get("kind") != "detached":
            continue
        for found in project.files[filename].calls[candidate.scope]:
            coroutine = found.call.positional(0)
            if found.call.span == candidate.span and isinstance(coroutine, ir.Call):
                function = Function(filename, candidate.scope)
                yield Detached(function, coroutine, candidate.get("starter"))


# In one function's tree


def detached_calls(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """Tasks that are started and at most kept in a collection or given a callback."""
    if not mentions(tree, *_NAMES):
        return
    for statement in tree.own_nodes:
        match statement:
            case ast.Expr(value=ast.Call() as call) if _starts_task(tree, call.func):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=ast.Call() as call) if _starts_task(
                tree, call.func
            ) and _is_only_kept(tree, name):
                pass
            case _:
                continue
        detail = (("kind", "detached"), ("starter", dotted_name(call.func) or "create_task"))
        yield Candidate(code, tree.scope, tree.place(call), detail)


def _starts_task(tree: FunctionTree, func: ast.expr) -> bool:
    name = dotted_name(func)
    if name and tree.canonical(name) in _STARTERS:
        return True
    match func:
        case ast.Attribute(value=ast.Name(id="loop"), attr="create_task"):
            return True
        case ast.Attribute(value=ast.Call(func=owner), attr="create_task"):
            return dotted_name(owner).rpartition(".")[2] in _LOOPS
        case _:
            return False


def _is_only_kept(tree: FunctionTree, name: str) -> bool:
    """Whether every use of the task's name keeps it from being collected, no more.

    A collection that the function itself makes or is given may be waited for, so it does not count.
    """
    uses = 0
    harmless = 0
    local = _local_names(tree)
    for node in tree.all_nodes:
        uses += [*written_names(node)].count(name)
        match node:
            case ast.Name(id=found) if found == name:
                uses += 1
            case ast.Assign(targets=targets):
                harmless += sum(isinstance(t, ast.Name) and t.id == name for t in targets)
            case ast.Call(func=ast.Attribute(value=ast.Name(id=found), attr="add_done_callback")):
                harmless += found == name
            case ast.Call(
                func=ast.Attribute(value=owner, attr=attr), args=[ast.Name(id=found)], keywords=[]
            ) if found == name and attr in _KEEPING:
                harmless += dotted_name(owner).partition(".")[0] not in local
            case _:
                continue
    return uses == harmless


def _local_names(tree: FunctionTree) -> frozenset[str]:
    """The function's parameters, `self` left out, and what it assigns."""
    found = {*tree.parameters}
    found -= {"self", "cls"}
    for node in tree.own_nodes:
        match node:
            case ast.Assign(targets=targets):
                found.update(each.id for each in targets if isinstance(each, ast.Name))
            case ast.AnnAssign(target=ast.Name(id=name)):
                found.add(name)
            case _:
                continue
    return frozenset(found)
