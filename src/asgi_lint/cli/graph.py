"""`asgi-lint graph`: draw the application."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from asgi_lint.cli.configuration import configuration_options
from asgi_lint.cli.ending import FAILED, fail
from asgi_lint.cli.options import fastapi_version, settings_under, starlette_version
from asgi_lint.cli.printing import uses_color, warn, write


@click.command()
@click.argument("path", default=".")
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "mermaid", "dot", "json", "html"]),
    default="text",
    help="Default: text.",
)
@click.option(
    "--output-file",
    type=click.Path(dir_okay=False, path_type=Path),
    help="Write the picture there.",
)
@click.option("--tests", is_flag=True, help="Show the applications of tests too.")
@configuration_options
@starlette_version
@fastapi_version
def graph(
    path: str, output_format: str, output_file: Path | None, *, tests: bool, **options: Any
) -> None:
    """Draw the applications made in a file or folder (default: the current folder).

    Their middleware from outside to inside, routers, endpoints, dependencies, streams and
    background tasks, with what `asgi-lint check` says about them.
    """
    from asgi_lint.depict import depict
    from asgi_lint.picture.formats import FOR_PEOPLE, render
    from asgi_lint.pipeline import UsageError
    from asgi_lint.settings import SettingsError

    try:
        picture, outcome = depict(path, settings_under(options), tests=tests)
    except (SettingsError, UsageError) as error:
        fail(str(error))
    warn(outcome)
    color = uses_color(output_file)
    text = render(picture, output_format, Path.cwd(), color=color)
    write(text, output_file, for_people=output_format in FOR_PEOPLE, color=color)
    if outcome.crashes:
        sys.exit(FAILED)
