"""The routes, in the order in which they are matched, inside the nodes that they stand in."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from asgi_lint.picture.captions import counted
from asgi_lint.picture.html.anchors import called, child_id, node_id, panel_id, route_count
from asgi_lint.picture.html.dependencies import dependency_tree, has_yield
from asgi_lint.picture.html.findings import diagnostics_here, unknowns_here
from asgi_lint.picture.html.markup import (
    NOTHING,
    Markup,
    code,
    element,
    route_path,
    spaced,
    together,
)
from asgi_lint.picture.html.panels import layer_list
from asgi_lint.picture.html.places import is_elsewhere, place, said_place
from asgi_lint.picture.view import LayerKind, Node, NodeKind, Route, RouteKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Place
    from asgi_lint.picture.html.anchors import Page
    from asgi_lint.picture.view import Child, Stream, Task

_DEEPEST_HEADING = 6
_KNOWN_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "WebSocket"})


def route_tree(node: Node, page: Page, *, level: int = 3) -> Markup:
    """A node that can be folded, with its routes and the nodes inside it."""
    body: list[Markup] = []
    if page.has_panel(node):
        body.append(_inside(node))
    else:
        body.append(diagnostics_here(node.diagnostics, page))
        if node.dependencies:
            label = element("span", "Every route depends on", class_="label")
            tree = dependency_tree(node.dependencies, page)
            body.append(element("div", label, tree, class_="shared"))
    body.append(unknowns_here(node.unknowns, page))
    body += _children(node, page, level)
    if not node.children:
        body.append(element("p", "No routes are seen here.", class_="none"))
    return element(
        "details",
        _heading(node, page, level),
        *body,
        id=node_id(node),
        class_="node",
        open=True,
    )


def features(route: Route) -> tuple[str, ...]:
    """What is special about a route, by the words that the page's filters use."""
    found = {
        "diagnostics": bool(route.diagnostics) or any(each.diagnostics for each in route.layers),
        "stream": bool(route.streams),
        "task": bool(route.tasks),
        "yield": has_yield(route.dependencies),
        "middleware": bool(route.layers),
        "sync": not route.is_async and route.kind is RouteKind.HTTP,
    }
    return tuple(feature for feature, holds in found.items() if holds)


def answered_methods(route: Route) -> tuple[str, ...]:
    """The methods as they are shown, also where a route has none or all."""
    match route.kind:
        case RouteKind.HTTP:
            return route.methods or ("any",)
        case RouteKind.WEBSOCKET:
            return ("WebSocket",)
        case RouteKind.APP:
            return ("app",)


def _heading(node: Node, page: Page, level: int) -> Markup:
    name = element(f"h{min(level, _DEEPEST_HEADING)}", *_title(node))
    joined = "included at" if node.kind is NodeKind.ROUTER else "mounted at"
    return element(
        "summary",
        spaced(
            name,
            element("span", route_count(node), class_="count"),
            element(
                "span",
                spaced(place(node.place, page), said_place(joined, node.joined, page)),
                class_="where",
            ),
        ),
    )


def _title(node: Node) -> Iterator[Markup]:
    if node.path:
        yield code(route_path(node.path), "mounted")
        yield together(" ")
    kind = node.class_name if node.kind is NodeKind.APPLICATION else node.kind.value
    yield element("span", spaced(element("span", kind or "application"), code(called(node))))


def _inside(node: Node) -> Markup:
    """What is around the routes of a node in short, with a link to its panel."""
    panel = f"#{panel_id(node)}"
    names = [code(layer.name) for layer in node.layers if layer.kind is not LayerKind.BUILT_IN]
    if not names:
        return element("p", element("a", "No layers of its own", href=panel), class_="inside")
    link = element("a", counted(len(names), "layer"), href=panel)
    arrow = element("span", " → ", class_="arrow")
    return element("p", "Inside ", link, " ", Markup(arrow.join(names)), class_="inside")


