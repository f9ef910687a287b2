"""How the formats for people name the parts of a picture; each phrase is one line, and harmless."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, NamedTuple

from asgi_lint.picture.view import HandlerKind, LayerKind, NodeKind, RouteKind
from asgi_lint.reporters.characters import visible
from asgi_lint.reporters.paths import shown_path

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    from asgi_lint.diagnostics import Diagnostic, Place, Severity
    from asgi_lint.picture.view import (
        Dependency,
        Handler,
        Layer,
        Node,
        Picture,
        Route,
        Stream,
        Task,
    )

DETACHED = "Part of no application, as far as can be seen"
NOT_FOLLOWED = "Not followed"
ELSEWHERE = "Diagnostics elsewhere"
UNKNOWN = "?"
SEE_ABOVE = "see above"
_LONGEST = 160
_TIMES = " \N{MULTIPLICATION SIGN}"

_LAYER_KINDS = {
    LayerKind.BASE_HTTP: "BaseHTTPMiddleware",
    LayerKind.ASGI: "pure ASGI",
    LayerKind.BUILT_IN: "built-in",
    LayerKind.UNKNOWN: f"{UNKNOWN} kind not known",
}


class Mark(NamedTuple):
    """Diagnostics of one code and severity at one part, such as "ASG301 [warning]"."""

    text: str
    severity: Severity


def marks(diagnostics: Iterable[Diagnostic]) -> list[Mark]:
    """The diagnostics of one part, equal ones counted, the worst first."""
    counts = Counter((diagnostic.severity, diagnostic.code) for diagnostic in diagnostics)
    worst_first = sorted(counts.items(), key=lambda entry: (-entry[0][0].rank, entry[0][1]))
    return [
        Mark(f"{visible(code)} [{severity.value}]" + (_TIMES + str(count)) * (count > 1), severity)
        for (severity, code), count in worst_first
    ]


def place_text(place: Place | None, base: Path) -> str:
    """`file:row`, or "" for what is nowhere in the code."""
    if place is None:
        return ""
    return f"{visible(shown_path(place.filename, base))}:{place.span.start.row}"


def project_name(picture: Picture, base: Path) -> str:
    """The project's folder relative to `base`; by its own name where it is `base`."""
    root = picture.root.rstrip("/")
    shown = root.rpartition("/")[2] if root == base.as_posix() else shown_path(root, base)
    return visible(shown or picture.root)


def heading(picture: Picture, base: Path) -> str:
    """The project and the releases that count for it."""
    name = project_name(picture, base)
    return f"{name}: {visible(picture.releases)}" if picture.releases else name


def method_text(route: Route) -> str:
    """What the route answers: "GET", "GET,POST", "ANY", "WEBSOCKET" or "app"."""
    match route.kind:
        case RouteKind.WEBSOCKET:
            return "WEBSOCKET"
        case RouteKind.APP:
            return "app"
        case RouteKind.HTTP:
            return visible(",".join(route.methods)) or "ANY"


def endpoint_name(route: Route) -> str:
    """The endpoint's name, and that it runs in a thread where it is no coroutine."""
    return visible(route.name if route.is_async else f"{route.name} (sync)")


def layer_name(layer: Layer) -> str:
    """The layer's name, with its class where the name is not the class's own."""
    return _with_class(layer.name, layer.class_name)


def layer_kind(layer: Layer) -> str:
    """How the layer is built, and that its place among the others is not certain."""
    if layer.is_order_known:
        return _LAYER_KINDS[layer.kind]
    if layer.kind is LayerKind.UNKNOWN:
        return f"{UNKNOWN} kind and order not known"
    return f"{_LAYER_KINDS[layer.kind]}, {UNKNOWN} order not known"


def handler_label(handler: Handler) -> str:
    """When the handler runs: "lifespan", "startup", "shutdown" or "on 404"."""
    if handler.kind is HandlerKind.EXCEPTION:
        return visible(f"on {handler.subject or 'exception'}")
    phase: str = handler.kind.value
    return phase


def route_facts(route: Route) -> list[tuple[str, str]]:
    """What goes with a route, each with its label, for formats that have a line for it."""
    facts = [("middleware", f"{layer_name(each)}, {layer_kind(each)}") for each in route.layers]
    if route.dependencies:
        facts.append(("depends on", dependency_names(route.dependencies)))
    facts.extend(("streams", stream_text(stream)) for stream in route.streams)
    facts.extend(("background", task_names(task)) for task in route.tasks)
    return facts


def dependency_names(dependencies: Iterable[Dependency]) -> str:
    """Dependencies in one line, such as "user [token, session (yields)], rate_limit"."""
    return ", ".join(map(_dependency_name, dependencies))


def _dependency_name(dependency: Dependency) -> str:
    name = visible(dependency.name) + (" (yields)" if dependency.yields else "")
    inner = dependency_names(dependency.dependencies)
    return f"{name} [{inner}]" if inner else name


def task_names(task: Task) -> str:
    """The functions that run in the background, or a sign that they are not known."""
    return visible(", ".join(task.names)) or f"{UNKNOWN} a function that is not known"


def stream_text(stream: Stream) -> str:
    """The response's class and what feeds it, such as "StreamingResponse of ticks"."""
    source = f" of {', '.join(stream.generators)}" if stream.generators else ""
    return visible(stream.class_name + source)


def node_name(node: Node) -> str:
    """The name that the node is known by, with its class."""
    return _with_class(node.name, node.class_name)


def node_joined(node: Node, base: Path) -> str:
    """Where the node becomes part of the one around it, such as "included at main.py:3"."""
    if node.joined is None:
        return ""
    verb = "included" if node.kind is NodeKind.ROUTER else "mounted"
    return f"{verb} at {place_text(node.joined, base)}"


def shortened(text: str) -> str:
    """`text`, cut where it is too long for a box."""
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"


def counted(count: int, noun: str) -> str:
    """`1 route`, `2 routes`."""
    return f"{count} {noun}" if count == 1 else f"{count} {noun}s"


def enumerated(parts: Sequence[str]) -> str:
    """`a`, `a and b`, `a, b and c`."""
    *first, last = parts
    return f"{', '.join(first)} and {last}" if first else last


def no_application(picture: Picture, base: Path) -> str:
    """The sentence for a picture without applications."""
    return (
        f"No application was found in {project_name(picture, base)}: nothing there calls "
        "FastAPI(), Starlette() or a subclass of them."
    )


def left_out(picture: Picture) -> str:
    """The sentence on applications in tests, or "" where there are none."""
    if not picture.left_out:
        return ""
    verb = "is" if picture.left_out == 1 else "are"
    return f"{counted(picture.left_out, 'application')} in tests {verb} left out."


def _with_class(name: str, class_name: str) -> str:
    if not name or not class_name or class_name.rpartition(".")[2] == name:
        return visible(name or class_name)
    return visible(f"{name} ({class_name})")
