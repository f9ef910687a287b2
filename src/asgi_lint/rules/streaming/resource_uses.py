"""Whether what a response is given needs a resource that the function holds.

Imported only when there is such a resource, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.control_flow import walk
from asgi_lint.model.parse import child_nodes
from asgi_lint.model.syntax import dotted_name
from asgi_lint.rules.streaming.resource_managers import REQUESTS, asks_for_stream
from asgi_lint.rules.streaming.resources import Kind

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.rules.streaming.resources import Manager

_PATHS = frozenset(
    {"Path", "PosixPath", "PurePath", "abspath", "fspath", "join", "normpath", "realpath", "str"}
)
"""Functions whose result lies below their first argument, or is it."""

_PATH_METHODS = frozenset(
    {"absolute", "as_posix", "joinpath", "resolve", "with_name", "with_suffix"}
)

_ITERATING = frozenset(
    {"__aiter__", "__iter__", "aiter_bytes", "aiter_lines", "aiter_raw", "aiter_text", "iter_any",
     "iter_bytes", "iter_chunked", "iter_chunks", "iter_content", "iter_lines", "iter_raw",
     "iter_text"}
)  # fmt: skip
"""Methods that read on as they are iterated."""

_PASSING = frozenset(
    {"aiter", "chain", "enumerate", "filter", "islice", "iter", "iterate_in_threadpool", "map",
     "partial", "zip"}
)  # fmt: skip
"""Functions that read what they are given no sooner than they are iterated."""

_READING = frozenset({"read", "read1", "readline"})


_NAMED = frozenset({Kind.TEMPORARY_FILE, Kind.OWN})
"""Resources whose attribute `name` is their path."""

_NAMING = frozenset({"name", "parent", "parts", "stem", "suffix"})
"""Attributes of a path that say something of it without opening what lies there."""


@dataclass(frozen=True, slots=True)
class Tie:
    """That a response needs the resource `name`, if all of `generators` are calls of generators."""

    name: str
    generators: tuple[cst.Call, ...] = ()


class Holding:
    """The names in a function's `body` that hold one resource, and what has been made of it.

    `name` holds the resource itself, a path with `is_path`. `is_entered` says that it does so when
    `body` begins; otherwise `body` binds it.
    """

    def __init__(
        self, body: cst.BaseSuite, name: str, manager: Manager, *, is_path: bool, is_entered: bool
    ) -> None:
        self._name = name
        self._manager = manager
        self._is_entered = is_entered
        self._paths = {name} if is_path else set[str]()
        self._streams = {name: Tie(name)}
        self._inner = [*_inner_functions(body)]
        for node in walk(body):
            match node:
                case cst.Assign(targets=[cst.AssignTarget(target=cst.Name(value=to))], value=value):
                    self._assign(to, value)
                case cst.AnnAssign(target=cst.Name(value=to), value=value) if value is not None:
                    self._assign(to, value)
                case _:
                    continue

    def _assign(self, to: str, value: cst.BaseExpression) -> None:
        tie = Tie(self._name) if self._is_sent(value) else self.streams(value)
        if self._is_path(value):
            self._paths.add(to)
        elif tie is not None:
            self._streams[to] = tie
        elif to != self._name or self._is_entered:
            self._paths.discard(to)
            self._streams.pop(to, None)

    def _is_sent(self, value: cst.BaseExpression) -> bool:
        """Whether it is a response whose body the client has yet to read."""
        call = value.expression if isinstance(value, cst.Await) else value
        match call:
            case cst.Call(
                func=cst.Attribute(value=cst.Name(value=owner), attr=cst.Name(value=attr))
            ) if self._manager.kind is Kind.CLIENT and owner == self._name:
                if self._is_aiohttp():
                    return attr in REQUESTS and isinstance(value, cst.Await)
                return attr == "send" and asks_for_stream(call)
            case _:
                return False

    def _is_aiohttp(self) -> bool:
        """Whether it is a session of aiohttp, or a response, whose `content` is a stream."""
        owner, _, last = self._manager.name.rpartition(".")
        return last == "ClientSession" or (last in REQUESTS and owner != "requests")

    def path(self, value: cst.BaseExpression) -> Tie | None:
        """The tie of a response to what lies at a path."""
        return Tie(self._name) if self._is_path(value) else None

    def _is_path(self, value: cst.BaseExpression) -> bool:
        match value:
            case cst.Name(value=name):
                return name in self._paths
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="name")):
                return self._manager.kind in _NAMED and name == self._name
            case cst.BinaryOperation(left=left):
                return self._is_path(left)
            case cst.FormattedString(parts=[cst.FormattedStringExpression(expression=first), *_]):
                return self._is_path(first)
            case cst.Call(func=cst.Attribute(value=owner, attr=cst.Name(value=attr))) if (
                attr in _PATH_METHODS
            ):
                return self._is_path(owner)
            case cst.Call(func=func, args=[cst.Arg(value=first), *_]):
                return dotted_name(func).rpartition(".")[2] in _PATHS and self._is_path(first)
            case _:
                return False

    def streams(self, value: cst.BaseExpression) -> Tie | None:
        """The tie of a response to what its content reads while it is sent."""
        match value:
            case cst.Name(value=name):
                return self._streams.get(name)
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value="content")):
                return self._streams.get(name) if self._is_aiohttp() else None
            case cst.GeneratorExp() if self._is_mentioned(value):
                return Tie(self._name)
            case cst.Call(func=cst.Attribute(attr=cst.Name(value=attr), value=owner)) if (
                attr in _ITERATING
            ):
                return self._streams.get(dotted_name(owner).partition(".")[0])
            case cst.Call(func=func, args=args):
                return self._called(value, dotted_name(func).rpartition(".")[2], args)
            case _:
                return None

    def _called(self, call: cst.Call, name: str, args: Sequence[cst.Arg]) -> Tie | None:
        values = [arg.value for arg in args]
        ties = [tie for tie in map(self.streams, values) if tie is not None]
        if name in _PASSING:
            if any(self._reads(each) for each in values):
                return Tie(self._name)
            return ties[0] if ties else None
        for inner in self._inner:
            if inner.name.value == name and _yields(inner) and self._is_closed_over(inner):
                return Tie(self._name)
        if ties:
            return Tie(self._name, (call, *ties[0].generators))
        return Tie(self._name, (call,)) if any(map(self._is_path, values)) else None

    def _reads(self, value: cst.BaseExpression) -> bool:
        """`f.read`, or a lambda that says so."""
        match value:
            case cst.Attribute(value=cst.Name(value=name), attr=cst.Name(value=attr)):
                return name in self._streams and attr in _READING
            case cst.Lambda(body=body):
                return self._is_mentioned(body)
            case _:
                return False

    def _is_closed_over(self, inner: cst.FunctionDef) -> bool:
        """Whether an inner function uses the resource, more than to ask a path for its name."""
        if _binds(inner, self._name):
            return False
        nodes = [*walk(inner.body)]
        told = {
            id(node.value)
            for node in nodes
            if isinstance(node, cst.Attribute) and node.attr.value in _NAMING
        }
        held = self._paths | self._streams.keys()
        return any(
            isinstance(node, cst.Name) and node.value in held and id(node) not in told
            for node in nodes
        )

    def _is_mentioned(self, value: cst.CSTNode) -> bool:
        return any(isinstance(n, cst.Name) and n.value in self._streams for n in walk(value))


def _inner_functions(body: cst.BaseSuite) -> Iterator[cst.FunctionDef]:
    stack: list[cst.CSTNode] = [body]
    while stack:
        node = stack.pop()
        if isinstance(node, cst.FunctionDef):
            yield node
        else:
            stack.extend(child_nodes(node))


def _yields(function: cst.FunctionDef) -> bool:
    return any(isinstance(node, cst.Yield) for node in walk(function.body))


def _binds(function: cst.FunctionDef, name: str) -> bool:
    """Whether the name means something else in there."""
    if any(each.name.value == name for each in function.params.params):
        return True
    for node in walk(function.body):
        match node:
            case cst.AssignTarget(target=cst.Name(value=bound)) if bound == name:
                return True
            case cst.AsName(name=cst.Name(value=bound)) if bound == name:
                return True
            case _:
                continue
    return False
