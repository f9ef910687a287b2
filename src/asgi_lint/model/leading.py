"""Which functions may lead to certain others, told from names alone.

It spares following the calls of all endpoints where few of them can lead to what a rule is about.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model.values import Function

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgi_lint.model.index import FileIndex


def leading_to(
    functions: Iterable[Function], files: Mapping[str, FileIndex]
) -> frozenset[Function]:
    """The functions themselves, and all that may call them, by whatever way.

    A call by a name that something else may have counts as a call of each of them.
    """
    found = set(functions)
    if not found:
        return frozenset()
    other_names = frozenset().union(*(index.other_names for index in files.values()))
    names = {files[each.filename].function(each.scope).name for each in found} | other_names
    asked: set[str] = set()
    while names - asked:
        new = names - asked
        asked |= new
        for filename, index in files.items():
            for name in index.callers.keys() & new:
                for scope in index.callers[name]:
                    found.add(Function(filename, scope))
                    names.add(index.function(scope).name)
    return frozenset(found)
