"""Whether what the start-up code loads is there."""

from bench.client import get


def watch(port: int) -> str:
    return get(port, "/price").body.decode()
