"""Whether another client is answered once the one of an endless stream has left."""

from bench.client import get, leave_after


def watch(port: int) -> str:
    leave_after(b"frame", port, "/camera")
    return get(port, "/health", patience=3).ending
