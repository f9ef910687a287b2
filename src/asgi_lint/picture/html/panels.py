"""The panel of a node: its middleware as an onion with the list beside it, and its handlers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.picture.captions import counted
from asgi_lint.picture.html.anchors import (
    called,
    handler_id,
    layer_id,
    node_id,
    panel_id,
)
from asgi_lint.picture.html.dependencies import dependency_tree
from asgi_lint.picture.html.findings import diagnostics_here
from asgi_lint.picture.html.markup import (
    NOTHING,
    code,
    dotted,
    element,
    route_path,
    spaced,
    together,
)
from asgi_lint.picture.html.onion import onion, swatch
from asgi_lint.picture.html.places import is_elsewhere, place, said_place
from asgi_lint.picture.view import HandlerKind, LayerKind, NodeKind

if TYPE_CHECKING:
    from asgi_lint.picture.html.anchors import Page
    from asgi_lint.picture.html.markup import Markup
    from asgi_lint.picture.view import Handler, Layer, Node

_KINDS = {
    LayerKind.BASE_HTTP: "BaseHTTPMiddleware",
    LayerKind.ASGI: "pure ASGI",
    LayerKind.BUILT_IN: "built in",
    LayerKind.UNKNOWN: "kind not known",
}

_UNCERTAIN = element("span", " · order not certain", class_="uncertain")
_MOST_OPEN = 8


def panels(page: Page) -> Markup:
    """A panel for each node that has one; many of them start folded."""
    is_open = len(page.panels) <= _MOST_OPEN
    return together(*(_panel(node, page, is_open=is_open) for node in page.panels.values()))


def layer_list(layers: tuple[Layer, ...], owner: str, page: Page) -> Markup:
    """The layers from outside to inside, with all that is known of each."""
    items = (_layer(layer, layer_id(owner, i), page) for i, layer in enumerate(layers))
    return element("ol", *items, class_="layers")


def _panel(node: Node, page: Page, *, is_open: bool) -> Markup:
    heading = element("h3", called(node))
    kind = node.class_name or node.kind.value
    path = code(route_path(node.path), "mounted") if node.path else NOTHING
    return element(
        "details",
        element("summary", spaced(heading, path, code(kind, "kind"), place(node.place, page))),
        diagnostics_here(node.diagnostics, page),
        _unknowns_pointer(node),
        _middleware(node, page),
        _handlers(node, page),
        _dependencies(node, page),
        id=panel_id(node),
        class_="panel",
        open=is_open,
    )


def _unknowns_pointer(node: Node) -> Markup:
    """A panel that may lack something says so; what it is stands with the node's routes."""
    if not node.unknowns:
        return NOTHING
    what = counted(len(node.unknowns), "thing")
    link = element("a", f"{what} could not be followed", href=f"#{node_id(node)}")
    return element("p", "Not all of it may be drawn: ", link, ".", class_="pointer")


def _middleware(node: Node, page: Page) -> Markup:
    if not node.layers:
        return element("p", "No middleware.", class_="none")
    caption = "A request passes from outside to inside, its response comes back the same way."
    return element(
        "div",
        element("figure", onion(node), element("figcaption", caption)),
        layer_list(node.layers, panel_id(node), page),
        class_="around",
    )


def _layer(layer: Layer, ident: str, page: Page) -> Markup:
    registered = said_place("added at", layer.place, page)
    is_shown = layer.definition != layer.place and is_elsewhere(layer.definition, layer.place)
    defined = said_place("defined at", layer.definition, page) if is_shown else NOTHING
    is_told = layer.class_name not in {"", layer.name}
    class_name = element("p", dotted(layer.class_name), class_="where") if is_told else NOTHING
    return element(
        "li",
        swatch(layer.kind),
        element(
            "p",
            spaced(code(layer.name, "name"), element("span", _KINDS[layer.kind], class_="kind")),
            NOTHING if layer.is_order_known else _UNCERTAIN,
        ),
        class_name,
        element("p", spaced(registered, defined), class_="where"),
        diagnostics_here(layer.diagnostics, page),
        id=ident,
        class_=layer.kind.value,
    )


def _handlers(node: Node, page: Page) -> Markup:
    if not node.handlers:
        return NOTHING
    panel = panel_id(node)
    rows = [_handler(each, handler_id(panel, i), page) for i, each in enumerate(node.handlers)]
    return element("div", element("h4", "Handlers"), element("ul", *rows), class_="handlers")


def _handler(handler: Handler, ident: str, page: Page) -> Markup:
    when = handler.kind.value
    is_shown = is_elsewhere(handler.definition, handler.place)
    return element(
        "li",
        element("span", when, class_="when"),
        " ",
        element(
            "span",
            spaced(
                code(handler.subject) if handler.kind is HandlerKind.EXCEPTION else NOTHING,
                element("span", "→", class_="arrow") if handler.subject else NOTHING,
                code(handler.name, "name"),
            ),
        ),
        " ",
        element(
            "span",
            spaced(
                place(handler.place, page),
                said_place("defined at", handler.definition, page) if is_shown else NOTHING,
            ),
            class_="where",
        ),
        diagnostics_here(handler.diagnostics, page),
        id=ident,
    )


def _dependencies(node: Node, page: Page) -> Markup:
    if not node.dependencies:
        return NOTHING
    whose = "Dependencies of every route"
    if node.kind is not NodeKind.APPLICATION:
        whose = f"Dependencies of every route of this {node.kind.value}"
    return element("div", element("h4", whose), dependency_tree(node.dependencies, page))
