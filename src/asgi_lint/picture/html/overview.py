"""The head of the page: what project this is, how much is in it, and links to all of it."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Severity
from asgi_lint.picture.captions import project_name
from asgi_lint.picture.html.anchors import node_id, panel_id, path_or_name
from asgi_lint.picture.html.markup import NOTHING, code, element, route_path, spaced
from asgi_lint.picture.inventory import counts
from asgi_lint.picture.view import Node
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.picture.html.anchors import Page
    from asgi_lint.picture.html.markup import Markup
    from asgi_lint.picture.inventory import Counts
    from asgi_lint.picture.view import Picture


def masthead(picture: Picture, page: Page) -> Markup:
    """The project, the releases that count, and the counts, each a link to what it counts."""
    figures = _figures(counts(picture), page)
    releases = element("p", picture.releases, class_="releases") if picture.releases else NOTHING
    return element(
        "header",
        element("p", "asgi-lint graph", class_="eyebrow"),
        element("h1", project_name(picture, page.base)),
        releases,
        element("ul", *figures, class_="counts"),
    )


def contents(picture: Picture, page: Page) -> Markup:
    """The table of contents; on a wide page it stays beside what it leads to."""
    roots = (*picture.applications, *picture.detached)
    names = Counter(_name(node) for node in roots)
    labels = {node.ident: _label(node, page) for node in roots if names[_name(node)] > 1}
    panels = page.panels.items()
    links = [
        _item(
            "applications",
            "Applications",
            *(_item(panel_id(node), labels.get(ident, _name(node))) for ident, node in panels),
        ),
        _item("routes", "Routes", *(_node_item(node, labels.get(node.ident)) for node in roots)),
    ]
    if page.entries:
        links.append(_item("diagnostics", "Diagnostics"))
    if counts(picture).unknowns:
        links.append(_item("unknowns", "Not followed"))
    listing = element("details", element("summary", "On this page"), element("ul", *links))
    return element("nav", listing, aria_label="On this page")


def _figures(found: Counts, page: Page) -> Iterator[Markup]:
    yield _count(found.applications, "application", "applications", "applications")
    if found.routers:
        yield _count(found.routers, "router", "routers", "routes")
    if mounts := found.mounts + found.hosts:
        yield _count(mounts, "mount", "mounts", "routes")
    yield _count(found.routes, "route", "routes", "routes")
    yield _count(found.layers, "middleware layer", "middleware layers", "applications")
    if base := found.base_layers:
        yield _count(base, "BaseHTTPMiddleware", "BaseHTTPMiddleware", "applications", "base-http")
    severities = Counter(diagnostic.severity for diagnostic in page.entries)
    for severity in reversed(Severity):
        if number := severities[severity]:
            word = severity.value
            yield _count(number, word, f"{word}s", "diagnostics", word)
    if not severities:
        yield _count(0, "diagnostic", "diagnostics", "diagnostics")
    if found.unknowns:
        yield _count(found.unknowns, "not followed", "not followed", "unknowns", "unknown")


def _count(number: int, one: str, more: str, target: str, class_: str | None = None) -> Markup:
    figure = spaced(element("b", f"{number:,}"), element("span", one if number == 1 else more))
    link = element("a", figure, href=f"#{target}") if number else figure
    return element("li", link, class_=class_)


def _item(target: str, label: str, *inner: Markup) -> Markup:
    link = element("a", label, href=f"#{target}")
    return element("li", link, element("ul", *inner) if inner else NOTHING)


def _node_item(node: Node, label: Markup | None = None) -> Markup:
    inner = [n for n in node.children if isinstance(n, Node) and not n.is_repeated]
    count = element("span", f"{sum(1 for _ in node.routes()):,}", class_="count")
    link = spaced(label or _name(node), count)
    return _item(node_id(node), link, *map(_node_item, inner))


def _name(node: Node) -> Markup:
    return code(route_path(path_or_name(node)))


def _label(node: Node, page: Page) -> Markup:
    """A name that others have too, with the file that tells them apart."""
    file = element("span", shown_path(node.place.filename, page.base), class_="file")
    return element("span", spaced(_name(node), file))
