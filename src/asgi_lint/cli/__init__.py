"""The command line: arguments in, exit code out. Each command is a module, loaded when needed."""

from __future__ import annotations

import os
import sys
from importlib import import_module
from typing import Any

import click

from asgi_lint import __version__
from asgi_lint.cli.ending import FAILED, INTERRUPTED, PLEASE_REPORT

COMMANDS = ("check", "clean", "graph", "rule", "server", "versions")
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
            args = ["check", *args]
        return super().parse_args(ctx, args)

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("asgi-lint: interrupted", err=True)
            # Not sys.exit: a parser that still runs in its thread aborts a Python that winds down.
            os._exit(INTERRUPTED)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            raise
        except Exception:
            import traceback

            report = traceback.format_exc(limit=-12).rstrip()
            click.echo(f"asgi-lint: internal error. {PLEASE_REPORT}\n{report}", err=True)
            sys.exit(FAILED)


@click.group(
    cls=_Commands,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="`asgi-lint PATH...` is `asgi-lint check PATH...`.",
)
@click.version_option(
    __version__, "-V", "--version", prog_name="asgi-lint", message="%(prog)s %(version)s"
)
def main() -> None:
    """Find lifecycle bugs in Starlette and FastAPI applications."""
