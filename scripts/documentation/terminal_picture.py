"""The picture of a terminal after a command: what asgi-lint prints, in its colours, as an SVG."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_COLUMN, _LINE, _MARGIN, _BAR = 8.0, 18, 16, 34
"""Sizes in pixels: a column, a line, the margin around the text, the bar of the window."""

_COLORS = {"31": "red", "32": "green", "33": "yellow", "34": "blue", "36": "cyan"}
_SEQUENCE = re.compile(r"\x1b\[([\d;]*)m")

_STYLE = """\
text { font: 13px ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace; \
fill: #d6d9e0; white-space: pre; }
.red { fill: #ff7b72; } .green { fill: #7ee787; } .yellow { fill: #e3b341; }
.blue { fill: #79c0ff; } .cyan { fill: #56d4dd; } .bold { font-weight: 700; }
.dim { opacity: .65; }"""


@dataclass(frozen=True, slots=True)
class _Run:
    """Characters of one line that look the same, from a column on."""

    column: int
    text: str
    classes: tuple[str, ...]


def terminal_picture(arguments: tuple[str, ...], folder: Path) -> str:
    """The SVG of `asgi-lint ARGUMENTS`, run in `folder`; the text in it can be selected."""
    printed = subprocess.run(
        [sys.executable, "-m", "asgi_lint", *arguments],
        cwd=folder,
        env={**os.environ, "FORCE_COLOR": "1", "NO_COLOR": "", "PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        check=False,
    ).stdout
    command = f"\x1b[2m$\x1b[0m asgi-lint {' '.join(arguments)}"
    lines = [command, *printed.rstrip("\n").split("\n")]
    width = max(len(_SEQUENCE.sub("", line)) for line in lines) * _COLUMN + 2 * _MARGIN
    height = _BAR + len(lines) * _LINE + _MARGIN
    body = "\n".join(_line(line, _BAR + (at + 1) * _LINE - 4) for at, line in enumerate(lines))
    dots = "".join(f'<circle cx="{20 + 18 * at}" cy="17" r="5.5"/>' for at in range(3))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height}" '
        f'width="{width:g}" height="{height}">\n<style>\n{_STYLE}\n</style>\n'
        f'<rect width="100%" height="100%" rx="8" fill="#1b1f27"/>\n<g fill="#4a5160">{dots}</g>\n'
        f"{body}\n</svg>\n"
    )


def _line(line: str, y: int) -> str:
    return "\n".join(
        # Each run has its place and length by itself, so that the columns hold in any font.
        f'<text x="{_MARGIN + run.column * _COLUMN:g}" y="{y}" '
        f'textLength="{len(run.text) * _COLUMN:g}" class="{" ".join(run.classes)}">'
        f"{escape(run.text)}</text>"
        for run in _runs(line)
        if run.text.strip()
    )


def _runs(line: str) -> Iterator[_Run]:
    """The line without its escape sequences, which are those that `click.style` writes."""
    column = 0
    classes: tuple[str, ...] = ()
    text, *others = _SEQUENCE.split(line)
    for parameters, following in zip([None, *others[::2]], [text, *others[1::2]], strict=True):
        if parameters is not None:
            classes = _classes(classes, parameters)
        yield _Run(column, following, classes)
        column += len(following)


def _classes(before: tuple[str, ...], parameters: str) -> tuple[str, ...]:
    names = before
    for code in parameters.split(";"):
        match code:
            case "0" | "":
                names = ()
            case "1":
                names = (*names, "bold")
            case "2":
                names = (*names, "dim")
            case _:
                names = (*names, _COLORS[code])
    return names
