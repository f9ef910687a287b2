"""Whether another client is answered while a stream waits between two items."""

from bench.client import client, get


def watch(port: int) -> str:
    with client(port) as one:
        one.ask("/sensor")
        one.read_until(b"HTTP")
        return get(port, "/health", patience=3).ending
