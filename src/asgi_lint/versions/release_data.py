"""The shape of the files in `data/`: what one package has released, and what that requires.

`scripts/update_release_data.py` writes them; nothing else knows how they are laid out.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from functools import cache
from importlib import resources
from itertools import groupby

_RELEASE_KEYS = {"date", "python", "yanked"}


@dataclass(frozen=True, slots=True)
class Release:
    """One release: the day of its upload, its Requires-Python, and whether it was yanked."""

    uploaded: str
    python: str = ""
    is_yanked: bool = False


@dataclass(frozen=True, slots=True)
class ReleaseData:
    """The releases of `package` by their version, oldest first, complete as of `as_of`.

    `requires` holds, for the releases of which it is known, what they require of Starlette and
    FastAPI, in the notation of PEP 508 and without what only an extra requires.
    """

    package: str
    as_of: date
    releases: dict[str, Release]
    requires: dict[str, tuple[str, ...]]


@cache
def release_data(package: str) -> ReleaseData:
    """The bundled data of `package`; FileNotFoundError if there is none."""
    file = resources.files("asgi_lint.versions") / "data" / f"{package}.json"
    return parse(file.read_text(encoding="utf-8"))


def parse(text: str) -> ReleaseData:
    """Read a data file; ValueError with one sentence if it has another shape."""
    match json.loads(text):
        case {
            "package": str(package),
            "as_of": str(as_of),
            "releases": dict(releases),
            "requires": list(runs),
            **rest,
        } if not rest:
            return ReleaseData(
                package=package,
                as_of=date.fromisoformat(as_of),
                releases={version: _release(version, each) for version, each in releases.items()},
                requires=dict(pair for run in runs for pair in _requires(run, releases)),
            )
        case _:
            raise ValueError("expected the keys package, as_of, releases and requires")


def dump(data: ReleaseData) -> str:
    """Write `data` as a file's text, a line for each release and for each run of requirements."""
    releases = ",\n".join(
        f"{json.dumps(version)}: {json.dumps(_written(release))}"
        for version, release in data.releases.items()
    )
    known = [version for version in data.releases if version in data.requires]
    runs = ",\n".join(
        json.dumps([list(requires), list(versions)])
        for requires, versions in groupby(known, key=data.requires.__getitem__)
    )
    return (
        f'{{\n"package": {json.dumps(data.package)},\n"as_of": "{data.as_of}",\n'
        f'"releases": {{\n{releases}\n}},\n"requires": [\n{runs}\n]\n}}\n'
    )


def _release(version: str, value: object) -> Release:
    match value:
        case {"date": str(uploaded), **rest} if rest.keys() <= _RELEASE_KEYS:
            python, is_yanked = rest.get("python", ""), rest.get("yanked", False)
            if isinstance(python, str) and isinstance(is_yanked, bool):
                return Release(uploaded, python, is_yanked)
    raise ValueError(f"release {version} needs a date, and may have python and yanked besides")


def _requires(run: object, releases: dict[str, object]) -> list[tuple[str, tuple[str, ...]]]:
    match run:
        case [list(requires), list(versions)] if versions and releases.keys() >= set(versions):
            return [(version, tuple(map(str, requires))) for version in versions]
    raise ValueError(f"{run} is not a list of requirements and one of known releases")


def _written(release: Release) -> dict[str, str | bool]:
    python: dict[str, str | bool] = {"python": release.python} if release.python else {}
    yanked: dict[str, str | bool] = {"yanked": True} if release.is_yanked else {}
    return {"date": release.uploaded, **python, **yanked}
