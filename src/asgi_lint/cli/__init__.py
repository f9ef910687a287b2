"""The command line: arguments in, exit code out. Each command is a module, loaded when needed."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from asgi_lint import __version__
from asgi_lint.cli.ending import FAILED, fail, tell_bug

COMMANDS = ("check", "clean", "completion", "graph", "rule", "server", "versions")
"""Each is a module of this package with a click command of the same name."""


class _Commands(click.Group):
    """A group in which `asgi-lint PATH` means `asgi-lint check PATH`, and that ends well."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = getattr(import_module(f"asgi_lint.cli.{cmd_name}"), cmd_name)
        return command

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        own = {"--help", "-h", "--version", "-V"}
        if args and args[0] not in COMMANDS and args[0] not in own:
            if not ctx.resilient_parsing:
                _refuse_misspelt(args[0])
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def shell_complete(
        self, ctx: click.Context, incomplete: str
    ) -> list[click.shell_completion.CompletionItem[str]]:
        """Commands and their group's options, and what may stand there in place of `check`."""
        check = self.get_command(ctx, "check")
        assert check is not None
        own = super().shell_complete(ctx, incomplete)
        if incomplete.startswith("-"):
            return [*own, *check.shell_complete(ctx, incomplete)]
        # A shell that is given a file and words offers files only where no word fits.
        return [click.shell_completion.CompletionItem(incomplete, type="file"), *own]

    def invoke(self, ctx: click.Context) -> Any:
        _refuse_lost_folder()
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception:
            _refuse_lost_folder()  # which may have gone while we looked into it
            tell_bug()
            sys.exit(FAILED)


def _refuse_lost_folder() -> None:
    """End a run in a folder that somebody has deleted, to which no path can be relative."""
    try:
        os.getcwd()  # noqa: PTH109
    except OSError as error:
        fail(f"The current folder cannot be used: {(error.strerror or 'unknown error').lower()}.")


def _refuse_misspelt(word: str) -> None:
    """End a run whose first argument is nothing on disk, but nearly a command."""
    from asgi_lint.suggestions import closest, closest_path

    if word.startswith("-") or os.path.lexists(word) or (near := closest(word, COMMANDS)) is None:
        return
    path = closest_path(word)
    meant = f"`asgi-lint {near}`" if path is None else f'`asgi-lint {near}` or "{path}"'
    fail(f'There is no command, file or folder "{word}". Did you mean {meant}?')


def _show_version(ctx: click.Context, _option: click.Parameter, value: bool) -> None:  # noqa: FBT001
    if not value or ctx.resilient_parsing:
        return
    from asgi_lint.versions.release_data import release_data

    day = release_data("starlette").as_of
    click.echo(f"asgi-lint {__version__} (Starlette and FastAPI releases as of {day})")
    ctx.exit()


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`asgi-lint PATH...` is `asgi-lint check PATH...`.",
)
@click.option(
    "-V",
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_show_version,
    help="Show the version and how recent the known releases are, and exit.",
)
def main() -> None:
    """Find lifecycle bugs in Starlette and FastAPI applications."""
