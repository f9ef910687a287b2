"""`raise HTTPException(...)` rewritten as the response that it stands for."""

from __future__ import annotations

import ast
import re
from http import HTTPStatus
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Span
from asgi_lint.model.candidates import Replacement
from asgi_lint.model.children import dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree

RESPONSE = "JSONResponse"
"""The name of the response's class in the replacements."""

_PARAMETERS = ("status_code", "detail", "headers")
_STATUS_NAME = re.compile(r"(?:^|\.)HTTP_(\d{3})_\w+$")


def answer(tree: FunctionTree, statement: cst.Raise, status: str) -> Iterator[Replacement]:
    """The edits that make it `return JSONResponse(...)`; the arguments stay where they are.

    `status` is the one that is written. None where the answer cannot be told from the call alone.
    """
    import libcst as cst

    call = statement.exc
    if not isinstance(call, cst.Call):
        return
    given = _given(call)
    phrase = _phrase(status)
    if "status_code" not in given or not ("detail" in given or phrase):
        return
    start = tree.span(statement).start
    yield Replacement(Span(start, tree.span(call.func).end), f"return {RESPONSE}")
    for name, arg in given.items():
        span = tree.span(arg.value)
        begin = tree.span(arg).start
        opening = 'content={"detail": ' if name == "detail" else f"{name}="
        yield Replacement(Span(begin, span.start), opening)
        if name == "detail":
            yield Replacement(Span(span.end, span.end), "}")
    if "detail" not in given:
        end = tree.span(call.args[-1].value).end
        yield Replacement(Span(end, end), f', content={{"detail": "{phrase}"}}')
    if statement.cause is not None:
        yield Replacement(Span(tree.span(call).end, tree.span(statement).end), "")


def _given(call: cst.Call) -> dict[str, cst.Arg]:
    """The arguments by the names of the parameters; empty where one is hidden or unknown."""
    given: dict[str, cst.Arg] = {}
    for position, arg in enumerate(call.args):
        if arg.star or position >= len(_PARAMETERS):
            return {}
        name = arg.keyword.value if arg.keyword is not None else _PARAMETERS[position]
        if name not in _PARAMETERS:
            return {}
        given[name] = arg
    return given


def written_status(raised: ast.expr) -> str:
    """The status code that is written in `HTTPException(...)`, as digits, or ""."""
    match _status(raised) if isinstance(raised, ast.Call) else None:
        case ast.Constant(value=value) if type(value) is int:
            return str(value)
        case (ast.Name() | ast.Attribute()) as name:
            return _named_status(dotted_name(name))
        case _:
            return ""


def _status(call: ast.Call) -> ast.expr | None:
    """The argument that is the status; None where one is hidden or unknown."""
    named = {keyword.arg: keyword.value for keyword in call.keywords}
    if not named.keys() <= {*_PARAMETERS} or len(call.args) > len(_PARAMETERS):
        return None
    return named.get("status_code") or (call.args[0] if call.args else None)


def _named_status(name: str) -> str:
    """`status.HTTP_404_NOT_FOUND` and `HTTPStatus.NOT_FOUND` as digits."""
    found = _STATUS_NAME.search(name)
    if found is not None:
        return found[1]
    owner, _, member = name.rpartition(".")
    known = HTTPStatus.__members__.get(member) if owner.endswith("HTTPStatus") else None
    return str(known.value) if known is not None else ""


def _phrase(status: str) -> str:
    """What `HTTPException` says where it is given no detail."""
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return ""
