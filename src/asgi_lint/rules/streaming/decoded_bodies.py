"""Whether a response's content is the body of an upstream response, decoded by its client.

Imported only when a function's text speaks of headers and of a response, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.control_flow import walk
from asgi_lint.model.parse import child_nodes
from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

_DECODING = frozenset(
    {"aiter_bytes", "aiter_lines", "aiter_text", "aread", "iter_any", "iter_bytes", "iter_chunked",
     "iter_content", "iter_lines", "iter_text", "read"}
)  # fmt: skip
_RAW = frozenset({"aiter_raw", "iter_raw", "raw"})


def is_encoded_anew(
    content: cst.BaseExpression,
    source: str,
    bound: Mapping[str, cst.BaseExpression],
    body: cst.BaseSuite,
) -> bool | None:
    """True for the JSON of the body of `source`, False for the body itself, None for all else.

    `bound` are the variables of the function `body` that are bound once, with what to.
    """
    inner = content.expression if isinstance(content, cst.Await) else content
    match inner:
        case cst.Name(value=name) if name in bound:
            return is_encoded_anew(bound[name], source, bound, body)
        case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="content" | "text")):
            return False if name == source else None
        case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value=attr))):
            if dotted_name(owner).partition(".")[0] != source:
                return None
            if attr == "json":
                return True
            return False if attr in _DECODING else None
        case cst.Call(func=cst.Name(value=name), args=args):
            return _streamed(name, args, source, body)
        case _:
            return None


def _streamed(name: str, args: Sequence[cst.Arg], source: str, body: cst.BaseSuite) -> bool | None:
    """Whether an inner generator of that name yields what it decodes."""
    if args:
        return None
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.FunctionDef):
            if node.name.value == name:
                return _decodes(node, source)
        else:
            stack.extend(child_nodes(node))
    return None


def _decodes(function: cst.FunctionDef, source: str) -> bool | None:
    methods: set[str] = set()
    passes_on = False
    for node in walk(function.body):
        match node:
            case cst.Attribute(value=owner, attr=cst.Name(value=attr)):
                if dotted_name(owner).partition(".")[0] == source:
                    methods.add(attr)
            case cst.For(
                target=cst.Name(value=item),
                body=cst.IndentedBlock(
                    body=[
                        cst.SimpleStatementLine(
                            body=[cst.Expr(value=cst.Yield(value=cst.Name(value=given)))]
                        )
                    ]
                ),
            ):
                passes_on = passes_on or item == given
            case _:
                continue
    if methods & _RAW or not methods & _DECODING:
        return None
    return False if passes_on else None
