"""What a picture shows in all: every part of one kind, and how many there are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.picture.view import LayerKind, Node, NodeKind, Route

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.picture.view import Layer, Picture


@dataclass(frozen=True, slots=True)
class Counts:
    """How many parts a picture shows; what stands in two places counts once.

    `layers` are those that the project registers itself, `base_layers` those of them that are a
    BaseHTTPMiddleware.
    """

    applications: int
    routers: int
    mounts: int
    hosts: int
    routes: int
    layers: int
    base_layers: int
    unknowns: int


def counts(picture: Picture) -> Counts:
    """The parts of a picture, counted."""
    shown = [node for node in nodes(picture) if not node.is_repeated]
    kinds = [node.kind for node in shown]
    own_layers = [each.kind for each in layers(picture) if each.kind is not LayerKind.BUILT_IN]
    return Counts(
        applications=kinds.count(NodeKind.APPLICATION),
        routers=kinds.count(NodeKind.ROUTER),
        mounts=kinds.count(NodeKind.MOUNT),
        hosts=kinds.count(NodeKind.HOST),
        routes=sum(1 for _ in routes(picture)),
        layers=len(own_layers),
        base_layers=own_layers.count(LayerKind.BASE_HTTP),
        unknowns=len(picture.unknowns) + sum(len(node.unknowns) for node in shown),
    )


def nodes(picture: Picture) -> Iterator[Node]:
    """Every node, in the order in which they are drawn."""
    for root in (*picture.applications, *picture.detached):
        yield from root.walk()


def routes(picture: Picture) -> Iterator[Route]:
    """Every route, in the order in which they are drawn."""
    for node in nodes(picture):
        yield from (child for child in node.children if isinstance(child, Route))


def layers(picture: Picture) -> Iterator[Layer]:
    """Every layer, those of routes too."""
    for node in nodes(picture):
        yield from node.layers
    for route in routes(picture):
        yield from route.layers


def diagnostics_elsewhere(picture: Picture) -> list[Diagnostic]:
    """The diagnostics of no part that is shown, such as those of a manifest."""
    attached: set[Diagnostic] = set()
    for node in nodes(picture):
        attached.update(node.diagnostics)
        for handler in node.handlers:
            attached.update(handler.diagnostics)
    for route in routes(picture):
        attached.update(route.diagnostics)
    for layer in layers(picture):
        attached.update(layer.diagnostics)
    return [diagnostic for diagnostic in picture.diagnostics if diagnostic not in attached]
