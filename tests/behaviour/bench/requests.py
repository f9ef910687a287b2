"""What a transcript is made of: what a client asks for, and all that it and the program saw."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any


@dataclass(frozen=True, slots=True)
class Request:
    """A request of a raw HTTP client.

    With `leaves_after` the client closes the connection once it has read that many bytes of the
    body (0: the head alone); without, it reads everything.
    """

    path: str
    method: str = "GET"
    headers: tuple[tuple[str, str], ...] = ()
    body: tuple[str, ...] = ()
    leaves_after: int | None = None


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request, its answer, and what happened meanwhile.

    `ending` is "complete", "cut", "silence" or "left" (see `bench.client.Answer`). `events` are
    the program's own marks among those of the server: "answer starts" and "answer ends" when the
    application sends them, "application returns" or "application raises X".
    """

    request: Request
    status: int
    headers: tuple[tuple[str, str], ...]
    body: str
    ending: str
    events: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Transcript:
    """What a program did, from the start of the server to its end.

    `failure` tells why it could not be loaded or served, and is empty if it was; `start` and `end`
    are the events before the first request and after the last.
    """

    failure: str = ""
    start: tuple[str, ...] = ()
    exchanges: tuple[Exchange, ...] = ()
    end: tuple[str, ...] = ()


def as_json(value: Request | Transcript) -> dict[str, Any]:
    """Plain data that `json.dumps` takes."""
    return asdict(value)


def request_from(data: dict[str, Any]) -> Request:
    """The inverse of `as_json`."""
    return replace(Request(**data), headers=_pairs(data["headers"]), body=tuple(data["body"]))


def transcript_from(data: dict[str, Any]) -> Transcript:
    """The inverse of `as_json`."""
    return Transcript(
        failure=data["failure"],
        start=tuple(data["start"]),
        exchanges=tuple(map(_exchange_from, data["exchanges"])),
        end=tuple(data["end"]),
    )


def _exchange_from(data: dict[str, Any]) -> Exchange:
    return Exchange(
        request=request_from(data["request"]),
        status=data["status"],
        headers=_pairs(data["headers"]),
        body=data["body"],
        ending=data["ending"],
        events=tuple(data["events"]),
    )


def _pairs(values: list[list[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in values)
