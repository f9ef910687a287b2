"""Whether another client is answered while a stream waits for its source."""

from bench.client import client, get


def watch(port: int) -> str:
    with client(port) as one:
        one.ask("/log?lines=100&pause=0.1")
        one.read_until(b"line 0")
        return get(port, "/health", patience=3).ending
