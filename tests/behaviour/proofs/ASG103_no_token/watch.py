"""The status that a client without a token gets."""

from bench.client import get


def watch(port: int) -> str:
    return str(get(port, "/").status)
