"""What a function's expressions come to when its scope is that of the lifespan.

Imported only when there is a function to look at, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.control_flow import walk

if TYPE_CHECKING:
    from collections.abc import Iterator

_ABSENT = frozenset(
    {"client", "headers", "http_version", "method", "path", "query_string", "raw_path",
     "root_path", "scheme", "server", "subprotocols"}
)  # fmt: skip
"""Keys of HTTP and WebSocket scopes that a lifespan scope does not have."""


class LifespanScope:
    """The scope as a function holds it: by its names, and by names for what is made of it.

    `absent` are the keys that reading fails for.
    """

    def __init__(self) -> None:
        self._same = {"scope"}
        self._derived: dict[str, tuple[object] | None] = {}
        self.absent = set(_ABSENT)

    def is_scope(self, node: cst.CSTNode) -> bool:
        """Whether an expression is a name of the scope."""
        return isinstance(node, cst.Name) and node.value in self._same

    def bind(self, target: cst.CSTNode, value: cst.BaseExpression) -> None:
        """Take note of `target = value`."""
        if isinstance(target, cst.Name) and self._is_copy(value):
            self._same.add(target.value)
            return
        is_derived = self.mentioned_in(value)
        held = self.value(value) if isinstance(target, cst.Name) else None
        for name in _bound(target):
            self._same.discard(name)
            if is_derived:
                self._derived[name] = held
            else:
                self._derived.pop(name, None)

    def _is_copy(self, value: cst.BaseExpression) -> bool:
        """Whether a value is the scope or a copy of it."""
        match value:
            case cst.Name(value=name):
                return name in self._same
            case cst.Call(func=cst.Name(value="dict"), args=[cst.Arg(value=inner, star="")]):
                return self._is_copy(inner)
            case cst.Call(func=cst.Attribute(value=inner, attr=cst.Name(value="copy"))):
                return self._is_copy(inner)
            case _:
                return False

    def mentioned_in(self, node: cst.CSTNode) -> bool:
        """Whether an expression depends on the scope."""
        return any(
            isinstance(n, cst.Name) and (n.value in self._same or n.value in self._derived)
            for n in walk(node)
        )

    def value(self, node: cst.BaseExpression) -> tuple[object] | None:
        """The value that `scope["type"]` being "lifespan" decides, in a tuple; None if none."""
        match node:
            case cst.SimpleString():
                return (node.evaluated_value,)
            case cst.Name(value="None" | "True" | "False" as name):
                return ({"None": None, "True": True, "False": False}[name],)
            case cst.Name(value=name):
                return self._derived.get(name)
            case (
                cst.Tuple(elements=elements)
                | cst.List(elements=elements)
                | cst.Set(elements=elements)
            ):
                items = [self.value(element.value) for element in elements]
                known = [item[0] for item in items if item is not None]
                return (known,) if len(known) == len(items) else None
            case cst.Subscript(value=value) if self.is_scope(value):
                return ("lifespan",) if key_of(node) == "type" else None
            case cst.Call(func=cst.Attribute(value=value, attr=cst.Name(value="get"))):
                return self._got(node) if self.is_scope(value) else None
            case cst.UnaryOperation(operator=cst.Not(), expression=operand):
                negated = self.value(operand)
                return (not negated[0],) if negated is not None else None
            case cst.BooleanOperation():
                return self._junction(node)
            case cst.Comparison(comparisons=[comparison]):
                return self._comparison(node.left, comparison)
            case cst.NamedExpr(value=value):
                return self.value(value)
            case _:
                return None

    def _got(self, node: cst.Call) -> tuple[object] | None:
        """`scope.get(key, default)`."""
        key = self.value(node.args[0].value) if node.args else None
        if key is None:
            return None
        if key[0] == "type":
            return ("lifespan",)
        if key[0] not in self.absent:
            return None
        return self.value(node.args[1].value) if len(node.args) > 1 else (None,)

    def _junction(self, node: cst.BooleanOperation) -> tuple[object] | None:
        decisive = isinstance(node.operator, cst.Or)
        values = [self.value(node.left), self.value(node.right)]
        if any(value is not None and bool(value[0]) == decisive for value in values):
            return (decisive,)
        if any(value is None for value in values):
            return None
        return (not decisive,)

    def _comparison(
        self, left: cst.BaseExpression, comparison: cst.ComparisonTarget
    ) -> tuple[object] | None:
        first, right = self.value(left), comparison.comparator
        operator = comparison.operator
        if isinstance(operator, (cst.In, cst.NotIn)) and self.is_scope(right):
            if first is None or first[0] not in self.absent:
                return None
            return (isinstance(operator, cst.NotIn),)
        second = self.value(right)
        if first is None or second is None:
            return None
        match operator:
            case cst.Equal() | cst.Is():
                return (first[0] == second[0],)
            case cst.NotEqual() | cst.IsNot():
                return (first[0] != second[0],)
            case cst.In() | cst.NotIn():
                if not isinstance(second[0], (list, str)) or first[0] is None:
                    return None
                found = first[0] in second[0]
                return (found != isinstance(operator, cst.NotIn),)
            case _:
                return None


def _bound(target: cst.CSTNode) -> Iterator[str]:
    """The names that an assignment binds; `x` of `x[0] = 1` is not among them."""
    match target:
        case cst.Name(value=name):
            yield name
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _bound(element.value)
        case _:
            return


def key_of(node: cst.Subscript) -> str:
    """The key of a subscript, "" if it is no text."""
    match node.slice:
        case [cst.SubscriptElement(slice=cst.Index(value=cst.SimpleString() as text))]:
            return str(text.evaluated_value)
        case _:
            return ""
