"""LibCST's tree as Python's own: for code in a newer grammar than the running Python reads.

Every node becomes what CPython would make of it, so that whoever looks at Python's own tree need
not know of it; what the running Python has no class for becomes an `Other`. Imported only where
such a file is met, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model.newer_syntax.statements import Statements

if TYPE_CHECKING:
    import ast

    import libcst as cst


def converted(module: cst.Module, text: str) -> ast.Module:
    """The module in the classes of `ast`, with the places that CPython would give."""
    return Statements(module, text).module(module)
