"""What a dispatcher, or a function that it calls, does with the body of a response."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.model.candidates import Candidate
from asgi_lint.model.handlers import handlers_around, is_broad
from asgi_lint.rules.middleware.dispatch_body import dispatch_body
from asgi_lint.rules.middleware.response_tests import tells_responses_apart, tests_path

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.statement_order import StatementOrder
    from asgi_lint.rules.middleware.dispatch_body import DispatchBody

READ, WRITE, COLLECT, HAND_ON = "read", "write", "collect", "hand on"


def extract_response_uses(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """The uses in a function that may be a dispatcher, or of a parameter of any other.

    Details of a use: `kind`, `response` (the name), `role` ("dispatcher" or "helper"). Of a
    dispatcher's: whether the response is returned although its body is `lost`, whether another is
    `rebuilt`, whether the code `sorts` responses first, and whether it does so `by path`.
    """
    body = dispatch_body(tree)
    if body is not None and body.next_calls:
        yield from _of_dispatcher(body, code)
    elif not tree.is_generator:
        yield from _of_helper(tree, code)


# A dispatcher


def _of_dispatcher(body: DispatchBody, code: str) -> Iterator[Candidate]:
    uses = [*_uses(body.nodes, body.is_response, is_dispatcher=True)]
    if not uses:
        return
    changes = [*_changes(body)]
    written = [*_set_on(body.nodes, body.responses, "body")]
    returns = [*_returns(body)]
    marks = [node for _, _, node in uses]
    marks += [node for _, node in (*changes, *written, *returns)]
    order = body.order(marks)
    next_calls = [call.node for call in body.next_calls]
    for kind, name, node in uses:
        own = [change for changed, change in changes if changed == name and change is not node]
        if any(order.may_precede(change, node) for change in own):
            continue  # it is no longer what `call_next` returned
        if kind in (READ, WRITE) and _is_asked_for(body.nodes, name):
            continue
        if kind == READ and _is_tried(body.tree, body.nodes, node, next_calls):
            continue
        if kind == READ and any(order.may_precede(each, node) for _, each in written):
            continue
        lost = any(
            returned == name and _leads(order, node, end, around=own) for returned, end in returns
        )
        rebuilt = any(order.may_precede(node, change) for change in own) or any(
            returned != name and order.may_precede(node, end) for returned, end in returns
        )
        detail = (
            ("kind", kind),
            ("role", "dispatcher"),
            ("response", name),
            ("lost", "yes" if lost else ""),
            ("rebuilt", "yes" if rebuilt else ""),
            ("sorts", "yes" if tells_responses_apart(body, node) else ""),
            ("by path", "yes" if tests_path(body, node) else ""),
        )
        yield Candidate(code, body.tree.scope, body.tree.span(node), detail)


def _leads(
    order: StatementOrder, use: cst.CSTNode, end: cst.CSTNode, around: Iterable[cst.CSTNode]
) -> bool:
    """Whether the function may go from the use to the end, past no change on any way."""
    return order.may_precede(use, end) and not any(
        order.may_precede(use, change) and order.may_precede(change, end) for change in around
    )


def _changes(body: DispatchBody) -> Iterator[tuple[str, cst.CSTNode]]:
    """What makes a response's name stand for another response or body."""
    import libcst as cst

    from_next = {id(call.node) for call in body.next_calls}
    for name in body.responses:
        for node in body.assignments_to(name):
            match node:
                case (
                    cst.Assign(value=cst.Await(expression=call))
                    | cst.AnnAssign(value=cst.Await(expression=call))
                    | cst.NamedExpr(value=cst.Await(expression=call))
                ) if id(call) in from_next:
                    continue
                case _:
                    yield name, node
    yield from _set_on(body.nodes, body.responses, "body_iterator")


def _set_on(
    nodes: Iterable[cst.CSTNode], names: Collection[str], attribute: str
) -> Iterator[tuple[str, cst.CSTNode]]:
    """Each `response.attribute = ...`, with the name of the response."""
    import libcst as cst

    for node in nodes:
        for target in node.targets if isinstance(node, cst.Assign) else ():
            match target.target:
                case cst.Attribute(value=cst.Name(value=name), attr=attr) if name in names:
                    if attr.value == attribute:
                        yield name, node
                case _:
                    continue


def _returns(body: DispatchBody) -> Iterator[tuple[str, cst.CSTNode]]:
    """Each `return`, with the name of the response that is returned as it is, or ""."""
    import libcst as cst

    for node in body.nodes:
        match node:
            case cst.Return(value=cst.Name(value=name)):
                yield (name if name in body.responses else ""), node
            case cst.Return():
                yield "", node
            case _:
                continue


