"""Questions about the application graph: what is around an endpoint, and by which way."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Step
from asgi_lint.model import frameworks as fw
from asgi_lint.model.modules import is_test_file
from asgi_lint.model.values import Class, Instance, Typed
from asgi_lint.model.wiring import Position

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.diagnostics import Place
    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.order import Key, Order
    from asgi_lint.model.values import External
    from asgi_lint.model.wiring import Endpoint, Inclusion, Layer, Node, Wiring

_LONGEST_WAY = 12
_MOST_WAYS = 64


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A middleware layer around an endpoint, and how the endpoint got inside it.

    `way` leads from the node with the layer inwards; it is empty where the endpoint is registered
    on that very node.
    """

    layer: Layer
    way: tuple[Inclusion, ...]

    @property
    def steps(self) -> tuple[Step, ...]:
        """The trace from the layer's registration to the router that holds the endpoint."""
        return (
            Step(f"`{self.layer.name}` is registered here", self.layer.place),
            *(Step(f"the router is {i.verb} here", i.place) for i in self.way),
        )


class Graph:
    """Answers about one project's wiring."""

    def __init__(self, root: str, wiring: Wiring, evaluator: Evaluator, order: Order) -> None:
        self._root = root
        self._wiring = wiring
        self._evaluator = evaluator
        self._order = order
        self._ways: dict[Node, list[tuple[Node, tuple[Inclusion, ...]]]] = {}

    def enclosures(self, endpoint: Endpoint) -> Iterator[Enclosure]:
        """Every layer around an endpoint, those of the outermost node first."""
        ways = sorted(self.ways(endpoint.owner), key=lambda way: -len(way[1]))
        seen: set[Layer] = set()
        for node, way in ways:
            for layer in self.layers(node):
                if layer not in seen and self._counts(layer, way, endpoint):
                    seen.add(layer)
                    yield Enclosure(layer, way)
            for layer in way[0].layers if way else ():
                if self._counts(layer, way, endpoint):
                    yield Enclosure(layer, way[1:])
        for layer in endpoint.layers:
            yield Enclosure(layer, ())

    def _counts(self, layer: Layer, way: tuple[Inclusion, ...], endpoint: Endpoint) -> bool:
        """Whether an enclosure is the application's own: what a test sets up is not."""
        if self._is_test(endpoint.function.filename):
            return True
        places = [layer.place, *(inclusion.place for inclusion in way)]
        return not any(self._is_test(place.filename) for place in places)

    def _is_test(self, filename: str) -> bool:
        return is_test_file(filename.removeprefix(self._root))

    def ways(self, node: Node) -> list[tuple[Node, tuple[Inclusion, ...]]]:
        """The node itself and all nodes that it is part of, each with the way inwards.

        What a factory builds into its application is part of each application that it makes.
        """
        if node not in self._ways:
            self._ways[node] = self._searched(node)
        return self._ways[node]

    def _searched(self, node: Node) -> list[tuple[Node, tuple[Inclusion, ...]]]:
        found: list[tuple[Node, tuple[Inclusion, ...]]] = []
        seen: set[Node] = set()
        queue: list[tuple[Node, tuple[Inclusion, ...]]] = [(each, ()) for each in self.made(node)]
        while queue and len(found) < _MOST_WAYS:
            current, way = queue.pop(0)
            if current in seen:
                continue
            seen.add(current)
            found.append((current, way))
            if len(way) < _LONGEST_WAY:
                for same in self.same(current):
                    for inclusion in self._wiring.inclusions.get(same, ()):
                        outer = self.made(inclusion.parent)
                        queue.extend((parent, (inclusion, *way)) for parent in outer)
        return found

    def layers(self, node: Node) -> list[Layer]:
        """The layers around a node from outside to inside, those of its class's methods included.

        As Starlette stacks them: what wraps the application by hand, then what was added with the
        last one outermost, then the constructor's list in its own order.
        """
        return [layer for layer, _ in self.ordered_layers(node)]

    def ordered_layers(self, node: Node) -> list[tuple[Layer, bool]]:
        """The layers from outside to inside, each with whether its place among them is known."""
        bypassed = self._bypassed(node)
        found = [
            layer
            for same in self.same(node)
            for layer in self._wiring.layers.get(same, ())
            if layer.position not in bypassed
        ]
        stacked: list[tuple[Layer, bool]] = []
        for position in Position:
            group = [layer for layer in found if layer.position is position]
            if position in (Position.WRAPPED, Position.ADDED):
                stacked += reversed(self._in_order(node, group))
            elif position is Position.APPENDED:
                stacked += self._in_order(node, group)
            else:
                stacked += [(layer, True) for layer in group]
        return stacked

    def _bypassed(self, node: Node) -> frozenset[Position]:
        """The layers that no request passes, since the node is only ever joined without them."""
        ways = [i.bypasses for s in self.same(node) for i in self._wiring.inclusions.get(s, ())]
        return frozenset.intersection(*ways) if ways else frozenset()

    def is_bare(self, node: Node) -> bool:
        """Whether an application is only joined by its router, so that it adds no layers."""
        return len(self._bypassed(node)) == len(Position)

    def _in_order(self, node: Node, layers: list[Layer]) -> list[tuple[Layer, bool]]:
        """The layers as they are registered; one whose time is not known comes last."""
        if len(layers) < 2:
            return [(layer, True) for layer in layers]
        keys = [self.registration(node, layer.done or layer.place, layer.scope) for layer in layers]
        known = [(key, i) for i, key in enumerate(keys) if key is not None]
        unknown = [i for i, key in enumerate(keys) if key is None]
        by_time = [(layers[i], True) for _, i in sorted(known)]
        return by_time + [(layers[i], False) for i in unknown]

    def registration(self, node: Node, place: Place, scope: int) -> Key | None:
        """What to sort the registrations on a node by; None where it is not known."""
        keys = (self._order.key(same, place, scope) for same in self.same(node))
        return next((key for key in keys if key is not None), None)

    def made(self, node: Node) -> list[Node]:
        """The node, and what it becomes: a factory's products, the instances of `self`'s class."""
        match node:
            case Instance(made_by=None):
                return [node, *self._by_factory.get(node, ())]
            case Typed(class_=Class() as class_, name="self"):
                return [node, *self._instances.get(class_, ())]
            case _:
                return [node]

    @cached_property
    def _instances(self) -> Mapping[External | Class, list[Instance]]:
        """The instances of each class and of those that derive from it."""
        found: dict[External | Class, list[Instance]] = {}
        for node in self._wiring.nodes:
            if isinstance(node, Instance):
                for class_ in self._evaluator.ancestry(node.class_):
                    found.setdefault(class_, []).append(node)
        return found

    @cached_property
    def _by_factory(self) -> Mapping[Instance, list[Instance]]:
        found: dict[Instance, list[Instance]] = {}
        for node in self._wiring.nodes:
            if isinstance(node, Instance) and node.made_by is not None:
                found.setdefault(replace(node, made_by=None), []).append(node)
        return found

    def template(self, node: Node) -> Node:
        """A factory's product as the factory itself sees it; any other node is its own."""
        if isinstance(node, Instance) and node.made_by is not None:
            return replace(node, made_by=None)
        return node

    def same(self, node: Node) -> Iterator[Node]:
        """The node, the one within its factory, and the `self` of its class: all are one object."""
        yield node
        if isinstance(node, Instance) and node.made_by is not None:
            yield replace(node, made_by=None)
        ancestry = {c for c in self._evaluator.ancestry(node.class_) if isinstance(c, Class)}
        if not ancestry:
            return
        for other in self._wiring.nodes:
            if not isinstance(other, Typed) or other == node or other.class_ not in ancestry:
                continue
            if other.name == "self" or isinstance(node, Typed):
                yield other

    def is_fastapi(self, node: Node) -> bool:
        """Whether a node is FastAPI's: an application or an `APIRouter`."""
        return self._evaluator.is_subclass(node.class_, fw.FASTAPI, fw.API_ROUTER)
