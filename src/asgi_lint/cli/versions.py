"""`asgi-lint versions`: show which releases count, and why."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from asgi_lint.cli.configuration import configuration_options
from asgi_lint.cli.ending import fail
from asgi_lint.cli.options import fastapi_version, settings_under, starlette_version
from asgi_lint.cli.printing import uses_color, write


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@configuration_options
@starlette_version
@fastapi_version
@click.option("--output-format", type=click.Choice(["text", "json"]), default="text")
def versions(paths: tuple[str, ...], output_format: str, **options: Any) -> None:
    """Show which releases of Starlette and FastAPI count in each folder, and why."""
    from asgi_lint.pipeline import UsageError
    from asgi_lint.reporters.overview import render, render_json
    from asgi_lint.settings import SettingsError
    from asgi_lint.survey import survey

    try:
        folders = survey(paths or (".",), settings_under(options))
    except (SettingsError, UsageError) as error:
        fail(str(error))
    if output_format == "json":
        write(render_json(folders, Path.cwd()), None, for_people=False, color=False)
        return
    color = uses_color(None)
    write(render(folders, Path.cwd(), color=color), None, for_people=True, color=color)
