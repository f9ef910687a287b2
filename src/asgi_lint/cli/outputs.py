"""Which reports a run writes, and where: `--output-format FORMAT[=FILE]` and `--output-file`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from asgi_lint.cli.ending import fail
from asgi_lint.cli.printing import uses_color, write

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

    from asgi_lint.reporters.report import Report

    Decorated = Callable[..., Any]


class Output(NamedTuple):
    """One report; without a target it goes to standard output."""

    format: str
    target: Path | None = None

    @property
    def for_people(self) -> bool:
        """Whether people read it, and not programs."""
        from asgi_lint.reporters.formats import FORMATS

        return FORMATS[self.format].for_people


def output_options(command: Decorated) -> Decorated:
    """The options of a command that writes reports."""
    for option in (
        click.option("--statistics", is_flag=True, help="Count diagnostics by code instead."),
        click.option(
            "--output-file",
            type=click.Path(dir_okay=False, path_type=Path),
            help="Write the report there, not to the terminal.",
        ),
        click.option(
            "--output-format",
            "outputs",
            multiple=True,
            metavar="FORMAT[=FILE]",
            help="full (the default), concise, grouped, json, json-lines, junit, github, gitlab, "
            "azure, pylint, rdjson or sarif. With =FILE a report is written there, besides the "
            "terminal's; may be repeated.",
        ),
    ):
        command = option(command)
    return command


def outputs_of(
    written: Sequence[str], file: Path | None, configured: Callable[[], str]
) -> tuple[Output, ...]:
    """What the options ask for, the terminal's first; `configured` gives its format by default.

    Ends the run with one line where they ask for something that cannot be.
    """
    outputs = [_parsed(each) for each in written]
    on_terminal = [each.format for each in outputs if each.target is None]
    if len(on_terminal) > 1:
        fail(
            f"Of several output formats, all but one need a file: "
            f'write "--output-format {on_terminal[-1]}=FILE".'
        )
    to_files = tuple(each for each in outputs if each.target is not None)
    _refuse_shared([*(each.target for each in to_files), file])
    main = on_terminal[0] if on_terminal else configured()
    return (Output(main, file), *to_files)


def write_outputs(
    report: Report, outputs: Sequence[Output], *, statistics: bool, err: bool
) -> None:
    """Write every report; files come first, so that a full disk does not go unseen.

    What is for the terminal goes to standard error if `err` says so.
    """
    from asgi_lint.reporters.formats import render
    from asgi_lint.reporters.statistics import render as render_statistics
    from asgi_lint.reporters.statistics import render_json

    for output in sorted(outputs, key=lambda each: each.target is None):
        color = uses_color(output.target, err=err)
        if not statistics:
            text = render(report, output.format, color=color)
        elif output.format == "json":
            text = render_json(report)
        else:
            text = render_statistics(report, color=color)
        write(text, output.target, for_people=output.for_people, color=color, err=err)


def _parsed(written: str) -> Output:
    from asgi_lint.settings.keys import OUTPUT_FORMATS

    name, has_file, file = written.partition("=")
    if name not in OUTPUT_FORMATS:
        from difflib import get_close_matches

        close = get_close_matches(name.lower(), OUTPUT_FORMATS, n=1)
        suggestion = f' Did you mean "{close[0]}"?' if close else ""
        fail(f'"{name}" is no output format: {", ".join(OUTPUT_FORMATS)}.{suggestion}')
    if has_file and not file:
        fail(f'"--output-format {written}" names no file.')
    return Output(name, Path(file) if has_file else None)


def _refuse_shared(targets: Sequence[Path | None]) -> None:
    seen: set[Path] = set()
    for target in filter(None, targets):
        if target.absolute() in seen:
            fail(f'Two reports cannot be written to one file: "{target}".')
        seen.add(target.absolute())
