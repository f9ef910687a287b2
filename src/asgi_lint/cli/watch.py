"""`asgi-lint check --watch`: check again when something changes, until Ctrl-C.

It looks at the files now and then, which needs no other package and works on network drives and in
containers, where a system tells nothing of changes.
"""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any, NoReturn

import click

from asgi_lint.cli.ending import FAILED, fail, tell_bug

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from asgi_lint.watching import Snapshot

_PERIOD = 0.3
"""Seconds between two looks, at least."""

_SHARE = 0.1
"""The most of its time that looking may take."""

_SETTLED = 0.1
"""Seconds without a further change after which those that were seen count as all."""


def watch(
    paths: Sequence[str], options: dict[str, Any], check: Callable[[dict[str, Any]], object]
) -> NoReturn:
    """Call `check` with the options, and again whenever a file changes; it may end by sys.exit.

    Ends the run if the first one fails: then it is the command line that is wrong.
    """
    _refuse_what_ends(paths, options)
    seen = _look(paths, options)
    is_first = True
    while True:
        _clear()
        started = time.monotonic()
        if _ended(check, {**options}) == FAILED and is_first:
            sys.exit(FAILED)
        took = time.monotonic() - started
        count = f"{len(seen)} file{'' if len(seen) == 1 else 's'}"
        _say(f"checked in {took:.1f} s; watching {count}, Ctrl-C ends it")
        seen = _changed(paths, options, seen)
        is_first = False


def _refuse_what_ends(paths: Sequence[str], options: dict[str, Any]) -> None:
    """End the run where an option does something once."""
    once = ("add_ignore", "write_baseline", "diff", "show_files", "show_settings")
    for name in once:
        if options[name] not in (None, False):
            fail(f"--watch and --{name.replace('_', '-')} do not go together.")
    if "-" in paths:
        fail("--watch needs files: standard input is none.")


def _look(paths: Sequence[str], options: dict[str, Any], known: Iterable[str] = ()) -> Snapshot:
    """The files as they are now, also those that were `known` before."""
    from asgi_lint.cli.options import settings_under
    from asgi_lint.rules.registry import rules
    from asgi_lint.settings import SettingsError, default_settings
    from asgi_lint.watching import snapshot

    try:
        return snapshot(paths or (".",), settings_under(options), known)
    except SettingsError:  # the check has told; it may be set right
        return snapshot(paths or (".",), lambda _: default_settings(rules()), known)


def _ended(check: Callable[[dict[str, Any]], object], options: dict[str, Any]) -> object:
    """The exit code that the check would have ended with."""
    try:
        check(options)
    except SystemExit as end:
        return end.code
    except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
        raise
    except Exception:
        os.getcwd()  # noqa: PTH109 - without it there is nothing to watch: the error ends the run
        tell_bug()  # what it fails on may be gone with the next change
        return FAILED
    return None


def _changed(paths: Sequence[str], options: dict[str, Any], seen: Snapshot) -> Snapshot:
    """Wait until something is other than it was seen, and then for it to settle."""
    pause = _PERIOD
    now = seen
    while now == seen:
        time.sleep(pause)
        started = time.monotonic()
        now = _look(paths, options, seen)
        pause = max(_PERIOD, (time.monotonic() - started) / _SHARE)
    while True:
        time.sleep(_SETTLED)
        later = _look(paths, options, now)
        if later == now:
            return later
        now = later


def _clear() -> None:
    if sys.stdout is not None and sys.stdout.isatty():
        click.clear()


def _say(message: str) -> None:
    click.echo(f"\n{time.strftime('%H:%M:%S')} {message}", err=True)
