"""What an ASGI function does with the lifespan scope, found by running it in the mind.

Only `scope["type"]` has a value, "lifespan", and what that decides is decided. A test that depends
on the scope in some other way may be a guard, so the run ends there; any other test may come out
either way. Imported only when there is a function to look at, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from asgi_lint.model.control_flow import walk
from asgi_lint.model.parse import child_nodes
from asgi_lint.model.syntax import dotted_name
from asgi_lint.rules.middleware.lifespan_acts import CONNECTIONS
from asgi_lint.rules.middleware.lifespan_scope import LifespanScope, key_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from asgi_lint.model.function_tree import FunctionTree

_SUPPRESS = "contextlib.suppress"


class Act(NamedTuple):
    """Something that the function does with a lifespan scope.

    `kind` is "read" for an absent key, "assert" for an assertion that fails, "call" for a call
    that is given the scope, which may or may not fail on it, and "drop" where the function ends
    without a call of what it wraps. `text` is the key, or the called name.
    """

    kind: str
    node: cst.CSTNode
    text: str


class Run:
    """The run of one function that has a parameter `scope`; `acts` are in source order.

    `called` is what the function calls with the scope, receive and send, as it is written.
    """

    def __init__(self, tree: FunctionTree) -> None:
        self._tree = tree
        self._names = [*tree.parameters]
        self._scope = LifespanScope()
        self._channels = {name for name in self._names if name in ("receive", "send")}
        self._within_decided = False
        self._passed_by: list[cst.CSTNode] = []
        self.acts: list[Act] = []
        self.called = tuple(dict.fromkeys(filter(None, self._find_called())))
        if self._suite(tree.node.body) and self._passed_by:
            self.acts.append(Act("drop", self._passed_by[-1], ""))

    @property
    def is_asgi(self) -> bool:
        """Whether the parameters are those of an ASGI application."""
        return tuple(self._names[-3:-1]) == ("scope", "receive") and len(self._names) <= 4

    def _find_called(self) -> Iterator[str]:
        """What is called as an application: `self.app(scope, receive, send)`."""
        for node in walk(self._tree.node.body):
            if not isinstance(node, cst.Call) or len(node.args) < 3:
                continue
            first, second = node.args[0].value, node.args[1].value
            if self._scope.mentioned_in(first) and self._mentions_channel(second):
                match node.func:
                    case cst.Attribute(value=cst.Call(func=cst.Name(value="super")), attr=attr):
                        yield f"super().{attr.value}"
                    case cst.Name() | cst.Attribute():
                        yield dotted_name(node.func)
                    case _:
                        continue

    # Statements: each says whether the run goes on behind it

    def _suite(self, suite: cst.BaseSuite) -> bool:
        return self._statements(suite.body)

    def _statements(self, statements: Sequence[cst.CSTNode]) -> bool:
        return all(self._statement(statement) for statement in statements)

    def _statement(self, node: cst.CSTNode) -> bool:
        match node:
            case cst.SimpleStatementLine(body=body):
                return all(self._small(small) for small in body)
            case cst.BaseSmallStatement():
                return self._small(node)
            case cst.If():
                return self._if(node)
            case cst.Match():
                return self._match(node)
            case cst.Try() | cst.TryStar():
                return self._try(node)
            case cst.With():
                suppressing = any(
                    isinstance(item.item, cst.Call)
                    and self._tree.names(item.item.func) == _SUPPRESS
                    for item in node.items
                )
                items = all(self._expression(item.item) for item in node.items)
                return not suppressing and items and self._suite(node.body)
            case cst.For(iter=head) | cst.While(test=head):
                if isinstance(node, cst.For):
                    self._scope.bind(node.target, node.iter)
                if not self._expression(head):
                    return False
                self._either([node.body.body])
                return True
            case _:
                return True

    def _small(self, node: cst.BaseSmallStatement) -> bool:
        match node:
            case cst.Return(value=value):
                if value is not None and not self._expression(value):
                    return False
                if self._within_decided:
                    self.acts.append(Act("drop", node, ""))
                return False
            case cst.Raise():
                return False
            case cst.Assert(test=test):
                if not self._expression(test):
                    return False
                asserted = self._scope.value(test)
                if asserted == (False,):
                    self.acts.append(Act("assert", node, ""))
                    return False
                return asserted is not None or not self._scope.mentioned_in(test)
            case cst.Assign(targets=targets, value=value):
                if not self._expression(value):
                    return False
                for each in targets:
                    self._scope.bind(each.target, value)
                    if not self._target(each.target):
                        return False
                return True
            case cst.AnnAssign(target=target, value=value) if value is not None:
                self._scope.bind(target, value)
                return self._expression(value) and self._target(target)
            case _:
                return self._expression(node)

    def _target(self, node: cst.CSTNode) -> bool:
        """What is evaluated on the left of `=`; to give the scope a key is no reading."""
        match node:
            case cst.Subscript(value=value, slice=index):
                if not self._expression(value) or not all(map(self._expression, index)):
                    return False
                if self._scope.is_scope(value):
                    self._scope.absent.discard(key_of(node))
                return True
            case cst.Attribute(value=value):
                return self._expression(value)
            case cst.Tuple(elements=elements) | cst.List(elements=elements):
                return all(self._target(element.value) for element in elements)
            case _:
                return True

    def _if(self, node: cst.If) -> bool:
        if not self._expression(node.test):
            return False
        otherwise = node.orelse
        other = [otherwise] if isinstance(otherwise, cst.If) else []
        if isinstance(otherwise, cst.Else):
            other = [*otherwise.body.body]
        match self._scope.value(node.test):
            case (value,):
                taken, skipped = (node.body.body, other) if value else (other, node.body.body)
                return self._decided(node.test, taken, skipped)
            case _ if self._scope.mentioned_in(node.test):
                return False
            case _:
                return self._either([node.body.body, other])

    def _decided(
        self, test: cst.CSTNode, taken: Sequence[cst.CSTNode], skipped: Sequence[cst.CSTNode]
    ) -> bool:
        """Go the one way that the scope's type leaves."""
        if any(self._calls_on(statement) for statement in skipped):
            self._passed_by.append(test)
        outer, self._within_decided = self._within_decided, True
        goes_on = self._statements(taken)
        self._within_decided = outer
        return goes_on

    def _calls_on(self, node: cst.CSTNode) -> bool:
        """Whether something is called with what the server receives or sends."""
        return any(isinstance(n, cst.Call) and self._mentions_channel(n) for n in walk(node))

    def _either(self, ways: Iterable[Sequence[cst.CSTNode]]) -> bool:
        """Go every way; the run goes on if it does on one of them."""
        outer, self._within_decided = self._within_decided, False
        went_on = [self._statements(way) for way in ways]
        self._within_decided = outer
        return any(went_on)

    def _match(self, node: cst.Match) -> bool:
        if not self._expression(node.subject):
            return False
        value = self._scope.value(node.subject)
        if value is None:
            return not self._scope.mentioned_in(node.subject) and self._either(
                [case.body.body for case in node.cases]
            )
        for case in node.cases:
            matched = _matches(case.pattern, value[0])
            if matched is None or (matched and case.guard is not None):
                return False
            if matched:
                others = [other.body for other in node.cases if other is not case]
                return self._decided(node.subject, case.body.body, others)
        return self._decided(node.subject, (), [case.body for case in node.cases])

    def _try(self, node: cst.Try | cst.TryStar) -> bool:
        """What a handler may catch does not count, unless every handler raises it again."""
        before = len(self.acts)
        goes_on = self._suite(node.body)
        if not all(_raises_again(handler.body) for handler in node.handlers):
            caught = len(self.acts) > before and self.acts[-1].kind != "drop"
            del self.acts[before if caught else len(self.acts) :]
            if caught:
                return False
        if goes_on and node.orelse is not None:
            goes_on = self._suite(node.orelse.body)
        if goes_on and node.finalbody is not None:
            goes_on = self._suite(node.finalbody.body)
        return goes_on

    # Expressions

    def _expression(self, node: cst.CSTNode) -> bool:
        """Note what evaluating does; False where the run ends in it."""
        match node:
            case cst.Lambda() | cst.FunctionDef() | cst.ClassDef():
                return True
            case cst.BooleanOperation(left=left, operator=operator, right=right):
                if not self._expression(left):
                    return False
                value = self._scope.value(left)
                if value is None:
                    return True  # `self.methods and scope["method"]`: it may not get there
                skipped = bool(value[0]) == isinstance(operator, cst.Or)
                return skipped or self._expression(right)
            case cst.IfExp(test=test, body=body, orelse=orelse):
                if not self._expression(test):
                    return False
                value = self._scope.value(test)
                if value is not None:
                    return self._expression(body if value[0] else orelse)
                return True
            case cst.NamedExpr(target=target, value=value):
                self._scope.bind(target, value)
                return self._expression(value)
            case (
                cst.ListComp(for_in=loop)
                | cst.SetComp(for_in=loop)
                | cst.GeneratorExp(for_in=loop)
                | cst.DictComp(for_in=loop)
            ):
                return self._expression(loop.iter)
            case cst.Call():
                return self._call(node)
            case cst.Subscript(value=cst.Name() as value) if self._scope.is_scope(value):
                key = key_of(node)
                if key in self._scope.absent:
                    self.acts.append(Act("read", node, key))
                    return False
                return True
            case _:
                return all(self._expression(child) for child in child_nodes(node))

    def _call(self, node: cst.Call) -> bool:
        values = [arg.value for arg in node.args]
        if not self._expression(node.func) or not all(map(self._expression, values)):
            return False
        if any(self._mentions_channel(each) for each in (node.func, *values)):
            return self._makes_connection(node)
        if any(self._scope.is_scope(each) for each in values):
            self.acts.append(Act("call", node, _last_name(node.func)))
        return True

    def _makes_connection(self, node: cst.Call) -> bool:
        """`Request(scope, receive)` is given the channels, but hands nothing on."""
        is_connection = _last_name(node.func).endswith(CONNECTIONS)
        if is_connection and any(self._scope.is_scope(arg.value) for arg in node.args):
            self.acts.append(Act("call", node, _last_name(node.func)))
            return True
        return False

    def _mentions_channel(self, node: cst.CSTNode) -> bool:
        return any(isinstance(n, cst.Name) and n.value in self._channels for n in walk(node))


