"""Streams: responses whose body is a generator, and the generators that become one."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Place
from asgi_lint.model import expressions as ir
from asgi_lint.model import frameworks as fw
from asgi_lint.model.values import Class, External, Function, Generator, Instance

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from asgi_lint.model.evaluation import Evaluator
    from asgi_lint.model.facts import CallFacts
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring import Wiring

STREAMING = (fw.STREAMING_RESPONSE, fw.SSE_STARLETTE_RESPONSE)


@dataclass(frozen=True, slots=True)
class ResponseSite:
    """A call that makes a streaming or file response, and the class as it is written."""

    class_: External | Class
    name: str
    function: Function | None
    call: ir.Call = field(compare=False)
    place: Place


@dataclass(frozen=True, slots=True)
class Stream:
    """A generator function that is streamed, and the place that streams it."""

    generator: Function
    site: Place


class Streams:
    """Finds the streaming and file responses of a project and what they stream."""

    def __init__(
        self, files: Mapping[str, FileIndex], evaluator: Evaluator, wiring: Wiring
    ) -> None:
        self._files = files
        self._evaluator = evaluator
        self.responses: list[ResponseSite] = []
        self.streams: dict[Function, Stream] = {}
        for filename, index in files.items():
            for found in index.making:
                self._response(filename, found)
        for response in self.responses:
            if evaluator.is_subclass(response.class_, *STREAMING):
                for generator in self.generators(response):
                    self._stream(generator, response.place)
        for filename, index in files.items():
            for found in index.calls_named(("__init__",)):
                self._base_constructor(filename, index, found)
        for endpoint in wiring.endpoints:
            if self._is_generator(endpoint.function):
                self._stream(endpoint.function, endpoint.place)

    def _response(self, filename: str, found: CallFacts) -> None:
        for value in self._evaluator.made(filename, found.scope, found.call):
            if self._evaluator.is_subclass(value, *STREAMING, fw.FILE_RESPONSE):
                index = self._files[filename]
                in_function = index.facts.scopes[found.scope].function is not None
                self.responses.append(
                    ResponseSite(
                        value,
                        ir.last_name(found.call.func) or "response",
                        Function(filename, found.scope) if in_function else None,
                        found.call,
                        Place(filename, found.call.func.span),
                    )
                )
                return

    def _base_constructor(self, filename: str, index: FileIndex, found: CallFacts) -> None:
        """`super().__init__(rows())` in a project's own streaming response."""
        func = found.call.func
        if not isinstance(func, ir.Attribute):
            return
        owner = index.class_around(found.scope)
        if owner is None or not isinstance(func.value, ir.Call):
            return
        if not self._evaluator.is_subclass(Class(filename, owner), *STREAMING):
            return
        content = found.call.argument(0, "content")
        for generator in self._generators(filename, found.scope, content, 0):
            self._stream(generator, Place(filename, func.span))

    def generators(self, response: ResponseSite) -> Iterator[Function]:
        """The generator functions whose items become the body, also through a wrapping call."""
        content = response.call.argument(0, "content")
        scope = response.function.scope if response.function is not None else 0
        yield from self._generators(response.place.filename, scope, content, 0)

    def _generators(
        self, filename: str, scope: int, content: ir.Expr | None, depth: int
    ) -> Iterator[Function]:
        if content is None or depth > 4:
            return
        found = False
        for value in self._evaluator.values(filename, scope, content):
            if isinstance(value, Generator):
                found = True
                yield value.function
            elif isinstance(value, Instance) and isinstance(value.class_, Class):
                for method in self._evaluator.class_attribute(value.class_, "__aiter__"):
                    if isinstance(method, Function) and self._is_generator(method):
                        found = True
                        yield method
        if not found and isinstance(content, ir.Call):
            for arg in content.args:
                yield from self._generators(filename, scope, arg.value, depth + 1)

    def _stream(self, generator: Function, site: Place) -> None:
        """Record a streamed generator, and those that it passes on from within."""
        if generator in self.streams:
            return
        self.streams[generator] = Stream(generator, site)
        for found in self._files[generator.filename].calls[generator.scope]:
            for value in self._evaluator.values(generator.filename, generator.scope, found.call):
                if isinstance(value, Generator):
                    self._stream(value.function, site)

    def _is_generator(self, function: Function) -> bool:
        return self._files[function.filename].function(function.scope).is_generator
