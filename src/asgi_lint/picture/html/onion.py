"""The middleware of one node as nested rings, the outermost first to meet a request.

Lengths are in units of the drawing, which is `_WIDTH` wide and scales with the page; one is about
a CSS pixel on a phone. Names are in a monospaced font, so that their width is known here.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.diagnostics import Severity
from asgi_lint.picture.captions import counted
from asgi_lint.picture.html.anchors import called, layer_id, node_id, panel_id, route_count
from asgi_lint.picture.html.markup import NOTHING, element, together
from asgi_lint.picture.view import LayerKind, NodeKind
from asgi_lint.reporters.characters import visible, width

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.picture.html.markup import Markup
    from asgi_lint.picture.view import Layer, Node

_WIDTH = 360
_MARGIN = 1.5  # half of the thickest stroke, which must not be cut off
_CORE_WIDTH = 208
_CORE_PADDING = 20
_WIDEST_INSET = 11.0
_TEXT_INSET = 12
_BAND_PADDING = 7.5
_CORNER = 16.0
_SMALLEST_CORNER = 4.0

_NAME_HEIGHT = 15
_NAME_CELL = 7.3  # of a font of 12: Menlo and DejaVu Sans Mono are the widest in use
_NOTE_HEIGHT = 13
_TAG_CELL = 6.4
_TAG_GAP = 10
_MOST_LINES = 3

_BOUNDARY = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[_.\- ])")
_ELLIPSIS = "…"

_TAGS = {
    LayerKind.BASE_HTTP: "BaseHTTP",
    LayerKind.ASGI: "",
    LayerKind.BUILT_IN: "",
    LayerKind.UNKNOWN: "not known",
}


class Band(NamedTuple):
    """The top of a ring, where its name stands; `y` is its upper edge, `inset` its distance from
    either side of the drawing."""

    layer: Layer
    lines: tuple[str, ...]
    note: str
    y: float
    height: float
    inset: float


def onion(node: Node) -> Markup:
    """The drawing; each ring is a link to the layer in the list beside it."""
    bands = _bands(node.layers)
    core_y = bands[-1].y + bands[-1].height if bands else _MARGIN
    inset = _inset(len(bands))
    core = _core(node, _MARGIN + inset * len(bands), core_y)
    bottom = core_y + core.height
    rings = [
        _ring(band, bottom + inset * (len(bands) - i), layer_id(panel_id(node), i), _corner(i))
        for i, band in enumerate(bands)
    ]
    height = bottom + inset * len(bands) + _MARGIN
    return element(
        "svg",
        *rings,
        core.markup,
        class_="onion",
        viewBox=f"0 0 {_WIDTH} {_length(height)}",
        role="group",
        aria_label=f"Middleware of {called(node)}, from outside to inside",
    )


def hatching() -> Markup:
    """The pattern that marks the rings of BaseHTTPMiddleware, once for all drawings."""
    line = element("path", d="M0 0V7", class_="hatch")
    pattern = element(
        "pattern",
        line,
        id="hatching",
        width=7,
        height=7,
        patternUnits="userSpaceOnUse",
        patternTransform="rotate(45)",
    )
    return element("svg", pattern, class_="definitions", width=0, height=0, aria_hidden="true")


def swatch(kind: LayerKind) -> Markup:
    """A small ring, as it looks in the drawing, for the layer's line in the list."""
    shape = {"x": 1, "y": 1, "width": 14, "height": 14, "rx": 4}
    drawing = together(element("rect", class_="shape", **shape), _hatched(kind, **shape))
    return element(
        "svg", drawing, class_=f"swatch {kind.value}", viewBox="0 0 16 16", aria_hidden="true"
    )


def _bands(layers: tuple[Layer, ...]) -> list[Band]:
    bands: list[Band] = []
    y = _MARGIN
    for number, layer in enumerate(layers):
        inset = _MARGIN + _inset(len(layers)) * number
        room = _WIDTH - 2 * (inset + _TEXT_INSET)
        tag = _TAGS[layer.kind]
        if tag:
            room -= _TAG_GAP + len(tag) * _TAG_CELL
        lines = _lines(visible(layer.name), int(room / _NAME_CELL))
        note = _note(layer)
        height = 2 * _BAND_PADDING + len(lines) * _NAME_HEIGHT + bool(note) * _NOTE_HEIGHT
        bands.append(Band(layer, lines, note, y, height, inset))
        y += height
    return bands


def _inset(count: int) -> float:
    """By how much each ring is narrower than the one around it: enough is left for the core."""
    return min(_WIDEST_INSET, (_WIDTH - _CORE_WIDTH) / 2 / max(count, 1))


