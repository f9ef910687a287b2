"""A client on a raw socket: it reads as much as it is told to, and leaves when it is told to."""

from __future__ import annotations

import http.client
import socket
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

PATIENCE = 5.0
"""How long the client waits for an answer to go on, in seconds."""


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer as far as it came.

    `ending` is "complete", "cut" (the connection ended before the answer did), "silence"
    (nothing more came within the client's patience) or "left" (the client had enough).
    """

    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    ending: str


class Client:
    """One connection to 127.0.0.1; a small `receive_buffer` (bytes) makes the server wait early."""

    def __init__(
        self, port: int, *, patience: float = PATIENCE, receive_buffer: int | None = None
    ) -> None:
        self._socket = socket.socket()
        self._method = "GET"
        if receive_buffer is not None:
            self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        self._socket.settimeout(patience)
        self._socket.connect(("127.0.0.1", port))

    def ask(
        self,
        path: str,
        method: str = "GET",
        headers: Sequence[tuple[str, str]] = (),
        chunks: Sequence[bytes] = (),
    ) -> None:
        """Send a request; its body has a Content-Length, whatever the number of `chunks`."""
        self._method = method
        given = {name.lower() for name, _ in headers}
        lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in headers)]
        if "host" not in given:
            lines.append("Host: localhost")
        if chunks and "content-length" not in given:
            lines.append(f"Content-Length: {sum(map(len, chunks))}")
        self._socket.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        for chunk in chunks:
            self._socket.sendall(chunk)

    def read_some(self) -> bytes:
        """What comes next; nothing at the end, or if nothing comes in time."""
        try:
            return self._socket.recv(4096)
        except OSError:
            return b""

    def read_until(self, text: bytes) -> bytes:
        """What comes, up to and with `text`; less at the end, or if nothing comes in time."""
        read = b""
        while text not in read and (piece := self.read_some()):
            read += piece
        return read

    def read_answer(self, enough: int | None = None) -> Answer:
        """The answer to what was asked, or its first `enough` bytes of body."""
        response = http.client.HTTPResponse(self._socket, method=self._method)
        try:
            response.begin()
        except TimeoutError:
            return Answer(0, (), b"", "silence")
        except (OSError, http.client.HTTPException):
            return Answer(0, (), b"", "cut")
        body, ending = _read_body(response, enough)
        return Answer(response.status, tuple(response.getheaders()), body, ending)

    def leave(self) -> None:
        """Close the connection, whatever is still to come."""
        self._socket.close()


@contextmanager
def client(
    port: int, *, patience: float = PATIENCE, receive_buffer: int | None = None
) -> Iterator[Client]:
    """A client that leaves at the end of the block, if it has not left before."""
    connected = Client(port, patience=patience, receive_buffer=receive_buffer)
    try:
        yield connected
    finally:
        connected.leave()


def leave_after(text: bytes, port: int, path: str, *, receive_buffer: int | None = None) -> None:
    """GET `path` and close the connection as soon as `text` has come; at once for an empty one."""
    with client(port, receive_buffer=receive_buffer) as one:
        one.ask(path)
        one.read_until(text)


def get(port: int, path: str, *, patience: float = PATIENCE) -> Answer:
    """The answer to a plain GET of a client that reads it all."""
    with client(port, patience=patience) as one:
        one.ask(path)
        return one.read_answer()


def _read_body(response: http.client.HTTPResponse, enough: int | None) -> tuple[bytes, str]:
    body = b""
    left = response.length  # None for a chunked answer, which ends by itself
    try:
        while left != 0 and (enough is None or len(body) < enough):
            piece = response.read1(65536 if left is None else min(65536, left))
            if not piece:
                return body, "cut" if left else "complete"
            body += piece
            left = None if left is None else left - len(piece)
    except TimeoutError:
        return body, "silence"
    except (OSError, http.client.HTTPException):
        return body, "cut"
    finally:
        response.close()
    return body, "complete" if left == 0 else "left"
