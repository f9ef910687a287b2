"""Options for a project that has diagnostics already: a baseline, a branch, comments for all."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from asgi_lint.cli.ending import FAILED, REPORTED, fail, tell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.pipeline import Run
    from asgi_lint.settings import Settings

    Decorated = Callable[..., Any]

_ADD_IGNORE = "--add-ignore"
_WRITE_BASELINE = "--write-baseline"


class OptionalReason(click.Command):
    """A command whose `--add-ignore` may have a value behind `=`, and none otherwise."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Without it the next path would be taken for the reason."""
        return super().parse_args(
            ctx, [f"{each}=" if each == _ADD_IGNORE else each for each in args]
        )


def adopting_options(command: Decorated) -> Decorated:
    """The options of a command that reports."""
    for option in (
        click.option(
            _ADD_IGNORE,
            metavar="[=REASON]",
            help="Write a suppression comment at everything that is reported.",
        ),
        click.option("--diff-base", metavar="REF", help="Report what was added since leaving REF."),
        click.option(_WRITE_BASELINE, metavar="FILE", help="Write what is reported, and stop."),
        click.option("--baseline", metavar="FILE", help="Do not report what stands in this file."),
    ):
        command = option(command)
    return command


def refuse_contradictions(options: dict[str, Any], paths: Sequence[str]) -> None:
    """End the run where two options ask for different things to be written."""
    asked = [
        name
        for name, is_given in (
            (_WRITE_BASELINE, options["write_baseline"] is not None),
            (_ADD_IGNORE, options["add_ignore"] is not None),
            ("--fix", bool(options["fix"])),
            ("--diff", bool(options["diff"])),
        )
        if is_given
    ]
    if not {_WRITE_BASELINE, _ADD_IGNORE} & {*asked}:
        return
    if len(asked) > 1:
        fail(f"{asked[0]} and {asked[1]} do not go together: do one after the other.")
    if "-" in paths:
        fail(f"{asked[0]} needs files: standard input is none.")


def narrowed(
    settings_for: Callable[[str], Settings], options: dict[str, Any], paths: Sequence[str]
) -> Callable[[str], Settings]:
    """The settings under what the options say of diagnostics that are known already."""
    if options["write_baseline"] is not None:
        settings_for = _without_baseline(settings_for)
    if options["diff_base"] is None:
        return settings_for
    from asgi_lint.branch import known_before
    from asgi_lint.git import GitError

    try:
        known = known_before(options["diff_base"], paths, _without_baseline(settings_for))
    except GitError as error:
        fail(f"--diff-base: {error}")
    return lambda path: replace(settings_for(path), known=known)


def _without_baseline(settings_for: Callable[[str], Settings]) -> Callable[[str], Settings]:
    return lambda path: replace(settings_for(path), baseline=None)


def adopt(
    options: dict[str, Any], paths: Sequence[str], settings_for: Callable[[str], Settings]
) -> int | None:
    """Write a baseline or comments, if that is asked for; the exit code of a run that did.

    After comments it is that of the check which then follows.
    """
    from asgi_lint.cli.printing import warn
    from asgi_lint.pipeline import run

    target, reason = options["write_baseline"], options["add_ignore"]
    if target is None and reason is None:
        return None
    if reason is not None:
        reason = _reason_of(reason)
    outcome = run(paths, settings_for)
    if target is not None:
        warn(outcome)
        _write_baseline(outcome, target)
        return FAILED if outcome.crashes else 0
    is_written = _add_ignores(outcome, reason)
    outcome = run(paths, settings_for)
    warn(outcome)
    if outcome.crashes or not is_written:
        return FAILED
    return REPORTED if outcome.fails and not options["exit_zero"] else 0


def _write_baseline(outcome: Run, target: str) -> None:
    """Write what a run reports as the new baseline, and tell how much that is."""
    from asgi_lint.baseline import baseline_text
    from asgi_lint.cli.printing import write_bytes
    from asgi_lint.reporters.summary import counted
    from asgi_lint.source import absolute_filename
    from asgi_lint.suppression import CANNOT_BE_SILENCED

    filename = absolute_filename(target)
    text = baseline_text(outcome.diagnostics, _named)
    if not _replaced(filename, text):
        write_bytes(text.encode(), Path(filename))
    left_out = [each for each in outcome.diagnostics if each.code in CANNOT_BE_SILENCED]
    for each in left_out:
        _tell_at(each, "it is not in the baseline: a file that was not checked must not look clean")
    written = counted(len(outcome.diagnostics) - len(left_out), "diagnostic")
    click.echo(f"Wrote {written} to {target}.")


def _named(filename: str) -> str:
    """What a file is called in fingerprints."""
    from asgi_lint.fingerprints import below
    from asgi_lint.roots import project_root, repository_top

    return below(repository_top(filename) or project_root(filename))(filename)


def _replaced(filename: str, text: str) -> bool:
    """Whether there was such a file, which then has the new text, at once."""
    from asgi_lint.fixes.writing import Change, write
    from asgi_lint.source import Source, read_source

    source = read_source(filename)
    if not isinstance(source, Source):
        return False
    if source.text != text:
        for obstacle in write([[Change(replace(source, encoding="utf-8"), text)]]):
            fail(f'Cannot write "{filename}": {obstacle.reason}.')
    return True


def _add_ignores(outcome: Run, reason: str) -> bool:
    """Write a comment at everything that a run reports; whether all of them could be written."""
    from asgi_lint.fixes.writing import write
    from asgi_lint.pipeline import current_day
    from asgi_lint.reporters.summary import counted
    from asgi_lint.rules.registry import rules
    from asgi_lint.silencing import silencing

    names = {rule.name: code for code, rule in rules().items()}
    found = silencing(outcome, names, reason, current_day())
    obstacles = write([change] for change in found.changes)
    for obstacle in obstacles:
        tell(f'error: Cannot write "{_shown(obstacle.filename)}": {obstacle.reason}.')
    for refusal in found.refusals:
        _tell_at(refusal.diagnostic, f"it is not suppressed: {refusal.reason}")
    unwritten = {each.filename for each in obstacles}
    added = [each for each in found.silenced if each.place.filename not in unwritten]
    files = {each.place.filename for each in added}
    where = f" in {counted(len(files), 'file')}" if files else ""
    click.echo(f"Suppressed {counted(len(added), 'diagnostic')}{where}.")
    return not obstacles


def _reason_of(written: str) -> str:
    """The reason in `--add-ignore=REASON`, on one line; ends the run for one that cannot be."""
    reason = written.strip()
    if not reason.isprintable() or reason.startswith(("[", "]")):
        fail(f"{_ADD_IGNORE}: the reason is to be one line of plain text.")
    return reason


def _tell_at(diagnostic: Diagnostic, message: str) -> None:
    filename, ((row, column), _) = diagnostic.place
    tell(f"warning: {_shown(filename)}:{row}:{column}: {diagnostic.code}: {message}.")


def _shown(filename: str) -> str:
    from asgi_lint.reporters.paths import shown_path

    return shown_path(filename, Path.cwd())
