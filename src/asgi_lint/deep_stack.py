"""Room on the stack for the deepest syntax trees that occur."""

from __future__ import annotations

import sys
import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

_Result = TypeVar("_Result")
_STACK_BYTES = 256 * 1024 * 1024
_RECURSION_LIMIT = 60_000
_THREAD = "asgi-lint"


def with_deep_stack(function: Callable[[], _Result]) -> _Result:
    """Run `function` in a thread whose stack holds the deepest trees that occur.

    LibCST's parser and code generation recurse with the nesting of the source: on an ordinary
    stack 1,500 parentheses or a 10,000-term `and` end the process (LibCST issues #619, #980).
    """
    if threading.current_thread().name == _THREAD:
        return function()
    outcome: list[_Result] = []
    failure: list[BaseException] = []

    def run() -> None:
        try:
            outcome.append(function())
        except BaseException as error:
            failure.append(error)

    limit = sys.getrecursionlimit()
    previous = threading.stack_size(_STACK_BYTES)
    sys.setrecursionlimit(max(limit, _RECURSION_LIMIT))
    try:
        thread = threading.Thread(target=run, name=_THREAD)
        thread.start()
    finally:
        threading.stack_size(previous)
    thread.join()
    sys.setrecursionlimit(limit)
    if failure:
        raise failure[0]
    return outcome[0]
