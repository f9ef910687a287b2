"""Whose request a middleware logs when the endpoint has set who asks."""

from bench.client import client
from bench.marks import EVENTS


def watch(port: int) -> str:
    with client(port) as one:
        one.ask("/orders", headers=[("Authorization", "mary")])
        one.read_until(b"orders")
    return EVENTS.wait_for("seen by mary", "seen by anonymous", seconds=5) or "nobody"
