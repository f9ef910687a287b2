"""What functions do with a `BackgroundTasks`: where they add to it, and what may follow.

Three kinds of candidates of ASG204: `use`, for a name that is only ever added to (or passed on),
`add`, for an `add_task` statement, with what is reached after it, and `made`, for a
`BackgroundTasks()` made by hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.candidates import Candidate
from asgi_lint.model.mentions import mentions
from asgi_lint.model.values import Function
from asgi_lint.rules.background.attached_tasks import made_by_hand
from asgi_lint.rules.background.scheduling import scheduled

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.diagnostics import Position
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Instance
    from asgi_lint.rules.background.scheduling import Scheduled

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
        yield from _uses(tree)
        yield from _additions(tree)
        yield from made_by_hand(tree, CODE)


def _uses(tree: FunctionTree) -> Iterator[Candidate]:
    """Names of which every use is `name.add_task(...)`, an argument, or its one binding."""
    import libcst as cst

    harmless: set[int] = set()
    passed: dict[str, list[cst.Call]] = {}
    bound: list[str] = []
    seen: list[cst.Name] = []
    for node in _everything(tree.node.body):
        match node:
            case cst.Attribute(value=cst.Name() as name, attr=cst.Name(value="add_task")):
                passed.setdefault(name.value, [])
                harmless.add(id(name))
            case cst.Call(args=args):
                for arg in args:
                    if isinstance(arg.value, cst.Name) and not arg.star:
                        passed.setdefault(arg.value.value, []).append(node)
                        harmless.add(id(arg.value))
            case (
                cst.Assign(targets=[cst.AssignTarget(target=cst.Name() as name)])
                | cst.AnnAssign(target=cst.Name() as name)
            ):
                bound.append(name.value)
                harmless.add(id(name))
            case cst.Name():
                seen.append(node)
            case _:
                continue
    bound += tree.parameters
    otherwise = {name.value for name in seen if id(name) not in harmless}
    for only, calls in passed.items():
        if only not in otherwise and bound.count(only) == 1:
            starts = [tree.span(call).start for call in calls]
            detail = (("kind", "use"), ("name", only), ("passed", _text(*starts)))
            yield Candidate(CODE, tree.scope, tree.span(tree.node.name), detail)


def _everything(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All nodes below, those of inner functions included, but no name of a keyword or attribute."""
    import libcst as cst

    from asgi_lint.model.parse import child_nodes

    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        for child in child_nodes(node):
            is_label = (isinstance(node, cst.Attribute) and child is node.attr) or (
                isinstance(node, cst.Arg) and child is node.keyword
            )
            if not is_label:
                stack.append(child)


def _additions(tree: FunctionTree) -> Iterator[Candidate]:
    """Every statement `x.add_task(...)`, with where the function may go from there."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk
    from asgi_lint.model.statement_order import StatementOrder

    nodes = [*walk(tree.node.body)]
    calls = [n.value for n in nodes if isinstance(n, cst.Expr) and _is_addition(n.value)]
    if not calls:
        return
    returns = [node for node in nodes if isinstance(node, cst.Return)]
    raises = [node for node in nodes if isinstance(node, cst.Raise)]
    yields = [tree.span(node).start for node in nodes if isinstance(node, cst.Yield)]
    end = cst.Return()
    body = _ending_with(tree.node.body, end)
    order = StatementOrder(body, [*calls, *returns, *raises, end])
    for call in calls:
        span = tree.span(call)
        reached = [node for node in returns if order.may_precede(call, node)]
        raised = [node for node in raises if order.may_precede(call, node)]
        leaves = bool(reached) or order.may_precede(call, end)
        detail = (
            ("kind", "add"),
            ("returns", _text(*(tree.span(node.value or node).start for node in reached))),
            ("raise", _text(*tree.span(raised[0])) if raised and not leaves else ""),
            ("late", "yes" if yields and span.start > max(yields) else ""),
        )
        yield Candidate(CODE, tree.scope, span, detail)


def _is_addition(node: cst.BaseExpression) -> bool:
    import libcst as cst

    return (
        isinstance(node, cst.Call)
        and isinstance(node.func, cst.Attribute)
        and (node.func.attr.value == "add_task")
    )


def _ending_with(body: cst.BaseSuite, end: cst.Return) -> cst.BaseSuite:
    """The body with the `return` at its end that Python adds."""
    import libcst as cst

    if isinstance(body, cst.IndentedBlock):
        return body.with_changes(body=[*body.body, cst.SimpleStatementLine([end])])
    return body.with_changes(body=[*body.body, end])
