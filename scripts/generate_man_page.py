"""Writes docs/man/asgi-lint.1, the man page, from what the commands say of themselves.

    python scripts/generate_man_page.py [--check]

With --check nothing is written: the exit code is 1 if the page is stale.
"""

from __future__ import annotations

import argparse
import re
import sys
from inspect import cleandoc
from pathlib import Path
from textwrap import wrap
from typing import TYPE_CHECKING

import click

from asgi_lint import __version__
from asgi_lint.cli import COMMANDS
from asgi_lint.cli import main as asgi_lint
from asgi_lint.versions.releases import as_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PAGE = Path(__file__).resolve().parents[1] / "docs/man/asgi-lint.1"

_DESCRIPTION = (
    "asgi-lint reads the code of an application and what it requires, and reports faults in its "
    "lifecycle: background tasks that are cancelled or never run, streams that nobody stops, "
    "middleware that breaks what it wraps, requirements that let in releases with such bugs. It "
    "never imports or runs the code, and fetches nothing."
)

_SYNOPSIS = """\
.SH SYNOPSIS
.B asgi\\-lint
.RI [ check ]\\ [ options ]\\ [ path ...]
.br
.B asgi\\-lint
.I command
.RI [ options ]\\ [ argument ...]
"""

_ENDING = """\
.SH EXIT STATUS
.TP
.B 0
There is nothing to report, or notes alone.
.TP
.B 1
Diagnostics are reported, the least severe as
.B \\-\\-fail\\-on
says.
.TP
.B 2
The run itself failed: a wrong option or configuration, a path that does not
exist, a bug.
.TP
.BR 130 ", " 143
The run was ended by Ctrl\\-C or SIGTERM.
.SH ENVIRONMENT
.TP
.B NO_COLOR
If it is not empty, nothing is coloured.
.TP
.B FORCE_COLOR
If it is not empty, text is coloured also where it goes to another program.
.TP
.B CI
If it is not empty, no progress bar is shown.
.SH FILES
.TP
.IR asgi\\-lint.toml ", " pyproject.toml
The configuration: the nearest one upwards counts. In
.I pyproject.toml
it is the table
.BR [tool.asgi\\-lint] .
.SH EXAMPLES
.TP
.B asgi\\-lint .
Check the project in the current folder.
.TP
.B asgi\\-lint check \\-\\-fix src requirements.txt
Check these, and apply safe fixes.
.TP
.B asgi\\-lint rule ASG201
Read what a rule reports, and what to write instead.
.TP
.B asgi\\-lint versions
See which releases of Starlette and FastAPI count, and why.
.SH SEE ALSO
.UR https://asgi\\-lint.readthedocs.io/
The documentation
.UE
"""


def main(arguments: Sequence[str] | None = None, page: Path = PAGE) -> int:
    """Write or compare the page; 1 if `--check` finds it stale."""
    parser = argparse.ArgumentParser(description="Generate the man page.")
    parser.add_argument("--check", action="store_true", help="compare instead of writing")
    check: bool = parser.parse_args(arguments).check
    text = man_page()
    if check:
        is_stale = not page.exists() or page.read_text(encoding="utf-8") != text
        if is_stale:
            print(f"{page.name} is stale: run scripts/generate_man_page.py")
        return int(is_stale)
    page.parent.mkdir(parents=True, exist_ok=True)
    page.write_text(text, encoding="utf-8", newline="\n")
    return 0


def man_page() -> str:
    """The page in roff, section 1."""
    settings = asgi_lint.context_settings
    context = click.Context(asgi_lint, info_name="asgi-lint", **settings)
    summary = (asgi_lint.help or "").rstrip(".")
    lines = [
        f'.TH ASGI\\-LINT 1 "{as_of()}" "asgi\\-lint {_escaped(__version__)}"',
        ".SH NAME",
        f"asgi\\-lint \\- {_escaped(summary[0].lower() + summary[1:])}",
        _SYNOPSIS.rstrip(),
        ".SH DESCRIPTION",
        *_paragraphs(_DESCRIPTION),
        ".SH OPTIONS",
        *_options(asgi_lint, context),
        ".SH COMMANDS",
    ]
    for name in COMMANDS:
        command = asgi_lint.get_command(context, name)
        assert command is not None
        lines += _command(command, click.Context(command, parent=context, info_name=name))
    return "\n".join([*lines, _ENDING])


def _command(command: click.Command, context: click.Context) -> Iterator[str]:
    usage = " ".join(command.collect_usage_pieces(context))
    yield f".SS asgi\\-lint {_escaped(context.info_name or '')} {_escaped(usage)}"
    yield from _paragraphs(cleandoc(command.help or ""))
    yield from _options(command, context)


def _paragraphs(text: str) -> Iterator[str]:
    """Paragraphs filled, and as they are where a line with a backspace asks for that."""
    for number, paragraph in enumerate(text.replace("\b\n", "\b").split("\n\n")):
        if number:
            yield ".PP"
        if paragraph.startswith("\b"):
            yield ".EX"
            yield from map(_line, paragraph.removeprefix("\b").split("\n"))
            yield ".EE"
        else:
            yield from _filled(paragraph)


def _options(command: click.Command, context: click.Context) -> Iterator[str]:
    # Only the group's own list has --help, which every command has.
    listed = command.get_params(context) if command is asgi_lint else command.params
    for parameter in listed:
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is None:
            continue
        names, text = record
        yield ".TP"
        yield f"\\fB{_names(names)}\\fR"
        yield from _filled(text)


def _names(record: str) -> str:
    """`--config FILE` with what is to be replaced in italics."""
    return re.sub(r" ((?!-)\S.*?)(?=,|$)", lambda found: f" \\fI{found[1]}\\fB", _escaped(record))


def _filled(text: str) -> Iterator[str]:
    yield from map(_line, wrap(" ".join(text.split()), 72, break_on_hyphens=False))


def _line(text: str) -> str:
    """Text that roff takes for no request, even at the beginning of a line."""
    escaped = _escaped(text)
    return f"\\&{escaped}" if escaped.startswith((".", "'")) else escaped


def _escaped(text: str) -> str:
    return text.replace("\\", "\\e").replace("-", "\\-")


if __name__ == "__main__":
    sys.exit(main())
