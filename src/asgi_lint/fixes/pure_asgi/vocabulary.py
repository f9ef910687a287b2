"""The names that the new method uses, and what has to be imported for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import bound, mentioned, references
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from asgi_lint.fixes.pure_asgi.trees import Statements


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """What the new method calls what it handles; `request` is the dispatcher's own word."""

    request: str
    response: str
    message: str
    headers: str
    cookies: str
    wrapper: str
    started: str
    finish: str


def vocabulary(body: Statements, request: str) -> Vocabulary:
    """Names that the dispatcher does not use; Refusal where `scope` and its like are taken."""
    taken = mentioned(*body)
    for name in ("receive", "send"):
        if name in taken:
            raise Refusal(f"it uses the name `{name}` for something else")
    if "scope" in taken and not _is_scope(body, request):
        raise Refusal("it uses the name `scope` for something else")
    return Vocabulary(
        request=request,
        response=_free(taken - bound(body), "response", "early_response", "own_response"),
        message=_free(taken, "message", "event", "asgi_message"),
        headers=_free(taken, "headers", "response_headers", "message_headers"),
        cookies=_free(taken, "cookies", "response_cookies", "cookie_response"),
        wrapper=_free(taken, "send_wrapper", "wrapped_send", "send_through"),
        started=_free(taken, "response_started", "has_started", "start_was_sent"),
        finish=_free(taken, "finish", "finish_request", "finish_response"),
    )


def _is_scope(body: Statements, request: str) -> bool:
    """Whether `scope` is only ever bound to the scope: `scope = request.scope`."""
    for reference in references("scope", *body):
        match reference.parents[-2:]:
            case (cst.Assign(value=value), cst.AssignTarget()):
                if dotted_name(value) != f"{request}.scope":
                    return False
            case (_, cst.AnnAssign() | cst.AugAssign() | cst.For() | cst.NamedExpr() | cst.Param()):
                return False
            case _:
                continue
    return any(
        isinstance(reference.parent, cst.AssignTarget) for reference in references("scope", *body)
    )


def _free(taken: frozenset[str], *names: str) -> str:
    for name in names:
        if name not in taken:
            return name
    raise Refusal(f"it uses the name `{names[0]}` for something else")
