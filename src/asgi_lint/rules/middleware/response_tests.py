"""Whether a dispatcher looks at what it has got before it touches the body."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.rules.middleware.dispatch_body import DispatchBody

_TELLING = frozenset({"headers", "media_type", "raw_headers", "status_code"})
"""The attributes by which responses are told apart."""


def tells_responses_apart(body: DispatchBody, use: cst.CSTNode) -> bool:
    """Whether only some responses come to the use: by their type, status or headers."""
    derived = {*_derived(body)}
    return any(_asks_of_response(body, test, derived) for test in _tests_before(body, use))


def tests_path(body: DispatchBody, use: cst.CSTNode) -> bool:
    """Whether only requests of some paths come to the use."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk
    from asgi_lint.model.syntax import dotted_name

    paths = {
        name
        for name, value in _assigned(body)
        if any(_is_path(each, body.request) for each in walk(value))
    }
    return any(
        _is_path(node, body.request) or (isinstance(node, cst.Name) and dotted_name(node) in paths)
        for test in _tests_before(body, use)
        for node in walk(test)
    )


def _tests_before(body: DispatchBody, use: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The tests of what stands around the use, and of what leaves the function before it."""
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    place = body.tree.span(use)
    for node in body.nodes:
        match node:
            case cst.If(test=test) | cst.IfExp(test=test):
                pass
            case cst.Match(subject=test):
                pass
            case cst.BooleanOperation(left=test):
                pass
            case _:
                continue
        span = body.tree.span(node)
        if span.start > place.start:
            continue
        around = place.end <= span.end
        if around or any(isinstance(each, cst.Return) for each in walk(node)):
            yield test


def _asks_of_response(body: DispatchBody, test: cst.CSTNode, derived: set[str]) -> bool:
    import libcst as cst

    from asgi_lint.model.control_flow import walk

    for node in walk(test):
        match node:
            case cst.Attribute(value=value, attr=cst.Name(value=name)):
                if name in _TELLING and body.is_response(value):
                    return True
            case cst.Name(value=name) if name in derived:
                return True
            case cst.Call(
                func=cst.Name(value="hasattr" | "isinstance"), args=[cst.Arg(value=value), *_]
            ) if body.is_response(value):
                return True
            case cst.Call(args=args) if any(body.is_response(arg.value) for arg in args):
                return True  # `if is_json(response):`
            case cst.SimpleString(value=text) if "event-stream" in text:
                return True
            case _:
                continue
    return False


def _derived(body: DispatchBody) -> Iterator[str]:
    """The names that hold something of a response by which it can be told apart."""
    for name, value in _assigned(body):
        if _asks_of_response(body, value, set()):
            yield name


def _assigned(body: DispatchBody) -> Iterator[tuple[str, cst.CSTNode]]:
    import libcst as cst

    for node in body.nodes:
        match node:
            case (
                cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Name(value=name))], value=cst.CSTNode()
                )
                | cst.AnnAssign(target=cst.Name(value=name), value=cst.CSTNode())
                | cst.NamedExpr(target=cst.Name(value=name))
            ):
                if node.value is not None:
                    yield name, node.value
            case _:
                continue


def _is_path(node: cst.CSTNode, request: str) -> bool:
    """`request.url` or `request.scope`."""
    import libcst as cst

    match node:
        case cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value="url" | "scope")):
            return owner == request
        case _:
            return False
