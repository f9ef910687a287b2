"""From a table of keys and values, in a file or on the command line, to settings."""

from __future__ import annotations

import os
import posixpath
import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from asgi_lint.diagnostics import Severity
from asgi_lint.globs import Glob
from asgi_lint.settings.keys import KEYS, Key, Kind
from asgi_lint.settings.origin import absolute_below
from asgi_lint.settings.selection import ALWAYS_SELECTED, Selection, Selector, parse_selector
from asgi_lint.settings.values import PerFileIgnore, Settings
from asgi_lint.suggestions import closest

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from asgi_lint.settings.origin import KeyPath, Origin, SettingsError
    from asgi_lint.settings.selection import KnownRule


def with_table(
    settings: Settings,
    table: Mapping[str, object],
    origin: Origin,
    rules: Mapping[str, KnownRule],
) -> Settings:
    """The settings with those of `table` over them; raises SettingsError for what is wrong in it.

    `rules` maps each code to its rule. What extends a list is added; everything else replaces.
    """
    reader = _TableReader(origin, rules)
    values = reader.values(table)
    selection = Selection(
        values.get("select"), values.get("extend-select", ()), values.get("ignore", ())
    )
    options = {name: dict(chosen) for name, chosen in settings.rule_options.items()}
    for name, chosen in values.get("rules", {}).items():
        options.setdefault(name, {}).update(chosen)
    return replace(
        settings,
        selections=(*settings.selections, selection),
        per_file_ignores=values.get("per-file-ignores", settings.per_file_ignores),
        exclude=values.get("exclude", settings.exclude),
        extend_exclude=(*settings.extend_exclude, *values.get("extend-exclude", ())),
        respect_gitignore=values.get("respect-gitignore", settings.respect_gitignore),
        force_exclude=values.get("force-exclude", settings.force_exclude),
        starlette_version=values.get("starlette-version", settings.starlette_version),
        fastapi_version=values.get("fastapi-version", settings.fastapi_version),
        fail_on=Severity(values.get("fail-on", settings.fail_on)),
        fix=values.get("fix", settings.fix),
        unsafe_fixes=values.get("unsafe-fixes", settings.unsafe_fixes),
        fixable=values.get("fixable", settings.fixable),
        unfixable=values.get("unfixable", settings.unfixable),
        output_format=values.get("output-format", settings.output_format),
        cache=values.get("cache", settings.cache),
        cache_dir=values.get("cache-dir", settings.cache_dir),
        jobs=values.get("jobs", settings.jobs),
        baseline=values.get("baseline", settings.baseline),
        base_http_middleware=values.get("base-http-middleware", settings.base_http_middleware),
        asgi_middleware=values.get("asgi-middleware", settings.asgi_middleware),
        streaming_responses=values.get("streaming-responses", settings.streaming_responses),
        resource_managers=values.get("resource-managers", settings.resource_managers),
        rule_options=options,
    )


_DOTTED_NAME = re.compile(r"[^\W\d]\w*(\.[^\W\d]\w*)+")


