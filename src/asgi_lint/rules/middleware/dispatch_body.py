"""What a dispatcher does with its request, with `call_next` and with the response.

`dispatch_body` recognises a dispatcher by its shape, from its tree alone: a function that calls
its second parameter with one argument, or hands both its parameters on. Whether it is one is what
`dispatching` knows, when the project is linked.
"""

from __future__ import annotations

import ast
from collections import deque
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.dispatchers import Dispatcher
from asgi_lint.model.values import Function
from asgi_lint.rules.middleware.next_parameter import may_be_next

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import libcst as cst

    from asgi_lint.model.facts import Parameter
    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project
    from asgi_lint.model.statement_order import StatementOrder


@dataclass(frozen=True, slots=True, eq=False)
class NextCall:
    """A call of `call_next` in the dispatcher's own body, and the name that holds its response.

    `name` is empty where the response is not assigned to a plain name. `argument` is what
    is passed.
    """

    node: cst.Call
    argument: cst.BaseExpression
    is_awaited: bool
    name: str


@dataclass(frozen=True, slots=True, eq=False)
class DispatchBody:
    """A function in the shape of a dispatcher; `request` and `call_next` are its parameters.

    `next_calls` are those in its own body, `inner_next_calls` those in functions within it, and
    `forwards` the calls in its own body that hand on both parameters; all in source order.
    """

    tree: FunctionTree
    request: str
    call_next: str
    next_calls: tuple[NextCall, ...]
    inner_next_calls: tuple[cst.Call, ...]
    forwards: tuple[cst.Call, ...]
    nodes: tuple[cst.CSTNode, ...] = field(repr=False)
    """All nodes of its own body, in source order."""

    @property
    def responses(self) -> frozenset[str]:
        """The names that hold what `call_next` returned."""
        return frozenset(call.name for call in self.next_calls if call.name)

    def is_response(self, node: cst.CSTNode) -> bool:
        """Whether an expression is a name of a response, or `await call_next(...)` itself."""
        import libcst as cst

        match node:
            case cst.Name(value=name):
                return name in self.responses
            case cst.Await(expression=call) | cst.NamedExpr(value=cst.Await(expression=call)):
                return any(each.node is call for each in self.next_calls)
            case _:
                return False

    def assignments_to(self, name: str) -> Iterator[cst.CSTNode]:
        """What binds a name anew in its own body: assignments, `for`, `with`, the walrus."""
        import libcst as cst

        for node in self.nodes:
            match node:
                case cst.Assign(targets=targets):
                    bound = any(_binds(each.target, name) for each in targets)
                case (
                    cst.AnnAssign(target=target)
                    | cst.NamedExpr(target=target)
                    | cst.For(target=target)
                    | cst.AugAssign(target=target)
                    | cst.AsName(name=target)
                ):
                    bound = _binds(target, name)
                case _:
                    continue
            if bound:
                yield node

    def order(
        self, marks: Iterable[cst.CSTNode] = (), *, past_handlers: bool = True
    ) -> StatementOrder:
        """The order of the next calls, the forwards and further nodes of its own body."""
        from asgi_lint.model.statement_order import StatementOrder

        calls = (*(call.node for call in self.next_calls), *self.forwards)
        marks = (*calls, *marks)
        return StatementOrder(self.tree.node.body, marks, past_handlers=past_handlers)


@lru_cache(maxsize=1)
def dispatch_body(tree: FunctionTree) -> DispatchBody | None:
    """What a function in the shape of a dispatcher does; None for any other.

    Several rules ask for the same function one after the other, so the last answer is kept.
    """
    names = _ordinary_parameters(tree)
    if len(names) < 2:
        return None
    request, call_next = names[:2]
    if not _calls(tree, request, call_next):
        return None
    from asgi_lint.model.control_flow import walk

    nodes = tuple(walk(tree.node.body))
    own = tuple(_next_calls(nodes, call_next))
    inner = tuple(_inner_calls(tree.node.body, call_next, {id(call.node) for call in own}))
    forwards = tuple(_forwards(nodes, request, call_next))
    if not own and not inner and not forwards:
        return None
    return DispatchBody(tree, request, call_next, own, inner, forwards, nodes)


def _calls(tree: FunctionTree, request: str, call_next: str) -> bool:
    """Whether Python's own tree, which costs less, has a call of the one or with both.

    What is no coroutine function can only return what `call_next` gives, and hands nothing on.
    """
    text = tree.body_text
    may_call = f"{call_next}(" in text
    may_forward = (
        tree.is_async
        and (f"{request}, {call_next}" in text or f"={call_next}" in text)
        and may_be_next(tree, request, call_next)
    )
    if not may_call and not may_forward:
        return False
    nodes = tree.all_nodes
    if not tree.is_async:
        nodes = tuple(node.value for node in nodes if isinstance(node, ast.Return) and node.value)
    for call in nodes:
        if not isinstance(call, ast.Call):
            continue
        values = [*call.args, *(keyword.value for keyword in call.keywords)]
        if isinstance(call.func, ast.Name) and call.func.id == call_next and len(values) == 1:
            return True
        if not may_forward or len(values) < 2:
            continue
        passed = (each.value if isinstance(each, ast.Starred) else each for each in values)
        if {request, call_next} <= {each.id for each in passed if isinstance(each, ast.Name)}:
            return True
    return False


