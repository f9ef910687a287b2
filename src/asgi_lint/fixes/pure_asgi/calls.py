"""The calls of `call_next` in a dispatcher, each alone on its line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import INNER_SCOPES, Reference, references
from asgi_lint.fixes.pure_asgi.refusal import Refusal

if TYPE_CHECKING:
    from collections.abc import Mapping

_LOOPS = (
    cst.For,
    cst.While,
    cst.ListComp,
    cst.SetComp,
    cst.DictComp,
    cst.GeneratorExp,
)


@dataclass(frozen=True, slots=True)
class NextCall:
    """`response = await call_next(request)`, or `return await call_next(request)`.

    `kept_as` is what the response is called, None where it is returned.
    """

    call: cst.Call
    kept_as: str | None


def next_calls(body: cst.BaseSuite, request: str, call_next: str) -> Mapping[int, NextCall]:
    """The calls by the `id` of their line; Refusal where one has another form."""
    found: dict[int, NextCall] = {}
    for reference in references(call_next, body):
        line, call = _next_call(reference, request)
        found[id(line)] = call
    if not found:
        raise Refusal("it never calls `call_next`")
    return found


def _next_call(reference: Reference, request: str) -> tuple[cst.CSTNode, NextCall]:
    parents = reference.parents
    if any(isinstance(parent, INNER_SCOPES) for parent in parents):
        raise Refusal("it calls `call_next` in a nested function")
    if any(isinstance(parent, _LOOPS) for parent in parents):
        raise Refusal("it calls `call_next` in a loop")
    if any(isinstance(parent, (cst.Match, cst.TryStar)) for parent in parents):
        raise Refusal("it calls `call_next` in a `match` or `except*`")
    match parents[-4:]:
        case (
            cst.SimpleStatementLine(body=[_]) as line,
            statement,
            cst.Await(),
            cst.Call(func=func) as call,
        ) if func is reference.node:
            pass
        case _:
            raise Refusal(_other_form(reference))
    match call.args:
        case [cst.Arg(value=cst.Name(value=name), keyword=None, star="")] if name == request:
            pass
        case _:
            raise Refusal(f"it calls `call_next` with something else than `{request}`")
    match statement:
        case cst.Return():
            return line, NextCall(call, None)
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=kept))]):
            return line, NextCall(call, kept)
        case cst.AnnAssign(target=cst.Name(value=kept)):
            return line, NextCall(call, kept)
        case cst.Expr():
            raise Refusal("it answers with something else than what `call_next` returns")
        case _:
            raise Refusal("it does not keep what `call_next` returns in a plain name")


def _other_form(reference: Reference) -> str:
    match reference.parent:
        case cst.Call(func=func) if func is reference.node:
            if any(isinstance(each, cst.Call) for each in reference.parents[:-1]):
                return "it hands what `call_next` returns to something else"
            return "it does not await `call_next` on a line of its own"
        case cst.Arg():
            return "it hands `call_next` to another function"
        case _:
            return "it uses `call_next` otherwise than to call it"