def _corner(number: int) -> float:
    return max(_SMALLEST_CORNER, _CORNER - 1.5 * number)


def _note(layer: Layer) -> str:
    order = "" if layer.is_order_known else "order not certain"
    return " · ".join(filter(None, (_severities(layer.diagnostics), order)))


def _severities(diagnostics: tuple[Diagnostic, ...]) -> str:
    """`1 error, 2 warnings`; the worst first."""
    found = [diagnostic.severity for diagnostic in diagnostics]
    worst_first = reversed(Severity)
    return ", ".join(counted(found.count(s), s.value) for s in worst_first if s in found)


def _lines(name: str, room: int) -> tuple[str, ...]:
    """A name broken where its words meet; what does not fit on the last line is left out."""
    lines = [""]
    for piece in _pieces(name, room):
        if width(lines[-1]) + width(piece) <= room:
            lines[-1] += piece
        else:
            lines.append(piece)
    if len(lines) > _MOST_LINES:
        lines = [*lines[: _MOST_LINES - 1], lines[_MOST_LINES - 1][: room - 1] + _ELLIPSIS]
    return tuple(lines)


def _pieces(name: str, room: int) -> Iterator[str]:
    for word in _BOUNDARY.split(name):
        rest = word
        while width(rest) > room:
            size = max(1, room // 2 if width(rest) > len(rest) else room)
            yield rest[:size]
            rest = rest[size:]
        yield rest


def _ring(band: Band, bottom: float, target: str, corner: float) -> Markup:
    layer = band.layer
    shape = {
        "x": _length(band.inset),
        "y": _length(band.y),
        "width": _length(_WIDTH - 2 * band.inset),
        "height": _length(bottom - band.y),
        "rx": _length(corner),
    }
    x = band.inset + _TEXT_INSET
    baseline = band.y + _BAND_PADDING + _NAME_HEIGHT - 4
    names = [
        element("text", line, class_="name", x=_length(x), y=_length(baseline + i * _NAME_HEIGHT))
        for i, line in enumerate(band.lines)
    ]
    note_y = baseline + len(names) * _NAME_HEIGHT - 2
    note = element("text", band.note, class_="note", x=_length(x), y=_length(note_y))
    tag = element(
        "text", _TAGS[layer.kind], class_="tag", x=_length(_WIDTH - x), y=_length(baseline)
    )
    worst = max(layer.diagnostics, key=lambda d: d.severity.rank, default=None)
    return element(
        "a",
        element("rect", class_="shape", **shape),
        _hatched(layer.kind, **shape),
        *names,
        tag if _TAGS[layer.kind] else NOTHING,
        note if band.note else NOTHING,
        class_=f"ring {layer.kind.value} {worst.severity.value if worst else ''}".rstrip(),
        href=f"#{target}",
        aria_label=", ".join(filter(None, (layer.name, _TAGS[layer.kind], band.note))),
        aria_describedby=target,
    )


def _hatched(kind: LayerKind, **shape: int | str) -> Markup:
    if kind is not LayerKind.BASE_HTTP:
        return NOTHING
    return element("rect", class_="hatched", fill="url(#hatching)", **shape)


class Core(NamedTuple):
    """What all the rings are around, and how tall it is."""

    markup: Markup
    height: float


def _core(node: Node, inset: float, y: float) -> Core:
    room = int((_WIDTH - 2 * (inset + _TEXT_INSET)) / _NAME_CELL)
    lines = _lines(visible(called(node)), room)
    height = 2 * _CORE_PADDING + len(lines) * _NAME_HEIGHT + _NOTE_HEIGHT
    first = y + _CORE_PADDING + _NAME_HEIGHT - 4
    names = [
        element("text", line, class_="name", x=_WIDTH // 2, y=_length(first + i * _NAME_HEIGHT))
        for i, line in enumerate(lines)
    ]
    routes = route_count(node)
    note_y = first + len(lines) * _NAME_HEIGHT
    rect = element(
        "rect",
        class_="shape",
        x=_length(inset),
        y=_length(y),
        width=_length(_WIDTH - 2 * inset),
        height=_length(height),
        rx=_length(_corner(len(node.layers))),
    )
    note = element("text", routes, class_="note", x=_WIDTH // 2, y=_length(note_y))
    kind = "" if node.kind is NodeKind.APPLICATION else f"{node.kind.value} "
    link = element(
        "a",
        rect,
        *names,
        note,
        class_="core",
        href=f"#{node_id(node)}",
        aria_label=f"{kind}{called(node)}: {routes}",
    )
    return Core(link, height)


def _length(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")
