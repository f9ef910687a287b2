"""The fingerprint by which a diagnostic is recognised in a later run.

It is a hash of the diagnostic's code, file and line of text, so it survives lines that move and
changes around the line. A comment that silences another diagnostic on the line does not count.
SARIF, GitLab's report, baselines and `--diff-base` all go by it.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import lru_cache
from hashlib import sha256
from typing import TYPE_CHECKING

from asgi_lint.source import split_lines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping

    from asgi_lint.diagnostics import Diagnostic

_SUPPRESSION = re.compile(r"#\s*(?:asgi-lint\s*:|noqa\b).*", re.IGNORECASE | re.DOTALL)


def fingerprinted(
    diagnostics: Iterable[Diagnostic],
    sources: Mapping[str, str],
    named: Callable[[str], str],
) -> tuple[Diagnostic, ...]:
    """The diagnostics with their fingerprints, in the order in which they are given.

    `sources` has the text of files by name. `named` gives what a file is called in the
    fingerprint: a name that is the same on every machine. Equal ones are told apart by counting.
    """
    seen: Counter[tuple[str, str, str]] = Counter()
    found = []
    for diagnostic in diagnostics:
        key = (
            diagnostic.code,
            named(diagnostic.place.filename),
            _first_line(diagnostic, sources),
        )
        seen[key] += 1
        content = "\0".join([*key, str(seen[key])])
        value = sha256(content.encode("utf-8", "surrogatepass")).hexdigest()[:32]
        found.append(replace(diagnostic, fingerprint=value))
    return tuple(found)


def below(top: str) -> Callable[[str], str]:
    """What names a file by its path relative to the folder `top`; one elsewhere stays as it is."""
    prefix = f"{top.rstrip('/')}/"
    return lambda filename: filename.removeprefix(prefix)


def _first_line(diagnostic: Diagnostic, sources: Mapping[str, str]) -> str:
    """The line where the diagnostic begins, its blanks evened out, without a suppression."""
    lines = _lines(sources.get(diagnostic.place.filename, ""))
    row = diagnostic.place.span.start.row
    line = _SUPPRESSION.sub("", lines[row - 1]) if row <= len(lines) else ""
    return " ".join(line.split())


@lru_cache(maxsize=32)
def _lines(text: str) -> tuple[str, ...]:
    return tuple(split_lines(text))
