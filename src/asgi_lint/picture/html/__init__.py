"""A picture of an application as one HTML page that needs nothing else: no network, no server."""

from __future__ import annotations

from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from typing import TYPE_CHECKING

from asgi_lint import __version__
from asgi_lint.picture import inventory
from asgi_lint.picture.captions import DETACHED, left_out, no_application, project_name
from asgi_lint.picture.html.anchors import node_id, node_label, page_of
from asgi_lint.picture.html.findings import diagnostic_list, unknown_line
from asgi_lint.picture.html.markup import NOTHING, Markup, element, spaced
from asgi_lint.picture.html.onion import hatching
from asgi_lint.picture.html.overview import contents, masthead
from asgi_lint.picture.html.panels import panels
from asgi_lint.picture.html.routes import route_tree
from asgi_lint.picture.html.toolbar import toolbar

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asgi_lint.picture.html.anchors import Page
    from asgi_lint.picture.view import Node, Picture, Unknown

_STYLES = (
    "style/colors.css",
    "style/page.css",
    "style/findings.css",
    "style/panels.css",
    "style/routes.css",
    "style/media.css",  # last: it overrides what stands before it
)

# Concentric rings: the page's own sign, so that no browser asks a server for one.
_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16' fill='none' "
    "stroke='%237a4bb0' stroke-width='1.6'%3E%3Crect x='1' y='1' width='14' height='14' rx='4'/%3E"
    "%3Crect x='4.5' y='4.5' width='7' height='7' rx='2' fill='%237a4bb0'/%3E%3C/svg%3E"
)


def render(picture: Picture, base: Path) -> str:
    """The whole page; places are shown relative to `base`."""
    page = page_of(picture, base)
    style, script = _own(*_STYLES), _own("page.js")
    head = element(
        "head",
        element("meta", charset="utf-8"),
        element("meta", http_equiv="Content-Security-Policy", content=_policy(script, style)),
        element("meta", name="viewport", content="width=device-width, initial-scale=1"),
        element("meta", name="color-scheme", content="light dark"),
        element("meta", name="referrer", content="no-referrer"),
        element("title", f"{project_name(picture, base)} · asgi-lint graph"),
        element("link", rel="icon", href=_ICON),
        element("style", style),
    )
    body = element("body", *_body(picture, page), element("script", script))
    return f"<!doctype html>\n{element('html', head, body, lang='en')}\n"


def _policy(script: str, style: str) -> str:
    """Nothing is loaded and nothing runs but the page's own script and style."""
    return "; ".join(
        (
            "default-src 'none'",
            f"script-src '{_digest(script)}'",
            f"style-src '{_digest(style)}'",
            "img-src data:",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )


def _digest(source: str) -> str:
    return f"sha256-{b64encode(sha256(source.encode()).digest()).decode()}"


def _own(*names: str) -> Markup:
    """Files of this package, which are part of the page as they are."""
    folder = files(__name__)
    return Markup("\n".join(folder.joinpath(n).read_text(encoding="utf-8") for n in names))


def _body(picture: Picture, page: Page) -> Iterator[Markup]:
    unknowns = _unknowns(picture, page)
    yield element("a", "Skip to the routes", href="#routes", class_="skip")
    yield hatching()
    yield masthead(picture, page)
    yield contents(picture, page)
    yield element(
        "main",
        _section("applications", "Applications", *_applications(picture, page)),
        _section("routes", "Routes", toolbar([*inventory.routes(picture)]), _routes(picture, page)),
        _section("diagnostics", "Diagnostics", diagnostic_list(page)) if page.entries else NOTHING,
        _not_followed(unknowns, page) if unknowns else NOTHING,
    )
    made = f"Drawn by asgi-lint {__version__} from the code alone; none of it was run."
    yield element("footer", element("p", made))


def _section(ident: str, title: str, *content: Markup) -> Markup:
    heading = element("h2", title, id=f"{ident}-title")
    return element("section", heading, *content, id=ident, aria_labelledby=f"{ident}-title")


def _applications(picture: Picture, page: Page) -> Iterator[Markup]:
    if not picture.applications:
        yield element("p", no_application(picture, page.base), class_="none")
    yield panels(page)
    if picture.left_out:
        yield element("p", left_out(picture), class_="none")


def _routes(picture: Picture, page: Page) -> Markup:
    parts = [route_tree(node, page) for node in picture.applications]
    if picture.detached:
        trees = [route_tree(node, page, level=4) for node in picture.detached]
        parts.append(element("div", element("h3", DETACHED), *trees, class_="detached"))
    if not parts:
        parts.append(element("p", "No routes.", class_="none"))
    parts.append(element("p", "No route matches.", class_="none no-match", hidden=True))
    return element("div", *parts, id="route-trees")


def _unknowns(picture: Picture, page: Page) -> list[tuple[Unknown, Node | None]]:
    """All that could not be followed, each with the node at which it is drawn, if it is."""
    at_nodes = [(unknown, node) for node in page.nodes.values() for unknown in node.unknowns]
    return [*at_nodes, *((unknown, None) for unknown in picture.unknowns)]


def _not_followed(unknowns: list[tuple[Unknown, Node | None]], page: Page) -> Markup:
    about = "The picture may lack what these lines add to the application."
    items = (element("li", _unknown(unknown, node, page)) for unknown, node in unknowns)
    return _section(
        "unknowns",
        "What asgi-lint could not follow",
        element("p", about, class_="about"),
        element("ul", *items, class_="unknown-list"),
    )


def _unknown(unknown: Unknown, node: Node | None, page: Page) -> Markup:
    line = unknown_line(unknown, page)
    if node is None:
        return line
    link = element("a", node_label(node), href=f"#{node_id(node)}")
    return spaced(line, element("span", "drawn at ", link, class_="said"))
