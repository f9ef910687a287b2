"""`raise HTTPException(...)` rewritten as the response that it stands for."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Span
from asgi_lint.model.candidates import Replacement

if TYPE_CHECKING:
    from collections.abc import Iterator

    import libcst as cst

    from asgi_lint.model.function_tree import FunctionTree

RESPONSE = "JSONResponse"
"""The name of the response's class in the replacements."""

_PARAMETERS = ("status_code", "detail", "headers")


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


def _phrase(status: str) -> str:
    """What `HTTPException` says where it is given no detail."""
    try:
        return HTTPStatus(int(status)).phrase
    except ValueError:
        return ""
