"""The picture as a graph for Graphviz.

Each application, router, mount or host is a card. Its middleware is drawn as frames, each inside
the one that is around it, and inside the innermost stand the routes. An arrow leads from where a
node is included or mounted to its card.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Severity
from asgi_lint.picture import captions
from asgi_lint.picture.html_labels import cell, row, table, text
from asgi_lint.picture.inventory import diagnostics_elsewhere, nodes
from asgi_lint.picture.view import LayerKind, Node, NodeKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic, Place
    from asgi_lint.picture.view import Layer, Picture, Route, Unknown

_OPENING = """\
digraph applications {
  graph [rankdir=LR, nodesep=0.3, ranksep=0.9, pad=0.3, labelloc=t, labeljust=l];
  graph [fontname="Helvetica,Arial,sans-serif", fontsize=14];
  node [fontname="Helvetica,Arial,sans-serif", fontsize=11, shape=plain];
  edge [color="#868e96", arrowsize=0.7];"""
_COLUMNS = 5
_QUIET = "#868e96"
_GROUND = "#ffffff"
_METHOD = "#2b8a3e"
_HEADER = "header"
_LINE = "#adb5bd"
_UNKNOWN = "#862e9c"
_HEADERS = {
    NodeKind.APPLICATION: "#d0ebff",
    NodeKind.ROUTER: "#d3f9d8",
    NodeKind.MOUNT: "#e5dbff",
    NodeKind.HOST: "#fff3bf",
}
_LAYERS = {
    LayerKind.BASE_HTTP: ("#ffe8cc", "#d9480f"),
    LayerKind.ASGI: ("#e7f5ff", "#4a90c2"),
    LayerKind.BUILT_IN: ("#f1f3f5", "#adb5bd"),
    LayerKind.UNKNOWN: ("#f8f0fc", "#9c36b5"),
}
"""For each kind of layer the ground and the line of its frame."""
_SEVERITIES = {Severity.NOTE: "#1971c2", Severity.WARNING: "#d9480f", Severity.ERROR: "#c92a2a"}


def render(picture: Picture, base: Path) -> str:
    """The graph in the DOT language; file names are relative to `base`."""
    shown = [node for node in nodes(picture) if not node.is_repeated]
    cards = {node.ident: f"n{number}" for number, node in enumerate(shown, start=1)}
    detached = {router.ident for router in picture.detached}
    lines = [
        f"  {cards[node.ident]} [label=<{_card(node, base, is_detached=node.ident in detached)}>];"
        for node in shown
    ]
    first = [cards[root.ident] for root in (*picture.applications, *picture.detached)]
    if rows := [*_remark_rows(picture, base)]:
        lines.append(f"  remarks [label=<{table(rows, _GROUND, _QUIET)}>];")
        first.append("remarks")
    lines.append(f"  {{ rank=min; {'; '.join(first)} }}")
    # Arrows that cannot be seen keep these below each other, in their order.
    lines.extend(f"  {above} -> {below} [style=invis];" for above, below in pairwise(first))
    lines.extend(_arrows(shown, cards))
    heading = f"  graph [label=<{text(captions.heading(picture, base), bold=True)}>];"
    return "\n".join([_OPENING, heading, *lines, "}"]) + "\n"


def _arrows(shown: Iterable[Node], cards: Mapping[str, str]) -> Iterator[str]:
    """From each row of a card that names another node to that node's card."""
    for node in shown:
        for number, child in enumerate(node.children):
            if isinstance(child, Node) and child.ident in cards:
                style = " [style=dashed, constraint=false]" if child.is_repeated else ""
                start = f"{cards[node.ident]}:{_port(number)}:e"
                yield f"  {start} -> {cards[child.ident]}:{_HEADER}:w{style};"


def _card(node: Node, base: Path, *, is_detached: bool) -> str:
    """The header, and below it the routes inside the frames of the middleware."""
    header = cell(
        text(" ".join(filter(None, [node.kind.value, node.path])), bold=True),
        text(captions.node_name(node)),
        _place(node.place, base),
        _marks(node.diagnostics),
        text(captions.DETACHED.lower() if is_detached else "", _UNKNOWN),
        port=_HEADER,
    )
    inside = table([*_inner_rows(node, base)] or [row(cell(text("no routes", _QUIET)))], _GROUND)
    for layer in reversed(node.layers):
        ground, line = _LAYERS[layer.kind]
        inside = table([row(_layer_cell(layer, base)), row(cell(inside))], ground, line)
    return table([row(header), row(cell(inside))], _HEADERS[node.kind], _LINE)


def _layer_cell(layer: Layer, base: Path) -> str:
    _, line = _LAYERS[layer.kind]
    return cell(
        text(captions.layer_name(layer), bold=True),
        text(captions.layer_kind(layer), line),
        _place(layer.place, base),
        _marks(layer.diagnostics),
    )


def _inner_rows(node: Node, base: Path) -> Iterator[str]:
    for handler in node.handlers:
        label = text(captions.handler_label(handler), _QUIET)
        yield _row(label, text(handler.name), "", handler.place, handler.diagnostics, base)
    for dependency in node.dependencies:
        names = text(captions.dependency_names([dependency]))
        yield _row(text("depends on", _QUIET), names, "", dependency.place, (), base)
    for number, child in enumerate(node.children):
        if isinstance(child, Node):
            yield _node_row(child, _port(number), base)
        else:
            yield from _route_rows(child, base)
    yield from _unknown_rows(node.unknowns, base)


def _node_row(node: Node, port: str, base: Path) -> str:
    """The row from which an arrow leads to the node's own card."""
    return _row(
        text(node.kind.value, bold=True),
        text(node.path, bold=True),
        text(captions.node_name(node)),
        node.joined,
        (),
        base,
        port,
    )


def _route_rows(route: Route, base: Path) -> Iterator[str]:
    method = text(captions.method_text(route), _METHOD, bold=True)
    name = text(captions.endpoint_name(route))
    yield _row(method, text(route.full_path), name, route.place, route.diagnostics, base)
    for label, fact in captions.route_facts(route):
        yield row(cell(), cell(text(label, _QUIET), text(fact, _QUIET), span=_COLUMNS - 1))


def _unknown_rows(unknowns: Iterable[Unknown], base: Path) -> Iterator[str]:
    for unknown in unknowns:
        sentence = cell(
            text(unknown.text, _UNKNOWN), _place(unknown.place, base), span=_COLUMNS - 1
        )
        yield row(cell(text(captions.UNKNOWN, _UNKNOWN, bold=True)), sentence)


def _remark_rows(picture: Picture, base: Path) -> Iterator[str]:
    """What belongs to no card."""
    if not picture.applications:
        yield row(cell(text(captions.no_application(picture, base)), span=_COLUMNS))
    yield from _unknown_rows(picture.unknowns, base)
    if elsewhere := diagnostics_elsewhere(picture):
        yield row(cell(text(captions.ELSEWHERE, bold=True), span=_COLUMNS))
    for diagnostic in elsewhere:
        name = text(diagnostic.name)
        place = _place(diagnostic.place, base)
        yield row(cell(name, place, _marks([diagnostic]), span=_COLUMNS))
    if picture.left_out:
        yield row(cell(text(captions.left_out(picture), _QUIET), span=_COLUMNS))


def _row(
    label: str,
    what: str,
    name: str,
    place: Place | None,
    found: Iterable[Diagnostic],
    base: Path,
    port: str = "",
) -> str:
    last = cell(_marks(found), port=port)
    return row(cell(label), cell(what), cell(name), cell(_place(place, base)), last)


def _place(place: Place | None, base: Path) -> str:
    return text(captions.place_text(place, base), _QUIET)


def _marks(found: Iterable[Diagnostic]) -> str:
    marks = captions.marks(found)
    return "  ".join(text(mark.text, _SEVERITIES[mark.severity], bold=True) for mark in marks)


def _port(number: int) -> str:
    return f"child{number}"
