"""How a run of the command ends: its exit codes, and the one line of a run that failed."""

from __future__ import annotations

import sys
from typing import NoReturn

import click

REPORTED = 1
FAILED = 2
PLEASE_REPORT = "This is a bug of asgi-lint; please report it with these lines:"


def fail(message: str) -> NoReturn:
    """End a run that cannot do what it was asked for; `message` is one sentence that says why."""
    tell(f"error: {message}")
    sys.exit(FAILED)


def tell(message: str) -> None:
    """Say something about the run itself, on one line of standard error."""
    from asgi_lint.reporters.characters import visible

    click.echo(f"asgi-lint: {visible(message)}", err=True)


def tell_bug() -> None:
    """Ask that the exception that is being handled be reported: it should not have come so far."""
    import traceback

    report = as_lines(traceback.format_exc(limit=-12).rstrip())
    click.echo(f"asgi-lint: internal error. {PLEASE_REPORT}\n{report}", err=True)


def as_lines(report: str) -> str:
    """Several lines to be shown as they are, such as a traceback, which may quote anything."""
    from asgi_lint.reporters.characters import visible

    return "\n".join(map(visible, report.split("\n")))
