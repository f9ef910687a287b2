"""What is answered to somebody who asks for the file."""

from bench.client import get


def watch(port: int) -> str:
    answer = get(port, "/")
    return f"{answer.status} {answer.body.decode()}"
