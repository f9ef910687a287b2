"""What the terminal's tree says about each part of a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.picture import captions
from asgi_lint.picture.tree import Limb, Piece, Row
from asgi_lint.picture.view import LayerKind, Node, NodeKind
from asgi_lint.reporters.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic, Place
    from asgi_lint.picture.view import Child, Dependency, Layer, Route, Unknown

_Cell = tuple[Piece, ...]


def root_limb(node: Node, base: Path) -> Limb:
    """An application, or a router that is part of none, with everything in it."""
    header = Row(
        (
            (Piece(node.kind.value, "quiet"), Piece(" "), Piece(visible(node.name), "message")),
            (Piece(visible(node.class_name)),),
            (Piece(visible(node.path), "message"),),
            _place(node.place, base),
            _marks(node.diagnostics),
        )
    )
    return Limb(header, tuple(_node_details(node, base)), _child_limbs(node, base, node.path))


def unknown_row(unknown: Unknown, base: Path) -> Row:
    """What could not be followed, and where."""
    cells = (
        (Piece(captions.UNKNOWN, "note"),),
        (Piece(visible(unknown.text)),),
        _place(unknown.place, base),
    )
    return Row(cells, "unknown")


def diagnostic_row(diagnostic: Diagnostic, base: Path) -> Row:
    """A diagnostic that belongs to no part that is shown."""
    cells = (_place(diagnostic.place, base), _marks([diagnostic]), (Piece(diagnostic.name),))
    return Row(cells, "diagnostic")


def _child_limbs(node: Node, base: Path, prefix: str) -> tuple[Limb, ...]:
    return tuple(_child_limb(child, base, prefix) for child in node.children)


def _child_limb(child: Child, base: Path, prefix: str) -> Limb:
    """`prefix` is the path that leads to the node around the child."""
    if not isinstance(child, Node):
        return Limb(_route_row(child, base), tuple(_route_details(child, base)))
    path = child.path if child.kind is NodeKind.HOST else prefix + child.path
    row = Row(
        (
            (Piece(child.kind.value, "step"),),
            _path(path, child.path),
            _node_name(child),
            _node_places(child, base),
            _marks(child.diagnostics),
        ),
        "child",
    )
    if child.is_repeated:
        return Limb(row)
    return Limb(row, tuple(_node_details(child, base)), _child_limbs(child, base, path))


def _node_name(node: Node) -> _Cell:
    name = Piece(captions.node_name(node))
    return (name, Piece(f" ({captions.SEE_ABOVE})", "quiet")) if node.is_repeated else (name,)


def _node_places(node: Node, base: Path) -> _Cell:
    joined = captions.node_joined(node, base)
    place = captions.place_text(node.place, base)
    return (Piece(f"{place}, {joined}" if joined else place, "quiet"),)


def _route_row(route: Route, base: Path) -> Row:
    name = Piece(visible(route.name))
    cells = (
        (Piece(captions.method_text(route), "good"),),
        _path(visible(route.full_path), visible(route.path)),
        (name,) if route.is_async else (name, Piece(" (sync)", "quiet")),
        _place(route.place, base),
        _marks(route.diagnostics),
    )
    return Row(cells, "child")


def _path(full: str, own: str) -> _Cell:
    """A path of which the part that comes from the nodes around it is subdued."""
    if not own or not full.endswith(own):
        return (Piece(visible(full), "message"),)
    return (Piece(visible(full[: len(full) - len(own)]), "quiet"), Piece(visible(own), "message"))


def _node_details(node: Node, base: Path) -> Iterator[Row]:
    yield from _layer_rows(node.layers, base)
    if node.layers and node.children:
        inside = (Piece("│ " * len(node.layers), "frame"), Piece("everything below", "quiet"))
        yield _detail("", inside)
    for handler in node.handlers:
        yield _detail(
            captions.handler_label(handler),
            (Piece(visible(handler.name)),),
            place=_place(handler.place, base),
            marks=_marks(handler.diagnostics),
        )
    yield from _dependency_rows(node.dependencies, base)
    yield from (unknown_row(unknown, base) for unknown in node.unknowns)


def _route_details(route: Route, base: Path) -> Iterator[Row]:
    yield from _layer_rows(route.layers, base)
    yield from _dependency_rows(route.dependencies, base)
    for number, stream in enumerate(route.streams):
        what = (Piece(captions.stream_text(stream)),)
        yield _detail("" if number else "streams", what, place=_place(stream.place, base))
    for number, task in enumerate(route.tasks):
        what = (Piece(captions.task_names(task)),)
        yield _detail("" if number else "background", what, place=_place(task.place, base))


def _layer_rows(layers: tuple[Layer, ...], base: Path) -> Iterator[Row]:
    """The layers as the left halves of boxes that stand one inside the other."""
    for depth, layer in enumerate(layers):
        is_base = layer.kind is LayerKind.BASE_HTTP
        yield _detail(
            "" if depth else "middleware",
            (Piece("│ " * depth + "╭ ", "frame"), Piece(captions.layer_name(layer))),
            remark=(Piece(captions.layer_kind(layer), "warning" if is_base else "quiet"),),
            place=_place(layer.place, base),
            marks=_marks(layer.diagnostics),
        )


def _dependency_rows(dependencies: tuple[Dependency, ...], base: Path) -> Iterator[Row]:
    for number, dependency in enumerate(dependencies):
        yield _dependency_row("" if number else "depends on", "", dependency, base)
        yield from _inner_dependency_rows(dependency.dependencies, "", base)


def _inner_dependency_rows(
    dependencies: tuple[Dependency, ...], indent: str, base: Path
) -> Iterator[Row]:
    for number, dependency in enumerate(dependencies, start=1):
        corner, further = ("├ ", "│ ") if number < len(dependencies) else ("└ ", "  ")
        yield _dependency_row("", indent + corner, dependency, base)
        yield from _inner_dependency_rows(dependency.dependencies, indent + further, base)


def _dependency_row(label: str, guide: str, dependency: Dependency, base: Path) -> Row:
    """A dependency is asked for beside its endpoint, so the place shown is its definition's."""
    see_above = Piece(f" ({captions.SEE_ABOVE})" if dependency.is_repeated else "", "quiet")
    return _detail(
        label,
        (Piece(guide, "frame"), Piece(visible(dependency.name)), see_above),
        remark=(Piece("yields" if dependency.yields else "", "note"),),
        place=_place(dependency.definition, base),
    )


def _detail(
    label: str, what: _Cell, *, remark: _Cell = (), place: _Cell = (), marks: _Cell = ()
) -> Row:
    return Row(((Piece(label, "quiet"),), what, remark, place, marks), "detail")


def _place(place: Place | None, base: Path) -> _Cell:
    return (Piece(captions.place_text(place, base), "quiet"),)


def _marks(diagnostics: Iterable[Diagnostic]) -> _Cell:
    """The marks with commas between them."""
    pieces: list[Piece] = []
    for mark in captions.marks(diagnostics):
        pieces.extend((Piece(", " if pieces else ""), Piece(mark.text, mark.severity.value)))
    return tuple(pieces)
