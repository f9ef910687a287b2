"""The behaviours that a rule may depend on, each with the releases that have it.

What the behaviour lab measured stands here (`tests/behaviour/hazards/` has a program for each, and
its tests compare the table with the runs), what was published as a security advisory in
`advisories`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.versions.advisories import ADVISORIES
from asgi_lint.versions.hazard import Hazard

if TYPE_CHECKING:
    from collections.abc import Mapping

_STARLETTE = "https://github.com/encode/starlette"
_FASTAPI = "https://github.com/tiangolo/fastapi"

_MEASURED = (
    Hazard(
        identifier="background-tasks-cancelled",
        package="starlette",
        affected=">=0.15.0,<0.21.0",
        summary="Background tasks behind a BaseHTTPMiddleware are cancelled when the client "
        "disconnects.",
        sources=(f"{_STARLETTE}/issues/1438", f"{_STARLETTE}/pull/1715"),
    ),
    Hazard(
        identifier="stream-ignores-disconnect",
        package="starlette",
        affected="<0.13.3",
        summary="A StreamingResponse goes on after the client has left, for ever if its "
        "generator is endless.",
        sources=(f"{_STARLETTE}/pull/839",),
    ),
    Hazard(
        identifier="stream-fails-on-python-3.11",
        package="starlette",
        affected=">=0.13.3,<0.14.0",
        summary="On Python 3.11 and newer every StreamingResponse answers 500, because "
        "asyncio.wait() is given coroutines.",
        sources=(f"{_STARLETTE}/pull/839",),
    ),
    Hazard(
        identifier="file-response-ignores-disconnect",
        package="starlette",
        affected="<1.8.0",
        summary="A FileResponse reads and sends the whole file to a client that has left.",
        sources=(f"{_STARLETTE}/pull/1301", f"{_STARLETTE}/pull/3523"),
    ),
    Hazard(
        identifier="file-response-ignores-disconnect-behind-base-middleware",
        package="starlette",
        affected="<0.13.7||>=0.13.8,<0.15.0||>=0.21.0,<1.8.0",
        summary="Behind a BaseHTTPMiddleware, a FileResponse reads the whole file for a client "
        "that has left.",
        sources=(f"{_STARLETTE}/pull/1301", f"{_STARLETTE}/pull/3523"),
    ),
    Hazard(
        identifier="is-disconnected-blind",
        package="starlette",
        affected=">=0.21.0",
        summary="Behind a BaseHTTPMiddleware, request.is_disconnected() is never true.",
        sources=(f"{_STARLETTE}/pull/1715", f"{_STARLETTE}/discussions/2094"),
    ),
    Hazard(
        identifier="stream-cleanup-cut",
        package="starlette",
        affected=">=0.15.0",
        summary="An await in the finally of a streamed generator is cut short by the "
        "cancellation that follows a disconnect.",
        sources=(f"{_STARLETTE}/pull/1157",),
    ),
    Hazard(
        identifier="stream-cancellation-swallowed",
        package="starlette",
        affected="",
        summary="A streamed generator that swallows cancellation never stops; from 0.15.0 on "
        "it spins.",
        sources=(f"{_STARLETTE}/pull/1157",),
    ),
    Hazard(
        identifier="request-body-not-replayed",
        package="starlette",
        affected="<0.28.0",
        summary="An endpoint that reads the body waits for ever if a BaseHTTPMiddleware has read "
        "it before call_next.",
        sources=(f"{_STARLETTE}/issues/847", f"{_STARLETTE}/pull/1692"),
    ),
    Hazard(
        identifier="dependencies-end-before-tasks",
        package="fastapi",
        affected=">=0.106.0,<0.118.0",
        summary="Dependencies with yield end, and uploaded files are closed, before the "
        "background tasks run.",
        sources=(f"{_FASTAPI}/pull/10831", f"{_FASTAPI}/pull/14099"),
    ),
    Hazard(
        identifier="tasks-added-after-yield-lost",
        package="fastapi",
        affected="<0.106.0||>=0.118.0",
        summary="Background tasks that a dependency adds after its yield never run.",
        sources=(f"{_FASTAPI}/pull/10831", f"{_FASTAPI}/pull/14099"),
    ),
    Hazard(
        identifier="middleware-added-after-start",
        package="starlette",
        affected=">=0.24.0",
        summary="Adding middleware to an application that has started raises RuntimeError.",
        sources=(f"{_STARLETTE}/pull/2017",),
    ),
    Hazard(
        identifier="patched-receive-ends-streams",
        package="starlette",
        affected=">=0.13.3,<0.21.0||>=0.28.0",
        summary="A request whose _receive only repeats the body ends or hangs the streaming "
        "responses behind a BaseHTTPMiddleware.",
        sources=(f"{_STARLETTE}/pull/1692", f"{_STARLETTE}/pull/2620"),
    ),
    Hazard(
        identifier="call-next-called-twice",
        package="starlette",
        affected=">=0.45.1",
        summary="A second call of call_next for one request runs the endpoint again and then "
        "fails, so that the client gets a 500.",
        sources=(f"{_STARLETTE}/pull/2813",),
    ),
)

HAZARDS: Mapping[str, Hazard] = {row.identifier: row for row in (*_MEASURED, *ADVISORIES)}
"""Every hazard by its identifier, the measured ones first."""
