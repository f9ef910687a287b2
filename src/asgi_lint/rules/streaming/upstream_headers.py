"""ASG310: the headers of an upstream response on a body that was decoded on the way."""

from __future__ import annotations

import ast
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Applicability, Edit, Finding, Fix, Place, Severity
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.candidates import Candidate, Replacement
from asgi_lint.model.children import dotted_name, own_nodes
from asgi_lint.model.facts import BindingFacts
from asgi_lint.model.labels import bound_once
from asgi_lint.model.mentions import mentions
from asgi_lint.model.packed import pack
from asgi_lint.model.values import External, Function, Instance, Typed
from asgi_lint.rules.rule import Rule
from asgi_lint.rules.streaming.written_spans import read_span, write_span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.function_tree import FunctionTree
    from asgi_lint.model.project import Project

_CODE = "ASG310"

_PACKAGES = ("aiohttp", "httpx", "httpx2", "niquests", "requests")
"""Clients that decode a body and leave the headers as they came."""

_SENDING = frozenset(
    {"delete", "get", "options", "patch", "post", "put", "request", "send", "stream"}
)
_ENTERING = frozenset({"enter_async_context", "enter_context"})
_POSITION_OF_HEADERS = 2
"""`Response(content, status_code, headers)`."""

_ENCODING, _LENGTH = "content-encoding", "content-length"
_HOP = ("connection", _ENCODING, _LENGTH, "transfer-encoding")


def extract(tree: FunctionTree) -> Iterator[Candidate]:
    """The calls that get another response's headers and its decoded body."""
    if not mentions(tree, ".headers") or mentions(tree, "identity", "auto_decompress"):
        return
    bound = bound_once(tree.own_nodes)
    if not any(_may_copy(node, bound) for node in tree.own_nodes):
        return
    from asgi_lint.rules.streaming.copied_headers import copied_headers

    for copy in copied_headers(tree.node.body):
        detail = (
            ("source", copy.source),
            ("dropped", " ".join(sorted(copy.dropped))),
            ("constants", " ".join(sorted(copy.constants))),
            ("json", "yes" if copy.is_json else ""),
            ("response", write_span(tree.span(copy.response))),
        )
        span = tree.span(copy.value)
        kept = _leaving_out(tree, span.start.row, copy.source)
        edits = (Replacement(span, kept),) if copy.is_direct else ()
        yield Candidate(_CODE, tree.scope, span, detail, edits)


def _may_copy(node: ast.AST, bound: Mapping[str, ast.expr]) -> bool:
    """Whether it is a call of a class with a content, and headers in which there are others."""
    if not isinstance(node, ast.Call) or not _last_name(node.func)[:1].isupper():
        return False
    named = {each.arg: each.value for each in node.keywords}
    by_position = node.args[_POSITION_OF_HEADERS : _POSITION_OF_HEADERS + 1]
    headers = named.get("headers") or next(iter(by_position), None)
    if headers is None or not (node.args or "content" in named):
        return False
    if not isinstance(headers, ast.Name):
        return _holds_headers(headers, bound)
    value = bound.get(headers.id)
    return value is not None and _holds_headers(value, bound)


def _holds_headers(value: ast.expr, bound: Mapping[str, ast.expr]) -> bool:
    """Whether it holds `name.headers`, or a variable that may hold them."""
    return any(
        (isinstance(node, ast.Attribute) and node.attr == "headers")
        or (isinstance(node, ast.Name) and node.id in bound)
        for node in own_nodes(value)
    )


def _last_name(node: ast.expr) -> str:
    return dotted_name(node).rpartition(".")[2]


def _leaving_out(tree: FunctionTree, row: int, source: str) -> str:
    """The headers of `source` that fit a decoded body, over several lines."""
    line = tree.line(row)
    indent = line[: len(line) - len(line.lstrip())]
    names = ", ".join(f'"{name}"' for name in _HOP)
    lines = (
        "{",
        f"{indent}{tree.indent}name: value",
        f"{indent}{tree.indent}for name, value in {source}.headers.items()",
        f"{indent}{tree.indent}if name.lower()",
        f"{indent}{tree.indent}not in ({names})",
        f"{indent}}}",
    )
    return tree.newline.join(lines)


def check(project: Project) -> Iterator[Finding]:
    """The candidates that are responses, made from what a client got."""
    for filename, candidate in project.candidates(_CODE):
        left_out = _left_out(project, filename, candidate)
        if left_out is None:
            continue
        is_json = bool(candidate.get("json"))
        kept = [name for name in (_ENCODING, _LENGTH) if name not in left_out]
        if not kept or not _makes_response(project, filename, candidate):
            continue
        package = _package(project, filename, candidate)
        if package is not None:
            yield _finding(filename, candidate, package, kept, is_json=is_json)


def _left_out(project: Project, filename: str, candidate: Candidate) -> frozenset[str] | None:
    """The headers that are left out, those that constants list included; None if not known."""
    found = set(candidate.get("dropped").split())
    for constant in candidate.get("constants").split():
        listed = _strings(project, filename, candidate, constant)
        if listed is None:
            return None
        found |= listed
    return frozenset(found)