def _ordinary_parameters(tree: FunctionTree) -> tuple[str, ...]:
    """The parameters that a caller may pass by position, `self` or `cls` left out."""
    names = tree.positional
    return names[1:] if names[:1] in (("self",), ("cls",)) else names


def _next_calls(nodes: Iterable[cst.CSTNode], call_next: str) -> Iterator[NextCall]:
    import libcst as cst

    awaited: set[int] = set()
    names: dict[int, str] = {}
    for node in nodes:
        match node:
            case cst.Await(expression=call):
                awaited.add(id(call))
            case (
                cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Name(value=name)), *_],
                    value=cst.Await(expression=call),
                )
                | cst.AnnAssign(target=cst.Name(value=name), value=cst.Await(expression=call))
                | cst.NamedExpr(target=cst.Name(value=name), value=cst.Await(expression=call))
            ):
                names[id(call)] = name
            case cst.Call(args=[argument]) if _is_call_of(node, call_next):
                yield NextCall(node, argument.value, id(node) in awaited, names.get(id(node), ""))
            case _:
                continue


def _inner_calls(body: cst.CSTNode, call_next: str, own: set[int]) -> Iterator[cst.Call]:
    import libcst as cst

    from asgi_lint.model.parse import child_nodes

    stack = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.Call) and id(node) not in own and _is_call_of(node, call_next):
            yield node
        stack.extend(reversed([*child_nodes(node)]))


def _forwards(nodes: Iterable[cst.CSTNode], request: str, call_next: str) -> Iterator[cst.Call]:
    import libcst as cst

    for node in nodes:
        if isinstance(node, cst.Call):
            passed = {arg.value.value for arg in node.args if isinstance(arg.value, cst.Name)}
            if {request, call_next} <= passed:
                yield node


def _is_call_of(node: cst.CSTNode, name: str) -> bool:
    import libcst as cst

    match node:
        case cst.Call(func=cst.Name(value=called), args=[_]):
            return called == name
        case _:
            return False


def _binds(target: cst.CSTNode | None, name: str) -> bool:
    import libcst as cst

    match target:
        case cst.Name(value=bound):
            return bound == name
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            return any(_binds(element.value, name) for element in elements)
        case _:
            return False


def dispatching(project: Project) -> Mapping[Function, Dispatcher]:
    """The project's dispatchers, and the functions that they hand request and `call_next` to."""
    found = dict(project.dispatchers)
    queue = deque(found.values())
    while queue:
        current = queue.popleft()
        for target in _handed_on(project, current):
            if target.function not in found:
                found[target.function] = target
                queue.append(target)
    return found


def _handed_on(project: Project, dispatcher: Dispatcher) -> Iterator[Dispatcher]:
    filename, scope = dispatcher.function.filename, dispatcher.function.scope
    for found in project.roles.calls(dispatcher.function):
        if not _passes(found.call, dispatcher.call_next):
            continue
        for value in project.evaluator.values(filename, scope, found.call.func):
            if not isinstance(value, Function):
                continue
            request = _receiving(project, value, found.call, dispatcher.request)
            call_next = _receiving(project, value, found.call, dispatcher.call_next)
            if request and call_next:
                yield Dispatcher(value, dispatcher.class_, dispatcher.name, request, call_next)


def _passes(call: ir.Call, name: str) -> bool:
    return any(isinstance(arg.value, ir.Name) and arg.value.id == name for arg in call.args)


def _receiving(project: Project, function: Function, call: ir.Call, name: str) -> str:
    """The parameter of a called function that receives the variable `name`, or ""."""
    return next(
        (
            parameter.name
            for parameter, argument in received(project, function, call)
            if isinstance(argument, ir.Name) and argument.id == name
        ),
        "",
    )


def received(
    project: Project, function: Function, call: ir.Call
) -> Iterator[tuple[Parameter, ir.Expr]]:
    """The parameters of a function of the project, each with what a call passes for it."""
    offset = project.evaluator.argument_offset(function)
    for position, parameter in enumerate(project.function(function).parameters):
        if parameter.kind or position < offset:
            continue
        argument = (
            call.keyword(parameter.name)
            if parameter.keyword_only
            else call.argument(position - offset, parameter.name)
        )
        if argument is not None:
            yield parameter, argument
