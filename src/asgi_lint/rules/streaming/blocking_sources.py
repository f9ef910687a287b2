"""What a value comes from, and whether reading it holds the event loop.

Follows a value through names, attributes, `with` targets, parameters and calls to the import that
it began with, which `Evaluator` cannot do for what other packages return.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.facts import BindingFacts, Parameter
from asgi_lint.model.values import Display, External, Function, Generator, Instance, Typed
from asgi_lint.rules.streaming.blocking_libraries import (
    FILES,
    ITERATED,
    OPEN_FILE,
    READ,
    WANTS_FLAG,
)

if TYPE_CHECKING:
    import re
    from collections.abc import Iterable, Iterator, Sequence

    from asgi_lint.model.index import Definition
    from asgi_lint.model.project import Project
    from asgi_lint.model.values import Value

_DEPTH = 12
"""Names and calls followed back from one value."""

_WRAPPERS = {"enumerate": 0, "filter": 1, "map": 1, "zip": 0, "islice": 0, "tqdm": 0}
"""Calls that pass on the items of the argument at that position one by one."""

_IN_THREAD = {"run_in_threadpool": 0, "to_thread": 0, "run_sync": 0, "run_in_executor": 1}
"""Calls that are awaited for what the function at that position of their arguments returns."""

_BUILTINS = frozenset({"open"})


@dataclass(frozen=True, slots=True)
class Trail:
    """How a value came about: `openai.OpenAI().chat.completions.create()`, with its last call."""

    path: str
    call: ir.Call | None = None

    def to(self, attr: str) -> Trail:
        """The trail of an attribute."""
        return replace(self, path=f"{self.path}.{attr}")

    def called(self, call: ir.Call) -> Trail:
        """The trail of what a call returns; a call that says `stream` is remembered over others."""
        says = call.keyword("stream") is not None or call.unpacks
        kept = call if says or self.call is None else self.call
        return Trail(f"{self.path}()", kept)


_ELSE = Trail("")
"""The trail of what is known to be something else: a list, or a generator of the project."""


class Trails:
    """Finds the trails of the values in one project."""

    def __init__(self, project: Project) -> None:
        self._project = project

    def iterated(self, filename: str, scope: int, expr: ir.Expr) -> str | None:
        """The asynchronous counterpart of what blocks in `for item in expr`; None if nothing does.

        Only where everything that `expr` is known to be blocks.
        """
        return _counterpart(self.of(filename, scope, expr), ITERATED)

    def waits(self, filename: str, scope: int, call: ir.Call) -> bool:
        """Whether a call waits for data that somebody else sends."""
        return not _returns_at_once(call) and self._all(filename, scope, call, READ)

    def reads_file(self, filename: str, scope: int, call: ir.Call) -> bool:
        """Whether a call reads a part of a file."""
        return self._all(filename, scope, call, FILES)

    def is_file(self, filename: str, scope: int, expr: ir.Expr) -> bool:
        """Whether it is an open file."""
        return self._all(filename, scope, expr, (OPEN_FILE,))

    def _all(
        self, filename: str, scope: int, expr: ir.Expr, known: Iterable[re.Pattern[str]]
    ) -> bool:
        trails = [*self.of(filename, scope, expr)]
        return bool(trails) and all(any(p.fullmatch(t.path) for p in known) for t in trails)

    def of(self, filename: str, scope: int, expr: ir.Expr, depth: int = 0) -> Iterator[Trail]:
        """Every trail that leads to `expr` as it is read in that scope."""
        if depth > _DEPTH:
            return
        match expr:
            case ir.Name():
                yield from self._named(filename, scope, expr, depth + 1)
            case ir.Either(options=options):
                for option in options:
                    trails = [*self.of(filename, scope, option, depth + 1)]
                    values = self._project.evaluator.values(filename, scope, option)
                    yield from trails or _otherwise(values)
            case _:
                known = [*_known(self._project.evaluator.values(filename, scope, expr))]
                yield from known or self._followed(filename, scope, expr, depth + 1)

    def _named(self, filename: str, scope: int, name: ir.Name, depth: int) -> Iterator[Trail]:
        owner, definitions = self._project.files[filename].reaching(scope, name.id, name.at)
        if not definitions:
            yield from _known(self._project.evaluator.values(filename, scope, name))
            if name.id in _BUILTINS:
                yield Trail(name.id)
        yield from self._defined(filename, owner, definitions, depth)

    def _followed(self, filename: str, scope: int, expr: ir.Expr, below: int) -> Iterator[Trail]:
        match expr:
            case ir.Attribute(value=value, attr=attr):
                found = False
                for trail in self.of(filename, scope, value, below):
                    found = True
                    yield trail.to(attr)
                if not found and isinstance(value, ir.Name) and value.id == "self":
                    yield from self._own(filename, scope, attr, below)
            case ir.Call():
                yield from self._call(filename, scope, expr, below)
            case ir.Subscript(value=value):
                for trail in self.of(filename, scope, value, below):
                    yield replace(trail, path=f"{trail.path}[]")
            case ir.Await(value=ir.Call() as call):
                yield from self._from_thread(filename, scope, call, below)
                yield from self._returned(filename, scope, call, below)
            case ir.Sequence(items=items) | ir.Mapping(items=items) if items:
                yield _ELSE
            case ir.Unknown() | ir.Joined() | ir.Lambda():
                yield _ELSE
            case _:
                return

    def _own(self, filename: str, scope: int, attr: str, depth: int) -> Iterator[Trail]:
        """What `self.attr` is bound to in the class around."""
        index = self._project.files[filename]
        owner = index.class_around(scope)
        if owner is not None:
            definitions = [*index.defined(owner, attr), *index.defined(owner, f"self.{attr}")]
            yield from self._defined(filename, owner, definitions, depth)

    def _defined(
        self, filename: str, owner: int, definitions: Sequence[Definition], depth: int
    ) -> Iterator[Trail]:
        for definition in definitions:
            values = [*self._project.evaluator.meaning(filename, owner, definition)]
            trails = [*_known(values)]
            match definition:
                case BindingFacts(value=value) if value is not None:
                    trails = [*self.of(filename, definition.scope, value, depth)] or trails
                case Parameter() if not trails:
                    passed = self._project.evaluator.arguments(
                        Function(filename, owner), definition
                    )
                    for file, scope, expr in passed:
                        trails += self.of(file, scope, expr, depth)
                case _:
                    pass
            yield from trails or (_otherwise(values) if len(definitions) > 1 else ())

    def _call(self, filename: str, scope: int, call: ir.Call, depth: int) -> Iterator[Trail]:
        name = ir.last_name(call.func) or ""
        if name in ("iter", "next") and isinstance(call.func, ir.Name):
            inner = call.positional(0)
            calls_it = name == "iter" and call.positional(1) is not None
            for trail in self.of(filename, scope, inner, depth) if inner is not None else ():
                yield trail.called(call) if calls_it else trail
        elif name in _WRAPPERS:
            inner = unwrapped(call)
            if inner is not call:
                yield from self.of(filename, scope, inner, depth)
        else:
            for trail in self.of(filename, scope, call.func, depth):
                yield trail.called(call)
            yield from self._returned(filename, scope, call, depth)

    def _returned(self, filename: str, scope: int, call: ir.Call, depth: int) -> Iterator[Trail]:
        """What a function of the project returns."""
        for value in self._project.evaluator.values(filename, scope, call.func):
            if isinstance(value, Function) and not self._project.function(value).is_generator:
                for expr in self._project.function(value).returns:
                    yield from self.of(value.filename, value.scope, expr, depth)

    def _from_thread(self, filename: str, scope: int, call: ir.Call, depth: int) -> Iterator[Trail]:
        """`await run_in_threadpool(f)` is what `f` returns, to be read on the event loop."""
        position = _IN_THREAD.get(ir.last_name(call.func) or "")
        function = call.positional(position) if position is not None else None
        for trail in self.of(filename, scope, function, depth) if function is not None else ():
            yield trail.called(call)


def _known(values: Iterable[Value]) -> Iterator[Trail]:
    """The trails of what other packages give."""
    others: list[Value] = []
    found = False
    for value in values:
        match value:
            case External(name=name):
                trail = Trail(name)
            case Instance(class_=External(name=name), call=call):
                trail = Trail(f"{name}()", call)
            case Typed(class_=External(name=name)):
                trail = Trail(f"{name}()")
            case _:
                others.append(value)
                continue
        found = True
        yield trail
    if found:
        yield from _otherwise(others)


def _otherwise(values: Iterable[Value]) -> Iterator[Trail]:
    """The trail of an alternative that leads nowhere, but is known to be something."""
    for value in values:
        match value:
            case Display(items=()):
                continue  # as good as None: nothing is ever taken from it
            case Display() | Generator() | Instance() | Typed():
                yield _ELSE
                return


def unwrapped(expr: ir.Expr) -> ir.Expr:
    """What is iterated in the end: `items` of `enumerate(items)`."""
    while isinstance(expr, ir.Call) and ir.last_name(expr.func) in _WRAPPERS:
        inner = expr.positional(_WRAPPERS[ir.last_name(expr.func) or ""])
        if inner is None:
            break
        expr = inner
    return expr


def _counterpart(
    trails: Iterable[Trail], known: Iterable[tuple[re.Pattern[str], str]]
) -> str | None:
    found: str | None = None
    for trail in trails:
        match = next(((p, name) for p, name in known if p.fullmatch(trail.path)), None)
        if match is None or not _streams(trail):
            return None
        found = match[1] if found is None else found
    return found


def _streams(trail: Trail) -> bool:
    """Whether the call does not ask for everything at once."""
    call = trail.call
    stream = call.keyword("stream") if call is not None else None
    if isinstance(stream, ir.Constant):
        return bool(stream.value)
    if stream is not None or call is None or call.unpacks:
        return True
    return WANTS_FLAG.match(trail.path) is None


def _returns_at_once(call: ir.Call) -> bool:
    """`queue.get(block=False)` does not wait."""
    block = call.argument(0, "block")
    return isinstance(block, ir.Constant) and block.value is False
