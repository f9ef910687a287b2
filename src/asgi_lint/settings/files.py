"""Finding the configuration of a project and reading it, with those that it extends."""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING

from asgi_lint.reading import read_regular
from asgi_lint.roots import entry_names, upwards
from asgi_lint.settings.origin import Origin, SettingsError, absolute_below
from asgi_lint.settings.selection import default_selection
from asgi_lint.settings.validation import did_you_mean, with_table
from asgi_lint.settings.values import Settings

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.settings.selection import KnownRule

OWN_FILE = "asgi-lint.toml"
SHARED_FILE = "pyproject.toml"
_LONGEST_CHAIN = 50


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


def read_settings(
    filename: str, rules: Mapping[str, KnownRule], folder: str | None = None
) -> Settings:
    """The settings of one configuration file, as load_settings reads it.

    `filename` is absolute with forward slashes; the globs in it are relative to `folder`, or to its
    own without one. A file that does not exist or, as a `pyproject.toml`, has no table of ours is
    an error, since it was asked for.
    """
    found = _read_table(filename)
    if found is None:
        problem = _why_none(filename)
        raise SettingsError(f"{filename}: {problem}{'' if problem.endswith('?') else '.'}")
    origin, table = found
    return _from_table(replace(origin, folder=folder or origin.folder), table, rules)


def overridden(
    settings: Settings, values: Mapping[str, object], rules: Mapping[str, KnownRule], folder: str
) -> Settings:
    """The settings with the command line's over them.

    `values` are keys as in a configuration, without "--"; one that is None was not given. Globs are
    relative to `folder`, where the command runs. Raises SettingsError.
    """
    given = {key: value for key, value in values.items() if value is not None}
    return with_table(settings, given, Origin("command line", folder), rules)


def with_inline(
    settings: Settings, text: str, rules: Mapping[str, KnownRule], folder: str
) -> Settings:
    """The settings with those of a piece of TOML over them, such as `fail-on = "error"`."""
    origin = Origin("--config", folder, text)
    table = _parse(origin.name, text)
    if "extend" in table:
        raise origin.error(("extend",), "it can be said in a file alone")
    return with_table(settings, table, origin, rules)


def _from_table(
    origin: Origin,
    table: Mapping[str, object],
    rules: Mapping[str, KnownRule],
    extending: tuple[str, ...] = (),
) -> Settings:
    """The settings of a configuration; `extending` are those that brought us to it."""
    chain = (*extending, origin.name)
    base = default_settings(rules)
    if "extend" in table:
        base = _extended(origin, table["extend"], rules, chain)
    own = with_table(base, table, origin, rules)
    extended = (base.filename, *base.extended) if base.filename is not None else ()
    return replace(own, filename=origin.name, folder=origin.folder, extended=extended)


def _extended(
    origin: Origin, written: object, rules: Mapping[str, KnownRule], chain: tuple[str, ...]
) -> Settings:
    """The settings of the configuration that another one names in `extend`."""
    if not isinstance(written, str) or not written:
        expected = 'a path, such as "../asgi-lint.toml"'
        raise origin.error(("extend",), f"expected {expected}")
    if len(chain) > _LONGEST_CHAIN:
        problem = f"more than {_LONGEST_CHAIN} configurations extend each other"
        raise origin.error(("extend",), problem)
    filename = absolute_below(posixpath.dirname(origin.name), written)
    if filename in chain:
        circle = " -> ".join([*chain[chain.index(filename) :], filename])
        raise origin.error(("extend",), f"the configurations extend each other: {circle}")
    found = _read_table(filename)
    if found is None:
        problem = f'"{written}" cannot be extended: {_why_none(filename)}'
        raise origin.error(("extend",), problem)
    return _from_table(*found, rules, chain)


def _why_none(filename: str) -> str:
    """Why a file is no configuration, perhaps with the one beside it that was meant."""
    if _read(filename) is not None:
        return "it has no table [tool.asgi-lint]"
    folder, name = posixpath.split(filename)
    beside = [each for each in entry_names(folder) if each.endswith(".toml")]
    return f"it does not exist{did_you_mean(name, beside, closeness=0.8)}"


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
        return read_regular(filename)
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
    except RecursionError:
        raise SettingsError(f"{filename}: it is nested too deeply to be read.") from None
    except ValueError:  # Python converts no number of thousands of digits
        raise SettingsError(f"{filename}: a number in it is too long to be read.") from None
