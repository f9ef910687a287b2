"""The JSON schema of a configuration, for editors that complete and check what is written."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from asgi_lint.settings.keys import KEYS, Kind
from asgi_lint.settings.selection import ALWAYS_SELECTED

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.settings.keys import Key
    from asgi_lint.settings.selection import KnownRule

_ID = "https://json.schemastore.org/asgi-lint.json"
_STRINGS = {"type": "array", "items": {"type": "string", "minLength": 1}}
_DOTTED_NAME = r"^[^\W\d]\w*(\.[^\W\d]\w*)+$"


def json_schema(rules: Mapping[str, KnownRule]) -> dict[str, Any]:
    """The schema of `asgi-lint.toml` and of `[tool.asgi-lint]`; `rules` maps codes to rules.

    It is draft 7, which SchemaStore asks for. What only reading can tell, such as a glob that is
    none, satisfies it.
    """
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "$id": _ID,
        "title": "The configuration of asgi-lint",
        "description": "asgi-lint.toml, or the table [tool.asgi-lint] of pyproject.toml",
        "type": "object",
        "additionalProperties": False,
        "properties": {key.name: _property(key, rules) for key in KEYS},
        "definitions": {
            "selector": _selector(rules),
            "ignored": _selector(rules, ALWAYS_SELECTED),
        },
    }


def _property(key: Key, rules: Mapping[str, KnownRule]) -> dict[str, Any]:
    shape = _shape(key, rules)
    default = list(key.default) if isinstance(key.default, tuple) else key.default
    if key.kind in {Kind.CODES_BY_GLOB, Kind.OPTIONS}:
        default = None
    stated = {} if default is None else {"default": default}
    return {"description": key.description, **shape, **stated}


def _shape(key: Key, rules: Mapping[str, KnownRule]) -> dict[str, Any]:
    match key.kind:
        case Kind.BOOLEAN:
            return {"type": "boolean"}
        case Kind.CHOICE:
            return {"enum": list(key.choices)}
        case Kind.CODES:
            kind = "ignored" if key.name == "ignore" else "selector"
            return {"type": "array", "items": {"$ref": f"#/definitions/{kind}"}}
        case Kind.GLOBS:
            return _STRINGS
        case Kind.CODES_BY_GLOB:
            ignored = {"type": "array", "items": {"$ref": "#/definitions/ignored"}}
            return {"type": "object", "additionalProperties": ignored}
        case Kind.NAMES:
            return {"type": "array", "items": {"type": "string", "pattern": _DOTTED_NAME}}
        case Kind.PATH | Kind.FOLDER | Kind.RELEASES:
            return {"type": "string", "minLength": 1}
        case Kind.COUNT:
            return {"type": "integer", "minimum": 0}
        case Kind.OPTIONS:
            return _options(rules)


def _options(rules: Mapping[str, KnownRule]) -> dict[str, Any]:
    """A table for each rule that has options."""
    tables = {
        rule.name: {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                name: {"type": "boolean" if isinstance(value, bool) else "string", "default": value}
                for name, value in rule.options.items()
            },
        }
        for rule in rules.values()
        if rule.options
    }
    return {"type": "object", "additionalProperties": False, "properties": tables}


def _selector(
    rules: Mapping[str, KnownRule], refused: frozenset[str] = frozenset()
) -> dict[str, Any]:
    """What selects some of the rules, and not alone those that are refused."""
    prefixes = {code[:length] for code in rules for length in range(len("ASG"), len("ASG201") + 1)}
    allowed = [code for code in rules if code not in refused]
    meant = sorted(each for each in prefixes if any(code.startswith(each) for code in allowed))
    names = [rules[code].name for code in allowed]
    return {
        "description": "A code, a prefix of codes, the name of a rule, or ALL.",
        "enum": ["ALL", *meant, *names],
    }
