"""Which headers a function leaves out, or sets anew, of those that it passes on.

Imported only when a function's text speaks of headers and of a response, since it loads LibCST.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from collections.abc import Sequence

PAIRS = frozenset({"copy", "items", "multi_items"})
"""Methods of a mapping that give all that is in it."""

_TAKING = frozenset({"pop", "setdefault"})
_SHOWING = frozenset({"debug", "info", "log", "print", "warning"})


class LeftOut:
    """What is left out of headers, as far as the function `nodes` tells.

    `dropped` are names of headers, `constants` dotted names of constants that list others.
    `is_known` is False where something else happens as well.
    """

    def __init__(self, nodes: Sequence[cst.CSTNode]) -> None:
        self.dropped: set[str] = set()
        self.constants: set[str] = set()
        self.is_known = True
        self._nodes = nodes

    def read_display(self, elements: Sequence[cst.BaseDictElement]) -> None:
        """A header that is set anew is no longer the one of the upstream response."""
        for element in elements:
            match element:
                case cst.DictElement(key=cst.SimpleString() as key):
                    self.dropped.add(_text(key))
                case _:
                    self.is_known = False

    def read_test(self, test: cst.BaseExpression) -> None:
        """What `name.lower() not in {...}` and `name != "..."` leave out."""
        match test:
            case cst.Comparison(
                comparisons=[cst.ComparisonTarget(operator=cst.NotIn(), comparator=names)]
            ):
                self._read_names(names)
            case cst.Comparison(
                comparisons=[cst.ComparisonTarget(operator=cst.NotEqual(), comparator=name)]
            ):
                self._read_names(name)
            case cst.UnaryOperation(
                operator=cst.Not(),
                expression=cst.Comparison(
                    comparisons=[cst.ComparisonTarget(operator=cst.In(), comparator=names)]
                ),
            ):
                self._read_names(names)
            case cst.BooleanOperation(left=left, operator=cst.And(), right=right):
                self.read_test(left)
                self.read_test(right)
            case _:
                self.is_known = False

    def _read_names(self, names: cst.BaseExpression) -> None:
        """The names of headers in a display, or the constant that lists them."""
        match names:
            case cst.SimpleString():
                self.dropped.add(_text(names))
            case (
                cst.Set(elements=elements)
                | cst.List(elements=elements)
                | cst.Tuple(elements=elements)
            ):
                for element in elements:
                    self._read_names(element.value)
            case cst.Call(func=cst.Name(value="frozenset" | "set"), args=[cst.Arg(value=inner)]):
                self._read_names(inner)
            case cst.Name() | cst.Attribute() if dotted_name(names):
                self.constants.add(dotted_name(names))
            case _:
                self.is_known = False

    def read_variable(self, name: str) -> None:
        """What is done to a variable with headers; what is not understood makes them unknown."""
        known = self.read_uses(name)
        for node in self._nodes:
            match node:
                case cst.AssignTarget(target=cst.Name() as used):
                    known.add(id(used))
                case cst.Call(args=args) if is_class(node):
                    known.update(id(arg.value) for arg in args)
                    known.update(id(arg.keyword) for arg in args if arg.keyword is not None)
                case cst.Attribute(attr=attr):
                    known.add(id(attr))
                case _:
                    continue
        for node in self._nodes:
            if isinstance(node, cst.Name) and node.value == name and id(node) not in known:
                self.is_known = False

    def read_uses(self, headers: str) -> set[int]:
        """What is taken out of headers or set anew in them; the nodes that speak of them.

        Who asks whether there is a `content-encoding` is taken to act on it, and a function that
        is given the headers and whose result nobody wants to clean them.
        """
        known: set[int] = set()
        for node in self._nodes:
            match node:
                case cst.Call(
                    func=cst.Attribute(value=used, attr=cst.Name(value=method)), args=args
                ) if dotted_name(used) == headers:
                    if method in _TAKING and args:
                        self._read_key(args[0].value)
                    elif method == "get" and args:
                        self._read_question(args[0].value)
                    elif method not in PAIRS:
                        self.is_known = False
                    known.add(id(used))
                case cst.Subscript(
                    value=used, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]
                ) if dotted_name(used) == headers:
                    self._read_key(key)
                    known.add(id(used))
                case cst.Comparison(
                    left=key, comparisons=[cst.ComparisonTarget(operator=asked, comparator=used)]
                ) if isinstance(asked, (cst.In, cst.NotIn)) and dotted_name(used) == headers:
                    self._read_question(key)
                    known.add(id(used))
                case cst.Expr(value=cst.Call(func=func, args=args)) if any(
                    dotted_name(arg.value) == headers for arg in args
                ):
                    shows = dotted_name(func).rpartition(".")[2] in _SHOWING
                    self.is_known = self.is_known and shows
                case _:
                    continue
        return known

    def _read_question(self, key: cst.BaseExpression) -> None:
        """A header that is asked for."""
        if not isinstance(key, cst.SimpleString) or _text(key) == "content-encoding":
            self.is_known = False

    def _read_key(self, key: cst.BaseExpression) -> None:
        """The header that a key names, or those that a loop around goes through."""
        match key:
            case cst.SimpleString():
                self.dropped.add(_text(key))
            case cst.Name(value=name):
                loops = [
                    node.iter
                    for node in self._nodes
                    if isinstance(node, cst.For)
                    and isinstance(node.target, cst.Name)
                    and node.target.value == name
                ]
                if len(loops) != 1:
                    self.is_known = False
                for each in loops:
                    self._read_names(each)
            case _:
                self.is_known = False

    def read_response(self, response: cst.Call) -> None:
        """What is done to the headers of the response that is made."""
        for node in self._nodes:
            match node:
                case cst.Assign(
                    targets=[cst.AssignTarget(target=cst.Name(value=name))], value=value
                ):
                    if value is response:
                        self.read_uses(f"{name}.headers")
                        self.is_known = self.is_known and not self._is_handed_on(name)
                case _:
                    continue

    def _is_handed_on(self, name: str) -> bool:
        """Whether a call is given the response or its headers, or something replaces them."""
        return any(
            (isinstance(node, cst.Arg) and dotted_name(node.value) in (name, f"{name}.headers"))
            or (isinstance(node, cst.Attribute) and dotted_name(node) == f"{name}.raw_headers")
            for node in self._nodes
        )


def is_class(call: cst.Call) -> bool:
    """Whether a call looks like one of a class."""
    return dotted_name(call.func).rpartition(".")[2][:1].isupper()


def _text(node: cst.SimpleString) -> str:
    value = node.evaluated_value
    return (value if isinstance(value, str) else value.decode("latin-1")).lower()
