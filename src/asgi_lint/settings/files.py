"""Finding the configuration of a project and reading it."""

# ruff: noqa: PTH123

from __future__ import annotations

import posixpath
from typing import TYPE_CHECKING

from asgi_lint.roots import upwards
from asgi_lint.settings.origin import Origin, SettingsError
from asgi_lint.settings.selection import default_selection
from asgi_lint.settings.validation import with_table
from asgi_lint.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.settings.selection import KnownRule

OWN_FILE = "asgi-lint.toml"
SHARED_FILE = "pyproject.toml"


def default_settings(rules: Mapping[str, KnownRule]) -> Settings:
    """The settings without any configuration; `rules` maps each code to its rule."""
    return Settings(selections=(default_selection(rules),))


def load_settings(path: str, rules: Mapping[str, KnownRule]) -> Settings:
    """The settings of the closest configuration from `path` (a folder or a file) upwards.

    In one folder `asgi-lint.toml` goes before `pyproject.toml`, which is passed over if it has no
    table `[tool.asgi-lint]`. Raises SettingsError for a configuration that cannot be used.
    """
    for folder in upwards(path):
        for name in (OWN_FILE, SHARED_FILE):
            filename = posixpath.join(folder, name)
            found = _read_table(filename)
            if found is not None:
                return _from_table(*found, rules)
    return default_settings(rules)


def read_settings(filename: str, rules: Mapping[str, KnownRule]) -> Settings:
    """The settings of one configuration file, as load_settings reads it.

    `filename` is absolute with forward slashes. A file that does not exist or, as a
    `pyproject.toml`, has no table of ours is an error, since it was asked for.
    """
    found = _read_table(filename)
    if found is None:
        missing = "it has no table [tool.asgi-lint]" if _read(filename) else "it does not exist"
        raise SettingsError(f"{filename}: {missing}.")
    return _from_table(*found, rules)


def overridden(
    settings: Settings, values: Mapping[str, object], rules: Mapping[str, KnownRule], folder: str
) -> Settings:
    """The settings with the command line's over them.

    `values` are keys as in a configuration, without "--"; one that is None was not given. Globs are
    relative to `folder`, where the command runs. Raises SettingsError.
    """
    given = {key: value for key, value in values.items() if value is not None}
    return with_table(settings, given, Origin("command line", folder), rules)


def _from_table(
    origin: Origin, table: Mapping[str, object], rules: Mapping[str, KnownRule]
) -> Settings:
    base = Settings(origin.name, origin.folder, selections=(default_selection(rules),))
    return with_table(base, table, origin, rules)


def _read_table(filename: str) -> tuple[Origin, dict[str, object]] | None:
    """The keys of a configuration file; None if it does not exist or has no table of ours."""
    data = _read(filename)
    folder, name = posixpath.split(filename)
    is_shared = name == SHARED_FILE
    if data is None or (is_shared and b"asgi-lint" not in data):
        return None
    text = _decode(filename, data)
    document = _parse(filename, text)
    if not is_shared:
        origin = Origin(filename, folder, text)
        if "tool" in document:
            problem = f"the keys stand at the top level of {name}, not in [tool.asgi-lint]"
            raise origin.error(("tool",), problem)
        return origin, document
    origin = Origin(filename, folder, text, ("tool", "asgi-lint"))
    tool = document.get("tool")
    table = tool.get("asgi-lint") if isinstance(tool, dict) else None
    if table is None:
        return None
    if not isinstance(table, dict):
        raise origin.error((), "expected a table")
    return origin, table


def _read(filename: str) -> bytes | None:
    try:
        with open(filename, "rb") as file:
            return file.read()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        reason = (error.strerror or "unknown error").lower()
        raise SettingsError(f"{filename}: it cannot be read: {reason}.") from None


def _decode(filename: str, data: bytes) -> str:
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        row = data.count(b"\n", 0, error.start) + 1
        raise SettingsError(f"{filename}:{row}: it is not UTF-8, as TOML must be.") from None


def _parse(filename: str, text: str) -> dict[str, object]:
    # Late, since many projects have no configuration; tomli and not tomllib for the line numbers.
    import tomli

    try:
        return tomli.loads(text)
    except tomli.TOMLDecodeError as error:
        message = f"{filename}:{error.lineno}:{error.colno}: it is not TOML: {error.msg}."
        raise SettingsError(message) from None
