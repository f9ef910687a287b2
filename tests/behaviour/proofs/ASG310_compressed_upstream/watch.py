"""Whether a client can read what a proxy passes on of a compressed answer."""

import gzip

from bench.client import get


def watch(port: int) -> str:
    answer = get(port, "/compressed")
    body = answer.body
    if dict(answer.headers).get("content-encoding") == "gzip":
        try:
            body = gzip.decompress(body)
        except OSError:
            return "unreadable"
    return "readable" if body.count(b"kettle") == 100 else "unreadable"
