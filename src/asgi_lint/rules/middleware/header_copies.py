"""Where the headers of a response are copied into a mapping that holds each name once."""

from __future__ import annotations

import ast
from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.model.children import arguments_of
from asgi_lint.model.labels import bound_once

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WRAPPING = frozenset({"Headers", "MutableHeaders"})
_POSITION_OF_HEADERS = 2
"""`Response(content, status_code, headers)`, and so for every response of Starlette's."""


@dataclass(frozen=True, slots=True)
class HeaderCopy:
    """A copy of `source.headers` that keeps one value for each name.

    `node` is the expression (or the assignment in a loop) that makes it. `response` is the call of
    a class that it is passed to, None where it is written into the headers of another response,
    the variable `target`. `is_direct` says that it is no more than the headers, written as the
    argument itself.
    """

    node: ast.AST
    source: str
    response: ast.Call | None
    target: str = ""
    is_direct: bool = False


def header_copies(nodes: Sequence[ast.AST]) -> Iterator[HeaderCopy]:
    """The copies among the nodes of one function, in source order."""
    bound = bound_once(nodes)
    for node in nodes:
        match node:
            case ast.Call(func=ast.Attribute(value=written, attr="update")) if arguments_of(node):
                target = _owner(written, "headers")
                source = _source(arguments_of(node)[0])
                if target and source and target != source:
                    yield HeaderCopy(node, source, None, target)
            case ast.Call():
                yield from _passed(node, bound)
            case ast.For() | ast.AsyncFor():
                yield from _looped(node)
            case _:
                continue


def _passed(call: ast.Call, bound: Mapping[str, ast.expr]) -> Iterator[HeaderCopy]:
    """The copy that a call gets as its `headers`, also by way of a variable."""
    given = [*call.args[_POSITION_OF_HEADERS : _POSITION_OF_HEADERS + 1]]
    given += [each.value for each in call.keywords if each.arg == "headers"]
    for written in given:
        value = bound.get(written.id, written) if isinstance(written, ast.Name) else written
        source = _lossy(value)
        if source:
            yield HeaderCopy(value, source, call, is_direct=value is written and _is_bare(value))


def _owner(node: ast.expr, attr: str) -> str:
    """`name` of `name.attr`."""
    match node:
        case ast.Attribute(value=ast.Name(id=name), attr=found):
            return name if found == attr else ""
        case _:
            return ""


def _source(node: ast.expr) -> str:
    """`name` of `name.headers`, its `.items()` or its raw pairs."""
    match node:
        case ast.Call(
            func=ast.Attribute(value=inner, attr="items" | "multi_items"), args=[], keywords=[]
        ):
            return _owner(inner, "headers")
        case ast.Attribute(value=inner, attr="raw"):
            return _owner(inner, "headers")
        case _:
            return _owner(node, "headers") or _owner(node, "raw_headers")


def _lossy(node: ast.expr) -> str:
    """The variable whose headers an expression copies with the loss, or ""."""
    match node:
        case ast.Call(func=ast.Name(id="dict")):
            first = _copied_by_dict(node)
            return (_source(first) or _lossy(first)) if first is not None else ""
        case ast.Call(func=ast.Name(id=name)) if name in _WRAPPING:
            given = arguments_of(node)
            return _lossy(given[0]) if len(given) == 1 else ""
        case ast.Dict(keys=keys, values=values):
            spread = [value for key, value in zip(keys, values, strict=True) if key is None]
            return next(filter(None, (_source(e) or _lossy(e) for e in spread)), "")
        case ast.DictComp(generators=[ast.comprehension(iter=items, ifs=ifs)]):
            return _source(items) if all(map(_excludes, ifs)) else ""
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _lossy(left) or _lossy(right) or _owner(right, "headers")
        case _:
            return ""


def _copied_by_dict(call: ast.Call) -> ast.expr | None:
    """`x` of `dict(x)` and of `dict(**x)`."""
    is_named = not call.args and call.keywords and call.keywords[0].arg is not None
    given = arguments_of(call)
    return given[0] if given and not is_named else None


def _excludes(test: ast.expr) -> bool:
    """Whether a filter only leaves some out: `name != "content-length"`."""
    match test:
        case ast.Compare(ops=[operator]):
            return isinstance(operator, (ast.NotIn, ast.NotEq))
        case ast.UnaryOp(op=ast.Not()):
            return True
        case ast.BoolOp(op=ast.And(), values=values):
            return all(map(_excludes, values))
        case _:
            return False


def _is_bare(node: ast.expr) -> bool:
    """Whether it is `dict(x.headers)` or `{**x.headers}`, with nothing left out or put in."""
    match node:
        case ast.Call(func=ast.Name(id="dict")) if len(arguments_of(node)) == 1:
            value = arguments_of(node)[0]
        case ast.Dict(keys=[None], values=[value]):
            pass
        case _:
            return False
    return bool(_owner(value, "headers")) or (isinstance(value, ast.Call) and bool(_source(value)))


def _looped(node: ast.For | ast.AsyncFor) -> Iterator[HeaderCopy]:
    """`for name, value in source.headers.items(): target.headers[name] = value`."""
    source = _source(node.iter)
    match node.target:
        case ast.Tuple(elts=[ast.Name(id=name), _]) if source:
            pass
        case _:
            return
    for statement in node.body:
        match statement:
            case ast.Assign(targets=[ast.Subscript(value=written, slice=ast.Name(id=key))]) if (
                key == name
            ):
                target = _owner(written, "headers")
                if target and target != source:
                    yield HeaderCopy(statement, source, None, target)
            case _:
                continue
