"""FastAPI dependencies, each with those it has itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.picture.html.markup import NOTHING, code, element, spaced
from asgi_lint.picture.html.places import is_elsewhere, place, said_place

if TYPE_CHECKING:
    from asgi_lint.picture.html.anchors import Page
    from asgi_lint.picture.html.markup import Markup
    from asgi_lint.picture.view import Dependency


def dependency_tree(dependencies: tuple[Dependency, ...], page: Page) -> Markup:
    """The dependencies as a nested list, in the order in which they are asked for."""
    items = (_dependency(dependency, page) for dependency in dependencies)
    return element("ul", *items, class_="dependencies")


def has_yield(dependencies: tuple[Dependency, ...]) -> bool:
    """Whether any of them, at any depth, is a generator with something to clean up."""
    return any(each.yields or has_yield(each.dependencies) for each in dependencies)


def _dependency(dependency: Dependency, page: Page) -> Markup:
    is_shown = is_elsewhere(dependency.definition, dependency.place)
    return element(
        "li",
        spaced(
            code(dependency.name),
            element("span", "yield", class_="tag yield") if dependency.yields else NOTHING,
            element("span", "as above", class_="again") if dependency.is_repeated else NOTHING,
            place(dependency.place, page),
            said_place("defined at", dependency.definition, page) if is_shown else NOTHING,
        ),
        dependency_tree(dependency.dependencies, page) if dependency.dependencies else NOTHING,
    )
