"""The status code that is written in a call of an exception class."""

from __future__ import annotations

import ast
import re
from http import HTTPStatus

from asgi_lint.model.children import dotted_name

_STATUSES = range(100, 600)
_STATUS_NAME = re.compile(r"(?:^|\.)HTTP_(\d{3})_\w+$")


def written_status(raised: ast.expr) -> str:
    """The digits of `404` in `HTTPException(404)`, `status_code=404` and its names, or "".

    Names are `status.HTTP_404_NOT_FOUND` and `HTTPStatus.NOT_FOUND`. A first argument that is no
    status says nothing: it may be anything in a class of the project's own.
    """
    match _status(raised) if isinstance(raised, ast.Call) else None:
        case ast.Constant(value=value) if type(value) is int and value in _STATUSES:
            return str(value)
        case (ast.Name() | ast.Attribute()) as name:
            return _named_status(dotted_name(name))
        case _:
            return ""


def _status(call: ast.Call) -> ast.expr | None:
    named = (keyword.value for keyword in call.keywords if keyword.arg == "status_code")
    return next(named, call.args[0] if call.args else None)


def _named_status(name: str) -> str:
    found = _STATUS_NAME.search(name)
    if found is not None:
        return found[1]
    owner, _, member = name.rpartition(".")
    known = HTTPStatus.__members__.get(member) if owner.endswith("HTTPStatus") else None
    return str(known.value) if known is not None else ""