@dataclass(frozen=True, slots=True)
class _TableReader:
    """Reads one table; each method gives the value of one kind of key, or raises."""

    origin: Origin
    rules: Mapping[str, KnownRule]

    def values(self, table: Mapping[str, object]) -> dict[str, Any]:
        keys = {key.name: key for key in KEYS}
        for name in table:
            if name not in keys:
                raise self.origin.error((name,), f"there is no such key{did_you_mean(name, keys)}")
        return {name: self.value(keys[name], value) for name, value in table.items()}

    def wrong_type(self, path: KeyPath, expected: str, value: object) -> SettingsError:
        return self.origin.error(path, f"expected {expected}, not {_shown(value)}")

    def value(self, key: Key, value: object) -> Any:
        match key.kind:
            case Kind.BOOLEAN:
                if not isinstance(value, bool):
                    raise self.wrong_type((key.name,), key.kind.value, value)
                return value
            case Kind.CHOICE:
                return self.choice(key, value)
            case Kind.CODES:
                return self.selectors((key.name,), value)
            case Kind.GLOBS:
                written = self.strings((key.name,), key.kind, value)
                return tuple(self.glob((key.name, i), p) for i, p in enumerate(written))
            case Kind.CODES_BY_GLOB:
                return self.per_file_ignores(key, value)
            case Kind.NAMES:
                written = self.strings((key.name,), key.kind, value)
                return tuple(self.name((key.name, i), name) for i, name in enumerate(written))
            case Kind.PATH:
                return self.path(key, value)
            case Kind.RELEASES:
                return self.releases(key, value)
            case Kind.OPTIONS:
                return self.rule_options(key, value)
            case Kind.FOLDER:
                return self.folder(key, value)
            case Kind.COUNT:
                return self.count(key, value)

    def choice(self, key: Key, value: object) -> str:
        if isinstance(value, str) and value in key.choices:
            return value
        expected = f"one of {', '.join(key.choices)}"
        suggestion = did_you_mean(value, key.choices) if isinstance(value, str) else ""
        raise self.origin.error(
            (key.name,), f"expected {expected}, not {_shown(value)}{suggestion}"
        )

    def folder(self, key: Key, value: object) -> str:
        if not isinstance(value, str) or not value or "\0" in value:
            raise self.wrong_type((key.name,), key.kind.value, value)
        return posixpath.normpath(posixpath.join(self.origin.folder, os.path.expanduser(value)))  # noqa: PTH111

    def count(self, key: Key, value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong_type((key.name,), key.kind.value, value)
        return value

    def strings(self, path: KeyPath, kind: Kind, value: object) -> list[str]:
        if not isinstance(value, (list, tuple)):
            raise self.wrong_type(path, kind.value, value)
        for index, entry in enumerate(value):
            if not isinstance(entry, str):
                problem = f"expected {kind.value}; {_shown(entry)} stands in it"
                raise self.origin.error((*path, index), problem)
        return list(value)

    def selectors(self, path: KeyPath, value: object) -> tuple[Selector, ...]:
        written = self.strings(path, Kind.CODES, value)
        return tuple(self.selector((*path, i), entry) for i, entry in enumerate(written))

    def selector(self, path: KeyPath, written: str) -> Selector:
        selector = parse_selector(written, self.rules)
        if selector is None:
            known = [*self.rules, *(rule.name for rule in self.rules.values()), "ALL"]
            suggestion = did_you_mean(written, known)
            problem = f'no rule has the code, prefix or name "{written}"{suggestion}'
            raise self.origin.error(path, problem)
        if path[0] in _SILENCING and selector.codes <= ALWAYS_SELECTED:
            problem = (
                f'"{written}" cannot be ignored: a file that was not checked must not look clean'
            )
            raise self.origin.error(path, problem)
        return selector

    def glob(self, path: KeyPath, pattern: str) -> Glob:
        glob = Glob(pattern, self.origin.folder)
        if fault := glob.fault:
            raise self.origin.error(path, f'"{pattern}" is no glob: {fault}')
        return glob

    def name(self, path: KeyPath, written: str) -> str:
        if not _DOTTED_NAME.fullmatch(written):
            problem = f'"{written}" is no dotted name, such as "shop.middleware.Timing"'
            raise self.origin.error(path, problem)
        return written

    def path(self, key: Key, value: object) -> str:
        if not isinstance(value, str) or not value or "\0" in value:
            raise self.wrong_type((key.name,), key.kind.value, value)
        return absolute_below(self.origin.folder, value)

    def per_file_ignores(self, key: Key, value: object) -> tuple[PerFileIgnore, ...]:
        table = self.table((key.name,), key.kind.value, value)
        return tuple(
            PerFileIgnore(
                self.glob((key.name, pattern), pattern.removeprefix("!")),
                pattern.startswith("!"),
                self.selectors((key.name, pattern), codes),
            )
            for pattern, codes in table.items()
        )

    def releases(self, key: Key, value: object) -> str:
        # Late: few configurations state a version, and packaging takes as long as reading the rest.
        from packaging.specifiers import InvalidSpecifier
        from packaging.version import InvalidVersion

        from asgi_lint.versions import bounded

        if not isinstance(value, str) or not value.strip():
            raise self.wrong_type((key.name,), key.kind.value, value)
        try:
            bounded.version(value)
        except InvalidVersion:
            try:
                bounded.specifier_set(value)
            except InvalidSpecifier:
                raise self.wrong_type((key.name,), key.kind.value, value) from None
        return value.strip()

    def rule_options(self, key: Key, value: object) -> dict[str, dict[str, bool | str]]:
        by_name = {rule.name: rule for rule in self.rules.values()}
        chosen = {}
        for name, options in self.table((key.name,), key.kind.value, value).items():
            path = (key.name, name)
            if name.upper() in self.rules:
                named = self.rules[name.upper()].name
                raise self.origin.error(path, f'options go by the name of a rule: write "{named}"')
            if name not in by_name:
                raise self.origin.error(path, f"there is no such rule{did_you_mean(name, by_name)}")
            chosen[name] = self.options(path, by_name[name], options)
        return chosen

    def options(self, path: KeyPath, rule: KnownRule, value: object) -> dict[str, bool | str]:
        chosen: dict[str, bool | str] = {}
        for name, option in self.table(path, "a table of options", value).items():
            if name not in rule.options:
                suggestion = did_you_mean(name, rule.options) or _among(rule.options)
                raise self.origin.error((*path, name), f"the rule has no such option{suggestion}")
            default = rule.options[name]
            if isinstance(option, (bool, str)) and type(option) is type(default):
                chosen[name] = option
            else:
                expected = "true or false" if isinstance(default, bool) else "a string"
                raise self.wrong_type((*path, name), expected, option)
        return chosen

    def table(self, path: KeyPath, expected: str, value: object) -> dict[str, object]:
        if not isinstance(value, dict):
            raise self.wrong_type(path, expected, value)
        return value


_SILENCING = frozenset({"ignore", "per-file-ignores"})


def _among(options: Iterable[str]) -> str:
    listed = ", ".join(f'"{option}"' for option in options)
    return f"; it has {listed}" if listed else "; it has none"


def did_you_mean(written: str, known: Iterable[str], *, closeness: float = 0.6) -> str:
    """What follows an error about a word that is not among the known ones; "" if none is close.

    `closeness` is as for `closest`.
    """
    meant = closest(written, known, closeness=closeness)
    return f'; did you mean "{meant}"?' if meant else ""


def _shown(value: object) -> str:
    """A value as an error names it."""
    match value:
        case bool():
            return str(value).lower()
        case str():
            return f'"{value}"'
        case int() | float():
            return str(value)
        case list() | tuple():
            return "a list"
        case dict():
            return "a table"
        case _:
            return "a date or time"
