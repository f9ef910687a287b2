"""The rules as a module that lists them and imports none of theirs: rules/index.py."""

from __future__ import annotations

import json
from dataclasses import fields
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Severity
from asgi_lint.rules.rule import Late

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from asgi_lint.rules.rule import Rule

_HEAD = """\
# ruff: noqa: E501
\"\"\"The rules that there are. Written by scripts/generate_docs.py.\"\"\"

from __future__ import annotations

from asgi_lint.diagnostics import Severity
from asgi_lint.rules.rule import Late, Rule

# fmt: off
RULES = (
"""


def index_module(known: Iterable[Rule]) -> str:
    """The source of rules/index.py."""
    lines = [
        line
        for rule in known
        for line in ("    Rule(", *(f"        {each}," for each in _arguments(rule)), "    ),")
    ]
    return "\n".join([f"{_HEAD}{lines[0]}", *lines[1:], ")", ""])


def _arguments(rule: Rule) -> Iterator[str]:
    for each in fields(rule):
        value = getattr(rule, each.name)
        if value != each.default and value != {}:
            yield f"{each.name}={_literal(value)}"


def _literal(value: object) -> str:
    """A value as source."""
    match value:
        case Severity():
            return str(value)
        case str():
            return json.dumps(value, ensure_ascii=False)
        case dict():
            items = (f"{_literal(key)}: {_literal(each)}" for key, each in value.items())
            return f"{{{', '.join(items)}}}"
        case Late(module=module, name=name):
            return f"Late({_literal(module)}, {_literal(name)})"
        case _:
            return repr(value)