def _matches(pattern: cst.MatchPattern, value: object) -> bool | None:
    match pattern:
        case cst.MatchValue(value=cst.SimpleString() as text):
            return text.evaluated_value == value
        case cst.MatchOr(patterns=parts):
            found = [_matches(part.pattern, value) for part in parts]
            return True if True in found else None if None in found else False
        case cst.MatchAs(pattern=None):
            return True
        case cst.MatchAs(pattern=inner) if inner is not None:
            return _matches(inner, value)
        case _:
            return None


def _raises_again(body: cst.BaseSuite) -> bool:
    match body.body:
        case [*_, cst.SimpleStatementLine(body=[*_, cst.Raise()])] | [*_, cst.Raise()]:
            return True
        case _:
            return False


def _last_name(node: cst.CSTNode) -> str:
    match node:
        case cst.Name(value=name) | cst.Attribute(attr=cst.Name(value=name)):
            return name
        case _:
            return ""


def first_statement(tree: FunctionTree) -> Iterator[cst.BaseStatement]:
    """The first statement after the docstring, unless the body stands on the line of the `def`."""
    body = tree.node.body
    if not isinstance(body, cst.IndentedBlock):
        return
    for index, statement in enumerate(body.body):
        match statement:
            case cst.SimpleStatementLine(
                body=[cst.Expr(value=cst.SimpleString() | cst.ConcatenatedString())]
            ) if index == 0:
                continue
            case _:
                yield statement
                return
