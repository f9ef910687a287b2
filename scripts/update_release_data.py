"""Brings the release data up to date with the package index that pip is set up to use.

    python scripts/update_release_data.py [--check] [NAME ...]

Releases, their dates, Requires-Python and whether they were yanked come from the index's JSON
API, what a release requires from the METADATA in its wheel. Only releases that the data does not
know yet are looked at: every one of FastAPI, and of the packages that bring Starlette with them
the newest one of each major version. `--check` looks at the files alone, without a network, and
exits with 1 if one is not as this script would write it.
"""

from __future__ import annotations

import argparse
import io
import json
import os
import re
import subprocess
import sys
import zipfile
from datetime import datetime, timezone
from email.parser import Parser
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.error import URLError
from urllib.parse import urljoin
from urllib.request import urlopen

from packaging.requirements import Requirement
from packaging.version import Version

from asgi_lint.versions.dependents import DEPENDENTS
from asgi_lint.versions.release_data import Release, ReleaseData, dump, parse
from asgi_lint.versions.releases import PACKAGES

if TYPE_CHECKING:
    from collections.abc import Iterable

DATA = Path(__file__).resolve().parents[1] / "src/asgi_lint/versions/data"
_SECONDS = 60


def main(arguments: list[str] | None = None, folder: Path = DATA) -> int:
    """Update or check the files in `folder`; 0 if all went well, 1 if not."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--check", action="store_true", help="look at the files, change nothing")
    parser.add_argument("names", nargs="*", metavar="NAME", help="the packages (default: all)")
    options = parser.parse_args(arguments)
    names = options.names or [*PACKAGES, *DEPENDENTS]
    if options.check:
        found = [f"{name}.json: {wrong}" for name in names if (wrong := problem(folder, name))]
        print("\n".join(found) or f"{len(names)} files are as this script writes them")
        return 1 if found else 0
    try:
        index = index_url(pip_install_help())
        for name in names:
            (folder / f"{name}.json").write_text(dump(updated(folder, name, index)), "utf-8")
            print(name)
    except (URLError, ValueError) as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def problem(folder: Path, name: str) -> str:
    """What is wrong with the data file of that package, or nothing."""
    try:
        text = (folder / f"{name}.json").read_text("utf-8")
        data = parse(text)
        versions = [Version(version) for version in data.releases]
        for requirement in {each for requires in data.requires.values() for each in requires}:
            if Requirement(requirement).name not in PACKAGES:
                return f"`{requirement}` is not about Starlette or FastAPI"
    except (OSError, ValueError) as error:
        return str(error)
    if versions != sorted(set(versions)):
        return "the releases are not in order"
    return "" if dump(data) == text and data.package == name else "it is laid out differently"


def updated(folder: Path, name: str, index: str) -> ReleaseData:
    """The data of that package as the index has it now; known requirements are kept."""
    file = folder / f"{name}.json"
    known = parse(file.read_text("utf-8")).requires if file.exists() else {}
    source = f"{index}/pypi/{name}/json"
    page = json.loads(fetched(source))
    releases = releases_of(page)
    requires = {version: known[version] for version in releases if version in known}
    for version in to_look_up(name, releases, known):
        for file_entry in page["releases"][version]:
            if file_entry["packagetype"] == "bdist_wheel":
                wheel = fetched(urljoin(source, file_entry["url"]))
                requires[version] = requires_of(metadata_in(wheel))
                break
    today = datetime.now(tz=timezone.utc).date()
    return ReleaseData(name, today, releases, requires)


def releases_of(page: dict[str, Any]) -> dict[str, Release]:
    """Every release in the index's answer that has files, oldest first."""
    found = {}
    for version in sorted(page["releases"], key=Version):
        if files := page["releases"][version]:
            found[version] = Release(
                uploaded=min(file["upload_time"] for file in files)[:10],
                python=files[0]["requires_python"] or "",
                is_yanked=all(file["yanked"] for file in files),
            )
    return found


def to_look_up(name: str, releases: dict[str, Release], known: Iterable[str]) -> list[str]:
    """The releases whose requirements are asked for."""
    if name == "starlette":
        return []
    wanted = list(releases)
    if name in DEPENDENTS:
        usable = [v for v in releases if not (Version(v).is_prerelease or releases[v].is_yanked)]
        wanted = list({Version(version).major: version for version in usable}.values())
    return [version for version in wanted if version not in known]


def requires_of(metadata: str) -> tuple[str, ...]:
    """What a METADATA file requires of Starlette and FastAPI, whatever the extras."""
    stated = Parser().parsestr(metadata, headersonly=True).get_all("Requires-Dist", [])
    requirements = [Requirement(text) for text in stated]
    return tuple(
        str(requirement)
        for requirement in requirements
        if requirement.name in PACKAGES and "extra" not in str(requirement.marker or "")
    )


def metadata_in(wheel: bytes) -> str:
    """The text of the METADATA file in a wheel."""
    with zipfile.ZipFile(io.BytesIO(wheel)) as archive:
        name = next(n for n in archive.namelist() if n.endswith(".dist-info/METADATA"))
        return archive.read(name).decode("utf-8")


def index_url(help_text: str) -> str:
    """The index that `pip install --help` names as its own, without its `/simple`.

    ValueError for one that has no `/simple`, since the JSON API is expected beside that.
    """
    found = re.search(r"--index-url <url>.*?\(default:?\s+(\S+?)/?\)", help_text, re.DOTALL)
    if found is None or not found[1].endswith("/simple"):
        raise ValueError("pip is not set up with an index whose address ends in /simple")
    return found[1].removesuffix("/simple")


def pip_install_help() -> str:
    """What `pip install --help` prints, on lines wide enough for any address."""
    command = [sys.executable, "-m", "pip", "install", "--help"]
    environment = {**os.environ, "COLUMNS": "2000"}
    run = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    return run.stdout


def fetched(address: str) -> bytes:
    """The body of the answer; URLError says which address failed."""
    try:
        with urlopen(address, timeout=_SECONDS) as answer:
            body: bytes = answer.read()
            return body
    except (URLError, TimeoutError) as error:
        raise URLError(f"{address}: {error}") from error


if __name__ == "__main__":
    sys.exit(main())
