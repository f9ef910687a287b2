"""The whole project, linked: what every rule looks at."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, TypeVar, cast

from asgi_lint.model.dispatchers import find_dispatchers
from asgi_lint.model.evaluation import Evaluator
from asgi_lint.model.graph import Graph
from asgi_lint.model.index import FileIndex
from asgi_lint.model.modules import Modules
from asgi_lint.model.order import Order
from asgi_lint.model.roles import Roles
from asgi_lint.model.stated import NOTHING_STATED, Stated
from asgi_lint.model.streams import STREAMING, Streams
from asgi_lint.model.tasks import Tasks
from asgi_lint.model.values import Function
from asgi_lint.model.wiring import Wiring
from asgi_lint.versions.changing import CHANGING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from asgi_lint.diagnostics import Finding, Place
    from asgi_lint.model.candidates import Candidate
    from asgi_lint.model.dispatchers import Dispatcher
    from asgi_lint.model.facts import FileFacts, FunctionFacts
    from asgi_lint.model.graph import Enclosure
    from asgi_lint.model.wiring import Endpoint
    from asgi_lint.versions.effective import Versions


_Answer = TypeVar("_Answer")


class Project:
    """One project's facts, graph and versions.

    `root` and all file names are absolute with forward slashes; `filenames` are all Python files
    of the project, `facts` those that matter. `unparsable` and `unreadable` are what rules have
    nothing to add to. `stated` is what the configuration says of other packages, `index` arranges
    facts for look-ups. The parts are worked out when first asked for.
    """

    def __init__(
        self,
        root: str,
        filenames: Iterable[str],
        facts: Iterable[FileFacts],
        versions: Versions,
        options: Mapping[str, Mapping[str, bool | str]] | None = None,
        unparsable: tuple[Finding, ...] = (),
        unreadable: tuple[Finding, ...] = (),
        stated: Stated = NOTHING_STATED,
        index: Callable[[FileFacts], FileIndex] = FileIndex,
    ) -> None:
        self.root = root
        self.files = {each.filename: index(each) for each in facts}
        self.versions = versions
        self._options = options or {}
        self.unparsable = unparsable
        self.unreadable = unreadable
        self._filenames = tuple(filenames)
        self._stated = stated
        self._answers: dict[Callable[[Project], object], object] = {}
        self._base_http_enclosures: dict[Endpoint, Enclosure | None] = {}

    def once(self, ask: Callable[[Project], _Answer]) -> _Answer:
        """What a function says of the project; it is asked only the first time."""
        if ask not in self._answers:
            self._answers[ask] = ask(self)
        return cast("_Answer", self._answers[ask])

    @cached_property
    def evaluator(self) -> Evaluator:
        """What expressions may stand for."""
        releases = self.versions.stated(CHANGING)
        return Evaluator(self.files, Modules(self.root, self._filenames), releases, self._stated)

    @cached_property
    def wiring(self) -> Wiring:
        """Applications, routers, layers and endpoints as registered."""
        return Wiring(self.files, self.evaluator)

    @cached_property
    def graph(self) -> Graph:
        """Questions about the wiring."""
        order = Order(self.files, self.evaluator)
        return Graph(self.root, self.wiring, self.evaluator, order)

    @cached_property
    def roles(self) -> Roles:
        """What runs for an endpoint."""
        return Roles(self.files, self.evaluator, self.wiring, self.graph)

    @cached_property
    def tasks(self) -> Tasks:
        """Background tasks."""
        return Tasks(self.files, self.evaluator)

    @cached_property
    def streams(self) -> Streams:
        """Streaming and file responses."""
        return Streams(self.files, self.evaluator, self.wiring)

    @cached_property
    def dispatchers(self) -> Mapping[Function, Dispatcher]:
        """The functions that a BaseHTTPMiddleware calls for each request."""
        return find_dispatchers(self.files, self.evaluator, self.wiring)

    @cached_property
    def uses_base_http_middleware(self) -> bool:
        """Whether some BaseHTTPMiddleware is registered."""
        return any(layer.is_base_http for found in self.wiring.layers.values() for layer in found)

    @cached_property
    def uses_background_tasks(self) -> bool:
        """Whether some function gives a response a background task."""
        return any(
            self.tasks.sites(reached.function)
            for endpoint in self.wiring.endpoints
            for reached in self.roles.run_for(endpoint)
        )

    @cached_property
    def uses_streams(self) -> bool:
        """Whether some streaming response is made."""
        return any(
            self.evaluator.is_subclass(response.class_, *STREAMING)
            for response in self.streams.responses
        )

    def base_http_enclosure(self, endpoint: Endpoint) -> Enclosure | None:
        """The outermost BaseHTTPMiddleware around an endpoint."""
        known = self._base_http_enclosures
        if endpoint not in known:
            enclosures = self.graph.enclosures(endpoint)
            known[endpoint] = next((e for e in enclosures if e.layer.is_base_http), None)
        return known[endpoint]

    @cached_property
    def generators(self) -> frozenset[Function]:
        """All generator functions."""
        return frozenset(
            Function(filename, scope.index)
            for filename, index in self.files.items()
            for scope in index.facts.scopes
            if scope.function is not None and scope.function.is_generator
        )

    @cached_property
    def behind_base_http_middleware(self) -> frozenset[Function]:
        """The functions that run for an endpoint behind a BaseHTTPMiddleware."""
        return frozenset(
            reached.function
            for endpoint in self.wiring.endpoints
            if self.base_http_enclosure(endpoint) is not None
            for reached in self.roles.run_for(endpoint)
        )

    def candidates(self, code: str) -> Iterator[tuple[str, Candidate]]:
        """The candidates of one rule, each with its file."""
        for filename, index in self.files.items():
            for candidate in index.facts.candidates:
                if candidate.code == code:
                    yield filename, candidate

    def function(self, function: Function) -> FunctionFacts:
        """What a function says besides its body."""
        return self.files[function.filename].function(function.scope)

    def function_at(self, place: Place) -> Function | None:
        """The innermost function whose definition covers a place."""
        index = self.files.get(place.filename)
        row = place.span.start.row
        found = None
        for scope in index.facts.scopes if index is not None else ():
            function = scope.function
            if function is not None and function.span.start.row <= row <= function.end_row:
                found = Function(place.filename, scope.index)
        return found

    def option(self, rule: str, name: str) -> bool | str:
        """The value of a rule's own option, by the rule's name."""
        return self._options[rule][name]
