"""What a project registers, as it is gathered: nodes with their layers, routes and the rest."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model.values import External
from asgi_lint.model.wiring.parts import Endpoint, Gap, Inclusion, Opaque
from asgi_lint.model.wiring.reader import Reader
from asgi_lint.model.wiring.routes import label

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.model import expressions as ir
    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring.parts import Declared, Handling, Layer, Node

_UNMISTAKABLE = frozenset(
    {"add_middleware", "include_router", "add_api_route", "add_api_websocket_route"}
)
"""Methods that only an application or router has, so that an unknown object must be one."""


class Registry:
    """Nodes with their layers, inclusions, routes and handlers.

    `gaps` holds what is registered on a node but cannot be followed; under None what is
    registered on something that cannot be followed.
    """

    def __init__(self, files: Mapping[str, FileIndex], evaluator: Evaluator) -> None:
        self._evaluator = evaluator
        self.reader = Reader(files, evaluator)
        self.nodes: dict[Node, None] = {}
        self.layers: defaultdict[Node, list[Layer]] = defaultdict(list)
        self.inclusions: defaultdict[Node, list[Inclusion]] = defaultdict(list)
        self.endpoints: list[Endpoint] = []
        self.opaque: list[Opaque] = []
        self.handlers: defaultdict[Node, list[Handling]] = defaultdict(list)
        self.dependencies: defaultdict[Node, list[Declared]] = defaultdict(list)
        self.prefixes: dict[Node, str] = {}
        self.gaps: defaultdict[Node | None, list[Gap]] = defaultdict(list)
        self._known: set[tuple[Node | None, Inclusion | Layer | Gap]] = set()

    def receivers(self, filename: str, scope: int, expr: ir.Expr | None) -> Iterator[Node]:
        """The applications and routers that `expr` may be; `app.router` counts as `app`."""
        for node in self.reader.nodes(filename, scope, expr):
            self.nodes.setdefault(node)
            yield node

    def registered_on(self, filename: str, scope: int, func: ir.Attribute) -> list[Node]:
        """The nodes that a method is called on; a gap where it must be one and cannot be seen."""
        nodes = [*self.receivers(filename, scope, func.value)]
        if nodes or not self._may_be_node(filename, scope, func):
            return nodes
        text = f"`{label(func.value)}` cannot be followed, so what `{func.attr}` adds is left out"
        self.gap(None, text, Place(filename, func.span))
        return nodes

    def _may_be_node(self, filename: str, scope: int, func: ir.Attribute) -> bool:
        """Whether an object that cannot be followed is an application or router."""
        if not (func.attr in _UNMISTAKABLE or self.reader.imports_framework(filename)):
            return False
        values = self._evaluator.values(filename, scope, func.value)
        return all(isinstance(value, External) for value in values)

    def add_inclusion(self, child: Node, inclusion: Inclusion) -> None:
        """Make `child` a part of another node."""
        if self._is_new(child, inclusion):
            self.inclusions[child].append(inclusion)

    def add_routes(self, routes: Iterable[Endpoint | Opaque]) -> None:
        """Add routes to the nodes that own them."""
        for route in routes:
            if isinstance(route, Endpoint):
                self.endpoints.append(route)
            else:
                self.opaque.append(route)

    def add_layers(self, node: Node, layers: Iterable[Layer]) -> None:
        """Add layers to a node, each place once."""
        for layer in layers:
            if self._is_new(node, layer):
                self.layers[node].append(layer)

    def gap(self, node: Node | None, text: str, place: Place) -> None:
        """Note what cannot be followed; `text` is a sentence."""
        gap = Gap(text, place)
        if self._is_new(node, gap):
            self.gaps[node].append(gap)

    def _is_new(self, node: Node | None, part: Inclusion | Layer | Gap) -> bool:
        """Whether the node does not have it yet: a set, since there may be thousands."""
        if (node, part) in self._known:
            return False
        self._known.add((node, part))
        return True
