"""Whether two parameters can be the request and the `call_next` of a dispatcher, as declared."""

from __future__ import annotations

import ast
import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgi_lint.model.function_tree import FunctionTree

_CALLED = re.compile(
    r"\b(any|object|_?[a-z])\b|asgi|await|call|coroutine|dispatch|endpoint|fn|func|handle"
    r"|middleware|next|protocol",
    re.IGNORECASE,
)
"""Words in the name or the annotation of what is called; a single letter is a type variable."""

_ASKED = re.compile(r"\b(any|object|_?[a-z])\b|connection|request", re.IGNORECASE)
"""Words in the name or the annotation of a request."""

_DATA = re.compile(r"(bool|bytes|dict|float|int|list|set|str|tuple)\b", re.IGNORECASE)
"""How the annotation of plain data begins."""


def may_be_next(tree: FunctionTree, request: str, call_next: str) -> bool:
    """Whether two parameters that may be passed by position can get what a dispatcher gets.

    Not so where one is declared as plain data, or the second has a default that is never called,
    as `Depends(...)` and 0 are. Where nothing declares the second as what is called, the first has
    to be declared as a request or not at all, and no further parameter may follow, as none does in
    a dispatcher.
    """
    arguments = [*tree.arguments.posonlyargs, *tree.arguments.args]
    index = next(i for i, each in enumerate(arguments) if each.arg == call_next)
    defaults = tree.arguments.defaults
    from_end = len(arguments) - index
    if from_end <= len(defaults) and not _may_be_called(defaults[-from_end]):
        return False
    passed = next(_annotation(each) for each in arguments if each.arg == request)
    called = _annotation(arguments[index])
    if _DATA.match(passed) or _DATA.match(called):
        return False
    if _CALLED.search(f"{call_next}: {called}"):
        return True
    has_more = not len(arguments) == index + 1 == len(tree.parameters)
    return not has_more and (not passed or _ASKED.search(f"{request}: {passed}") is not None)


def _annotation(parameter: ast.arg) -> str:
    return ast.unparse(parameter.annotation) if parameter.annotation is not None else ""


def _may_be_called(default: ast.expr) -> bool:
    match default:
        case ast.Constant(value=value):
            return value is None or value is ...
        case _:
            return isinstance(default, (ast.Name, ast.Attribute, ast.Lambda))
