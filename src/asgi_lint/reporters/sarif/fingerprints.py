"""Fingerprints by which a diagnostic is recognised in a later run.

GitHub reads `primaryLocationLineHash` alone, and its uploader warns if the value differs from its
own, so that one follows GitHub's algorithm. `asgiLint/v1` is the diagnostic's own fingerprint.
"""

from __future__ import annotations

from collections import Counter
from itertools import accumulate
from typing import TYPE_CHECKING

from asgi_lint.reporters.characters import utf16_units

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
        {**_github(diagnostic, hashes), "asgiLint/v1": diagnostic.fingerprint}
        for diagnostic in report.diagnostics
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


def _github(diagnostic: Diagnostic, hashes: Mapping[str, list[str]]) -> dict[str, str]:
    of_file = hashes.get(diagnostic.place.filename, [])
    row = diagnostic.place.span.start.row
    return {"primaryLocationLineHash": of_file[row - 1]} if row <= len(of_file) else {}
