"""One `from ... import` line: the names in it, and the same line with other names."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from asgi_lint.model.syntax import alias_name, dotted_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

_LONGEST_LINE = 88
_NONE = cst.Module([])


class ImportedName(NamedTuple):
    """`name as bound` of a line, as the line writes it; `module` has no leading dots."""

    module: str
    name: str
    bound: str
    is_reexport: bool


def imported_from(line: cst.CSTNode) -> str:
    """The module of another package that a line imports (from), "" for any other line."""
    match line:
        case cst.SimpleStatementLine(body=[cst.ImportFrom(relative=[], module=module)]) if module:
            return dotted_name(module)
        case cst.SimpleStatementLine(body=[cst.Import(names=[alias])]):
            return dotted_name(alias.name)
        case _:
            return ""


def imported_names(line: cst.CSTNode) -> Iterator[ImportedName]:
    """The names that a `from ... import` line binds."""
    match line:
        case cst.SimpleStatementLine(body=[cst.ImportFrom(names=[*aliases]) as statement]):
            module = dotted_name(statement.module) if statement.module is not None else ""
            for alias in aliases:
                name = dotted_name(alias.name)
                other = alias_name(alias)
                is_own = not statement.relative
                yield ImportedName(module if is_own else "", name, other or name, other == name)
        case _:
            return


def with_names(
    line: cst.SimpleStatementLine, lost: Collection[str], added: Iterable[str], module: cst.Module
) -> cst.SimpleStatementLine | None:
    """A line without the bound names in `lost`, with the names in `added`; None if none is left.

    A list that is sorted stays so, and one with a line for each name too.
    """
    statement = line.body[0]
    assert isinstance(statement, cst.ImportFrom)
    assert not isinstance(statement.names, cst.ImportStar)
    kept = [a for a in statement.names if (alias_name(a) or dotted_name(a.name)) not in lost]
    written = [_NONE.code_for_node(a.with_changes(comma=_DEFAULT)) for a in statement.names]
    names = [_NONE.code_for_node(alias.with_changes(comma=_DEFAULT)) for alias in kept]
    names += added
    if not names:
        return None
    if has_comments(line):
        return line.with_changes(body=[statement.with_changes(names=kept)])
    if written == sorted(written, key=_order):
        names.sort(key=_order)
    is_wide = "\n" in _NONE.code_for_node(statement) and len(names) > 1
    dots = "." * len(statement.relative)
    origin = dots + (dotted_name(statement.module) if statement.module is not None else "")
    new = import_line(origin, names, module, is_wide=is_wide)
    return line.with_changes(body=new.body)


_DEFAULT = cst.MaybeSentinel.DEFAULT


def has_comments(line: cst.SimpleStatementLine) -> bool:
    """Whether there are comments between the names of a line."""
    return "#" in _NONE.code_for_node(line.body[0])


def import_line(
    origin: str, names: Iterable[str], module: cst.Module, *, is_wide: bool = False
) -> cst.SimpleStatementLine:
    """`from origin import names`, in parentheses where it is long or `is_wide`."""
    listed = [*names]
    text = f"from {origin} import {', '.join(listed)}\n"
    if is_wide or len(text) > _LONGEST_LINE + 1:
        inner = "".join(f"    {name},\n" for name in listed)
        text = f"from {origin} import (\n{inner})\n"
    text = text.replace("\n", module.default_newline)
    line = cst.parse_module(text, module.config_for_parsing).body[0]
    assert isinstance(line, cst.SimpleStatementLine)
    return line


def in_order(names: Iterable[str]) -> list[str]:
    """Names as isort and ruff sort them: constants, then classes, then the rest."""
    return sorted(names, key=_order)


def _order(name: str) -> tuple[int, str]:
    first = name.partition(" ")[0]
    if len(first) > 1 and first.isupper():
        return 0, name
    return (1, name) if first[:1].isupper() else (2, name)
