"""Building and replacing LibCST nodes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias, TypeVar

import libcst as cst

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

New: TypeAlias = "cst.CSTNode | cst.FlattenSentinel[cst.BaseStatement] | cst.RemovalSentinel"
Statements: TypeAlias = "Sequence[cst.BaseStatement]"

_Node = TypeVar("_Node", bound=cst.CSTNode)

BLANK = cst.EmptyLine(indent=False)


@dataclass(frozen=True, slots=True)
class Grammar:
    """How the file at hand is written: what new statements are parsed with, and its quotes."""

    config: cst.PartialParserConfig
    indent: str
    newline: str
    quote: str

    def statements(self, text: str) -> list[cst.BaseStatement]:
        """The statements of a text that is indented with four spaces and quoted with `"`."""
        text = text.replace('"', self.quote).replace("    ", self.indent)
        return [*cst.parse_module(text.replace("\n", self.newline), self.config).body]

    def statement(self, text: str) -> cst.BaseStatement:
        """The one statement of a text."""
        return self.statements(text)[0]


def grammar_of(module: cst.Module, node: cst.CSTNode) -> Grammar:
    """The grammar of a module; the quotes are those that `node` has more of."""
    source = module.code_for_node(node)
    quote = "'" if source.count("'") > source.count('"') else '"'
    return Grammar(module.config_for_parsing, module.default_indent, module.default_newline, quote)


class _Replacing(cst.CSTTransformer):
    def __init__(self, new: Mapping[int, New]) -> None:
        super().__init__()
        self._new = new

    def on_visit(self, node: cst.CSTNode) -> bool:
        return id(node) not in self._new

    def on_leave(self, original_node: cst.CSTNode, updated_node: cst.CSTNode) -> New:  # type: ignore[override]
        return self._new.get(id(original_node), updated_node)


def replaced(node: _Node, new: Mapping[int, New]) -> _Node:
    """The node with those inside it that have the `id` of a key replaced by the value."""
    changed = node.visit(_Replacing(new))
    assert isinstance(changed, type(node))
    return changed


def replaced_all(nodes: Iterable[cst.BaseStatement], new: Mapping[int, New]) -> Statements:
    """Statements with what is inside them, or they themselves, replaced."""
    block = cst.IndentedBlock(body=[*nodes])
    return [*replaced(block, new).body]


def suite_of(node: cst.BaseSuite) -> Statements:
    """The statements of a suite; one on the line of its header counts as a line of its own."""
    if isinstance(node, cst.SimpleStatementSuite):
        return [cst.SimpleStatementLine(body=node.body)]
    return [s for s in node.body if isinstance(s, cst.BaseStatement)]


def lead(statement: cst.BaseStatement) -> Sequence[cst.EmptyLine]:
    """The blank lines and comments before a statement."""
    lines: Sequence[cst.EmptyLine] = getattr(statement, "leading_lines", ())
    return lines


def with_lead(statement: cst.BaseStatement, lines: Iterable[cst.EmptyLine]) -> cst.BaseStatement:
    """The statement after other blank lines and comments."""
    changed = statement.with_changes(leading_lines=[*lines])
    assert isinstance(changed, cst.BaseStatement)
    return changed


def without_blank(lines: Iterable[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The lines from the first comment on."""
    kept = [*lines]
    while kept and kept[0].comment is None:
        kept.pop(0)
    return kept


def own_comment(statement: cst.BaseStatement) -> list[cst.EmptyLine]:
    """The comment at the end of a statement's line as a line, unless it is for some tool."""
    match statement:
        case cst.SimpleStatementLine(
            trailing_whitespace=cst.TrailingWhitespace(comment=cst.Comment(value=text) as comment)
        ) if not _FOR_TOOLS.match(text):
            return [cst.EmptyLine(comment=comment)]
        case _:
            return []


_FOR_TOOLS = re.compile(r"#\s*(fmt|isort|mypy|noqa|nosec|pragma|pylint|pyright|ruff|type)\b")


def comments_of(statement: cst.BaseStatement) -> list[cst.EmptyLine]:
    """The comments before a statement and at its end."""
    return [*without_blank(lead(statement)), *own_comment(statement)]


def set_apart(lines: Iterable[cst.EmptyLine]) -> list[cst.EmptyLine]:
    """The lines, with a blank one first."""
    return [BLANK, *without_blank(lines)]


def first_close(statements: Statements) -> Statements:
    """The statements, without blank lines before the first."""
    if not statements:
        return statements
    first = statements[0]
    return [with_lead(first, without_blank(lead(first))), *statements[1:]]


def small(statement: cst.CSTNode) -> cst.BaseSmallStatement | None:
    """What stands alone on a line; None for a compound statement."""
    match statement:
        case cst.SimpleStatementLine(body=[only]) | cst.SimpleStatementSuite(body=[only]):
            return only
        case _:
            return None


def suites(statement: cst.CSTNode) -> Iterator[cst.BaseSuite]:
    """The suites of a compound statement, in order; not of what they contain."""
    match statement:
        case cst.If(orelse=orelse):
            yield statement.body
            while isinstance(orelse, cst.If):
                yield orelse.body
                orelse = orelse.orelse
            if orelse is not None:
                yield orelse.body
        case cst.Try() | cst.TryStar():
            yield statement.body
            yield from (handler.body for handler in statement.handlers)
            yield from (each.body for each in (statement.orelse, statement.finalbody) if each)
        case cst.For() | cst.While():
            yield statement.body
            if statement.orelse is not None:
                yield statement.orelse.body
        case cst.With(body=body):
            yield body
        case cst.Match(cases=cases):
            yield from (case.body for case in cases)
        case _:
            return


def returns_in(*nodes: cst.CSTNode) -> Iterator[cst.Return]:
    """The `return`s of the function that the nodes are part of."""
    stack = [*reversed(nodes)]
    while stack:
        node = stack.pop()
        match node:
            case cst.SimpleStatementLine(body=body) | cst.SimpleStatementSuite(body=body):
                yield from (each for each in body if isinstance(each, cst.Return))
            case cst.IndentedBlock(body=body):
                stack.extend(reversed(body))
            case _:
                stack.extend(reversed([*suites(node)]))


def ends(suite: Statements) -> bool:
    """Whether a suite is always left by a `return` or `raise`."""
    if not suite:
        return False
    match suite[-1]:
        case cst.SimpleStatementLine(body=[*_, cst.Return() | cst.Raise()]):
            return True
        case cst.If() as branch:
            return _both_end(branch)
        case cst.With(body=body):
            return ends(suite_of(body))
        case cst.Try() as block:
            if block.finalbody is not None and ends(suite_of(block.finalbody.body)):
                return True
            normal = ends(suite_of(block.body)) or (
                block.orelse is not None and ends(suite_of(block.orelse.body))
            )
            return normal and all(ends(suite_of(handler.body)) for handler in block.handlers)
        case cst.Match(cases=cases):
            last = cases[-1]
            is_wild = last.guard is None and last.pattern.deep_equals(cst.MatchAs())
            return is_wild and all(ends(suite_of(case.body)) for case in cases)
        case cst.While(test=cst.Name(value="True"), body=body):
            return not any(isinstance(node, cst.Break) for node in body.children)
        case _:
            return False


def _both_end(branch: cst.If) -> bool:
    if not ends(suite_of(branch.body)):
        return False
    match branch.orelse:
        case cst.If() as other:
            return _both_end(other)
        case cst.Else(body=body):
            return ends(suite_of(body))
        case _:
            return False