def _children(node: Node, page: Page, level: int) -> Iterator[Markup]:
    """Runs of routes as lists, and the nodes between them; the order decides what matches."""
    numbered = enumerate(node.children)
    for has_own_parts, run in groupby(numbered, key=lambda child: _is_tree(child[1])):
        if has_own_parts:
            yield from (route_tree(n, page, level=level + 1) for _, n in run if isinstance(n, Node))
        else:
            items = (_line(child, child_id(node, number), page) for number, child in run)
            yield element("ul", *items, class_="routes")


def _is_tree(child: Child) -> bool:
    return isinstance(child, Node) and not child.is_repeated


def _line(child: Child, ident: str, page: Page) -> Markup:
    return _route(child, ident, page) if isinstance(child, Route) else _again(child, ident, page)


def _again(node: Node, ident: str, page: Page) -> Markup:
    """A node that is drawn elsewhere, since it is part of the application more than once."""
    name = spaced(node.kind.value, code(called(node)))
    shown = element("a", name, href=f"#{node_id(node)}") if node.ident in page.nodes else name
    row = element(
        "div",
        element("span", "again", class_="methods"),
        " ",
        code(route_path(node.path or "/"), "path"),
        " ",
        element("span", shown, class_="name"),
        " ",
        place(node.joined or node.place, page),
        class_="row",
    )
    return element("li", row, diagnostics_here(node.diagnostics, page), id=ident, class_="repeated")


def _route(route: Route, ident: str, page: Page) -> Markup:
    more = _more(route, ident, page)
    if more:
        line = element("details", element("summary", *_row(route, page), class_="row"), more)
    else:
        line = element("div", *_row(route, page), class_="row")
    return element(
        "li",
        line,
        diagnostics_here(route.diagnostics, page),
        id=ident,
        class_="route",
        data_is=" ".join((*answered_methods(route), *features(route))),
    )


def _row(route: Route, page: Page) -> Iterator[Markup]:
    methods = (element("b", m, class_=_method_class(m)) for m in answered_methods(route))
    yield element("span", spaced(*methods), class_="methods")
    yield together(" ")
    tags = [element("span", f, class_=f"tag {f}") for f in features(route) if f != "diagnostics"]
    yield element("span", spaced(code(_full_path(route)), *tags), class_="path")
    yield together(" ")
    yield code(route.name, "name")
    yield together(" ")
    yield place(route.place, page)


def _method_class(method: str) -> str | None:
    return method.lower() if method in _KNOWN_METHODS else None


def _full_path(route: Route) -> Markup:
    """The whole path, with what the nodes around the route put before its own part set back."""
    full = route.full_path or "/"
    if not route.path or route.path == full or not full.endswith(route.path):
        return route_path(full)
    prefix = element("span", route_path(full[: -len(route.path)]), class_="prefix")
    return together(prefix, route_path(route.path))


def _more(route: Route, ident: str, page: Page) -> Markup:
    """What unfolds below a route, or nothing."""
    parts: list[tuple[str, Markup]] = []
    if route.layers:
        parts.append(("Inside", layer_list(route.layers, ident, page)))
    if route.dependencies:
        parts.append(("Depends on", dependency_tree(route.dependencies, page)))
    parts += [("Streams", _stream(stream, page)) for stream in route.streams]
    parts += [("Afterwards", _task(task, page)) for task in route.tasks]
    if is_elsewhere(route.definition, route.place):
        parts.append(("Defined at", _definition(route.definition, page)))
    if not parts:
        return NOTHING
    rows = (together(element("dt", label), element("dd", content)) for label, content in parts)
    return element("dl", *rows, class_="more")


def _definition(definition: Place | None, page: Page) -> Markup:
    return place(definition, page) if definition else NOTHING


def _stream(stream: Stream, page: Page) -> Markup:
    source = together(" from ", _names(stream.generators)) if stream.generators else NOTHING
    return spaced(together(code(stream.class_name), source), place(stream.place, page))


def _task(task: Task, page: Page) -> Markup:
    names = _names(task.names) if task.names else together("a function that is not known")
    return spaced(names, place(task.place, page))


def _names(names: tuple[str, ...]) -> Markup:
    return Markup(", ".join(map(code, names)))
