"""Where each part of the picture stands on the page: ids that are the same on every run.

A part's id is made from its node's and its number there, so that what draws a part and what links
to it agree without asking each other.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from asgi_lint.picture.captions import counted
from asgi_lint.picture.view import Node, Route, RouteKind
from asgi_lint.reporters.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.picture.view import Layer, Picture


class Anchor(NamedTuple):
    """The id of a part that is drawn, and what it is called in a link to it."""

    ident: str
    label: str


@dataclass(frozen=True, slots=True)
class Page:
    """What drawing any part must know of the whole page.

    `entries` are the ids of the diagnostics in their list, in its order; `shown_at` says where
    else each is drawn. `nodes` are those that are drawn with their parts, `panels` those of them
    that have a panel, both by ident and in order.
    """

    base: Path
    entries: Mapping[Diagnostic, str]
    shown_at: Mapping[Diagnostic, tuple[Anchor, ...]]
    nodes: Mapping[str, Node]
    panels: Mapping[str, Node]

    def has_panel(self, node: Node) -> bool:
        """Whether the node's middleware and handlers are drawn in a panel."""
        return node.ident in self.panels


def page_of(picture: Picture, base: Path) -> Page:
    """Where everything of a picture is going to stand."""
    roots = (*picture.applications, *picture.detached)
    nodes = {n.ident: n for root in roots for n in root.walk() if not n.is_repeated}
    outermost = {node.ident for node in picture.applications}
    panels = {i: n for i, n in nodes.items() if i in outermost or n.layers or n.handlers}
    shown_at: defaultdict[Diagnostic, dict[Anchor, None]] = defaultdict(dict)
    for ident, node in nodes.items():
        for anchor, diagnostics in _anchors(node, has_panel=ident in panels):
            for diagnostic in diagnostics:
                shown_at[diagnostic][anchor] = None
    listed = dict.fromkeys((*picture.diagnostics, *shown_at))
    return Page(
        base,
        {diagnostic: f"diagnostic-{i}" for i, diagnostic in enumerate(listed, start=1)},
        {diagnostic: tuple(anchors) for diagnostic, anchors in shown_at.items()},
        nodes,
        panels,
    )


def node_id(node: Node) -> str:
    """Of the node among the routes."""
    return f"node-{quote(visible(node.ident))}"


def panel_id(node: Node) -> str:
    """Of the node's panel."""
    return f"panel-{quote(visible(node.ident))}"


def layer_id(owner: str, number: int) -> str:
    """Of a layer in the panel or the route with the id `owner`."""
    return f"{owner}.layer-{number}"


def handler_id(panel: str, number: int) -> str:
    """Of a handler in a panel."""
    return f"{panel}.handler-{number}"


def child_id(node: Node, number: int) -> str:
    """Of a route, or of a node that is drawn elsewhere, by its place among `node`'s children."""
    return f"{node_id(node)}.{number}"


def called(node: Node) -> str:
    """What a node is called where it is linked to or drawn; a mount need not have a name."""
    return node.name or node.class_name or node.kind.value


def path_or_name(node: Node) -> str:
    """The path by which a node is part of the one around it; its name if that says nothing."""
    return node.path if node.path.strip("/…") else called(node)


def node_label(node: Node) -> str:
    """`router /orders`, as a link to the node says."""
    return f"{node.kind.value} {path_or_name(node)}"


def route_count(node: Node) -> str:
    """`12 routes`, of all that are in a node."""
    return counted(sum(1 for _ in node.routes()), "route")


def route_label(route: Route) -> str:
    """`GET /orders/{order}`, as a link to the route says."""
    path = route.full_path or "/"
    match route.kind:
        case RouteKind.WEBSOCKET:
            return f"WebSocket {path}"
        case RouteKind.APP:
            return path
        case RouteKind.HTTP:
            return f"{', '.join(route.methods)} {path}".lstrip()


def _anchors(node: Node, *, has_panel: bool) -> Iterator[tuple[Anchor, tuple[Diagnostic, ...]]]:
    """Every part of one node that may have diagnostics, without the nodes inside it."""
    panel = panel_id(node)
    yield Anchor(panel if has_panel else node_id(node), node_label(node)), node.diagnostics
    yield from _layer_anchors(panel, node.layers)
    for number, handler in enumerate(node.handlers):
        yield Anchor(handler_id(panel, number), handler.name), handler.diagnostics
    for number, child in enumerate(node.children):
        ident = child_id(node, number)
        if isinstance(child, Route):
            yield Anchor(ident, route_label(child)), child.diagnostics
            yield from _layer_anchors(ident, child.layers)
        elif child.is_repeated:
            yield Anchor(ident, node_label(child)), child.diagnostics


def _layer_anchors(
    owner: str, layers: tuple[Layer, ...]
) -> Iterator[tuple[Anchor, tuple[Diagnostic, ...]]]:
    for number, layer in enumerate(layers):
        yield Anchor(layer_id(owner, number), layer.name), layer.diagnostics
