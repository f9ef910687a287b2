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

_DATA = re.compile(r"(bool|bytes|dict|float|int|list|set|str|tuple)\b", re.IGNORECASE)
"""How the annotation of plain data begins, which no request is."""


def may_be_next(tree: FunctionTree, request: str, call_next: str) -> bool:
    """Whether two parameters that may be passed by position can get what a dispatcher gets.

    Not so where the second has a default that is never called, as `Depends(...)` and 0 are, or
    where neither its name nor its annotation speaks of a call, as in `user: User`. A function with
    further parameters has to say so as well.
    """
    arguments = [*tree.arguments.posonlyargs, *tree.arguments.args]
    index = next(i for i, each in enumerate(arguments) if each.arg == call_next)
    defaults = tree.arguments.defaults
    from_end = len(arguments) - index
    if from_end <= len(defaults) and not _may_be_called(defaults[-from_end]):
        return False
    declared = next(each.annotation for each in arguments if each.arg == request)
    if declared is not None and _DATA.match(ast.unparse(declared)):
        return False
    annotation = arguments[index].annotation
    if annotation is None and len(arguments) == index + 1 == len(tree.parameters):
        return True
    written = ast.unparse(annotation) if annotation is not None else ""
    return _CALLED.search(f"{call_next}: {written}") is not None


def _may_be_called(default: ast.expr) -> bool:
    match default:
        case ast.Constant(value=value):
            return value is None or value is ...
        case _:
            return isinstance(default, (ast.Name, ast.Attribute, ast.Lambda))
