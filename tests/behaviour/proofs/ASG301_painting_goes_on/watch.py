"""Whether an endpoint that asks for its client stops when the client has left."""

from bench.client import client
from bench.marks import EVENTS


def watch(port: int) -> str:
    with client(port) as one:
        one.ask("/")
        EVENTS.wait_for("painting", seconds=5)
    return EVENTS.wait_for("stopped", "painted to the end", seconds=8) or "neither"
