"""Which calls of `call_next` may run after another one, for the same request.

The order of the calls says what may come after what if every test may come out either way. Left out
is what only seems to be a way: tests that hang together, loops that a flag ends, handlers of what
`call_next` does not raise. Imported only when there is a dispatcher, since it loads LibCST.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.control_flow import walk
from asgi_lint.model.handlers import caught_kinds, is_broad
from asgi_lint.model.parse import child_nodes

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from asgi_lint.model.handlers import Handler
    from asgi_lint.rules.middleware.dispatch_body import DispatchBody, NextCall

_HTTP_EXCEPTION = "HTTPException"
"""So ends the name, also `StarletteHTTPException`; an endpoint's does not reach `call_next`."""

_CONSTANTS = frozenset({"False", "None", "True"})
_RISKY = (cst.Await, cst.Call, cst.Subscript)
_LEAVING = (cst.Break, cst.Raise, cst.Return)
_TRY = (cst.Try, cst.TryStar)
_HANDLERS = (cst.ExceptHandler, cst.ExceptStarHandler)


@dataclass(frozen=True, slots=True)
class SecondCall:
    """A call of `call_next` that may run after `first`.

    `how` is "loop" where it is a loop that comes round, "handler" where it takes an exception from
    the first call, else "".
    """

    call: NextCall
    first: NextCall
    how: str


def second_calls(body: DispatchBody) -> Iterator[SecondCall]:
    """The calls that may run after another, each with the first that may precede it."""
    order = body.order()
    for second in body.next_calls:
        for first in body.next_calls:
            if order.may_precede(first.node, second.node):
                how = _relation(body, first, second)
                if how is not None:
                    yield SecondCall(second, first, how)
                    break


def _relation(body: DispatchBody, first: NextCall, second: NextCall) -> str | None:
    """How the second comes after the first; None where that way is not to be believed."""
    to_first = _path(body.tree.node.body, first.node)
    to_second = _path(body.tree.node.body, second.node)
    shared = _shared(to_first, to_second)
    if _are_alternatives(to_first, to_second, shared):
        return None
    if body.next_calls.index(first) >= body.next_calls.index(second):
        return "loop" if _comes_round(body, to_second, shared) else None
    guard = _exceptional_guard(to_first, to_second, shared)
    if guard is not None:
        attempt, handlers = guard
        return "handler" if any(_takes(h, attempt, first.node) for h in handlers) else None
    return "" if _tests_agree(body, first, to_first[shared:], to_second[shared:]) else None


def _path(root: cst.CSTNode, target: cst.CSTNode) -> list[cst.CSTNode]:
    """The nodes from `root` down to `target`, both included."""
    if root is target:
        return [root]
    for child in child_nodes(root):
        below = _path(child, target)
        if below:
            return [root, *below]
    return []


def _shared(one: Sequence[cst.CSTNode], other: Sequence[cst.CSTNode]) -> int:
    """How many nodes both paths begin with."""
    pairs = zip(one, other, strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a is not b), min(len(one), len(other)))


def _are_alternatives(
    to_first: Sequence[cst.CSTNode], to_second: Sequence[cst.CSTNode], shared: int
) -> bool:
    """Whether they are the two sides of one `a if test else b`."""
    fork = to_first[shared - 1]
    if not isinstance(fork, cst.IfExp) or shared >= min(len(to_first), len(to_second)):
        return False
    return fork.test not in (to_first[shared], to_second[shared])


# Loops


def _comes_round(body: DispatchBody, path: Sequence[cst.CSTNode], shared: int) -> bool:
    """Whether the innermost loop around both may run the call at the path's end a second time."""
    loops = [i for i in range(shared) if isinstance(path[i], (cst.For, cst.While))]
    if not loops:
        return False
    loop, below = path[loops[-1]], path[loops[-1] + 1 :]
    tests = [*_tests(below)]
    if isinstance(loop, cst.While):
        tests.append(loop.test)
    elif isinstance(loop, cst.For):
        items = _names(loop.target)
        if any(items & _names(test) for test in tests):
            return False  # only for the item that fits
    if any(_asks_for_flag(body, test) for test in tests):
        return False
    guard = _guard_that_is_left(below)
    return guard is None or any(_takes(h, guard, path[-1]) for h in guard.handlers)


