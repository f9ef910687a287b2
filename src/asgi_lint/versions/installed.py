"""What a folder's virtual environment holds, told from the names of its metadata folders."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from packaging.version import InvalidVersion, Version

from asgi_lint.versions.releases import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterator

_ENVIRONMENTS = (".venv", "venv")


@cache
def installed_releases(folder: str) -> dict[str, Version]:
    """The releases of Starlette and FastAPI in the folder's `.venv` or `venv`, by package.

    Nothing is imported: `starlette-0.20.4.dist-info` says enough.
    """
    for name in _ENVIRONMENTS:
        found = dict(_releases(Path(folder) / name))
        if found:
            return found
    return {}


def _releases(environment: Path) -> Iterator[tuple[str, Version]]:
    for packages in (
        *environment.glob("lib/python3*/site-packages"),
        environment / "Lib/site-packages",
    ):
        for package in PACKAGES:
            for metadata in sorted(packages.glob(f"{package}-*.dist-info")):
                try:
                    yield package, Version(metadata.name.split("-")[1].removesuffix(".dist"))
                except InvalidVersion:
                    continue
