"""What a project's configuration states about classes of other packages that no table knows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from asgi_lint.model.third_party import Kind


@dataclass(frozen=True, slots=True)
class Stated:
    """Canonical names of classes, by what they are; each is a key of the configuration.

    `resource_managers` may be functions too: a `with` of what they give ends what it binds.
    """

    base_http_middleware: frozenset[str] = frozenset()
    asgi_middleware: frozenset[str] = frozenset()
    streaming_responses: frozenset[str] = frozenset()
    resource_managers: frozenset[str] = frozenset()

    def names(self) -> tuple[tuple[str, ...], ...]:
        """All names by key, sorted: what tells whether two configurations state the same."""
        stated = (
            self.base_http_middleware,
            self.asgi_middleware,
            self.streaming_responses,
            self.resource_managers,
        )
        return tuple(tuple(sorted(each)) for each in stated)

    def base_of(self, name: str) -> str | None:
        """The base class of a class; None where nothing is stated."""
        from asgi_lint.model import frameworks as fw  # late: most projects state nothing

        if name in self.base_http_middleware:
            return fw.BASE_HTTP_MIDDLEWARE
        return fw.STREAMING_RESPONSE if name in self.streaming_responses else None

    def kind_of(self, name: str) -> Kind | None:
        """How a middleware is written; None where nothing is stated."""
        from asgi_lint.model.third_party import Kind

        if name in self.base_http_middleware:
            return Kind.BASE_HTTP
        return Kind.ASGI if name in self.asgi_middleware else None


NOTHING_STATED = Stated()
