"""What is put to the test: one release on one Python, with the companions that fit it."""

from __future__ import annotations

from dataclasses import dataclass

from packaging.specifiers import SpecifierSet
from packaging.version import Version

from asgi_lint.versions.releases import allowed_releases, starlette_required_by
from lab.interpreters import python_for

_OLDEST = {"starlette": Version("0.12.9"), "fastapi": Version("0.54.2")}

# With an upper bound the newest that also fits the release is taken, today and later.
_COMPANIONS = ("uvicorn==0.34.3", "h11==0.16.0", "click==8.1.8")
_ANYIO = "anyio<=4.12.0"
_AIOFILES = "aiofiles==24.1.0"
_FASTAPI_COMPANIONS = ("pydantic<=2.12.5", "python-multipart==0.0.20")
_TASK_GROUPS_SINCE = Version("0.15.0")


@dataclass(frozen=True, slots=True, order=True)
class Subject:
    """A release of `package`; `python` is the minor version that it runs on, such as "3.11".

    `more` are requirements of the program itself, each pinned.
    """

    package: str
    release: Version
    python: str
    more: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """A name for its environment, such as "starlette-0.20.4-py3.11"."""
        more = "".join(f"-{each.replace('==', '-')}" for each in self.more)
        return f"{self.package}-{self.release}-py{self.python}{more}"

    @property
    def requirements(self) -> tuple[str, ...]:
        """What is installed; what else comes along is theirs to say."""
        return tuple(
            sorted({f"{self.package}=={self.release}", *_COMPANIONS, *self._fitting(), *self.more})
        )

    @property
    def starlette(self) -> Version:
        """The Starlette that runs: the newest that this FastAPI allows."""
        if self.package == "starlette":
            return self.release
        return allowed_releases("starlette", starlette_required_by(self.release))[-1]

    def _fitting(self) -> list[str]:
        # FileResponse used aiofiles before there was AnyIO.
        files = _AIOFILES if self.starlette < _TASK_GROUPS_SINCE else _ANYIO
        more = _FASTAPI_COMPANIONS if self.package == "fastapi" else ()
        return [f"starlette=={self.starlette}", files, *more]


def subject(package: str, release: str, python: SpecifierSet | None = None) -> Subject:
    """The subject for a release, on a Python of `python` or else on any that runs it.

    MissingInterpreterError if none of those is installed.
    """
    version = Version(release)
    return Subject(package, version, python_for(python or pythons_for(package, version)))


def is_within_reach(package: str, release: Version) -> bool:
    """Whether the lab can run that release: older ones speak another ASGI, or fit no companion."""
    return release >= _OLDEST[package]


def pythons_for(package: str, release: Version) -> SpecifierSet:
    """The Pythons that run everything that the release offers.

    Starlette 0.13.3 to 0.13.8 give coroutines to `asyncio.wait`, which Python 3.11 no longer
    takes; nothing that streams works there.
    """
    starlette = Subject(package, release, "").starlette
    if Version("0.13.3") <= starlette < Version("0.14.0"):
        return SpecifierSet("<3.11")
    return SpecifierSet()
