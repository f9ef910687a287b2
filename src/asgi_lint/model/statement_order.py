"""In which order the parts of one function may run.

Imported by the rules only when there is a function to look at, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.endings import called_name, is_endless, matches_all
from asgi_lint.model.parse import child_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

_INNER_SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
_SWALLOWING = frozenset({"CancelScope", "move_on_after", "move_on_at", "suppress"})
"""Context managers behind which the function may go on although their body was left."""

_MOST_FINALLY = 6
"""How many `finally` may stand in one another until their two ways are taken for one."""


@dataclass(frozen=True, slots=True)
class _State:
    """The marks that have been passed on some way here, and on every way."""

    some: frozenset[int] = frozenset()
    every: frozenset[int] = frozenset()

    def passing(self, mark: int) -> _State:
        return _State(self.some | {mark}, self.every | {mark})


def _joined(states: Iterable[_State | None]) -> _State | None:
    reached = [state for state in states if state is not None]
    if not reached:
        return None
    return _State(
        frozenset().union(*(state.some for state in reached)),
        reached[0].every.intersection(*(state.every for state in reached)),
    )


class StatementOrder:
    """The order of some nodes of a function's body, its `marks`; inner functions are left out.

    Every test may come out either way, every loop may run or not, and every part of a `try` may
    raise. With `past_handlers` False no way leads on from the end of an exception's handler.
    """

    def __init__(
        self, body: cst.BaseSuite, marks: Iterable[cst.CSTNode], *, past_handlers: bool = True
    ) -> None:
        self._past_handlers = past_handlers
        self._marks = {id(mark) for mark in marks}
        self._before: dict[int, _State] = {}
        self._raising: list[list[_State]] = []
        self._breaking: list[list[_State]] = []
        self._continuing: list[list[_State]] = []
        self._finally_depth = 0
        self._suite(body, _State())

    def may_precede(self, first: cst.CSTNode, second: cst.CSTNode) -> bool:
        """Whether some way through the function passes `first` and then `second`."""
        before = self._before.get(id(second))
        return before is not None and id(first) in before.some

    def always_precedes(self, first: cst.CSTNode, second: cst.CSTNode) -> bool:
        """Whether every way to `second` passes `first`."""
        before = self._before.get(id(second))
        return before is not None and id(first) in before.every

    # Statements: each takes the state before it and gives the one after, None if never reached

    def _suite(self, suite: cst.BaseSuite, state: _State | None) -> _State | None:
        for statement in suite.body:
            if state is None:
                return None
            if isinstance(statement, cst.BaseCompoundStatement):
                state = self._compound(statement, state)
            elif isinstance(statement, cst.SimpleStatementLine):
                state = self._line(statement.body, state)
            elif isinstance(statement, cst.BaseSmallStatement):
                state = self._line([statement], state)
        return state

    def _line(self, statements: Sequence[cst.BaseSmallStatement], state: _State) -> _State | None:
        for statement in statements:
            state = self._pass(statement, state)
            match statement:
                case cst.Return() | cst.Raise():
                    return None
                case cst.Break() | cst.Continue():
                    loops = self._breaking if isinstance(statement, cst.Break) else self._continuing
                    if loops:
                        loops[-1].append(state)
                    return None
                case _:
                    continue
        return state

    def _compound(self, node: cst.BaseCompoundStatement, state: _State) -> _State | None:
        match node:
            case cst.If():
                return self._if(node, state)
            case cst.While():
                return self._loop(node, node.test, state, may_end=not is_endless(node.test))
            case cst.For():
                state = self._pass(node.iter, state)
                if id(node) in self._marks:
                    state = self._reach(node, state)
                return self._loop(node, None, state, may_end=True)
            case cst.With():
                return self._with(node, state)
            case cst.Try() | cst.TryStar():
                return self._try(node, state)
            case cst.Match():
                return self._match(node, state)
            case _:
                return state

    def _if(self, node: cst.If, state: _State) -> _State | None:
        state = self._pass(node.test, state)
        then = self._suite(node.body, state)
        match node.orelse:
            case None:
                return _joined([then, state])
            case cst.If() as other:
                return _joined([then, self._if(other, state)])
            case other:
                return _joined([then, self._suite(other.body, state)])

    def _loop(
        self,
        node: cst.While | cst.For,
        test: cst.BaseExpression | None,
        state: _State,
        *,
        may_end: bool,
    ) -> _State | None:
        """The body twice, so that what it passes comes before itself.

        Once where that says nothing new: loops within loops would run 2, 4, 8, ... times.
        """
        breaks: list[_State] = []
        entry: _State | None = state
        before: _State | None = None
        for _ in range(2):
            if entry is None or entry == before:
                break
            before = entry
            tested = self._pass(test, entry) if test is not None else entry
            again: list[_State] = []
            self._breaking.append(breaks)
            self._continuing.append(again)
            end = self._suite(node.body, tested)
            self._breaking.pop()
            self._continuing.pop()
            entry = _joined([tested, end, *again])
        after = entry if may_end else None
        if node.orelse is not None and after is not None:
            after = self._suite(node.orelse.body, after)
        return _joined([after, *breaks])

    def _with(self, node: cst.With, state: _State) -> _State | None:
        swallows = False
        for item in node.items:
            state = self._pass(item, state)
            swallows = swallows or called_name(item.item) in _SWALLOWING
        if not swallows:
            return self._suite(node.body, state)
        left = [state]
        self._raising.append(left)
        end = self._suite(node.body, state)
        self._raising.pop()
        return _joined([end, *left])

    def _try(self, node: cst.Try | cst.TryStar, state: _State) -> _State | None:
        leaving: list[_State] = []
        if node.finalbody is not None:
            self._raising.append(leaving)
        raising = [state]
        self._raising.append(raising)
        end = self._suite(node.body, state)
        self._raising.pop()
        if node.orelse is not None and end is not None:
            end = self._suite(node.orelse.body, end)
        raised = _joined(raising)
        for handler in node.handlers:
            handled = self._suite(handler.body, raised)
            end = _joined([end, handled]) if self._past_handlers else end
        if node.finalbody is None:
            return end
        self._raising.pop()
        return self._finally(node.finalbody, _joined([state, *leaving]), end)

    def _finally(
        self, node: cst.Finally, leaving: _State | None, end: _State | None
    ) -> _State | None:
        """What follows if the `try` was not left: that comes after the `end` of what precedes."""
        if self._finally_depth >= _MOST_FINALLY:
            after = self._suite(node.body, _joined([leaving, end]))
            return after if end is not None else None
        self._finally_depth += 1
        self._suite(node.body, leaving)
        after = self._suite(node.body, end)
        self._finally_depth -= 1
        return after

    def _match(self, node: cst.Match, state: _State) -> _State | None:
        state = self._pass(node.subject, state)
        ends: list[_State | None] = []
        for case in node.cases:
            inside = self._pass(case.guard, state) if case.guard is not None else state
            ends.append(self._suite(case.body, inside))
            if case.guard is None and matches_all(case.pattern):
                break
        else:
            ends.append(state)
        return _joined(ends)

    # Expressions

    def _pass(self, node: cst.CSTNode, state: _State) -> _State:
        """The state after the marks in a small statement or an expression."""
        for mark in evaluated(node):
            if id(mark) in self._marks:
                state = self._reach(mark, state)
        return state

    def _reach(self, mark: cst.CSTNode, state: _State) -> _State:
        known = self._before.get(id(mark))
        self._before[id(mark)] = _joined([known, state]) or state
        state = state.passing(id(mark))
        for raising in self._raising:
            raising.append(state)
        return state


def evaluated(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes below and including `node` in the order in which they are evaluated.

    An assignment's value comes before its targets, an argument before the call.
    """
    if isinstance(node, _INNER_SCOPES):
        return
    children = [*child_nodes(node)]
    match node:
        case cst.Assign(value=value) | cst.AnnAssign(value=value) | cst.NamedExpr(value=value):
            children.sort(key=lambda child: child is not value)
        case cst.IfExp(test=test):
            children.sort(key=lambda child: child is not test)
        case _:
            pass
    for child in children:
        yield from evaluated(child)
    yield node
