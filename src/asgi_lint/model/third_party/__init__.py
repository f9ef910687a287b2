"""What is known of what other packages export: middleware, responses, routers, applications.

Every row was read in the source of the releases that it names; `scripts/check_third_party.py`
reads them again. Where a package changed between releases, the release decides that the project
would install. A package of which no release is stated counts as its newest that has the name. If
the folders of one project state releases that differ in the answer, nothing is known: a missed
case costs less than a false alarm.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from functools import cache
from itertools import groupby
from typing import TypeAlias, TypeVar

from packaging.specifiers import SpecifierSet

from asgi_lint.model.third_party import applications, asgi, base_http, registrations
from asgi_lint.model.third_party.exports import (
    BASE_HTTP_MIDDLEWARE,
    Adapter,
    Export,
    Factory,
    Middleware,
    Registration,
    Subclass,
)

Releases: TypeAlias = Mapping[str, tuple[SpecifierSet, ...]]
"""By package, the specifiers that the folders of a project state; see `versions.packages`."""

_Row = TypeVar("_Row", bound=Export)


class Kind(Enum):
    """How a middleware is written; `UNKNOWN` is what the table does not know."""

    BASE_HTTP = "base-http"
    ASGI = "asgi"
    UNKNOWN = "unknown"


EXPORTS: tuple[Export, ...] = (
    *asgi.STARLETTE,
    *base_http.ALWAYS,
    *base_http.UNTIL_A_RELEASE,
    *asgi.AROUND_APPLICATIONS,
    *asgi.ADAPTERS,
    *applications.RESPONSES,
    *applications.ROUTERS,
    *applications.APPLICATIONS,
    *applications.MCP,
    *registrations.LAYERS,
    *registrations.ROUTES,
    *registrations.LIFESPANS,
)

MOVED = {name: row.name for row in EXPORTS for name in row.also}
"""Names under which something is exported besides its canonical one."""


CALLABLES = frozenset(
    name
    for row in EXPORTS
    if isinstance(row, (Factory, Registration))
    for name in (row.name, *row.also)
)
"""Functions, methods and classes whose call makes or registers something."""

METHODS = frozenset(name.rpartition(".")[2] for name in CALLABLES)
"""The last parts of their names."""


def base_of(name: str, releases: Releases | None = None) -> str | None:
    """The nearest known base of a class, by canonical names; None where there is none."""
    row = _row(Middleware, name, releases) or _row(Subclass, name, releases)
    return row.base or None if row is not None else None


def kind_of(name: str, releases: Releases | None = None) -> Kind:
    """Whether a middleware is a BaseHTTPMiddleware or pure ASGI."""
    if name == BASE_HTTP_MIDDLEWARE:
        return Kind.BASE_HTTP
    row = _row(Middleware, name, releases)
    if row is None:
        return Kind.UNKNOWN
    return kind_of(row.base, releases) if row.base else Kind.ASGI


def wraps(name: str, releases: Releases | None = None) -> str | None:
    """The parameter that takes the application which this class or function is put around."""
    row = (
        _row(Middleware, name, releases)
        or _row(Adapter, name, releases)
        or _row(Factory, name, releases)
    )
    return row.app or None if row is not None else None


def registers(name: str, releases: Releases | None = None) -> Registration | None:
    """What a call of this function, method or class changes about an application."""
    return _inherited(Registration, name, releases)


def makes(name: str, releases: Releases | None = None) -> Factory | None:
    """What a call of this function or method makes, where that is known."""
    return _inherited(Factory, name, releases)


def returns(name: str, releases: Releases | None = None) -> str | None:
    """The class of the object that a call gives back; None also where it gives back a class."""
    if (made := makes(name, releases)) is not None:
        return None if made.is_class else made.returns
    registration = registers(name, releases)
    return registration.returns or None if registration is not None else None


def _inherited(kind: type[_Row], name: str, releases: Releases | None) -> _Row | None:
    """The row of a function or method; a method may be one of its class's known bases."""
    if (row := _row(kind, name, releases)) is not None:
        return row
    owner, _, method = name.rpartition(".")
    base = base_of(owner, releases)
    return _inherited(kind, f"{base}.{method}", releases) if base is not None else None


def _row(kind: type[_Row], name: str, releases: Releases | None) -> _Row | None:
    """The row of a name that holds for the releases that its package may have."""
    rows = [row for row in _by_name().get(name, ()) if isinstance(row, kind)]
    stated = (releases or {}).get(rows[0].package, ()) if rows else ()
    if not stated:
        return rows[-1] if rows else None
    found = {_newest(rows, specifier) for specifier in stated}
    return found.pop() if len(found) == 1 else None


def _newest(rows: list[_Row], stated: SpecifierSet) -> _Row | None:
    """The newest row that a release which `stated` allows may fall into.

    A boundary is a release that exists, so no list of releases is needed to tell.
    """
    return next((row for row in reversed(rows) if not _specifier(row).is_disjoint(stated)), None)


@cache
def _by_name() -> dict[str, tuple[Export, ...]]:
    rows = sorted(EXPORTS, key=lambda row: row.name)
    return {name: tuple(group) for name, group in groupby(rows, key=lambda row: row.name)}


@cache
def _specifier(row: Export) -> SpecifierSet:
    return SpecifierSet(row.releases)


BASES = {row.name: base for row in EXPORTS if (base := base_of(row.name)) is not None}
"""The base class of each, by canonical name, in its newest releases."""
