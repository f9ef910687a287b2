"""Whether a parameter can be a dispatcher's `call_next`, by how the function declares it."""

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


def may_be_called(tree: FunctionTree, name: str) -> bool:
    """Whether a parameter that may be passed by position may get something that is called.

    Not so where its default is no such thing, as `Depends(...)` and 0 are, or where neither its
    name nor its annotation speaks of one, as in `user: User`. What is not annotated may.
    """
    arguments = [*tree.arguments.posonlyargs, *tree.arguments.args]
    position = next(index for index, each in enumerate(arguments) if each.arg == name)
    defaults = tree.arguments.defaults
    from_end = position - len(arguments)
    if -from_end <= len(defaults) and not _may_be_callable(defaults[from_end]):
        return False
    annotation = arguments[position].annotation
    if annotation is None:
        return True
    return _CALLED.search(f"{name}: {ast.unparse(annotation)}") is not None


def _may_be_callable(default: ast.expr) -> bool:
    match default:
        case ast.Constant(value=value):
            return value is None or value is ...
        case _:
            return isinstance(default, (ast.Name, ast.Attribute, ast.Lambda))
