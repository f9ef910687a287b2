"""What a client gets that names a method of the class as the HTTP method (CVE-2026-48817)."""

from bench.client import client


def watch(port: int) -> str:
    with client(port) as one:
        one.ask("/", "ERASE")
        return one.read_answer().body.decode()
