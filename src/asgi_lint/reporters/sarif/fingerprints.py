"""Fingerprints by which a diagnostic is recognised in a later run.

GitHub reads `primaryLocationLineHash` alone, and its uploader warns if the value differs from its
own, so that one follows GitHub's algorithm. `asgiLint/v1` is ours: it survives moved lines, and
changes around the line.
"""

from __future__ import annotations

from collections import Counter
from hashlib import sha256
from itertools import accumulate
from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import utf16_units
from asgi_lint.reporters.lines import split_lines
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.reporters.report import Report

_WINDOW = 100
_BASE = 37
_MASK = 2**64 - 1
_LEAVING = pow(_BASE, _WINDOW, _MASK + 1)
_END_OF_FILE = 65535
_WITHOUT_BLANKS = str.maketrans("", "", " \t")


def fingerprints(report: Report) -> list[dict[str, str]]:
    """The partial fingerprints of each diagnostic, in the report's order."""
    hashes = {
        filename: line_hashes(report.sources[filename])
        for filename in dict.fromkeys(each.place.filename for each in report.diagnostics)
        if filename in report.sources
    }
    return [
        {**_github(diagnostic, hashes), "asgiLint/v1": own}
        for diagnostic, own in zip(report.diagnostics, stable_fingerprints(report), strict=True)
    ]


def line_hashes(text: str) -> list[str]:
    """GitHub's hash of every line of `text`.

    A line's hash is a polynomial over the 100 UTF-16 units from its start on, blanks left out,
    line ends as LF, after the last unit a 65535 and zeros; behind the colon stands how many lines
    up to this one have had the same hash. All windows are read off one running value, for
    `prefix[end] - prefix[start] * base ** (end - start)` is the polynomial of what lies between.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").translate(_WITHOUT_BLANKS)
    units = [*utf16_units(plain), _END_OF_FILE, *([0] * _WINDOW)]
    prefix = list(accumulate(units, lambda value, unit: value * _BASE + unit & _MASK, initial=0))
    seen: Counter[str] = Counter()
    hashes: list[str] = []
    start = 0
    for line in plain.split("\n"):
        value = f"{prefix[start + _WINDOW] - prefix[start] * _LEAVING & _MASK:x}"
        seen[value] += 1
        hashes.append(f"{value}:{seen[value]}")
        start += len(utf16_units(line)) + 1
    return hashes


def stable_fingerprints(report: Report) -> list[str]:
    """A hash of each diagnostic's code, path, line of text and place among its equals."""
    seen: Counter[tuple[str, str, str]] = Counter()
    values: list[str] = []
    for diagnostic in report.diagnostics:
        path = shown_path(diagnostic.place.filename, report.repository)
        key = (diagnostic.code, path, _first_line(diagnostic, report))
        seen[key] += 1
        content = "\0".join([*key, str(seen[key])])
        values.append(sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32])
    return values


def _github(diagnostic: Diagnostic, hashes: Mapping[str, list[str]]) -> dict[str, str]:
    of_file = hashes.get(diagnostic.place.filename, [])
    row = diagnostic.place.span.start.row
    return {"primaryLocationLineHash": of_file[row - 1]} if row <= len(of_file) else {}


def _first_line(diagnostic: Diagnostic, report: Report) -> str:
    """The line where the diagnostic begins, its blanks evened out."""
    lines = split_lines(report.sources.get(diagnostic.place.filename, ""))
    row = diagnostic.place.span.start.row
    return " ".join(lines[row - 1].split()) if row <= len(lines) else ""
