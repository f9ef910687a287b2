"""Whom a slow request's answer greets, when another one came meanwhile."""

from bench.client import client


def watch(port: int) -> str:
    with client(port) as slow, client(port) as quick:
        slow.ask("/?pause=0.5", headers=(("x-user", "mary"),))
        quick.ask("/?pause=1", headers=(("x-user", "john"),))
        return dict(slow.read_answer().headers)["x-greeting"]
