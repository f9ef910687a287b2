"""What a method does with the attributes of `self`, in order, and where it lets others run.

Imported only when there is a method to look at, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from asgi_lint.model import control_flow as flow
from asgi_lint.model.parse import child_nodes
from asgi_lint.model.syntax import parameters_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_PER_REQUEST = frozenset(
    {"conn", "connection", "message", "receive", "req", "request", "response", "scope", "send"}
)
"""Parameters that hold something of one request, whoever passes it."""

_FRESH = frozenset(
    {"dict", "list", "monotonic", "monotonic_ns", "now", "perf_counter", "perf_counter_ns",
     "process_time", "set", "time", "time_ns", "token_hex", "utcnow", "uuid1", "uuid4", "uuid7"}
)  # fmt: skip
"""Functions that give something else every time."""


class Event(NamedTuple):
    """One thing that a method does.

    `kind` is "write", "read", "await", or "call" for `self.name(...)`. `name` is the attribute.
    For a write, `value` is "request" for what comes from the request, "fresh" for something else
    that is new each time, "" for what cannot be told, else the text of a constant; `is_sure` says
    that no branch leads around it.
    """

    kind: str
    node: cst.CSTNode
    name: str = ""
    value: str = ""
    is_sure: bool = True


def events_of(function: cst.FunctionDef, *, is_entry: bool) -> list[Event]:
    """The events of a method in order.

    Functions defined within are taken to run, twice, at the next `await`. Writes that happen once,
    or under a lock, are left out. In an entry every argument belongs to the request.
    """
    names = [parameter.name.value for _, parameter in parameters_of(function.params)][1:]
    derived = {name for name in names if is_entry or name in _PER_REQUEST}
    return _Events(function, derived).events


def own_name(node: cst.CSTNode) -> str:
    """`x` of `self.x`."""
    match node:
        case cst.Attribute(value=cst.Name(value="self"), attr=cst.Name(value=name)):
            return name
        case _:
            return ""


class _Events:
    def __init__(self, function: cst.FunctionDef, derived: set[str]) -> None:
        self._derived = set(derived)
        self._written = {
            own_name(target) for node in _everything(function) for target in _targets(node)
        } - {""}
        self._nested: list[cst.FunctionDef] = []
        self._once: set[str] = set()
        self._branches = 0
        self.events: list[Event] = []
        self._suite(function.body)

    # Statements

    def _suite(self, suite: cst.BaseSuite) -> None:
        before = set(self._once)
        for statement in suite.body:
            self._statement(statement)
        self._once = before

    def _statement(self, node: cst.CSTNode) -> None:
        match node:
            case cst.SimpleStatementLine(body=body):
                for small in body:
                    self._small(small)
            case cst.BaseSmallStatement():
                self._small(node)
            case cst.FunctionDef():
                self._nested.append(node)
            case cst.ClassDef():
                return
            case cst.If():
                self._if(node)
            case cst.With():
                self._with(node)
            case cst.Try() | cst.TryStar():
                self._try(node)
            case cst.For(target=target, iter=iterated):
                self._expression(iterated)
                self._await(node)
                self._bind(target, iterated)
                self._branch([node.body, *_optional(node.orelse)])
            case cst.While(test=test):
                self._expression(test)
                self._branch([node.body, *_optional(node.orelse)], self._tested(test))
            case cst.Match(subject=subject, cases=cases):
                self._expression(subject)
                self._branch([case.body for case in cases], self._tested(subject))
            case _:
                return

    def _if(self, node: cst.If) -> None:
        self._expression(node.test)
        tested = self._tested(node.test)
        self._branch([node.body], tested)
        if isinstance(node.orelse, cst.If):
            self._branches += 1
            outer, self._once = self._once, self._once | tested
            self._if(node.orelse)
            self._once = outer
            self._branches -= 1
        elif node.orelse is not None:
            self._branch([node.orelse.body], tested)
        if flow.leaves(node.body):
            self._once |= tested  # what follows happens only while the test is false

    def _tested(self, test: cst.CSTNode) -> set[str]:
        """The attributes whose writes depend on a test of what requests write."""
        read = {own_name(node) for node in flow.walk(test)} & self._written
        return set(self._written) if read else set()

    def _branch(self, suites: Iterable[cst.BaseSuite], once: Iterable[str] = ()) -> None:
        self._branches += 1
        outer, self._once = self._once, self._once | set(once)
        for suite in suites:
            self._suite(suite)
        self._once = outer
        self._branches -= 1

    def _with(self, node: cst.With) -> None:
        locked = False
        for item in node.items:
            self._expression(item.item)
            locked = locked or "lock" in _text(item.item).lower()
            if item.asname is not None:
                self._bind(item.asname.name, item.item)
        self._await(node)
        outer = self._once
        if locked:
            self._once = set(self._written)
        self._suite(node.body)
        self._once = outer
        self._await(node)

    def _try(self, node: cst.Try | cst.TryStar) -> None:
        self._suite(node.body)
        self._branch([handler.body for handler in node.handlers], self._written)
        if node.orelse is not None:
            self._suite(node.orelse.body)
        if node.finalbody is not None:
            self._suite(node.finalbody.body)

    def _small(self, node: cst.BaseSmallStatement) -> None:
        match node:
            case cst.Assign(targets=targets, value=value):
                self._expression(value)
                for each in targets:
                    self._bind(each.target, value)
            case cst.AnnAssign(target=target, value=value) if value is not None:
                self._expression(value)
                self._bind(target, value)
            case _:
                self._expression(node)

    def _bind(self, target: cst.CSTNode, value: cst.BaseExpression) -> None:
        match target:
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                for element in elements:
                    self._bind(element.value, value)
            case cst.Name(value=name):
                if self._is_derived(value):
                    self._derived.add(name)
                else:
                    self._derived.discard(name)
            case cst.Attribute() if name := own_name(target):
                reads_itself = any(own_name(node) == name for node in flow.walk(value))
                if name not in self._once and not reads_itself:
                    kind = self._kind(value)
                    self.events.append(
                        Event("write", target, name, kind, is_sure=not self._branches)
                    )
            case _:
                self._expression(target)

    # Expressions

    def _expression(self, node: cst.CSTNode) -> None:
        match node:
            case cst.Lambda() | cst.FunctionDef() | cst.ClassDef():
                return
            case cst.NamedExpr(target=target, value=value):
                self._expression(value)
                self._bind(target, value)
            case cst.Await():
                self._expression(node.expression)
                self._await(node)
            case cst.Call(func=func, args=args) if name := own_name(func):
                for arg in args:
                    self._expression(arg.value)
                self.events.append(Event("call", node, name))
            case cst.Attribute() if name := own_name(node):
                self.events.append(Event("read", node, name))
            case _:
                for child in child_nodes(node):
                    self._expression(child)
                if isinstance(node, (cst.Yield, cst.CompFor)):
                    self._await(node)

    def _await(self, node: cst.CSTNode) -> None:
        """Others run here, and with them the functions that were handed out."""
        if not flow.awaits(node) and not isinstance(node, cst.Yield):
            return
        self.events.append(Event("await", node))
        nested, self._nested = self._nested, []
        for _ in range(2):
            for function in nested:
                self._inner(function, node)
        self._nested = nested

    def _inner(self, function: cst.FunctionDef, node: cst.CSTNode) -> None:
        outer = set(self._derived)
        self._derived |= {p.name.value for _, p in parameters_of(function.params)}
        self._branches += 1
        self._suite(function.body)
        self._branches -= 1
        self._derived = outer
        self.events.append(Event("await", node))

    # Values

    def _kind(self, value: cst.BaseExpression) -> str:
        if self._is_derived(value):
            return "request"
        match value:
            case cst.Await(expression=inner):
                return self._kind(inner)
            case cst.Dict() | cst.List() | cst.Set() | cst.ListComp() | cst.DictComp():
                return "fresh"
            case cst.Call(func=func):
                name = _text(func).rpartition(".")[2]
                return "fresh" if name in _FRESH or name.lstrip("_")[:1].isupper() else ""
            case cst.Name(value="True" | "False" | "None" as name):
                return name
            case cst.Integer(value=text) | cst.Float(value=text) | cst.SimpleString(value=text):
                return text
            case _:
                return ""

    def _is_derived(self, node: cst.CSTNode) -> bool:
        """Whether a value comes from the request; the application is the same for all."""
        match node:
            case cst.Lambda() | cst.FunctionDef():
                return False
            case cst.Attribute(value=cst.Name(), attr=cst.Name(value="app")):
                return False
            case cst.Attribute(value=value):
                return self._is_derived(value)
            case cst.Subscript(
                value=cst.Name(),
                slice=[
                    cst.SubscriptElement(
                        slice=cst.Index(value=cst.SimpleString(value='"app"' | "'app'"))
                    )
                ],
            ):
                return False
            case cst.Name(value=name):
                return name in self._derived
            case cst.Arg(value=value):
                return self._is_derived(value)
            case _:
                return any(self._is_derived(child) for child in child_nodes(node))


def _everything(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(child_nodes(current))


def _targets(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    match node:
        case cst.Assign(targets=targets):
            for each in targets:
                yield from _flat(each.target)
        case cst.AnnAssign(target=target) | cst.AugAssign(target=target):
            yield target
        case _:
            return


def _flat(target: cst.CSTNode) -> Iterator[cst.CSTNode]:
    if isinstance(target, (cst.Tuple, cst.List)):
        for element in target.elements:
            yield from _flat(element.value)
    else:
        yield target


def _optional(orelse: cst.Else | None) -> Sequence[cst.BaseSuite]:
    return [orelse.body] if orelse is not None else []


def _text(node: cst.CSTNode) -> str:
    """The dotted name of what is called or named."""
    match node:
        case cst.Call(func=func):
            return _text(func)
        case cst.Attribute(value=value, attr=attr):
            return f"{_text(value)}.{attr.value}"
        case cst.Name(value=name):
            return name
        case _:
            return ""
