"""What of the body reaches the endpoint."""

from bench.client import client


def watch(port: int) -> str:
    with client(port, patience=3) as one:
        one.ask("/", "POST", chunks=[b"kettle"])
        return one.read_answer().body.decode() or "nothing"
