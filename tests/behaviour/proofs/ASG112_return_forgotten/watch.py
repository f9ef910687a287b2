"""The status that a client gets."""

from bench.client import get


def watch(port: int) -> str:
    return str(get(port, "/").status)
