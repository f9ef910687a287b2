"""What a run has to say, to standard output, a file or standard error."""

from __future__ import annotations

import codecs
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from asgi_lint.cli.ending import PLEASE_REPORT, fail, tell

if TYPE_CHECKING:
    from asgi_lint.pipeline import Run


def uses_color(target: Path | None) -> bool:
    """Whether what is written to a file, or to standard output without one, is coloured."""
    from asgi_lint.reporters.color import use_color

    return target is None and sys.stdout is not None and use_color(sys.stdout, os.environ)


def write(text: str, target: Path | None, *, for_people: bool, color: bool) -> None:
    """Write to a file or to standard output, where only people get what its encoding can say."""
    try:
        if target is not None:
            target.write_text(text, encoding="utf-8", newline="")
        elif for_people:
            click.echo(encodable(text), nl=False, color=color)
        else:
            click.echo(text.encode("utf-8"), nl=False)
    except BrokenPipeError:
        raise
    except OSError as error:
        shown = f'"{target}"' if target is not None else "the report"
        fail(f"Cannot write {shown}: {(error.strerror or 'unknown error').lower()}.")


def encodable(text: str) -> str:
    """The text with what standard output's encoding lacks as an escape, such as `\\u65e5`."""
    encoding = codecs.lookup(getattr(sys.stdout, "encoding", None) or "utf-8").name
    if encoding == "ascii":  # it stands for a locale that says nothing: there click writes UTF-8
        return text
    return text.encode(encoding, "backslashreplace").decode(encoding)


def warn(outcome: Run) -> None:
    """Tell what is odd about the run itself, and where asgi-lint failed."""
    from asgi_lint.reporters.characters import visible
    from asgi_lint.reporters.paths import shown_path

    for place, message in outcome.warnings:
        row, column = place.span.start
        shown = shown_path(place.filename, Path.cwd())
        tell(f"warning: {shown}:{row}:{column}: {message}")
    for crash in outcome.crashes:
        click.echo(
            f"asgi-lint: internal error in {visible(crash.of)}; the rest was checked. "
            f"{PLEASE_REPORT}\n{crash.report}",
            err=True,
        )
