"""Mutants of a module: what mutmut's operators make of it, and a few that it has not.

mutmut's own runner is not used: it changes only undecorated functions, and runs for each mutant all
tests that enter the function, which for the model is nearly all of them.
"""

from __future__ import annotations

import hashlib
import random
from dataclasses import dataclass
from difflib import unified_diff
from functools import partial
from math import ceil
from typing import TYPE_CHECKING, Any

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators, operator_string

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path


@dataclass(frozen=True, slots=True)
class Mutant:
    """A module with one change; `lines` are those of the changed statement, counted from one."""

    path: str
    operator: str
    lines: range
    in_function: bool
    source: str
    difference: str

    @property
    def identity(self) -> str:
        """The same for the same change of the same text."""
        digest = hashlib.sha256(f"{self.lines.start}{self.difference}".encode()).hexdigest()[:10]
        return f"{self.path}:{self.lines.start}:{digest}"


def sampled(
    path: Path, name: str, *, share: float, least: int, seed: int
) -> list[Callable[[], Mutant | None]]:
    """A part of a module's mutants, at least `least`, the same ones for the same seed.

    Each is made when it is called for; what would be no Python is None.
    """
    source = path.read_text(encoding="utf-8")
    wrapper = MetadataWrapper(cst.parse_module(source))
    changes = _Changes()
    wrapper.visit(changes)
    number = max(least, ceil(share * len(changes.found)))
    random.Random(f"{seed} {name}").shuffle(changes.found)
    # A larger share has all of a smaller one.
    chosen = changes.found[:number]
    return [partial(_made, name, source, wrapper.module, change) for change in chosen]


def number_of_mutants(path: Path) -> int:
    """How many changes there are to choose from."""
    changes = _Changes()
    MetadataWrapper(cst.parse_module(path.read_text(encoding="utf-8"))).visit(changes)
    return len(changes.found)


@dataclass(frozen=True, slots=True)
class _Change:
    operator: str
    before: cst.CSTNode
    after: cst.CSTNode
    lines: range
    in_function: bool


def _made(name: str, source: str, module: cst.Module, change: _Change) -> Mutant | None:
    changed = module.deep_replace(change.before, change.after)
    assert isinstance(changed, cst.Module)
    text = changed.code
    try:
        compile(text, name, "exec")
    except SyntaxError:
        return None
    lines = unified_diff(source.splitlines(), text.splitlines(), name, name, lineterm="", n=2)
    difference = "\n".join(lines)
    if not difference:
        return None
    return Mutant(name, change.operator, change.lines, change.in_function, text, difference)


def _conditions(node: cst.If | cst.CompIf | cst.While) -> Iterator[cst.CSTNode]:
    """The branch never taken, and always."""
    test = node.test.with_changes(lpar=[cst.LeftParen()], rpar=[cst.RightParen()])
    for operator, value in ((cst.And(), "False"), (cst.Or(), "True")):
        yield node.with_changes(test=cst.BooleanOperation(test, operator, cst.Name(value)))


def _returned(node: cst.Return) -> Iterator[cst.CSTNode]:
    """Nothing returned."""
    if node.value is not None and not _is_name(node.value, "None"):
        yield node.with_changes(value=None)


def _left_out(node: cst.Expr) -> Iterator[cst.CSTNode]:
    """A call or a yield not done."""
    if not isinstance(node.value, cst.SimpleString | cst.ConcatenatedString):
        yield node.with_changes(value=cst.Ellipsis())


def _quoted(node: cst.SimpleString) -> Iterator[cst.CSTNode]:
    """Another text; mutmut's further ones differ in case, and say the same about the tests."""
    yield from list(operator_string(node))[:1]


_OPERATORS: list[tuple[Any, Callable[[Any], Iterable[cst.CSTNode]]]] = [
    *(each for each in mutation_operators if each[1] is not operator_string),
    (cst.SimpleString, _quoted),
    ((cst.If, cst.CompIf, cst.While), _conditions),
    (cst.Return, _returned),
    (cst.Expr, _left_out),
]


class _Changes(cst.CSTVisitor):
    """Collects what may be changed, leaving out what has no effect when the program runs."""

    METADATA_DEPENDENCIES = (PositionProvider,)

    def __init__(self) -> None:
        self.found: list[_Change] = []
        self._functions = 0
        self._statements: list[range] = [range(1, 2)]

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Note the changes of a node, unless it and all below it are left alone."""
        if _has_no_effect(node):
            return False
        if isinstance(node, cst.FunctionDef):
            self._functions += 1
        if isinstance(node, cst.BaseSmallStatement | cst.BaseCompoundStatement | cst.MatchCase):
            self._statements.append(self._lines_of(node))
        for kinds, operator in _OPERATORS:
            if isinstance(node, kinds):
                for changed in operator(node):
                    self._note(operator.__name__.removeprefix("operator_"), node, changed)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Forget what was around the nodes below."""
        if _has_no_effect(original_node):
            return
        if isinstance(original_node, cst.FunctionDef):
            self._functions -= 1
        if isinstance(
            original_node, cst.BaseSmallStatement | cst.BaseCompoundStatement | cst.MatchCase
        ):
            self._statements.pop()

    def _note(self, operator: str, before: cst.CSTNode, after: cst.CSTNode) -> None:
        self.found.append(
            _Change(operator, before, after, self._statements[-1], self._functions > 0)
        )

    def _lines_of(self, statement: cst.CSTNode) -> range:
        """The lines of a statement, without the statements in it."""
        place = self.get_metadata(PositionProvider, statement)
        body = getattr(statement, "body", None)
        last = place.end.line
        if isinstance(body, cst.IndentedBlock):
            last = max(place.start.line, self.get_metadata(PositionProvider, body).start.line - 1)
        elif isinstance(statement, cst.Match):
            last = place.start.line
        return range(place.start.line, last + 1)


def _has_no_effect(node: cst.CSTNode) -> bool:
    """Annotations, what is for type checkers, decorators, and what `generate_docs.py` compares."""
    match node:
        case cst.Annotation() | cst.Decorator() | cst.Import() | cst.ImportFrom() | cst.Assert():
            return True
        case cst.If(test=cst.Name("TYPE_CHECKING")):
            return True
        case cst.Call(func=cst.Name("cast" | "TypeVar")):
            return True
        case cst.Assign(targets=[cst.AssignTarget(target=cst.Name("RULE" | "__all__"))]):
            return True
        case _:
            return False


def _is_name(node: cst.CSTNode, name: str) -> bool:
    return isinstance(node, cst.Name) and node.value == name
