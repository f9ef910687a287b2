"""`asgi-lint check`: report what is wrong, and fix what can be."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

import click

from asgi_lint.cli.adopting import (
    OptionalReason,
    adopt,
    adopting_options,
    narrowed,
    refuse_contradictions,
)
from asgi_lint.cli.configuration import configuration_options
from asgi_lint.cli.ending import FAILED, REPORTED, fail
from asgi_lint.cli.options import (
    cache,
    cache_dir,
    common_folder,
    fastapi_version,
    jobs,
    settings_under,
    starlette_version,
)
from asgi_lint.cli.outputs import output_options, outputs_of, write_outputs
from asgi_lint.cli.printing import warn, write_bytes
from asgi_lint.cli.progress import progress_shown
from asgi_lint.cli.showing import is_shown_instead, showing_options
from asgi_lint.cli.words import FILE, RULES, Choice
from asgi_lint.diagnostics import Severity

if TYPE_CHECKING:
    from collections.abc import Sequence

    from asgi_lint.cli.outputs import Output
    from asgi_lint.fixing import Fixing
    from asgi_lint.source import Source, SourceProblem


@click.command(cls=OptionalReason)
@click.argument("paths", nargs=-1, metavar="[PATHS]...", type=FILE)
@click.option("--select", multiple=True, type=RULES, help="Run these rules only.")
@click.option("--extend-select", multiple=True, type=RULES, help="Run these rules too.")
@click.option("--ignore", multiple=True, type=RULES, help="Do not run these rules.")
@click.option("--exclude", multiple=True, metavar="GLOBS", help="Leave these out, not the usual.")
@click.option("--extend-exclude", multiple=True, metavar="GLOBS", help="Leave these out too.")
@click.option("--force-exclude", is_flag=True, default=None, help="Leave them out even when named.")
@configuration_options
@starlette_version
@fastapi_version
@output_options
@click.option(
    "--fail-on",
    type=Choice([severity.value for severity in Severity]),
    help="The least severity that makes the exit code 1. Default: warning.",
)
@click.option("--exit-zero", is_flag=True, help="Exit with 0 even with diagnostics.")
@adopting_options
@showing_options
@click.option("--watch", is_flag=True, help="Check again whenever something changes.")
@click.option(
    "--stdin-filename", metavar="PATH", type=FILE, help="What `-` (standard input) is the text of."
)
@cache
@cache_dir
@jobs
@click.option("--fix/--no-fix", default=None, help="Apply safe fixes.")
@click.option("--unsafe-fixes/--no-unsafe-fixes", default=None, help="Apply unsafe ones too.")
@click.option("--diff", is_flag=True, help="Show what --fix would change, and change nothing.")
@click.option("--show-fixes", is_flag=True, help="List what was fixed.")
@click.option("--fixable", multiple=True, type=RULES, help="Apply fixes of these rules only.")
@click.option("--unfixable", multiple=True, type=RULES, help="Do not apply fixes of these.")
@click.option(
    "--exit-non-zero-on-fix", is_flag=True, help="Exit with 1 if anything was fixed, too."
)
def check(paths: tuple[str, ...], **options: Any) -> None:
    """Check files and folders (default: the current folder); `-` is standard input.

    CODES are codes (ASG201), prefixes (ASG2) or names of rules, separated by commas.
    """
    if options.pop("watch"):
        from asgi_lint.cli.watch import watch

        watch(paths, options, lambda options: _check(paths, options))
    _check(paths, options)


def _check(paths: tuple[str, ...], options: dict[str, Any]) -> None:
    """Check once, and end with the exit code."""
    from asgi_lint.cli.fixes import show_difference, tell_of
    from asgi_lint.fixing import carried_out, fix
    from asgi_lint.pipeline import UsageError
    from asgi_lint.settings import SettingsError

    refuse_contradictions(options, paths)
    typed = _standard_input(paths, options["stdin_filename"])
    is_diff, is_filter = options["diff"], typed is not None and bool(options["fix"])
    if is_diff:
        options["fix"] = True
    elif typed is not None:  # there a configuration's `fix` has no file to change
        options["fix"] = is_filter
    on_disk = [path for path in paths or (".",) if path != "-"]
    stdin = typed.source if typed is not None else None
    try:
        settings_for = settings_under(options)
        meant = [*on_disk, stdin.filename] if stdin else on_disk
        if is_shown_instead(options, meant, on_disk, settings_for):
            return
        outputs = outputs_of(
            options["outputs"],
            options["output_file"],
            lambda: settings_for(common_folder(meant)).output_format,
        )
        settings_for = narrowed(settings_for, options, meant)
        if (exit_code := adopt(options, on_disk, settings_for)) is not None:
            sys.exit(exit_code)
        with progress_shown():
            fixing = fix(on_disk, settings_for, stdin=stdin, may_write=not is_diff)
            if not is_diff:
                fixing = carried_out(fixing, on_disk, settings_for, stdin=stdin)
    except (SettingsError, UsageError) as error:
        fail(str(error))
    warn(fixing.remaining)
    tell_of(fixing)
    if is_diff:
        show_difference(fixing, options["output_file"], is_listed=options["show_fixes"])
    else:
        if typed is not None and is_filter:
            write_bytes(typed.after(fixing), None)
        _report(fixing, outputs, options, err=is_filter)
    sys.exit(_exit_code(fixing, options))


class _StandardInput(NamedTuple):
    """What was read there, as it came and as the file that it stands for."""

    data: bytes
    source: Source | SourceProblem

    def after(self, fixing: Fixing) -> bytes:
        """What fixes make of it."""
        name = self.source.filename
        changed = [each.after for each in fixing.changes if each.source.filename == name]
        return changed[0] if changed else self.data


def _standard_input(paths: tuple[str, ...], filename: str | None) -> _StandardInput | None:
    if "-" not in paths:
        if filename is not None:
            fail("--stdin-filename goes with `-` among the paths.")
        return None
    if sys.stdin is None:
        fail("Standard input is closed: `-` has nothing to read.")
    from asgi_lint.source import absolute_filename, decode_source

    data = sys.stdin.buffer.read()
    return _StandardInput(data, decode_source(data, absolute_filename(filename or "stdin.py")))


def _report(
    fixing: Fixing, outputs: Sequence[Output], options: dict[str, Any], *, err: bool
) -> None:
    """Write what remains; on standard error where standard output is for the fixed text."""
    from asgi_lint.cli.reporting import report_of
    from asgi_lint.reporters.report import Fixes
    from asgi_lint.reporters.summary import fixed_lines

    fixes = Fixes(fixing.applied, fixing.held_back, is_listed=options["show_fixes"])
    with_pages = any(each.format == "sarif" for each in outputs)
    report = report_of(
        fixing.remaining, fixes if fixing.is_asked_for else None, with_pages=with_pages
    )
    write_outputs(report, outputs, statistics=options["statistics"], err=err)
    for line in () if outputs[0].for_people or err else fixed_lines(report):
        click.echo(line, err=True)


def _exit_code(fixing: Fixing, options: dict[str, Any]) -> int:
    if fixing.remaining.crashes or any(each.is_failure for each in fixing.obstacles):
        return FAILED
    if options["exit_zero"]:
        return 0
    if options["diff"]:
        return REPORTED if fixing.changes else 0
    is_changed = options["exit_non_zero_on_fix"] and fixing.applied
    return REPORTED if fixing.remaining.fails or is_changed else 0
