"""How a place in the code is written on the page."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.picture.html.markup import NOTHING, code, element
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from asgi_lint.diagnostics import Place
    from asgi_lint.picture.html.anchors import Page
    from asgi_lint.picture.html.markup import Markup


def place(where: Place, page: Page) -> Markup:
    """`orders.py:12:2`, in the form that editors open."""
    row, column = where.span.start
    return code(f"{shown_path(where.filename, page.base)}:{row}:{column}", "place")


def said_place(verb: str, where: Place | None, page: Page) -> Markup:
    """`defined at orders.py:12:2`, or nothing."""
    if where is None:
        return NOTHING
    return element("span", f"{verb} ", place(where, page), class_="said")


def is_elsewhere(definition: Place | None, registration: Place | None) -> bool:
    """Whether a definition stands where a look at the registration does not show it.

    A decorator is registration and definition at once: the function follows it.
    """
    if definition is None or registration is None:
        return definition is not None
    return definition.filename != registration.filename or definition.span < registration.span
