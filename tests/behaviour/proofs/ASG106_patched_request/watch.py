"""How much of a streamed answer arrives, for a request whose body was read before."""

from bench.client import client


def watch(port: int) -> str:
    with client(port, patience=3) as one:
        one.ask("/export", "POST", chunks=[b"kettle"])
        answer = one.read_answer()
    return "complete" if answer.body.count(b"kettle") == 3 else "cut-short"
