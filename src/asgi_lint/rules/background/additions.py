"""What functions do with a `BackgroundTasks`: where they add to it, and what may follow.

Three kinds of candidates of ASG204: `use`, for a name that is only ever added to (or passed on),
`add`, for an `add_task` statement, with what is reached after it where that matters, and `made`,
for a `BackgroundTasks()` made by hand.
"""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.labels import written_names
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function
from asgi_lint.rules.background.attached_tasks import made_by_hand
from asgi_lint.rules.background.scheduling import scheduled

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from typing import TypeGuard

    from asgi_lint.diagnostics import Position
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Instance
    from asgi_lint.rules.background.scheduling import Scheduled
    from asgi_lint.rules.background.ways_on import Ways

CODE = "ASG204"

_PASSES = 5
"""Functions that a `BackgroundTasks` is followed through."""


class Additions:
    """The `add_task` calls of a project, with what their functions do before and after."""

    def __init__(self, project: Project) -> None:
        self._project = project
        self.all = [site for site in scheduled(project) if site.collections]
        self._uses: dict[tuple[str, int, str], Candidate] = {}
        self._adds: dict[tuple[str, Position], Candidate] = {}
        self._made: dict[tuple[str, Position], Candidate] = {}
        for filename, candidate in project.candidates(CODE):
            match candidate.get("kind"):
                case "use":
                    self._uses[filename, candidate.scope, candidate.get("name")] = candidate
                case "made":
                    self._made[filename, candidate.span.start] = candidate
                case _:
                    self._adds[filename, candidate.span.start] = candidate

    def made(self, instance: Instance) -> Candidate | None:
        """The statement that makes a `BackgroundTasks()` by hand in its function's own block."""
        return self._made.get((instance.filename, instance.span.start))

    def path(self, site: Scheduled) -> Candidate | None:
        """What is reached after an addition, if it is a statement."""
        return self._adds.get((site.filename, site.call.span.start))

    def is_only_added_to(self, filename: str, scope: int, name: str, depth: int = 0) -> bool:
        """Whether the function, and those that it hands the name to, do nothing but add."""
        use = self._uses.get((filename, scope, name))
        if use is None or depth > _PASSES:
            return False
        calls = {
            tuple(found.call.span.start): found.call
            for found in self._project.files[filename].calls[scope]
        }
        for position in positions(use.get("passed")):
            call = calls.get(position)
            if call is None or not self._only_adds(filename, scope, call, name, depth):
                return False
        return True

    def _only_adds(self, filename: str, scope: int, call: ir.Call, name: str, depth: int) -> bool:
        """Whether what is called only adds to the tasks that `name` hands it."""
        values = self._project.evaluator.values(filename, scope, call.func)
        if not values:
            return False
        for value in values:
            if not isinstance(value, Function) or self._project.function(value).decorators:
                return False
            for parameter in self._receiving(value, call, name):
                if parameter is None:
                    return False
                if not self.is_only_added_to(value.filename, value.scope, parameter, depth + 1):
                    return False
        return True

    def _receiving(self, function: Function, call: ir.Call, name: str) -> Iterator[str | None]:
        """The parameters that get `name`; None for one that cannot be told."""
        offset = self._project.evaluator.argument_offset(function)
        parameters = self._project.function(function).parameters
        for position, argument in enumerate(call.args):
            if not (isinstance(argument.value, ir.Name) and argument.value.id == name):
                continue
            if argument.keyword is not None:
                yield argument.keyword
            elif position + offset < len(parameters) and not call.unpacks:
                parameter = parameters[position + offset]
                yield parameter.name if not parameter.kind else None
            else:
                yield None


def positions(text: str) -> frozenset[tuple[int, int]]:
    """The rows and columns that a candidate's detail lists."""
    pairs = (part.split(":") for part in text.split(",") if part)
    return frozenset((int(row), int(column)) for row, column in pairs)


def _text(*found: Position) -> str:
    return ",".join(f"{each.row}:{each.column}" for each in found)


# In one function's tree


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The candidates of one function that mentions background tasks."""
    if mentions(tree, "add_task", "BackgroundTasks("):
        uses = [*_uses(tree)]
        yield from uses
        yield from _additions(tree)
        yield from made_by_hand(tree, CODE, {each.get("name") for each in uses})


def _uses(tree: FunctionTree) -> Iterator[Candidate]:
    """Names of which every use is `name.add_task(...)`, an argument, or its one binding."""
    harmless: set[ast.Name] = set()
    passed: dict[str, list[ast.Call]] = {}
    bound = [*tree.parameters]
    otherwise: set[str] = set()
    seen: list[ast.Name] = []
    for node in tree.all_nodes:
        otherwise.update(written_names(node))
        match node:
            case ast.Attribute(value=ast.Name() as name, attr="add_task"):
                passed.setdefault(name.id, [])
                harmless.add(name)
            case ast.Call():
                for given in (*node.args, *(each.value for each in node.keywords if each.arg)):
                    if isinstance(given, ast.Name):
                        passed.setdefault(given.id, []).append(node)
                        harmless.add(given)
            case (
                ast.Assign(targets=[ast.Name() as name]) | ast.AnnAssign(target=ast.Name() as name)
            ):
                bound.append(name.id)
                harmless.add(name)
            case ast.Name():
                seen.append(node)
            case _:
                continue
    otherwise.update(name.id for name in seen if name not in harmless)
    for only, calls in passed.items():
        if only not in otherwise and bound.count(only) == 1:
            starts = [tree.place(call).start for call in calls]
            detail = (("kind", "use"), ("name", only), ("passed", _text(*starts)))
            yield Candidate(CODE, tree.scope, tree.name_place, detail)


def _additions(tree: FunctionTree) -> Iterator[Candidate]:
    """Every statement `x.add_task(...)`, with where the function may go from there."""
    calls = [node.value for node in tree.own_nodes if _is_addition(node)]
    if not calls:
        return
    yields = [tree.place(node).start for node in tree.own_nodes if isinstance(node, ast.Yield)]
    ways: Mapping[Position, Ways] = {}
    if _is_order_asked(tree):
        from asgi_lint.rules.background.ways_on import ways_on

        ways = ways_on(tree)
    for call in calls:
        span = tree.place(call)
        way = ways.get(span.start)
        detail = (
            ("kind", "add"),
            ("returns", _text(*way.returned) if way is not None else ""),
            ("raise", _text(*way.raised) if way is not None else ""),
            ("late", "yes" if yields and span.start > max(yields) else ""),
        )
        yield Candidate(CODE, tree.scope, span, detail)


def _is_addition(node: ast.AST) -> TypeGuard[ast.Expr]:
    match node:
        case ast.Expr(value=ast.Call(func=ast.Attribute(attr="add_task"))):
            return True
        case _:
            return False


def _is_order_asked(tree: FunctionTree) -> bool:
    """Whether it matters where the function goes: to a `raise`, or a `background` of its own."""
    return any(
        isinstance(node, ast.Raise) or (isinstance(node, ast.keyword) and node.arg == "background")
        for node in tree.own_nodes
    )