def _strings(
    project: Project, filename: str, candidate: Candidate, constant: str
) -> set[str] | None:
    at = pack(candidate.span)
    first, *attributes = constant.split(".")
    expr: ir.Name | ir.Attribute = ir.Name(first, at)
    for attribute in attributes:
        expr = ir.Attribute(expr, attribute, at)
    found: set[str] = set()
    values = [*project.evaluator.bound(filename, candidate.scope, expr)]
    for _, _, value in values:
        items = _items(value)
        if items is None:
            return None
        found |= items
    return found if values else None


def _items(value: ir.Expr) -> set[str] | None:
    """The strings of `{...}`, `frozenset({...})` and their like."""
    if isinstance(value, ir.Call) and ir.last_name(value.func) in ("frozenset", "set", "tuple"):
        inner = value.positional(0)
        return _items(inner) if inner is not None else None
    if not isinstance(value, ir.Sequence):
        return None
    found: set[str] = set()
    for item in value.items:
        match item:
            case ir.Constant(value=str() as text):
                found.add(text.lower())
            case ir.Bytes(value=text):
                found.add(text.decode("latin-1").lower())
            case _:
                return None
    return found


def _makes_response(project: Project, filename: str, candidate: Candidate) -> bool:
    caller = Function(filename, candidate.scope)
    for found in project.roles.calls_at(caller, read_span(candidate.get("response"))):
        for class_ in project.evaluator.made(filename, candidate.scope, found.call):
            if project.evaluator.is_subclass(class_, fw.RESPONSE):
                return isinstance(class_, External)
    return False


# Where the upstream response comes from


def _package(project: Project, filename: str, candidate: Candidate) -> str | None:
    """The client's package; None where the variable holds something else."""
    index = project.files[filename]
    source = candidate.get("source")
    for value in project.evaluator.lookup(filename, candidate.scope, source):
        match value:
            case Typed(class_=External(name=name)) | Instance(class_=External(name=name)):
                return _known(name)
            case _:
                return None
    owner, definitions = index.visible(candidate.scope, source)
    found: set[str | None] = set()
    for definition in definitions:
        if not isinstance(definition, BindingFacts) or definition.value is None:
            return None
        found.add(_sender(project, filename, owner, _sent(definition.value)))
    return found.pop() if len(found) == 1 else None


def _sent(bound: ir.Expr) -> ir.Expr:
    """The call of the client: `send()` of `await send()` and of `enter_async_context(send())`."""
    match bound:
        case ir.Await(value=value):
            return _sent(value)
        case ir.Call(func=ir.Attribute(attr=attr)) if attr in _ENTERING:
            return bound.positional(0) or bound
        case _:
            return bound


def _sender(project: Project, filename: str, scope: int, value: ir.Expr) -> str | None:
    """The package whose client sends the request that a call is, as far as that is known."""
    if not isinstance(value, ir.Call) or ir.last_name(value.func) not in _SENDING:
        return None
    if not isinstance(value.func, ir.Attribute):
        return None
    values = project.evaluator.values(filename, scope, value.func.value)
    for each in values:
        match each:
            case Instance(class_=External(name=name), call=made):
                return None if _leaves_bodies_alone(made) else _known(name)
            case External(name=name) | Typed(class_=External(name=name)):
                return _known(name)
            case _:
                return None
    name = (ir.last_name(value.func.value) or "").lower()
    if "client" not in name and "session" not in name and "http" not in name:
        return None
    imported = {f.module.partition(".")[0] for f in project.files[filename].facts.imports}
    packages = imported.intersection(_PACKAGES)
    if len(packages) > 1:
        return "the HTTP client"
    return next(iter(packages), None)


def _leaves_bodies_alone(made: ir.Call) -> bool:
    """Whether a client decodes nothing, or asks for nothing that is to be decoded."""
    decompresses = made.keyword("auto_decompress")
    if isinstance(decompresses, ir.Constant) and decompresses.value is False:
        return True
    headers = made.keyword("headers")
    return isinstance(headers, ir.Mapping) and any(
        isinstance(value, ir.Constant) and value.value == "identity" for _, value in headers.items
    )


def _known(name: str) -> str | None:
    package = name.partition(".")[0]
    return package if package in _PACKAGES else None


# What is said of it


def _finding(
    filename: str, candidate: Candidate, package: str, kept: list[str], *, is_json: bool
) -> Finding:
    source = candidate.get("source")
    listed = " and ".join(f"`{name}`" for name in kept)
    if is_json:
        why = f"the body is encoded anew, but {listed} of `{source}` still describe the old one"
    else:
        why = (
            f"{package} has decoded the body, but {listed} of `{source}` still describe it encoded"
        )
    if len(kept) == 1:
        why = why.replace("describe", "describes")
    effect = "a compressed answer" if not is_json else "an answer whose length differs"
    broken = "cannot be decoded" if _LENGTH not in kept else "is cut off or rejected"
    edits = tuple(Edit(Place(filename, r.span), r.content) for r in candidate.replacements)
    advice = f"Leave out {' and '.join(f'`{name}`' for name in kept)}"
    return Finding(
        place=Place(filename, candidate.span),
        message=f"For the client, {effect} {broken}: {why}.",
        fix=Fix(Applicability.UNSAFE if edits else Applicability.ADVICE, advice, edits),
    )


RULE = Rule(
    code=_CODE,
    name="upstream-headers-copied",
    summary="An upstream response's headers are sent with a body that was decoded on the way.",
    severity=Severity.WARNING,
    check=check,
    extract=extract,
)
