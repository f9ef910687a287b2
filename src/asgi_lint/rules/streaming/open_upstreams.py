"""The ways out of a function that forget about an upstream response that it opened.

Imported only when a function's text has what opens one, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.diagnostics import Span
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.control_flow import walk
from asgi_lint.model.parse import child_nodes
from asgi_lint.model.statement_order import StatementOrder
from asgi_lint.model.syntax import dotted_name
from asgi_lint.rules.streaming.upstream_openings import opened_by
from asgi_lint.rules.streaming.written_spans import write_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.rules.streaming.upstream_openings import Opened

_READ = frozenset(
    {"charset_encoding", "cookies", "elapsed", "encoding", "extensions",
     "has_redirect_location", "headers", "history", "http_version", "is_client_error",
     "is_error", "is_informational", "is_redirect", "is_server_error", "is_stream_consumed",
     "is_success", "links", "next_request", "num_bytes_downloaded", "raise_for_status",
     "reason_phrase", "request", "response", "status_code", "url"}
)  # fmt: skip
"""Attributes that tell something of a response and neither read its body nor close it."""

_CLOSING = frozenset({"__aexit__", "__exit__", "aclose", "aread", "close", "read", "release"})


def open_ways_out(tree: FunctionTree, code: str) -> Iterator[Candidate]:
    """A candidate for each `raise`, `return` and `raise_for_status()` that leaves one open."""
    body = tree.node.body
    seen: set[int] = set()
    for opened in opened_by(tree):
        names = opened.names | _closing_over(body, opened.names)
        uses = [*_uses(body, names, opened)]
        exits = [*_exits(body, opened)]
        order = StatementOrder(body, [opened.node, *uses, *(mark for _, mark in exits)])
        left = [
            (way, mark)
            for way, mark in exits
            if id(mark) not in seen
            and order.always_precedes(opened.node, mark)
            and not any(order.may_precede(use, mark) or _is_within(use, mark) for use in uses)
            and not _is_cleaned_up(body, mark, names)
        ]
        for way, mark in left:
            seen.add(id(mark))
            if way != "raise_for_status" or not _is_caught_by(body, mark, left):
                yield _candidate(tree, code, opened, way, mark)


# What is done with it


def _closing_over(body: cst.BaseSuite, names: frozenset[str]) -> frozenset[str]:
    """The inner functions that use one of the names."""
    found: set[str] = set()
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.FunctionDef):
            if _mentions(node, names):
                found.add(node.name.value)
        else:
            stack.extend(child_nodes(node))
    return frozenset(found)


def _all(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All nodes below and including `node`, inner functions included."""
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(child_nodes(current))


def _uses(body: cst.BaseSuite, names: frozenset[str], opened: Opened) -> Iterator[cst.CSTNode]:
    """Where the response is closed, read or passed on; what only asks it something is left out."""
    harmless: set[int] = set()
    for node in walk(body):
        match node:
            case cst.Attribute(value=cst.Name() as held, attr=cst.Name(value=attr)):
                if attr in _READ:
                    harmless.add(id(held))
            case cst.Comparison(left=cst.Name() as held):
                harmless.add(id(held))
            case cst.AssignTarget(target=cst.Name() as held):
                harmless.add(id(held))
            case (
                cst.AnnAssign(target=cst.Name() as held) | cst.NamedExpr(target=cst.Name() as held)
            ):
                harmless.add(id(held))
            case cst.Arg(keyword=cst.Name() as keyword):
                harmless.add(id(keyword))
            case _:
                pass
        if isinstance(node, cst.Attribute):
            harmless.add(id(node.attr))
    opening = {id(node) for node in _all(opened.node)}
    for node in walk(body):
        if isinstance(node, cst.Name):
            if node.value in names and id(node) not in harmless | opening:
                yield node
        elif _ends_response(node) or any(_holds(child, names) for child in child_nodes(node)):
            yield node


def _ends_response(node: cst.CSTNode) -> bool:
    """`error.response.aclose()` or its like, `error` being what `raise_for_status()` raised."""
    match node:
        case cst.Call(
            func=cst.Attribute(
                value=cst.Attribute(attr=cst.Name(value="response")), attr=cst.Name(value=attr)
            )
        ):
            return attr in _CLOSING
        case _:
            return False


def _holds(node: cst.CSTNode, names: frozenset[str]) -> bool:
    """Whether it is a lambda that uses one of the names."""
    return isinstance(node, cst.Lambda) and _mentions(node, names)


def _mentions(node: cst.CSTNode, names: frozenset[str]) -> bool:
    return any(isinstance(each, cst.Name) and each.value in names for each in _all(node))


def _exits(body: cst.BaseSuite, opened: Opened) -> Iterator[tuple[str, cst.CSTNode]]:
    for node in walk(body):
        match node:
            case cst.Raise(exc=exc) if exc is not None:
                yield "raise", node
            case cst.Return():
                yield "return", node
            case cst.Call(
                func=cst.Attribute(value=cst.Name(value=name), attr=cst.Name("raise_for_status"))
            ) if name in opened.names:
                yield "raise_for_status", node
            case _:
                continue


def _is_caught_by(
    body: cst.BaseSuite, mark: cst.CSTNode, left: Sequence[tuple[str, cst.CSTNode]]
) -> bool:
    """Whether what it raises gets to a handler that leaves the function by another way."""
    return any(
        _is_within(mark, node.body) and any(_is_within(way, each) for each in node.handlers)
        for node in walk(body)
        if isinstance(node, (cst.Try, cst.TryStar))
        for _, way in left
    )


def _is_within(inner: cst.CSTNode, outer: cst.CSTNode) -> bool:
    return any(node is inner for node in _all(outer))


def _is_cleaned_up(body: cst.BaseSuite, mark: cst.CSTNode, names: frozenset[str]) -> bool:
    """Whether a `try` around has a handler or a `finally` that may close the response."""
    for node in walk(body):
        if not isinstance(node, (cst.Try, cst.TryStar)):
            continue
        covered: list[cst.CSTNode] = [node.body]
        after: list[cst.CSTNode] = [*node.handlers]
        if _is_within(mark, node.body) and _may_close(after, names):
            return True
        covered += [*node.handlers, *([node.orelse] if node.orelse is not None else [])]
        if node.finalbody is None or not any(_is_within(mark, part) for part in covered):
            continue
        if _may_close([node.finalbody], names):
            return True
    return False


def _may_close(parts: Sequence[cst.CSTNode], names: frozenset[str]) -> bool:
    for node in walk(*parts):
        match node:
            case cst.Call(func=cst.Attribute(attr=cst.Name(value=attr))) if attr in _CLOSING:
                return True
            case cst.Call(func=func) if "clos" in dotted_name(func) or "clean" in dotted_name(func):
                return True
            case cst.Name(value=name) if name in names:
                return True
            case _:
                continue
    return False


# The candidate


def _candidate(
    tree: FunctionTree, code: str, opened: Opened, way: str, mark: cst.CSTNode
) -> Candidate:
    detail = (
        ("name", opened.shown),
        ("way", way),
        ("close", opened.close),
        ("opened", write_span(tree.span(opened.node))),
    )
    span = tree.span(mark)
    replacements: tuple[Replacement, ...] = ()
    if way != "raise_for_status" and opened.close:
        line = tree.line(span.start.row)
        indent = line[: span.start.column - 1]
        if not indent.strip():
            place = Span(span.start, span.start)
            replacements = (Replacement(place, f"{opened.close}{tree.newline}{indent}"),)
    return Candidate(code, tree.scope, span, detail, replacements)
