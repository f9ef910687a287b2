"""The picture as a Mermaid flowchart, which Markdown pages on GitHub and GitLab draw.

An application, router, mount or host is a box around what it holds; its middleware is a chain from
outside to inside, which leads to the box of everything inside. Mermaid refuses a long text, so a
large picture is drawn with fewer words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.picture import captions
from asgi_lint.picture.flowchart import Flowchart
from asgi_lint.picture.inventory import diagnostics_elsewhere
from asgi_lint.picture.view import LayerKind, Node, Route
from asgi_lint.reporters.characters import utf16_units

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic, Place
    from asgi_lint.picture.view import Layer, Picture, Unknown

MOST_CHARACTERS = 50_000
"""The UTF-16 units that Mermaid takes unless the page allows more (its `maxTextSize`)."""
MOST_EDGES = 500
"""The arrows that Mermaid takes unless the page allows more (its `maxEdges`)."""


class _Detail(NamedTuple):
    """How much is said.

    Up to `alone` routes of a node have boxes of their own; more of them share one, with a line for
    each of the first `lines`. `with_facts` tells what goes with a route that has such a line.
    """

    alone: int
    lines: int
    with_facts: bool


_DETAILS = (
    _Detail(8, 40, with_facts=True),
    _Detail(0, 40, with_facts=True),
    _Detail(0, 20, with_facts=False),
    _Detail(0, 4, with_facts=False),
    _Detail(0, 0, with_facts=False),
)

_LAYER_CLASSES = {
    LayerKind.BASE_HTTP: "base",
    LayerKind.ASGI: "asgi",
    LayerKind.BUILT_IN: "builtin",
    LayerKind.UNKNOWN: "unknown",
}


def render(picture: Picture, base: Path) -> str:
    """The flowchart with as much detail as Mermaid takes; file names are relative to `base`."""
    title = captions.heading(picture, base)
    for detail in _DETAILS:
        chart = Flowchart()
        _Drawing(chart, base, detail).draw(picture)
        text = chart.text(title)
        if len(utf16_units(text)) <= MOST_CHARACTERS and chart.edges <= MOST_EDGES:
            return text
    return chart.text(
        title, "Mermaid refuses this, unless its maxTextSize and maxEdges are raised."
    )


class _Drawing(NamedTuple):
    """One attempt at the flowchart."""

    chart: Flowchart
    base: Path
    detail: _Detail

    def draw(self, picture: Picture) -> None:
        self.chart.chain([*self._blocks(picture)], "~~~")

    def _blocks(self, picture: Picture) -> Iterator[str]:
        for application in picture.applications:
            yield self._node(application)
        if not picture.applications:
            yield self.chart.box("", [captions.no_application(picture, self.base)], "builtin")
        if picture.detached:
            ident = self.chart.open(captions.DETACHED, "TB")
            self.chart.chain([self._node(router) for router in picture.detached], "~~~")
            self.chart.close()
            yield ident
        yield from self._unknowns(picture.unknowns)
        if elsewhere := diagnostics_elsewhere(picture):
            lines = [self._line([each.name], each.place, [each]) for each in elsewhere]
            yield self._box(captions.ELSEWHERE, lines, "setup", elsewhere)
        if picture.left_out:
            yield self.chart.box("", [captions.left_out(picture)], "builtin")

    def _node(self, node: Node) -> str:
        title = " ".join(filter(None, [node.kind.value, node.path]))
        if node.is_repeated:
            line = self._line([captions.SEE_ABOVE], node.place, node.diagnostics)
            return self._box(title, [line], "builtin", node.diagnostics)
        title = self._line([title, captions.node_name(node)], node.place, node.diagnostics)
        if not node.layers:
            ident = self.chart.open(title, "TB")
            self._inside(node)
        else:
            ident = self.chart.open(title, "LR")
            middleware = self.chart.open("middleware, from outside to inside", "TB")
            self.chart.chain([self._layer(layer) for layer in node.layers], "-->")
            self.chart.close()
            inside = self.chart.open("inside", "TB")
            self._inside(node)
            self.chart.close()
            self.chart.chain([middleware, inside], "-->")
        self.chart.close()
        return ident

    def _inside(self, node: Node) -> None:
        """What the middleware is around, from top to bottom."""
        boxes = [*self._setup(node), *self._children(node), *self._unknowns(node.unknowns)]
        # Mermaid draws a box around nothing with its title cut off.
        self.chart.chain(boxes or [self.chart.box("", ["no routes"], "builtin")], "~~~")

    def _layer(self, layer: Layer) -> str:
        line = self._line([captions.layer_kind(layer)], layer.place, layer.diagnostics)
        kind = _LAYER_CLASSES[layer.kind]
        return self._box(captions.layer_name(layer), [line], kind, layer.diagnostics)

    def _setup(self, node: Node) -> Iterator[str]:
        """A box with what belongs to the node itself: its handlers and dependencies."""
        lines = [
            self._line(
                [f"{captions.handler_label(handler)}: {handler.name}"],
                handler.place,
                handler.diagnostics,
            )
            for handler in node.handlers
        ]
        if node.dependencies:
            lines.append(f"depends on {captions.dependency_names(node.dependencies)}")
        if lines:
            found = [each for handler in node.handlers for each in handler.diagnostics]
            yield self._box("", lines, "setup", found)

    def _children(self, node: Node) -> Iterator[str]:
        """The boxes of what is registered, in order; neighbouring routes may share one."""
        count = sum(isinstance(child, Route) for child in node.children)
        routes: list[Route] = []
        for child in node.children:
            if isinstance(child, Node):
                yield from self._routes(routes)
                yield self._node(child)
                routes = []
            elif count <= self.detail.alone:
                yield self._route(child)
            else:
                routes.append(child)
        yield from self._routes(routes)

    def _route(self, route: Route) -> str:
        """The box of one route."""
        line = self._line([captions.endpoint_name(route)], route.place, route.diagnostics)
        title = f"{captions.method_text(route)} {route.full_path}"
        return self._box(title, [line, *_facts(route)], "routes", route.diagnostics)

    def _routes(self, routes: list[Route]) -> Iterator[str]:
        """The box that neighbouring routes share, if there are any."""
        if not routes:
            return
        lines = [self._route_line(route) for route in routes]
        found = [each for route in routes for each in route.diagnostics]
        yield self._box(captions.counted(len(routes), "route"), lines, "routes", found)

    def _route_line(self, route: Route) -> str:
        start = f"{captions.method_text(route)} {route.full_path}"
        facts = _facts(route) if self.detail.with_facts else []
        return self._line([start, captions.endpoint_name(route), *facts], None, route.diagnostics)

    def _unknowns(self, unknowns: tuple[Unknown, ...]) -> Iterator[str]:
        if unknowns:
            lines = [self._line([unknown.text], unknown.place) for unknown in unknowns]
            yield self._box(f"{captions.UNKNOWN} {captions.NOT_FOLLOWED}", lines, "unknown")

    def _box(
        self, title: str, lines: list[str], kind: str, found: Sequence[Diagnostic] = ()
    ) -> str:
        """A box with a frame for the worst of what is found, and as many lines as there is room."""
        if len(lines) > max(1, self.detail.lines):
            more = len(lines) - self.detail.lines
            lines = [*lines[: self.detail.lines], f"and {more} more"]
        worst = max((each.severity for each in found), key=lambda each: each.rank, default=None)
        return self.chart.box(title, lines, *filter(None, [kind, worst and worst.value]))

    def _line(
        self, parts: Sequence[str], place: Place | None, found: Sequence[Diagnostic] = ()
    ) -> str:
        marks = [mark.text for mark in captions.marks(found)]
        return " · ".join(filter(None, [*parts, captions.place_text(place, self.base), *marks]))


def _facts(route: Route) -> list[str]:
    return [f"{label} {fact}" for label, fact in captions.route_facts(route)]
