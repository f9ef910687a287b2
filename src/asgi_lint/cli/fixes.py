"""What `asgi-lint check` does with fixes: write them, or show what writing them would change."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from asgi_lint.cli.ending import tell
from asgi_lint.cli.printing import uses_color, write_bytes

if TYPE_CHECKING:
    from asgi_lint.fixes.writing import Change
    from asgi_lint.fixing import Fixing


def tell_of(fixing: Fixing) -> None:
    """Say on standard error why something was not fixed."""
    from asgi_lint.fixing import ROUNDS

    for obstacle in fixing.obstacles:
        path = _shown(obstacle.filename)
        if obstacle.is_failure:
            tell(f'error: Cannot fix "{path}": {obstacle.reason}.')
        else:
            tell(f'warning: "{path}" is left alone: {obstacle.reason}.')
    for name in fixing.hard_linked:
        path = _shown(name)
        tell(f'warning: "{path}" has another name (a hard link), which keeps the old text.')
    if fixing.outside:
        listed = ", ".join(f'"{_shown(name)}"' for name in fixing.outside)
        tell(f"warning: Fixes that also edit {listed} are left out: name that too.")
    if fixing.unfinished:
        codes = ", ".join(fixing.unfinished)
        tell(
            f"warning: After {ROUNDS} rounds there still are fixes of {codes}. If another run does "
            "not end this, it is a bug of asgi-lint; please report it."
        )


def show_difference(fixing: Fixing, target: Path | None, *, is_listed: bool) -> None:
    """Print the unified diff of what would be written, and on standard error how much it is."""
    from asgi_lint.reporters.summary import counted, fixes_listed
    from asgi_lint.reporters.unified import shown_diff, unified_diff

    diffs = [
        unified_diff(_shown(_named(change)), change.before, change.after)
        for change in fixing.changes
    ]
    color = uses_color(target)
    is_terminal = target is None and sys.stdout is not None and sys.stdout.isatty()
    if color or is_terminal:
        click.echo("".join(shown_diff(diff, color=color) for diff in diffs), nl=False, color=color)
    else:
        write_bytes(b"".join(diffs), target)
    for line in fixes_listed(fixing.applied, Path.cwd()) if is_listed else []:
        click.echo(line, err=True)
    fixed = counted(len(fixing.applied), "diagnostic") if fixing.applied else "nothing"
    more = f" ({fixing.held_back} more with `--unsafe-fixes`)" if fixing.held_back else ""
    click.echo(f"Would fix {fixed}{more}.", err=True)


def _named(change: Change) -> str:
    """The file that a patch can change, which a symbolic link is not."""
    filename = change.source.filename
    return change.target if os.path.islink(filename) else filename  # noqa: PTH114


def _shown(filename: str) -> str:
    from asgi_lint.reporters.paths import shown_path

    return shown_path(filename, Path.cwd())
