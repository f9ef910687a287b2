"""Options that several commands have, and the way from options to settings."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import click

from asgi_lint.cli.configuration import configuration

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.settings import Settings

_VERSION_HELP = "Assume this version or specifier."
starlette_version = click.option("--starlette-version", metavar="VERSION", help=_VERSION_HELP)
cache = click.option(
    "--cache/--no-cache",
    default=None,
    envvar="ASGI_LINT_CACHE",
    help="Keep what was found for the next run. Default: yes.",
)
cache_dir = click.option(
    "--cache-dir",
    metavar="FOLDER",
    envvar="ASGI_LINT_CACHE_DIR",
    help="Keep it there. Default: .asgi-lint_cache in each project.",
)
jobs = click.option(
    "--jobs",
    "-j",
    type=click.IntRange(min=0),
    metavar="N",
    envvar="ASGI_LINT_JOBS",
    help="Parse with N processes. Default: 0, as many as pay.",
)
fastapi_version = click.option("--fastapi-version", metavar="VERSION", help=_VERSION_HELP)


def settings_under(options: dict[str, Any]) -> Callable[[str], Settings]:
    """The settings at a path: its nearest configuration under what the command line says."""
    from asgi_lint.rules.registry import rules
    from asgi_lint.settings import overridden
    from asgi_lint.source import absolute_filename

    known = rules()
    chosen = configuration(options)
    values = {
        key.replace("_", "-"): _split(value) if isinstance(value, tuple) else value
        for key, value in options.items()
        if value not in (None, ()) and key in _SETTINGS
    }
    here = absolute_filename(".")
    memory: dict[str, Settings] = {}

    def settings_for(path: str) -> Settings:
        absolute = absolute_filename(path)
        folder = absolute if os.path.isdir(absolute) else os.path.dirname(absolute)  # noqa: PTH112, PTH120
        if folder not in memory:
            settings = chosen.settings_at(folder, known, here)
            memory[folder] = overridden(settings, values, known, here)
        return memory[folder]

    return settings_for


_SETTINGS = frozenset(
    {"select", "extend_select", "ignore", "exclude", "extend_exclude", "force_exclude",
     "starlette_version", "fastapi_version", "fail_on", "baseline", "fix", "unsafe_fixes",
     "fixable", "unfixable", "cache", "cache_dir", "jobs"}
)  # fmt: skip
"""The options that are also keys of a configuration."""


def _split(values: tuple[str, ...]) -> list[str]:
    """The parts between commas; "" where there are none, for the settings to refuse."""
    parts = [part.strip() for value in values for part in value.split(",")]
    return [part for part in parts if part] or [""]


def common_folder(paths: list[str]) -> str:
    """What lies above all paths, so that their order does not matter."""
    from asgi_lint.source import absolute_filename

    try:
        return os.path.commonpath([absolute_filename(path) for path in paths])
    except ValueError:  # on Windows they may lie on several drives
        return "."
