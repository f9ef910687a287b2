"""Where the headers of a response are copied into a mapping that holds each name once.

Imported only when a function mentions `.headers`, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.control_flow import walk

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

_WRAPPING = frozenset({"Headers", "MutableHeaders"})
_EXCLUDING = (cst.NotIn, cst.NotEqual)
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

    node: cst.CSTNode
    source: str
    response: cst.Call | None
    target: str = ""
    is_direct: bool = False


def header_copies(body: cst.BaseSuite) -> Iterator[HeaderCopy]:
    """The copies in one function, in source order."""
    nodes = [*walk(body)]
    bound = _bound(nodes)
    for node in nodes:
        match node:
            case cst.Call(func=cst.Attribute(value=written, attr=cst.Name(value="update"))) if (
                node.args
            ):
                target = _owner(written, "headers")
                source = _source(node.args[0].value)
                if target and source and target != source:
                    yield HeaderCopy(node, source, None, target)
            case cst.Call():
                yield from _passed(node, bound)
            case cst.For():
                yield from _looped(node)
            case _:
                continue


def _bound(nodes: Sequence[cst.CSTNode]) -> Mapping[str, cst.BaseExpression]:
    """The variables that are bound once, with what to."""
    values: dict[str, list[cst.BaseExpression | None]] = {}
    for node in nodes:
        match node:
            case (
                cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value)
                | cst.AnnAssign(target=cst.Name(value=name), value=value)
                | cst.NamedExpr(target=cst.Name(value=name), value=value)
            ):
                values.setdefault(name, []).append(value)
            case _:
                continue
    return {name: only for name, (only, *rest) in values.items() if only is not None and not rest}


def _passed(call: cst.Call, bound: Mapping[str, cst.BaseExpression]) -> Iterator[HeaderCopy]:
    """The copy that a call gets as its `headers`, also by way of a variable."""
    for position, arg in enumerate(call.args):
        named = arg.keyword.value if arg.keyword is not None else ""
        if named != "headers" and (named or arg.star or position != _POSITION_OF_HEADERS):
            continue
        value = arg.value
        if isinstance(value, cst.Name) and value.value in bound:
            value = bound[value.value]
        source = _lossy(value)
        if source:
            yield HeaderCopy(value, source, call, is_direct=value is arg.value and _is_bare(value))


def _owner(node: cst.CSTNode, attr: str) -> str:
    """`name` of `name.attr`."""
    match node:
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=found)):
            return name if found == attr else ""
        case _:
            return ""


def _source(node: cst.CSTNode) -> str:
    """`name` of `name.headers`, its `.items()` or its raw pairs."""
    match node:
        case cst.Call(
            func=cst.Attribute(value=inner, attr=cst.Name(value="items" | "multi_items")), args=[]
        ):
            return _owner(inner, "headers")
        case cst.Attribute(value=inner, attr=cst.Name(value="raw")):
            return _owner(inner, "headers")
        case _:
            return _owner(node, "headers") or _owner(node, "raw_headers")


def _lossy(node: cst.BaseExpression) -> str:
    """The variable whose headers an expression copies with the loss, or ""."""
    match node:
        case cst.Call(func=cst.Name(value="dict"), args=[first, *_]) if first.keyword is None:
            return _source(first.value) or _lossy(first.value)
        case cst.Call(func=cst.Name(value=name), args=[only]) if name in _WRAPPING:
            return _lossy(only.value)
        case cst.Dict(elements=elements):
            spread = [e.value for e in elements if isinstance(e, cst.StarredDictElement)]
            return next(filter(None, (_source(e) or _lossy(e) for e in spread)), "")
        case cst.DictComp(for_in=cst.CompFor(iter=items, ifs=ifs, inner_for_in=None)):
            return _source(items) if all(_excludes(each.test) for each in ifs) else ""
        case cst.BinaryOperation(left=left, operator=cst.BitOr(), right=right):
            return _lossy(left) or _lossy(right) or _owner(right, "headers")
        case _:
            return ""


def _excludes(test: cst.BaseExpression) -> bool:
    """Whether a filter only leaves some out: `name != "content-length"`."""
    match test:
        case cst.Comparison(comparisons=[cst.ComparisonTarget(operator=operator)]):
            return isinstance(operator, _EXCLUDING)
        case cst.UnaryOperation(operator=cst.Not()):
            return True
        case cst.BooleanOperation(left=left, operator=cst.And(), right=right):
            return _excludes(left) and _excludes(right)
        case _:
            return False


def _is_bare(node: cst.BaseExpression) -> bool:
    """Whether it is `dict(x.headers)` or `{**x.headers}`, with nothing left out or put in."""
    match node:
        case cst.Call(func=cst.Name(value="dict"), args=[cst.Arg(value=value)]):
            pass
        case cst.Dict(elements=[cst.StarredDictElement(value=value)]):
            pass
        case _:
            return False
    return bool(_owner(value, "headers")) or (isinstance(value, cst.Call) and bool(_source(value)))


def _looped(node: cst.For) -> Iterator[HeaderCopy]:
    """`for name, value in source.headers.items(): target.headers[name] = value`."""
    source = _source(node.iter)
    match node.target:
        case cst.Tuple(elements=[cst.Element(value=cst.Name(value=name)), _]) if source:
            pass
        case _:
            return
    for statement in node.body.body:
        for small in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            match small:
                case cst.Assign(
                    targets=[
                        cst.AssignTarget(
                            target=cst.Subscript(
                                value=written,
                                slice=[
                                    cst.SubscriptElement(slice=cst.Index(value=cst.Name(value=key)))
                                ],
                            )
                        )
                    ]
                ) if key == name:
                    target = _owner(written, "headers")
                    if target and target != source:
                        yield HeaderCopy(small, source, None, target)
                case _:
                    continue
