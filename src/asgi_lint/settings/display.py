"""Settings as TOML: what holds, whichever configurations said so."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.globs import Glob
    from asgi_lint.settings.selection import KnownRule, Selector
    from asgi_lint.settings.values import Settings


def displayed(settings: Settings, rules: Mapping[str, KnownRule]) -> str:
    """The settings as an `asgi-lint.toml` that says the same; `rules` maps each code to its rule.

    What several keys decide is shown as what comes of it: `select` lists the rules that run.
    """
    return "".join(f"{line}\n" for line in _lines(settings, rules))


def _lines(settings: Settings, rules: Mapping[str, KnownRule]) -> Iterator[str]:
    yield _pair("select", sorted(settings.codes))
    yield _pair("exclude", _patterns((*settings.exclude, *settings.extend_exclude)))
    yield _pair("respect-gitignore", settings.respect_gitignore)
    yield _pair("force-exclude", settings.force_exclude)
    for name, version in (
        ("starlette-version", settings.starlette_version),
        ("fastapi-version", settings.fastapi_version),
    ):
        yield f"# {name} is what the manifests say" if version is None else _pair(name, version)
    yield _pair("fail-on", settings.fail_on.value)
    yield _pair("fix", settings.fix)
    yield _pair("unsafe-fixes", settings.unsafe_fixes)
    if settings.fixable is not None:
        yield _pair("fixable", _written(settings.fixable))
    yield _pair("unfixable", _written(settings.unfixable))
    yield _pair("output-format", settings.output_format)
    yield "# baseline: none" if settings.baseline is None else _pair("baseline", settings.baseline)
    yield _pair("base-http-middleware", settings.base_http_middleware)
    yield _pair("asgi-middleware", settings.asgi_middleware)
    yield _pair("streaming-responses", settings.streaming_responses)
    yield _pair("resource-managers", settings.resource_managers)
    if settings.per_file_ignores:
        yield "\n[per-file-ignores]"
    for entry in settings.per_file_ignores:
        pattern = f"{'!' if entry.negated else ''}{entry.glob.pattern}"
        yield f"{_value(pattern)} = {_value(_written(entry.ignore))}"
    for rule in rules.values():
        if options := settings.options_for(rule):
            yield f"\n[rules.{rule.name}]"
            yield from (_pair(name, value) for name, value in options.items())


def _patterns(globs: Iterable[Glob]) -> list[str]:
    return list(dict.fromkeys(glob.pattern for glob in globs))


def _written(selectors: Iterable[Selector]) -> list[str]:
    return [selector.written for selector in selectors]


def _pair(name: str, value: object) -> str:
    return f"{name} = {_value(value)}"


def _value(value: object) -> str:
    """A value in TOML, whose strings and lists are written as JSON's are, but for DEL."""
    written = json.dumps(value, ensure_ascii=False)
    return written.replace("\x7f", "\\u007f")
