"""How many of the two cookies of an answer arrive."""

from bench.client import get


def watch(port: int) -> str:
    cookies = [name for name, _ in get(port, "/login").headers if name.lower() == "set-cookie"]
    return f"{len(cookies)} of 2"
