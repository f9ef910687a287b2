"""Where a response gets the headers of an upstream response, and what is left out of them.

Imported only when a function's text speaks of headers and of a response, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.control_flow import walk
from asgi_lint.model.syntax import dotted_name
from asgi_lint.rules.streaming.decoded_bodies import is_encoded_anew
from asgi_lint.rules.streaming.left_out_headers import PAIRS, LeftOut, is_class

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_POSITION_OF_HEADERS = 2
"""`Response(content, status_code, headers)`, and so for every response of Starlette's."""

_COPYING = frozenset({"Headers", "MutableHeaders", "dict"})


@dataclass(frozen=True, slots=True)
class CopiedHeaders:
    """Headers of the variable `source` that the call `response` is given.

    `dropped` are the headers that are left out by name, `constants` the dotted names of constants
    that list others. `is_json` says that the body is encoded anew, not merely decoded. `is_direct`
    says that the argument is no more than the headers.
    """

    response: cst.Call
    value: cst.BaseExpression
    source: str
    dropped: frozenset[str]
    constants: frozenset[str]
    is_json: bool
    is_direct: bool


def copied_headers(body: cst.BaseSuite) -> Iterator[CopiedHeaders]:
    """The responses of one function whose body is decoded while the headers stay as they were."""
    nodes = [*walk(body)]
    bound = _bound(nodes)
    for node in nodes:
        if not isinstance(node, cst.Call) or not is_class(node):
            continue
        value = _argument(node, _POSITION_OF_HEADERS, "headers")
        content = _argument(node, 0, "content")
        if value is None or content is None:
            continue
        left_out = LeftOut(nodes)
        source = _source(value, bound, left_out)
        is_json = is_encoded_anew(content, source, bound, body)
        if not source or is_json is None:
            continue
        left_out.read_uses(f"{source}.headers")
        left_out.read_response(node)
        if left_out.is_known:
            yield CopiedHeaders(
                node,
                value,
                source,
                frozenset(left_out.dropped),
                frozenset(left_out.constants),
                is_json=is_json,
                is_direct=_is_direct(value),
            )


def _bound(nodes: Sequence[cst.CSTNode]) -> dict[str, cst.BaseExpression]:
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


def _argument(call: cst.Call, index: int, keyword: str) -> cst.BaseExpression | None:
    for position, arg in enumerate(call.args):
        if arg.star:
            return None
        if arg.keyword.value == keyword if arg.keyword is not None else position == index:
            return arg.value
    return None


# The headers


def _source(
    value: cst.BaseExpression,
    bound: dict[str, cst.BaseExpression],
    left_out: LeftOut,
) -> str:
    """The variable whose headers an expression holds, or "". `left_out` learns what is left out."""
    match value:
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="headers")):
            return name
        case cst.Name(value=name) if name in bound:
            left_out.read_variable(name)
            return _source(bound[name], bound, left_out)
        case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value=attr)), args=[]) if (
            attr in PAIRS
        ):
            return _source(inner, bound, left_out)
        case cst.Call(func=func, args=[cst.Arg(value=inner, keyword=None, star="")]) if (
            dotted_name(func).rpartition(".")[2] in _COPYING
        ):
            return _source(inner, bound, left_out)
        case cst.Dict(elements=[cst.StarredDictElement(value=inner), *rest]):
            left_out.read_display(rest)
            return _source(inner, bound, left_out)
        case cst.DictComp(for_in=cst.CompFor(iter=items, ifs=ifs, inner_for_in=None)):
            for each in ifs:
                left_out.read_test(each.test)
            return _source(items, bound, left_out)
        case _:
            return ""


def _is_direct(value: cst.BaseExpression) -> bool:
    match value:
        case cst.Call(func=cst.Name(value="dict"), args=[cst.Arg(value=inner)]):
            return isinstance(inner, cst.Attribute)
        case cst.Attribute():
            return True
        case _:
            return False
