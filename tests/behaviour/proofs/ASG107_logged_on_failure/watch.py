"""The status that a client gets whose request is refused."""

from bench.client import client


def watch(port: int) -> str:
    with client(port) as one:
        one.ask("/", "POST", chunks=[b"submarine"])
        return str(one.read_answer().status)
