"""`--show-settings` and `--show-files`: what a run would go by, and look at, without running it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asgi_lint.cli.options import common_folder
from asgi_lint.cli.printing import write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asgi_lint.settings import Settings

    Decorated = Callable[..., Any]


def showing_options(command: Decorated) -> Decorated:
    """The options that show instead of checking."""
    for option in (
        click.option("--show-files", is_flag=True, help="List what would be checked, and stop."),
        click.option("--show-settings", is_flag=True, help="Show what is set, and stop."),
    ):
        command = option(command)
    return command


def is_shown_instead(
    options: dict[str, Any],
    meant: list[str],
    on_disk: Sequence[str],
    settings_for: Callable[[str], Settings],
) -> bool:
    """Show what the options ask for instead of a check, if they do.

    `meant` are the paths of a run, `on_disk` those that are not standard input. Raises UsageError
    and SettingsError as the run would.
    """
    if options["show_settings"]:
        folder = common_folder(meant)
        _show_settings(folder, settings_for(folder))
    elif options["show_files"]:
        _show_files(on_disk, settings_for)
    return bool(options["show_settings"] or options["show_files"])


def _show_settings(path: str, settings: Settings) -> None:
    """Print the settings that hold at a path, and the files that they come from."""
    from asgi_lint.reporters.characters import visible, well_formed
    from asgi_lint.reporters.paths import shown_path
    from asgi_lint.rules.registry import rules
    from asgi_lint.settings.display import displayed
    from asgi_lint.source import absolute_filename

    def shown(filename: str) -> str:
        return f'"{visible(shown_path(filename, Path.cwd()))}"'

    sources = [shown(each) for each in (settings.filename, *settings.extended) if each is not None]
    lines = [
        f"# The settings at {shown(absolute_filename(path))}",
        f"# from {', which extends '.join(sources) or 'no configuration: the defaults'}",
    ]
    if settings.folder is not None:
        lines.append(f"# globs are relative to {shown(settings.folder)}")
    text = "\n".join([*lines, "", displayed(settings, rules())])
    write(well_formed(text), None, for_people=True, color=False)


def _show_files(paths: Sequence[str], settings_for: Callable[[str], Settings]) -> None:
    """Print the files that a run over the paths reports on, one on a line."""
    from asgi_lint.pipeline import reported_at
    from asgi_lint.reporters.characters import visible, well_formed
    from asgi_lint.reporters.paths import shown_path

    found = reported_at(paths, settings_for)
    lines = (f"{visible(shown_path(each, Path.cwd()))}\n" for each in found)
    write(well_formed("".join(lines)), None, for_people=True, color=False)
