"""What of a dispatcher depends on when it runs: clocks, time limits, context variables.

What follows `call_next` runs as soon as the response starts, in a context of its own. A pure ASGI
middleware shares its context with the application, so what it sets there it may take back only
when the application is done.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.names import own_nodes
from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.fixes.pure_asgi.trees import Statements

_CLOCKS = re.compile(
    r"(^|\.)(time|time_ns|monotonic|monotonic_ns|perf_counter|perf_counter_ns|process_time|now"
    r"|utcnow|default_timer|timer|current_time|stop|elapsed|toc|observe_duration)$"
)
_LIMITS = frozenset({"timeout", "timeout_at", "fail_after", "fail_at", "move_on_after",
                     "move_on_at", "CancelScope", "open_cancel_scope"})  # fmt: skip
_RESETS = re.compile(
    r"(^|\.)((reset|clear|unset|unbind|detach|remove|pop)_\w*(context|contextvars|request|id|user"
    r"|tenant|workspace|token|correlation|trace|scope|state)\w*|reset|detach)$"
)


def reads_clock(statements: Statements) -> bool:
    """Whether some statement asks what time it is."""
    return any(_CLOCKS.search(name) for name in _called(statements))


def limits_time(block: cst.With) -> bool:
    """Whether a `with` ends what is in it after some time."""
    return any(
        dotted_name(item.item.func).rpartition(".")[2] in _LIMITS
        for item in block.items
        if isinstance(item.item, cst.Call)
    )


def resets_context(statement: cst.BaseStatement) -> bool:
    """Whether a statement takes back a context variable, by the names of what it calls."""
    return any(_RESETS.search(name) for name in _called([statement]))


def trailing_resets(statements: Statements) -> tuple[Statements, Statements]:
    """The statements before the resets at the end, and those resets."""
    count = len(statements)
    while count and resets_context(statements[count - 1]):
        count -= 1
    return statements[:count], statements[count:]


def _called(statements: Statements) -> Iterator[str]:
    for node in own_nodes(*statements):
        if isinstance(node, cst.Call):
            yield dotted_name(node.func)
