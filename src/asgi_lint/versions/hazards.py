"""The behaviours that a rule may depend on, each with the releases that have it, as measured.

`measured` names the case of the behaviour lab that shows the boundary.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from packaging.specifiers import SpecifierSet

from asgi_lint.versions.releases import known_releases

if TYPE_CHECKING:
    from packaging.version import Version

TITLES = {"starlette": "Starlette", "fastapi": "FastAPI"}
_STARLETTE = "https://github.com/encode/starlette"


@dataclass(frozen=True, slots=True)
class Hazard:
    """A behaviour of `package` and the releases affected by it.

    `affected` is a version specifier; several ranges are separated by `||`, and the empty text
    stands for every release. `sources` are the public issues and pull requests.
    """

    identifier: str
    package: str
    affected: str
    summary: str
    sources: tuple[str, ...]
    measured: str

    def affects(self, release: Version) -> bool:
        """Whether `release` shows the behaviour."""
        return any(r.contains(release, prereleases=True) for r in _ranges(self.affected))

    @property
    def releases(self) -> str:
        """The affected releases for people, such as "Starlette 0.15.0 to 0.20.4"."""
        ranges = [_phrase(self.package, specifier) for specifier in _ranges(self.affected)]
        title = TITLES[self.package]
        return f"every {title}" if ranges == [""] else f"{title} {' and '.join(ranges)}"


HAZARDS = {
    hazard.identifier: hazard
    for hazard in (
        Hazard(
            identifier="background-tasks-cancelled",
            package="starlette",
            affected=">=0.15.0,<0.21.0",
            summary="Background tasks behind a BaseHTTPMiddleware are cancelled when the client "
            "disconnects.",
            sources=(f"{_STARLETTE}/issues/1438", f"{_STARLETTE}/pull/1715"),
            measured="S1.bg_async.base1.close",
        ),
        Hazard(
            identifier="stream-ignores-disconnect",
            package="starlette",
            affected="<0.13.3",
            summary="A StreamingResponse goes on after the client has left, for ever if its "
            "generator is endless.",
            sources=(f"{_STARLETTE}/pull/839",),
            measured="S5.s_async.none",
        ),
        Hazard(
            identifier="stream-fails-on-python-3.11",
            package="starlette",
            affected=">=0.13.3,<0.14.0",
            summary="On Python 3.11 and newer every StreamingResponse answers 500, because "
            "asyncio.wait() is given coroutines.",
            sources=(f"{_STARLETTE}/pull/839",),
            measured="CAVEAT Python",
        ),
        Hazard(
            identifier="file-response-ignores-disconnect",
            package="starlette",
            affected="<1.8.0",
            summary="A FileResponse reads and sends the whole file to a client that has left.",
            sources=(f"{_STARLETTE}/pull/1301", f"{_STARLETTE}/pull/3523"),
            measured="S4.none",
        ),
        Hazard(
            identifier="file-response-ignores-disconnect-behind-base-middleware",
            package="starlette",
            affected="<0.13.3||>=0.38.3,<1.8.0",
            summary="Behind a BaseHTTPMiddleware, a FileResponse reads and sends the whole file to "
            "a client that has left.",
            sources=(f"{_STARLETTE}/pull/1301", f"{_STARLETTE}/pull/3523"),
            measured="S4.base1",
        ),
        Hazard(
            identifier="is-disconnected-blind",
            package="starlette",
            affected=">=0.21.0",
            summary="Behind a BaseHTTPMiddleware, request.is_disconnected() is never true.",
            sources=(f"{_STARLETTE}/pull/1715", f"{_STARLETTE}/discussions/2094"),
            measured="S7.poll.GET.base1",
        ),
        Hazard(
            identifier="stream-cleanup-cut",
            package="starlette",
            affected=">=0.15.0",
            summary="An await in the finally of a streamed generator is cut short by the "
            "cancellation that follows a disconnect.",
            sources=(f"{_STARLETTE}/pull/1157",),
            measured="S6c.s_fin.none",
        ),
        Hazard(
            identifier="stream-cancellation-swallowed",
            package="starlette",
            affected="",
            summary="A streamed generator that swallows cancellation never stops; from 0.15.0 on "
            "it spins.",
            sources=(f"{_STARLETTE}/pull/1157",),
            measured="S6b.s_swbe.none",
        ),
    )
}


@cache
def _ranges(affected: str) -> tuple[SpecifierSet, ...]:
    return tuple(SpecifierSet(part) for part in affected.split("||"))


def _phrase(package: str, specifier: SpecifierSet) -> str:
    """One range for people: "0.15.0 to 0.20.4", "before 1.8.0", "0.21.0 and newer"."""
    bounds = {clause.operator: clause.version for clause in specifier}
    match bounds.get(">="), bounds.get("<"):
        case None, None:
            return ""
        case None, end:
            return f"before {end}"
        case start, None:
            return f"{start} and newer"
        case start, _:
            last = [r for r in known_releases(package) if specifier.contains(r)][-1]
            return f"{start} to {last}"
