"""Whether the first of many events comes while the others are still to be."""

from bench.client import client


def watch(port: int) -> str:
    with client(port, patience=2.0) as one:
        one.ask("/")
        return "comes" if b"tick" in one.read_until(b"tick") else "silence"
