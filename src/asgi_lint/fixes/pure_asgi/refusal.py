"""Why a middleware is not rewritten."""

from __future__ import annotations


class Refusal(Exception):  # noqa: N818 - a decision, not an error
    """A shape that is not rewritten. `reason` is a clause about the middleware, "it ..."."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
