"""`asgi-lint check`: report what is wrong."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from asgi_lint.cli.configuration import configuration_options
from asgi_lint.cli.ending import FAILED, REPORTED, fail
from asgi_lint.cli.options import common_folder, fastapi_version, settings_under, starlette_version
from asgi_lint.cli.outputs import output_options, outputs_of, write_outputs
from asgi_lint.cli.printing import warn
from asgi_lint.cli.showing import show_files, show_settings, showing_options
from asgi_lint.diagnostics import Severity

if TYPE_CHECKING:
    from asgi_lint.source import Source, SourceProblem


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATHS]...")
@click.option("--select", multiple=True, metavar="CODES", help="Run these rules only.")
@click.option("--extend-select", multiple=True, metavar="CODES", help="Run these rules too.")
@click.option("--ignore", multiple=True, metavar="CODES", help="Do not run these rules.")
@click.option("--exclude", multiple=True, metavar="GLOBS", help="Leave these out, not the usual.")
@click.option("--extend-exclude", multiple=True, metavar="GLOBS", help="Leave these out too.")
@click.option("--force-exclude", is_flag=True, default=None, help="Leave them out even when named.")
@configuration_options
@starlette_version
@fastapi_version
@output_options
@click.option(
    "--fail-on",
    type=click.Choice([severity.value for severity in Severity]),
    help="The least severity that makes the exit code 1. Default: warning.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even with diagnostics.")
@showing_options
@click.option("--stdin-filename", metavar="PATH", help="What `-` (standard input) is the text of.")
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Check files and folders (default: the current folder); `-` is standard input.

    CODES are codes (ASG201), prefixes (ASG2) or names of rules, separated by commas.
    """
    from asgi_lint.pipeline import UsageError, run
    from asgi_lint.settings import SettingsError

    stdin = _standard_input(paths, options["stdin_filename"])
    on_disk = [path for path in paths or (".",) if path != "-"]
    try:
        settings_for = settings_under(options)
        meant = [*on_disk, stdin.filename] if stdin else on_disk
        if options["show_settings"]:
            folder = common_folder(meant)
            return show_settings(folder, settings_for(folder))
        if options["show_files"]:
            return show_files(on_disk, settings_for)
        outputs = outputs_of(
            options["outputs"],
            options["output_file"],
            lambda: settings_for(common_folder(meant)).output_format,
        )
        outcome = run(on_disk, settings_for, stdin=stdin)
    except (SettingsError, UsageError) as error:
        fail(str(error))
    warn(outcome)
    write_outputs(outcome, outputs, statistics=options["statistics"])
    if outcome.crashes:
        sys.exit(FAILED)
    sys.exit(REPORTED if outcome.fails and not options["exit_zero"] else 0)


def _standard_input(paths: tuple[str, ...], filename: str | None) -> Source | SourceProblem | None:
    if "-" not in paths:
        if filename is not None:
            fail("--stdin-filename goes with `-` among the paths.")
        return None
    if sys.stdin is None:
        fail("Standard input is closed: `-` has nothing to read.")
    from asgi_lint.source import absolute_filename, decode_source

    return decode_source(sys.stdin.buffer.read(), absolute_filename(filename or "stdin.py"))
