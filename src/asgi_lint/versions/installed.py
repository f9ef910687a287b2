"""What a folder's virtual environment holds, told from the names of its metadata folders."""

from __future__ import annotations

from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from asgi_lint.versions import disk
from asgi_lint.versions.releases import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENVIRONMENTS = (".venv", "venv")


def installed_releases(folder: str) -> dict[str, Version]:
    """The releases of Starlette and FastAPI in the folder's `.venv` or `venv`, by package.

    Nothing is imported: `starlette-0.20.4.dist-info` says enough.
    """
    for name in _ENVIRONMENTS:
        found = dict(_releases(f"{folder.rstrip('/')}/{name}"))
        if found:
            return found
    return {}


def metadata_folders(environment: str, pattern: str) -> Iterator[str]:
    """The names in a virtual environment's folders of packages that a pattern matches."""
    for python in disk.names(f"{environment}/lib", "python3*"):
        yield from disk.names(f"{environment}/lib/{python}/site-packages", pattern)
    yield from disk.names(f"{environment}/Lib/site-packages", pattern)


def _releases(environment: str) -> Iterator[tuple[str, Version]]:
    for package in PACKAGES:
        for name in metadata_folders(environment, f"{package}-*.dist-info"):
            try:
                yield package, Version(name.split("-")[1].removesuffix(".dist"))
            except InvalidVersion:
                continue
