"""What a `setup.py` gives to `setup`, as far as it stands there in literals.

This module needs LibCST, so it is imported when the first file has to be parsed.
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from asgi_lint.nesting import out_of_bounds

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from libcst.metadata import CodeRange

    from asgi_lint.versions.manifest_text import ManifestText


@dataclass(frozen=True, slots=True)
class Literal:
    """A text in the program and where its literal stands.

    `inside` is the offset of the text itself, None where the literal spells it differently.
    """

    text: str
    start: int
    end: int
    inside: int | None


Value: TypeAlias = "Literal | tuple[Value, ...] | dict[str, Value] | None"
"""What is known of an expression's value; sequences of all kinds are tuples here."""


def setup_calls(manifest: ManifestText) -> list[dict[str, Value]]:
    """The keyword arguments of every call of a function with the name `setup`.

    There are none in a file with a syntax error, and in one that is out of all bounds.
    """
    if out_of_bounds(manifest.text):
        return []
    try:
        module = cst.parse_module(manifest.text)
    except cst.ParserSyntaxError:
        return []
    wrapper = MetadataWrapper(module, unsafe_skip_copy=True)
    program = _Program(manifest, wrapper.resolve(PositionProvider))
    for statement in module.body:
        program.bind(statement)
    return _arguments_of_setup(program, module)


def _arguments_of_setup(program: _Program, module: cst.Module) -> list[dict[str, Value]]:
    found: list[dict[str, Value]] = []
    nodes: list[cst.CSTNode] = [module]
    while nodes:
        node = nodes.pop()
        nodes += reversed(node.children)
        match node:
            case cst.Call(
                func=cst.Name(value="setup") | cst.Attribute(attr=cst.Name(value="setup"))
            ):
                found.append(program.arguments(node.args))
            case _:
                continue
    return found


class _Program:
    """The values of the names at the top level of a program, as far as they are literals."""

    def __init__(self, manifest: ManifestText, ranges: Mapping[cst.CSTNode, CodeRange]) -> None:
        self._manifest = manifest
        self._ranges = ranges
        self._names: dict[str, Value] = {}

    def bind(self, statement: cst.CSTNode) -> None:
        """Take in an assignment; later ones of the same name replace it, `+=` adds to it."""
        for part in statement.body if isinstance(statement, cst.SimpleStatementLine) else ():
            match part:
                case cst.Assign(targets=targets, value=value):
                    for each in targets:
                        if isinstance(each.target, cst.Name):
                            self._names[each.target.value] = self.value(value)
                case cst.AnnAssign(
                    target=cst.Name(value=name), value=cst.BaseExpression() as value
                ):
                    self._names[name] = self.value(value)
                case cst.AugAssign(
                    target=cst.Name(value=name), operator=cst.AddAssign(), value=value
                ):
                    self._names[name] = _sum(self._names.get(name), self.value(value))
                case _:
                    continue

    def value(self, expression: cst.CSTNode) -> Value:
        """What the expression is, None where that cannot be told from literals."""
        match expression:
            case cst.SimpleString() | cst.ConcatenatedString():
                return self._literal(expression)
            case cst.Name(value=name):
                return self._names.get(name)
            case (
                cst.List(elements=elements)
                | cst.Tuple(elements=elements)
                | cst.Set(elements=elements)
            ):
                return tuple(self.value(each.value) for each in elements)
            case cst.BinaryOperation(left=left, operator=cst.Add(), right=right):
                return _sum(self.value(left), self.value(right))
            case cst.Dict(elements=elements):
                return self._dict(elements)
            case cst.Call(func=cst.Name(value="dict"), args=args):
                return self.arguments(args)
            case cst.Subscript(
                value=value, slice=[cst.SubscriptElement(slice=cst.Index(value=key))]
            ):
                mapping, found = self.value(value), self.value(key)
                if isinstance(mapping, dict) and isinstance(found, Literal):
                    return mapping.get(found.text)
                return None
            case _:
                return None

    def arguments(self, args: Iterable[cst.Arg]) -> dict[str, Value]:
        """The keyword arguments of a call, with those of a mapping after `**`."""
        found: dict[str, Value] = {}
        for arg in args:
            if arg.keyword is not None:
                found[arg.keyword.value] = self.value(arg.value)
            elif arg.star == "**" and isinstance(mapping := self.value(arg.value), dict):
                found |= mapping
        return found

    def _dict(self, elements: Iterable[cst.BaseDictElement]) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for element in elements:
            value = self.value(element.value)
            if isinstance(element, cst.DictElement):
                if isinstance(key := self.value(element.key), Literal):
                    found[key.text] = value
            elif isinstance(value, dict):
                found |= value
        return found

    def _literal(self, node: cst.SimpleString | cst.ConcatenatedString) -> Literal | None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                text = node.evaluated_value
            except (SyntaxError, ValueError):
                return None
        if not isinstance(text, str):
            return None
        stretch = self._ranges[node]
        start = self._manifest.offset(stretch.start.line, stretch.start.column + 1)
        end = self._manifest.offset(stretch.end.line, stretch.end.column + 1)
        if isinstance(node, cst.SimpleString) and _spells(node.raw_value, text):
            inside = start + len(node.prefix) + len(node.quote)
            return Literal(node.raw_value, start, end, inside)
        return Literal(text, start, end, None)


def _spells(raw: str, text: str) -> bool:
    """Whether the characters between the quotes are the text, whatever ends its lines."""
    return raw.replace("\r\n", "\n").replace("\r", "\n") == text


def _sum(left: Value, right: Value) -> Value:
    """Two sequences as one; of one that is unknown the other remains. A text is computed."""
    if isinstance(left, (Literal, dict)) or isinstance(right, (Literal, dict)):
        return None
    return (*(left or ()), *(right or ()))