def _asks_for_flag(body: DispatchBody, test: cst.BaseExpression) -> bool:
    """Whether a test is about whether the call was made: `not done`, `response is None`."""
    match test:
        case cst.UnaryOperation(operator=cst.Not(), expression=inner):
            return _asks_for_flag(body, inner)
        case cst.BooleanOperation(left=left, right=right):
            return _asks_for_flag(body, left) or _asks_for_flag(body, right)
        case cst.Comparison(
            left=cst.Name() as name, comparisons=[cst.ComparisonTarget(comparator=c)]
        ):
            return _is_constant(c) and _is_flag(body, name.value)
        case cst.Name(value=name):
            return _is_flag(body, name)
        case _:
            return False


def _is_constant(node: cst.CSTNode | None) -> bool:
    return isinstance(node, cst.Name) and node.value in _CONSTANTS


def _is_flag(body: DispatchBody, name: str) -> bool:
    """Whether a name holds a response, or is set to nothing but constants."""
    if name in body.responses:
        return True
    values = [getattr(node, "value", None) for node in body.assignments_to(name)]
    return bool(values) and all(_is_constant(value) for value in values)


def _names(node: cst.CSTNode) -> set[str]:
    return {each.value for each in walk(node) if isinstance(each, cst.Name)}


# Exceptions


def _exceptional_guard(
    to_first: Sequence[cst.CSTNode], to_second: Sequence[cst.CSTNode], shared: int
) -> tuple[cst.Try | cst.TryStar, list[Handler]] | None:
    """The `try` whose handlers are the only way from the first to the second, and these."""
    fork = to_first[shared - 1]
    if isinstance(fork, _TRY):
        handler = to_second[shared]
        if to_first[shared] is fork.body and isinstance(handler, _HANDLERS):
            return fork, [handler]
        return None
    guard = _guard_that_is_left(to_first[shared:])
    return (guard, [*guard.handlers]) if guard is not None else None


def _guard_that_is_left(path: Sequence[cst.CSTNode]) -> cst.Try | cst.TryStar | None:
    """The outermost `try` on the path that ends the way through its body, as `return` does."""
    for index, node in enumerate(path):
        if isinstance(node, _TRY) and node.handlers and path[index + 1] is node.body:
            return node if _leaves(path[index + 1 :]) else None
    return None


def _leaves(path: Sequence[cst.CSTNode]) -> bool:
    """Whether what follows the end of the path in its suites always leaves them."""
    for suite, inner in pairwise(path):
        if not isinstance(suite, cst.IndentedBlock):
            continue
        statements = suite.body[[*map(id, suite.body)].index(id(inner)) :]
        for each in statements:
            if isinstance(each, cst.SimpleStatementLine) and isinstance(each.body[-1], _LEAVING):
                return True
    return False


def _takes(handler: Handler, attempt: cst.Try | cst.TryStar, call: cst.CSTNode) -> bool:
    """Whether the handler is there for what the call of `call_next` raises.

    A narrow one may be for what else the `try` does before it.
    """
    if is_broad(handler):
        return True
    if all(kind.endswith(_HTTP_EXCEPTION) for kind in caught_kinds(handler)):
        return False
    own = {id(node) for node in _path(attempt.body, call)}
    for node in walk(attempt.body):
        if node is call:
            return True
        if isinstance(node, _RISKY) and id(node) not in own:
            return False
    return True


# Tests


def _tests_agree(
    body: DispatchBody,
    first: NextCall,
    to_first: Sequence[cst.CSTNode],
    to_second: Sequence[cst.CSTNode],
) -> bool:
    """Whether the tests around both may be met by one request.

    Where both depend on something, the second's has to look into the first one's response.
    """
    tests = [*_tests(to_second)]
    if any(_asks_for_flag(body, test) for test in tests):
        return False
    if not tests or not any(True for _ in _tests(to_first)):
        return True
    return any(_looks_into(test, first.name) for test in tests)


def _tests(path: Sequence[cst.CSTNode]) -> Iterator[cst.BaseExpression]:
    """The tests that the end of the path is behind."""
    for node, inner in pairwise(path):
        match node:
            case cst.If(test=test) | cst.While(test=test) | cst.IfExp(test=test):
                if inner is not test:
                    yield test
            case cst.Match(subject=subject):
                if inner is not subject:
                    yield subject
            case _:
                continue


def _looks_into(test: cst.BaseExpression, response: str) -> bool:
    return any(
        isinstance(node, cst.Attribute)
        and isinstance(node.value, cst.Name)
        and node.value.value == response
        for node in walk(test)
    )
