"""What narrows the routes: a search and filters. Both need the page's script, which shows them."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asgi_lint.picture.html.markup import element, together
from asgi_lint.picture.html.routes import answered_methods, features

if TYPE_CHECKING:
    from asgi_lint.picture.html.markup import Markup
    from asgi_lint.picture.view import Route

_LABELS = {
    "diagnostics": "Diagnostics",
    "stream": "Streams",
    "task": "Background tasks",
    "yield": "Yield dependencies",
    "middleware": "Own middleware",
    "sync": "Sync endpoints",
}


def toolbar(routes: list[Route]) -> Markup:
    """The search, the method, and a button for each feature that some route has."""
    methods = Counter(method for route in routes for method in answered_methods(route))
    special = Counter(feature for route in routes for feature in features(route))
    toggles = [_toggle(feature, special[feature]) for feature in _LABELS if special[feature]]
    search = element(
        "form",
        _search(),
        _method_choice(methods),
        element("button", "Unfold all", type="button", id="fold"),
        element("output", id="matches", for_="search method", aria_live="polite"),
        class_="toolbar",
        role="search",
        hidden=True,
    )
    filters = element(
        "div",
        *toggles,
        class_="filters",
        role="group",
        aria_label="Only routes with",
        hidden=True,
    )
    return together(search, filters)


def _search() -> Markup:
    return element(
        "input",
        type="search",
        id="search",
        placeholder="Search routes",
        aria_label="Search routes by path, method, endpoint, file or code",
        title="Path, method, endpoint, file or code of a rule",
        aria_controls="route-trees",
        aria_keyshortcuts="/",
        autocomplete="off",
        spellcheck="false",
    )


def _method_choice(methods: Counter[str]) -> Markup:
    options = [element("option", f"{m} ({n:,})", value=m) for m, n in sorted(methods.items())]
    every = element("option", "Any method", value="")
    return element("select", every, *options, id="method", aria_label="Method")


def _toggle(feature: str, number: int) -> Markup:
    return element(
        "button",
        f"{_LABELS[feature]} ",
        element("span", f"{number:,}", class_="count"),
        type="button",
        aria_pressed="false",
        value=feature,
    )
