"""What is answered to somebody who asks for a log that is not there."""

from bench.client import get


def watch(port: int) -> str:
    answer = get(port, "/yesterday")
    return f"{answer.status}, {answer.ending}"
