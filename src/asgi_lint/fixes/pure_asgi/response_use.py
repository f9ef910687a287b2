"""Code that works on the response, turned into code that works on the message that starts it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import Reference, references
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgi_lint.fixes.pure_asgi.trees import New

_COOKIES = frozenset({"delete_cookie", "set_cookie"})


@dataclass(frozen=True, slots=True)
class ResponseUse:
    """What replaces the nodes that use the response, by their `id`, and what that needs."""

    replacements: Mapping[int, New]
    needs_headers: bool = False
    needs_cookies: bool = False


@dataclass(frozen=True, slots=True)
class MessageNames:
    """What the code of a `send` wrapper is to call its message and what it makes of it."""

    message: str
    headers: str
    cookies: str


def response_use(
    response: str,
    statements: Iterable[cst.BaseStatement],
    names: MessageNames,
    without: frozenset[int],
    quote: str,
) -> ResponseUse:
    """How the statements use the response; Refusal where they need more than its start.

    `without` holds the `id`s of the `return`s that are dealt with elsewhere.
    """
    new: dict[int, New] = {}
    used: set[str] = set()
    for reference in references(response, *statements):
        if any(id(parent) in without for parent in reference.parents):
            continue
        match reference.parent:
            case cst.Attribute(attr=attr):
                kind = _attribute(response, attr.value, reference)
            case cst.Arg():
                kind = _looked_up(reference)
            case _:
                raise Refusal(_otherwise(response, reference))
        used.add(kind)
        node = reference.parents[-2] if kind == "looked up" else reference.parent
        new[id(node)] = _expression(kind, names, _quote_within(reference, quote))
    return ResponseUse(
        new,
        needs_headers=bool(used & {"headers", "raw_headers", *_COOKIES}),
        needs_cookies=bool(used & _COOKIES),
    )


def _attribute(response: str, attr: str, reference: Reference) -> str:
    is_bound = isinstance(
        reference.parents[-2], (cst.AssignTarget, cst.AugAssign, cst.AnnAssign, cst.Del)
    )
    match attr:
        case "status_code":
            return attr
        case "headers" | "raw_headers" if is_bound:
            raise Refusal(f"it replaces `{response}.{attr}` as a whole")
        case "headers" | "raw_headers":
            return attr
        case "set_cookie" | "delete_cookie" if isinstance(reference.parents[-2], cst.Call):
            return attr
        case "body" | "body_iterator" | "render" | "stream_response" | "iterator":
            raise Refusal("it works on the body of the response")
        case "background":
            raise Refusal("it changes the background task of the response")
        case _:
            raise Refusal(f"it uses `{response}.{attr}`, which the start of a response lacks")


def _looked_up(reference: Reference) -> str:
    """`getattr(response, "status_code", 500)`."""
    call = reference.parents[-2]
    name = ""
    if isinstance(call, cst.Call):
        name = dotted_name(call.func)
        if not name and isinstance(call.func, cst.Attribute):
            name = call.func.attr.value
    if isinstance(call, cst.Call) and name == "getattr" and len(call.args) > 1:
        attr = call.args[1].value
        if isinstance(attr, cst.SimpleString) and attr.evaluated_value == "status_code":
            return "looked up"
    if name in ("hasattr", "isinstance", "getattr"):
        raise Refusal("it looks at what kind of response it gets")
    raise Refusal(f"it hands the response to `{name or 'something'}`")


def _otherwise(response: str, reference: Reference) -> str:
    match reference.parent:
        case cst.AssignTarget() | cst.AnnAssign() | cst.AugAssign() | cst.NamedExpr():
            if any(isinstance(parent, cst.AnnAssign) for parent in reference.parents[-1:]):
                return "it replaces the response after `call_next`"
            value = getattr(reference.parents[-2], "value", None)
            if value is not None and [*references(response, cst.Arg(value=value))]:
                return "it hands the response to something else, which may replace it"
            return "it replaces the response after `call_next`"
        case cst.Return():
            return "it returns the response where that cannot be told apart from its use"
        case _:
            return f"it uses `{response}` as a whole"


def _expression(kind: str, names: MessageNames, quote: str) -> cst.BaseExpression:
    match kind:
        case "headers":
            text = names.headers
        case "raw_headers":
            text = f"{names.headers}.raw"
        case "set_cookie" | "delete_cookie":
            text = f"{names.cookies}.{kind}"
        case _:
            text = f"{names.message}[{quote}status{quote}]"
    return cst.parse_expression(text)


def _quote_within(reference: Reference, quote: str) -> str:
    """The quote to use there: before Python 3.12 not that of an f-string around it."""
    taken = {
        parent.start.lstrip("rRfFtT")
        for parent in reference.parents
        if isinstance(parent, cst.FormattedString)
    }
    for each in (quote, "'", '"'):
        if each not in taken:
            return each
    raise Refusal("it nests f-strings around the status code")
