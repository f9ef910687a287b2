"""Whether a function's text has a word: the cheap question before a look at its tree."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgi_lint.model.function_tree import FunctionTree


def mentions(tree: FunctionTree, *words: str) -> bool:
    """Whether one of the words stands on some line of the function, comments included."""
    text = tree.text
    return any(word in text for word in words)
