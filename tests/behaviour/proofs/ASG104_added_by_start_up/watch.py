"""Whether the application starts, and the middleware does its work."""

from bench.client import client


def watch(port: int) -> str:
    with client(port) as one:
        one.ask("/", headers=[("Accept-Encoding", "gzip")])
        return dict(one.read_answer().headers).get("content-encoding", "not compressed")
