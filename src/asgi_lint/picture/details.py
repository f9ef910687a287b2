"""The parts of a picture besides its nodes: layers, routes, handlers, dependencies."""

from __future__ import annotations

from collections import defaultdict
from functools import cached_property
from typing import TYPE_CHECKING

from packaging.version import Version

from asgi_lint.diagnostics import Place
from asgi_lint.model import frameworks as fw
from asgi_lint.model.streams import STREAMING
from asgi_lint.model.values import Class
from asgi_lint.model.wiring import Position
from asgi_lint.picture.view import (
    Dependency,
    Handler,
    HandlerKind,
    Layer,
    LayerKind,
    Route,
    RouteKind,
    Stream,
    Task,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.model import wiring
    from asgi_lint.model.dependencies import Asked
    from asgi_lint.model.project import Project
    from asgi_lint.model.streams import ResponseSite
    from asgi_lint.model.values import External, Function
    from asgi_lint.model.wiring.parts import Declared
    from asgi_lint.picture.names import Names

_EXIT_STACK_SINCE = Version("0.74.0")
"""The FastAPI release from which an exit stack is the innermost layer."""

_DEEPEST = 6
"""Dependencies of dependencies that are drawn."""


class Details:
    """Draws one part at a time."""

    def __init__(self, project: Project, names: Names, diagnostics: tuple[Diagnostic, ...]) -> None:
        self._project = project
        self._names = names
        self._at: defaultdict[Place, list[Diagnostic]] = defaultdict(list)
        self._in: defaultdict[Function, list[Diagnostic]] = defaultdict(list)
        for diagnostic in diagnostics:
            for place in {diagnostic.place, *(step.place for step in diagnostic.trace)}:
                self._at[place].append(diagnostic)
            function = project.function_at(diagnostic.place)
            if function is not None:
                self._in[function].append(diagnostic)

    def diagnostics_at(self, place: Place) -> tuple[Diagnostic, ...]:
        """The diagnostics that stand at a place or name it in their trace."""
        return tuple(self._at.get(place, ()))

    def class_place(self, class_: External | Class) -> Place | None:
        """Where a class of the project is defined."""
        if not isinstance(class_, Class):
            return None
        span = self._project.files[class_.filename].class_(class_.scope).span
        return Place(class_.filename, span)

    # Layers

    def layers_of(
        self, node: wiring.Node, inclusion: wiring.Inclusion | None, *, is_application: bool
    ) -> tuple[Layer, ...]:
        """The layers around a node from outside to inside, Starlette's own included."""
        joined = inclusion.layers if inclusion is not None else ()
        outer = tuple(self._layer(layer, is_order_known=True) for layer in joined)
        return outer + self._own_layers(node, is_application=is_application)

    def _own_layers(self, node: wiring.Node, *, is_application: bool) -> tuple[Layer, ...]:
        found = self._project.graph.ordered_layers(node)
        own = [(layer.position, self._layer(layer, is_order_known=known)) for layer, known in found]
        if not is_application or self._project.graph.is_bare(node):
            return tuple(layer for _, layer in own)
        wrapped = [each for position, each in own if position is Position.WRAPPED]
        inner = [each for position, each in own if position is not Position.WRAPPED]
        return (*wrapped, _built_in("ServerErrorMiddleware"), *inner, *self._innermost(node))

    def _innermost(self, node: wiring.Node) -> Iterator[Layer]:
        yield _built_in("ExceptionMiddleware")
        if not self._project.evaluator.is_subclass(node.class_, fw.FASTAPI):
            return
        effective = self._project.versions.effective(node.filename, "fastapi")
        if effective is None or effective.picked >= _EXIT_STACK_SINCE:
            yield _built_in("AsyncExitStackMiddleware")

    def _layer(self, layer: wiring.Layer, *, is_order_known: bool) -> Layer:
        definition = self.class_place(layer.class_) if layer.class_ is not None else None
        if definition is None and layer.dispatcher is not None:
            definition = self._project.roles.place(layer.dispatcher)
        return Layer(
            name=layer.name,
            class_name=self._names.class_name(layer.class_) if layer.class_ is not None else "",
            kind=_layer_kind(layer),
            place=layer.place,
            definition=definition,
            is_order_known=is_order_known,
            diagnostics=self._about(layer.place, layer.dispatcher),
        )

    def _about(self, place: Place, *functions: Function | None) -> tuple[Diagnostic, ...]:
        found = dict.fromkeys(self._at.get(place, ()))
        for function in functions:
            if function is not None:
                found |= dict.fromkeys(self._in.get(function, ()))
        return tuple(sorted(found, key=lambda d: d.sort_key))

    # Handlers and dependencies

    def handler(self, handling: wiring.Handling) -> Handler:
        """A lifespan, start-up, shutdown or exception handler."""
        function = handling.function
        return Handler(
            kind=_HANDLER_KINDS.get(handling.kind, HandlerKind.STARTUP),
            name=handling.name,
            subject=handling.subject,
            place=handling.place,
            definition=self._project.roles.place(function) if function is not None else None,
            diagnostics=self._about(handling.place, function),
        )

    def declared(self, lists: Iterable[Declared]) -> tuple[Dependency, ...]:
        """The dependencies in `dependencies=[...]`."""
        return self._dependencies(self._project.roles.asked.declared(lists), set(), 0)

    def _dependencies(
        self, asked: Iterable[Asked], seen: set[Function], depth: int
    ) -> tuple[Dependency, ...]:
        return tuple(self._dependency(each, seen, depth) for each in dict.fromkeys(asked))

    def _dependency(self, asked: Asked, seen: set[Function], depth: int) -> Dependency:
        function = asked.function
        if function is None:
            return Dependency(asked.name, yields=False, place=asked.place, definition=None)
        inner: tuple[Dependency, ...] = ()
        asks = self._project.roles.asked.of(function)
        is_repeated = function in seen or depth == _DEEPEST
        if not is_repeated:
            seen.add(function)
            inner = self._dependencies(asks, seen, depth + 1)
        return Dependency(
            name=asked.name,
            yields=self._project.function(function).is_generator,
            place=asked.place,
            definition=self._project.roles.place(function),
            dependencies=inner,
            is_repeated=is_repeated and bool(asks),
        )

    # Routes

    def route(self, endpoint: wiring.Endpoint, around: str) -> Route:
        """What a registered endpoint answers; `around` is the path of what it is part of."""
        function = endpoint.function
        facts = self._project.function(function)
        reached = [each.function for each in self._project.roles.run_for(endpoint)]
        sites = [site for each in reached for site in self._project.tasks.sites(each)]
        responses = [response for each in reached for response in self._responses.get(each, ())]
        generators = [g for r in responses for g in self._project.streams.generators(r)]
        seen: set[Function] = set()
        is_fastapi = self._project.graph.is_fastapi(endpoint.owner)
        asked = self._project.roles.asked
        return Route(
            kind=RouteKind.WEBSOCKET if endpoint.is_websocket else RouteKind.HTTP,
            methods=endpoint.methods,
            path=endpoint.path,
            full_path=(around + endpoint.path) or "/",
            name=self._endpoint_name(endpoint),
            place=endpoint.place,
            definition=self._definition(endpoint),
            is_async=facts.is_async,
            layers=tuple(self._layer(layer, is_order_known=True) for layer in endpoint.layers),
            dependencies=self._dependencies(
                [*asked.declared(endpoint.dependencies), *asked.of(function)], seen, 0
            )
            if is_fastapi
            else (),
            tasks=tuple(Task(site.names, site.place) for site in dict.fromkeys(sites)),
            streams=(*self._streamed_itself(endpoint), *map(self._stream, responses)),
            diagnostics=self._about(endpoint.place, function, *generators),
        )

    def opaque(self, opaque: wiring.Opaque, around: str) -> Route:
        """A route whose endpoint is not a function of the project."""
        name = opaque.name if opaque.is_known else f"{opaque.name} ?"
        return Route(
            kind=RouteKind.APP if opaque.is_app else RouteKind.HTTP,
            methods=opaque.methods,
            path=opaque.path,
            full_path=(around + opaque.path) or "/",
            name=name,
            place=opaque.place,
            definition=None,
            diagnostics=self.diagnostics_at(opaque.place),
        )

    def _endpoint_name(self, endpoint: wiring.Endpoint) -> str:
        """The name within its module; of a WebSocketEndpoint's methods together, the class's."""
        index = self._project.files[endpoint.function.filename]
        if endpoint.class_ is not None and endpoint.is_websocket:
            return self._names.class_name(endpoint.class_)
        return index.facts.scopes[endpoint.function.scope].qualname

    def _definition(self, endpoint: wiring.Endpoint) -> Place | None:
        if endpoint.class_ is not None and endpoint.is_websocket:
            return self.class_place(endpoint.class_)
        return self._project.roles.place(endpoint.function)

    @cached_property
    def _responses(self) -> Mapping[Function, list[ResponseSite]]:
        found: defaultdict[Function, list[ResponseSite]] = defaultdict(list)
        for response in self._project.streams.responses:
            if response.function is not None:
                found[response.function].append(response)
        return found

    def _stream(self, response: ResponseSite) -> Stream:
        generators: Iterable[Function] = ()
        if self._project.evaluator.is_subclass(response.class_, *STREAMING):
            generators = self._project.streams.generators(response)
        names = dict.fromkeys(self._project.roles.name(each) for each in generators)
        return Stream(response.name, tuple(names), response.place)

    def _streamed_itself(self, endpoint: wiring.Endpoint) -> Iterator[Stream]:
        """An endpoint of FastAPI that is a generator is a stream itself."""
        if self._project.function(endpoint.function).is_generator and not endpoint.is_websocket:
            name = self._project.roles.name(endpoint.function)
            yield Stream("generator endpoint", (name,), endpoint.place)


_HANDLER_KINDS = {kind.value: kind for kind in HandlerKind}


def _built_in(name: str) -> Layer:
    return Layer(name, name, LayerKind.BUILT_IN, place=None)


def _layer_kind(layer: wiring.Layer) -> LayerKind:
    if layer.is_base_http:
        return LayerKind.BASE_HTTP
    return LayerKind.ASGI if layer.is_known else LayerKind.UNKNOWN
