"""The rules as their modules declare them, whatever the index says of them."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from asgi_lint.rules.registry import found_rules

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.rules.rule import Rule


@cache
def declared() -> Mapping[str, Rule]:
    """All of them by code, in the order of their codes."""
    return {rule.code: rule for rule in found_rules()}
