"""Where a run takes its configuration from: `--config` and `--isolated`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from asgi_lint.cli.ending import fail

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from asgi_lint.settings import KnownRule, Settings

    Decorated = Callable[..., Any]


def configuration_options(command: Decorated) -> Decorated:
    """The options of a command that reads a configuration."""
    for option in (
        click.option(
            "--isolated", is_flag=True, help="Read no configuration file, whatever there is."
        ),
        click.option(
            "--config",
            multiple=True,
            metavar="FILE|'KEY = VALUE'",
            help="Read this configuration and no other, or set one key, in TOML; may be repeated.",
        ),
    ):
        command = option(command)
    return command


class Configuration(NamedTuple):
    """What `--config` and `--isolated` say: the file to read, if one is named, and pieces of TOML.

    `file` is absolute with forward slashes.
    """

    file: str | None
    inline: tuple[str, ...]
    isolated: bool

    def settings_at(self, folder: str, known: Mapping[str, KnownRule], here: str) -> Settings:
        """The settings in a folder before the command's other options; raises SettingsError.

        What is named on the command line has globs relative to `here`, the working directory.
        """
        from asgi_lint.settings import (
            default_settings,
            load_settings,
            read_settings,
            with_inline,
        )

        if self.isolated:
            settings = default_settings(known)
        elif self.file is not None:
            settings = read_settings(self.file, known, here)
        else:
            settings = load_settings(folder, known)
        for text in self.inline:
            settings = with_inline(settings, text, known, here)
        return settings


def configuration(options: Mapping[str, Any]) -> Configuration:
    """What the options of `configuration_options` say; ends the run where they contradict."""
    written: Sequence[str] = options.get("config") or ()
    isolated = bool(options.get("isolated"))
    files = [each for each in written if _is_file(each)]
    if len(files) > 1:
        fail(f'Of several configurations only one can be read: "{files[0]}" or "{files[1]}".')
    if files and isolated:
        fail(f'With --isolated no configuration is read, not even "{files[0]}".')
    inline = tuple(each for each in written if each not in files)
    return Configuration(_absolute(files[0]) if files else None, inline, isolated)


def _is_file(written: str) -> bool:
    """Whether a value of `--config` is the name of a file and not a piece of TOML.

    A name with an equals sign is taken for a file only if there is one.
    """
    if os.path.isfile(written):  # noqa: PTH113
        return True
    if "=" not in written:
        if not written.endswith(".toml"):
            fail(f'--config: "{written}" is neither a file nor "KEY = VALUE".')
        return True
    return False


def _absolute(path: str) -> str:
    from asgi_lint.source import absolute_filename

    return absolute_filename(path)
