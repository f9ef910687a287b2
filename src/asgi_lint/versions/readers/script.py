"""The header of a Python script that names its own requirements (PEP 723).

What it says holds for that one file. The header is TOML in comments; everything else is blanked
out, so that each offset in what remains is one in the file.
"""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import pyproject
from asgi_lint.versions.requirements import Problem, ProblemKind, Reading

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENING = "# /// script"
_CLOSING = "# ///"
_CONTENT = re.compile(r"#(?: .*)?")


class _Header(NamedTuple):
    """The offsets of a header's opening line and of its closing line."""

    start: int
    end: int


def read(manifest: ManifestText) -> Reading:
    """Read a script's requirements; one without a header that names a subject has none."""
    if _OPENING not in manifest.text or not manifest.names_subject:
        return Reading()
    headers = list(_headers(manifest.lines()))
    if len(headers) > 1:
        start = headers[1].start
        place = manifest.place(start, start + len(_OPENING))
        message = "This script has two headers: of `# /// script` there may be one."
        return Reading(problems=(Problem(ProblemKind.UNPARSABLE, place, message),))
    if not headers:
        return Reading()
    return pyproject.read_header(manifest, _alone(manifest, headers[0]))


def _headers(lines: list[tuple[int, str]]) -> Iterator[_Header]:
    """Every header: comment lines from its opening to the last closing among them."""
    start, end = None, None
    for offset, line in [*lines, (0, "")]:
        if start is None:
            start = offset if line == _OPENING else None
        elif not _CONTENT.fullmatch(line):
            if end is not None:
                yield _Header(start, end)
            start, end = None, None
        elif line == _CLOSING:
            end = offset


def _alone(manifest: ManifestText, header: _Header) -> ManifestText:
    """The manifest with blanks for all but the header's lines, and for what comments those out."""
    lines = manifest.lines()
    alone = []
    for (offset, line), (end, _) in pairwise(lines):
        if offset == header.end:
            break
        shown = f"{'  '[: len(line)]}{line[2:]}" if offset > header.start else ""
        alone.append(f"{shown:<{end - offset - 1}}\n")
    return ManifestText(manifest.filename, "".join(alone))
