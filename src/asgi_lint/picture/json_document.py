"""The picture as one JSON object, for programs; docs/graph.schema.json describes it.

The keys are a promise: one may be added, none is removed, renamed or given another meaning as long
as `version` stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from asgi_lint.picture.view import Node
from asgi_lint.reporters.characters import as_json
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic, Place, Position
    from asgi_lint.picture.view import (
        Child,
        Dependency,
        Handler,
        Layer,
        Picture,
        Route,
        Stream,
        Task,
        Unknown,
    )

VERSION = 1

_Object: TypeAlias = dict[str, object]


def render(picture: Picture, base: Path) -> str:
    """The picture as JSON; file names are relative to `base` where they lie below it."""
    document = {
        "version": VERSION,
        "root": "." if picture.root == base.as_posix() else shown_path(picture.root, base),
        "releases": picture.releases,
        "applications": [_node(node, base) for node in picture.applications],
        "detached": [_node(node, base) for node in picture.detached],
        "unknowns": [_unknown(unknown, base) for unknown in picture.unknowns],
        "diagnostics": _diagnostics(picture.diagnostics, base),
        "left_out": picture.left_out,
    }
    # JSON cannot hold a lone surrogate that every parser accepts (RFC 8259, section 8.2).
    return as_json(document, indent=2) + "\n"


def _child(child: Child, base: Path) -> _Object:
    return _node(child, base) if isinstance(child, Node) else _route(child, base)


def _node(node: Node, base: Path) -> _Object:
    return {
        "kind": node.kind.value,
        "id": node.ident,
        "name": node.name,
        "class": node.class_name,
        "path": node.path,
        "place": _place(node.place, base),
        "joined": _place_or_none(node.joined, base),
        "repeated": node.is_repeated,
        "layers": [_layer(layer, base) for layer in node.layers],
        "handlers": [_handler(handler, base) for handler in node.handlers],
        "dependencies": [_dependency(each, base) for each in node.dependencies],
        "children": [_child(child, base) for child in node.children],
        "unknowns": [_unknown(unknown, base) for unknown in node.unknowns],
        "diagnostics": _diagnostics(node.diagnostics, base),
    }


def _route(route: Route, base: Path) -> _Object:
    return {
        "kind": route.kind.value,
        "methods": list(route.methods),
        "path": route.path,
        "full_path": route.full_path,
        "name": route.name,
        "async": route.is_async,
        "place": _place(route.place, base),
        "definition": _place_or_none(route.definition, base),
        "layers": [_layer(layer, base) for layer in route.layers],
        "dependencies": [_dependency(each, base) for each in route.dependencies],
        "tasks": [_task(task, base) for task in route.tasks],
        "streams": [_stream(stream, base) for stream in route.streams],
        "diagnostics": _diagnostics(route.diagnostics, base),
    }


def _layer(layer: Layer, base: Path) -> _Object:
    return {
        "kind": layer.kind.value,
        "name": layer.name,
        "class": layer.class_name,
        "order_known": layer.is_order_known,
        "place": _place_or_none(layer.place, base),
        "definition": _place_or_none(layer.definition, base),
        "diagnostics": _diagnostics(layer.diagnostics, base),
    }


def _handler(handler: Handler, base: Path) -> _Object:
    return {
        "kind": handler.kind.value,
        "name": handler.name,
        "subject": handler.subject,
        "place": _place(handler.place, base),
        "definition": _place_or_none(handler.definition, base),
        "diagnostics": _diagnostics(handler.diagnostics, base),
    }


def _dependency(dependency: Dependency, base: Path) -> _Object:
    return {
        "name": dependency.name,
        "yields": dependency.yields,
        "repeated": dependency.is_repeated,
        "place": _place(dependency.place, base),
        "definition": _place_or_none(dependency.definition, base),
        "dependencies": [_dependency(each, base) for each in dependency.dependencies],
    }


def _task(task: Task, base: Path) -> _Object:
    return {"names": list(task.names), "place": _place(task.place, base)}


def _stream(stream: Stream, base: Path) -> _Object:
    return {
        "class": stream.class_name,
        "generators": list(stream.generators),
        "place": _place(stream.place, base),
    }


def _unknown(unknown: Unknown, base: Path) -> _Object:
    return {"text": unknown.text, "place": _place(unknown.place, base)}


def _diagnostics(diagnostics: Iterable[Diagnostic], base: Path) -> list[_Object]:
    return [
        {
            "code": diagnostic.code,
            "name": diagnostic.name,
            "message": diagnostic.message,
            "severity": diagnostic.severity.value,
            **_place(diagnostic.place, base),
            "url": diagnostic.url,
        }
        for diagnostic in diagnostics
    ]


def _place(place: Place, base: Path) -> _Object:
    return {
        "filename": shown_path(place.filename, base),
        "location": _location(place.span.start),
        "end_location": _location(place.span.end),
    }


def _place_or_none(place: Place | None, base: Path) -> _Object | None:
    return None if place is None else _place(place, base)


def _location(position: Position) -> _Object:
    return {"row": position.row, "column": position.column}
