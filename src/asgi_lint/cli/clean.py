"""`asgi-lint clean`: delete what runs have kept."""

from __future__ import annotations

import os

import click

from asgi_lint.cli.ending import fail
from asgi_lint.cli.options import cache_dir, settings_under


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@cache_dir
def clean(paths: tuple[str, ...], **options: str | None) -> None:
    """Delete the caches of the projects at and around the paths (default: the current folder)."""
    from asgi_lint.caching import cache_folders
    from asgi_lint.discovery import missing_paths
    from asgi_lint.reporters.characters import visible
    from asgi_lint.settings import SettingsError

    if missing := [each for each in paths if not os.path.lexists(each)]:
        fail(missing_paths(missing))
    try:
        folders = cache_folders(paths or (".",), settings_under(options))
    except SettingsError as error:
        fail(str(error))
    for folder in folders:
        try:
            is_deleted = folder.clean()
        except OSError as error:
            fail(f'Cannot delete "{folder.path}": {(error.strerror or "unknown error").lower()}.')
        if is_deleted:
            click.echo(f"Deleted {visible(folder.path)}", err=True)
