"""packaging's readers for what a manifest may say, where a text without measure is wrong as well.

Python converts no number of more than 4,300 digits, and packaging's grammar of markers recurses.
"""

from __future__ import annotations

from packaging.markers import InvalidMarker, Marker
from packaging.requirements import InvalidRequirement, Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion, Version

_LONGEST = 4_000
"""Characters of one requirement, without its hashes; the longest that people write has 500."""


def requirement(text: str) -> Requirement:
    """A requirement; InvalidRequirement."""
    if len(text) > _LONGEST:
        raise InvalidRequirement(f"it is longer than {_LONGEST:,} characters")
    try:
        return Requirement(text)
    except RecursionError:
        raise InvalidRequirement("it is nested too deeply") from None


def marker(text: str) -> Marker:
    """An environment marker; InvalidMarker."""
    if len(text) > _LONGEST:
        raise InvalidMarker(f"it is longer than {_LONGEST:,} characters")
    try:
        return Marker(text)
    except RecursionError:
        raise InvalidMarker("it is nested too deeply") from None


def specifier_set(text: str) -> SpecifierSet:
    """The clauses of a requirement; InvalidSpecifier."""
    if len(text) > _LONGEST:
        raise InvalidSpecifier(f"it is longer than {_LONGEST:,} characters")
    return SpecifierSet(text)


def version(text: str) -> Version:
    """A release; InvalidVersion."""
    if len(text) > _LONGEST:
        raise InvalidVersion(f"it is longer than {_LONGEST:,} characters")
    return Version(text)
