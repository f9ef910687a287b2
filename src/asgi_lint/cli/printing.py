"""What a run has to say, to standard output, a file or standard error."""

from __future__ import annotations

import codecs
import os
import sys
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from asgi_lint.cli.ending import PLEASE_REPORT, as_lines, fail, tell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from typing import TextIO

    from asgi_lint.pipeline import Run


def uses_color(target: Path | None = None, *, err: bool = False) -> bool:
    """Whether what is written to a file, or to a standard stream without one, is coloured."""
    from asgi_lint.reporters.color import use_color

    stream = sys.stderr if err else sys.stdout
    return target is None and stream is not None and use_color(stream, os.environ)


def write(
    text: str, target: Path | None, *, for_people: bool, color: bool, err: bool = False
) -> None:
    """Write to a file or a standard stream, where only people get what its encoding can say."""
    if target is not None or not for_people:
        write_bytes(text.encode("utf-8"), target, err=err)
        return
    with _failing_well(None):
        click.echo(
            encodable(text, sys.stderr if err else sys.stdout), nl=False, color=color, err=err
        )


def write_bytes(data: bytes, target: Path | None, *, err: bool = False) -> None:
    """Write to a file or a standard stream just as it is."""
    with _failing_well(target):
        if target is not None:
            target.write_bytes(data)
        else:
            click.echo(data, nl=False, err=err)


@contextmanager
def _failing_well(target: Path | None) -> Iterator[None]:
    try:
        yield
    except BrokenPipeError:
        raise
    except OSError as error:
        shown = f'"{target}"' if target is not None else "the report"
        fail(f"Cannot write {shown}: {(error.strerror or 'unknown error').lower()}.")


def encodable(text: str, stream: TextIO | None) -> str:
    """The text with what the stream's encoding lacks as an escape, such as `\\u65e5`."""
    encoding = codecs.lookup(getattr(stream, "encoding", None) or "utf-8").name
    if encoding == "ascii":  # it stands for a locale that says nothing: there click writes UTF-8
        return text
    return text.encode(encoding, "backslashreplace").decode(encoding)


def warn(outcome: Run) -> None:
    """Tell what is odd about the run itself, and where asgi-lint failed."""
    from asgi_lint.analysis.crashes import few
    from asgi_lint.reporters.characters import visible
    from asgi_lint.reporters.paths import shown_path
    from asgi_lint.reporters.summary import counted

    for place, message in outcome.warnings:
        row, column = place.span.start
        shown = shown_path(place.filename, Path.cwd())
        tell(f"warning: {shown}:{row}:{column}: {message}")
    if outcome.cache_problem is not None:
        tell(f"warning: {outcome.cache_problem}")
    first, repeated = few(outcome.crashes)
    for crash in first:
        click.echo(
            f"asgi-lint: internal error in {visible(crash.of)}; the rest was checked. "
            f"{PLEASE_REPORT}\n{as_lines(crash.report)}",
            err=True,
        )
    for culprit, times in repeated:
        tell(f"internal error in {culprit} in {counted(times, 'more place')}.")