def _is_asked_for(nodes: tuple[cst.CSTNode, ...], name: str) -> bool:
    """Whether the code finds out what it has: `hasattr(response, "body")`, `isinstance(...)`.

    Or is ready for an AttributeError.
    """
    import libcst as cst

    from asgi_lint.model.syntax import dotted_name

    for node in nodes:
        match node:
            case cst.Call(
                func=cst.Name(value="hasattr" | "isinstance"),
                args=[cst.Arg(value=cst.Name(value=asked)), *_],
            ) if asked == name:
                return True
            case cst.ExceptHandler(type=cst.Name() | cst.Attribute() as kind):
                if dotted_name(kind) == "AttributeError":
                    return True
            case _:
                continue
    return False


def _is_tried(
    tree: FunctionTree,
    nodes: tuple[cst.CSTNode, ...],
    node: cst.CSTNode,
    calls: Iterable[cst.Call],
) -> bool:
    """Whether the code is ready for any failure of the node alone."""
    return any(is_broad(handler) for handler in handlers_around(tree, nodes, node, calls))


# Any other function


def _of_helper(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    names = tree.ordinary
    if not names or not _mentions_body(tree, names):
        return
    if not any(_may_use(node, names) for node in tree.own_nodes):
        return
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    nodes = tuple(walk(tree.node.body))

    def is_parameter(node: cst.CSTNode) -> bool:
        return isinstance(node, cst.Name) and node.value in names

    restored = {name for name, _ in _set_on(nodes, names, "body_iterator")}
    for kind, name, node in _uses(nodes, is_parameter, is_dispatcher=False):
        if kind in (READ, WRITE) and _is_asked_for(nodes, name):
            continue
        if kind == READ and _is_tried(tree, nodes, node, ()):
            continue
        detail = (
            ("kind", kind),
            ("role", "helper"),
            ("response", name),
            ("restored", "yes" if name in restored else ""),
        )
        yield Candidate(code, tree.scope, tree.span(node), detail)


def _mentions_body(tree: FunctionTree, names: tuple[str, ...]) -> bool:
    """Whether the text of the function says that it is worth a closer look."""
    texts = ("body_iterator", *(f"{name}.body" for name in names))
    return any(text in tree.text for text in texts)


def _may_use(node: ast.AST, names: Collection[str]) -> bool:
    """Whether it is the body of one of the names, or goes through one of them asynchronously."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr="body" | "body_iterator"):
            return name in names
        case ast.AsyncFor(iter=ast.Name(id=name)) | ast.comprehension(iter=ast.Name(id=name)):
            return name in names
        case _:
            return False


# Either


def _uses(
    nodes: tuple[cst.CSTNode, ...],
    is_response: Callable[[cst.CSTNode], bool],
    *,
    is_dispatcher: bool,
) -> Iterator[tuple[str, str, cst.CSTNode]]:
    """Kind, name and node of each use, in source order."""
    import libcst as cst

    aliases = dict(_aliases(nodes, is_response))
    targets = {
        id(target.target)
        for node in nodes
        if isinstance(node, cst.Assign)
        for target in node.targets
    }

    def iterated(node: cst.CSTNode) -> str | None:
        """The response whose body iterator the node is; with a helper's the parameter itself."""
        match node:
            case cst.Attribute(value=value, attr=cst.Name(value="body_iterator")):
                return _name_of(value) if is_response(value) else None
            case cst.Name(value=name) if name in aliases:
                return aliases[name]
            case cst.Name(value=name) if not is_dispatcher and is_response(node):
                return name
            case _:
                return None

    for node in nodes:
        match node:
            case cst.Attribute(value=value, attr=cst.Name(value="body")) if is_response(value):
                yield (WRITE if id(node) in targets else READ), _name_of(value), node
            case cst.For(asynchronous=cst.Asynchronous(), iter=iterator):
                if (name := iterated(iterator)) is not None:
                    yield COLLECT, name, iterator
            case cst.ListComp(for_in=for_in) | cst.SetComp(for_in=for_in):
                if for_in.asynchronous is not None and (name := iterated(for_in.iter)) is not None:
                    yield COLLECT, name, for_in.iter
            case cst.Await(expression=cst.Call(args=args) as call) if is_dispatcher:
                for arg in args:
                    if is_response(arg.value) or iterated(arg.value) is not None:
                        yield HAND_ON, iterated(arg.value) or _name_of(arg.value), call
                        break
            case _:
                continue


def _aliases(
    nodes: tuple[cst.CSTNode, ...], is_response: Callable[[cst.CSTNode], bool]
) -> Iterator[tuple[str, str]]:
    """The names that `iterator = response.body_iterator` gives, with the response's."""
    import libcst as cst

    for node in nodes:
        match node:
            case cst.Assign(
                targets=[cst.AssignTarget(target=cst.Name(value=alias))],
                value=cst.Attribute(value=value, attr=cst.Name(value="body_iterator")),
            ) if is_response(value):
                yield alias, _name_of(value)
            case _:
                continue


def _name_of(node: cst.CSTNode) -> str:
    import libcst as cst

    match node:
        case cst.Name(value=name) | cst.NamedExpr(target=cst.Name(value=name)):
            return name
        case _:
            return ""
