"""The version part of a requirement as its clauses (`>=0.13`, `^0.85`), each with its offsets.

Two syntaxes are read: that of PEP 440, and Poetry's, which adds `^`, `~`, `*` and plain releases.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

from asgi_lint.versions import bounded

_CLAUSE = re.compile(r"\s*(\^|~=|~|===|==|!=|<>|<=|>=|<|>|=)?\s*([^\s,|;<>=!~^]+)\s*(,?)")


class Clause(NamedTuple):
    """One clause, such as operator `>=` and version `0.13`, and its offsets in the text.

    `operator` is empty for Poetry's plain `0.85.0`.
    """

    operator: str
    version: str
    start: int
    end: int


def clauses_of(text: str) -> tuple[Clause, ...]:
    """Take a version part without `||` to pieces; raises ValueError where it is not one."""
    clauses = []
    offset = 0
    while text[offset:].strip():
        match = _CLAUSE.match(text, offset)
        if match is None:
            raise ValueError(f"`{text}` is not a version requirement")
        operator, version, _ = match.groups()
        start = match.start(2) if operator is None else match.start(1)
        clauses.append(Clause(operator or "", version, start, match.end(2)))
        offset = match.end()
    return tuple(clauses)


def poetry_specifiers(text: str) -> tuple[SpecifierSet, ...]:
    """What Poetry's `text` allows, a set for each part between `||`; ValueError if it is wrong."""
    parts = re.split(r"\|\|?", text)
    try:
        return tuple(poetry_specifier(clauses_of(part)) for part in parts)
    except (InvalidSpecifier, InvalidVersion) as error:
        raise ValueError(f"`{text}` is not a version requirement") from error


def poetry_specifier(clauses: tuple[Clause, ...]) -> SpecifierSet:
    """Poetry's clauses in the words of PEP 440: `^0.85` is `>=0.85,<0.86`."""
    return bounded.specifier_set(",".join(filter(None, map(_in_pep_440, clauses))))


def _in_pep_440(clause: Clause) -> str:
    operator, version = clause.operator, clause.version
    match operator:
        case "" | "=" | "==" if version == "*":
            return ""
        case "" | "=":
            return f"=={version}"
        case "^":
            return f">={version},<{_caret_end(bounded.version(version))}"
        case "~":
            return f">={version},<{_tilde_end(bounded.version(version))}"
        case "<>":
            return f"!={version}"
        case _:
            return operator + version


def _caret_end(version: Version) -> str:
    """The first release that `^version` leaves out: the leftmost part that is not 0 goes up."""
    parts = version.release
    raised = next((i for i, part in enumerate(parts) if part), len(parts) - 1)
    return _with_raised_part(parts, raised)


def _tilde_end(version: Version) -> str:
    """The first release that `~version` leaves out: the second part goes up, if there is one."""
    return _with_raised_part(version.release, min(1, len(version.release) - 1))


def _with_raised_part(parts: tuple[int, ...], raised: int) -> str:
    return ".".join(str(part) for part in (*parts[:raised], parts[raised] + 1))
