"""Tasks that a function starts with `asyncio.create_task(...)` and nobody waits for."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.children import dotted_name as written_name
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

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
    if not mentions(tree, *_NAMES) or not any(map(_may_start_task, tree.own_nodes)):
        return
    import libcst as cst

    from asgi_lint.model.control_flow import walk
    from asgi_lint.model.syntax import dotted_name

    statements = [n for n in walk(tree.node.body) if isinstance(n, (cst.Expr, cst.Assign))]
    for statement in statements:
        call = statement.value
        if not isinstance(call, cst.Call) or not _starts_task(tree, call):
            continue
        if isinstance(statement, cst.Assign):
            match statement.targets:
                case [cst.AssignTarget(target=cst.Name(value=name))] if _is_only_kept(tree, name):
                    pass
                case _:
                    continue
        detail = (("kind", "detached"), ("starter", dotted_name(call.func) or "create_task"))
        yield Candidate(code, tree.scope, tree.span(call), detail)


def _may_start_task(node: ast.AST) -> bool:
    """Whether it is a call by such a name that stands alone or is assigned."""
    match node:
        case ast.Expr(value=ast.Call(func=func)) | ast.Assign(value=ast.Call(func=func)):
            name = func.attr if isinstance(func, ast.Attribute) else written_name(func)
            return name in _NAMES
        case _:
            return False


def _starts_task(tree: FunctionTree, call: cst.Call) -> bool:
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    if tree.names(call.func) in _STARTERS:
        return True
    match call.func:
        case cst.Attribute(value=cst.Name(value="loop"), attr=cst.Name(value="create_task")):
            return True
        case cst.Attribute(value=cst.Call(func=func), attr=cst.Name(value="create_task")):
            return dotted_name(func).rpartition(".")[2] in _LOOPS
        case _:
            return False


def _is_only_kept(tree: FunctionTree, name: str) -> bool:
    """Whether every use of the task's name keeps it from being collected, no more.

    A collection that the function itself makes or is given may be waited for, so it does not count.
    """
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    uses = 0
    harmless = 0
    local = _local_names(tree)
    for node in _with_inner_functions(tree.node.body):
        match node:
            case cst.Name(value=value) if value == name:
                uses += 1
            case cst.AssignTarget(target=cst.Name(value=value)) if value == name:
                harmless += 1
            case cst.Call(
                func=cst.Attribute(value=cst.Name(value=value), attr=cst.Name("add_done_callback"))
            ) if value == name:
                harmless += 1
            case cst.Call(
                func=cst.Attribute(value=owner, attr=cst.Name(value=attr)),
                args=[cst.Arg(value=cst.Name(value=value))],
            ) if value == name and attr in _KEEPING:
                harmless += dotted_name(owner).partition(".")[0] not in local
            case _:
                continue
    return uses == harmless


def _local_names(tree: FunctionTree) -> frozenset[str]:
    """The function's parameters, `self` left out, and what it assigns."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    found = {*tree.parameters}
    found -= {"self", "cls"}
    for node in walk(tree.node.body):
        match node:
            case cst.AssignTarget(target=cst.Name(value=name)):
                found.add(name)
            case cst.AnnAssign(target=cst.Name(value=name)):
                found.add(name)
            case _:
                continue
    return frozenset(found)


def _with_inner_functions(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    from asgi_lint.model.parse import child_nodes

    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack += child_nodes(node)
