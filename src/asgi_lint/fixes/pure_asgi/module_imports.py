"""The imports of a rewritten module: what it newly needs, without what it no longer uses."""

from __future__ import annotations

from typing import TYPE_CHECKING

import libcst as cst

from asgi_lint.fixes.pure_asgi.import_lines import (
    has_comments,
    import_line,
    imported_from,
    imported_names,
    in_order,
    with_names,
)
from asgi_lint.fixes.pure_asgi.line_edits import line_edits
from asgi_lint.fixes.pure_asgi.names import bound, mentioned, nodes
from asgi_lint.fixes.pure_asgi.occurrences import uses_of_name
from asgi_lint.fixes.pure_asgi.refusal import Refusal
from asgi_lint.fixes.pure_asgi.trees import lead, with_lead, without_blank
from asgi_lint.model.frameworks import FRAMEWORKS, canonical
from asgi_lint.model.syntax import dotted_name

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Sequence

    from asgi_lint.fixes.pure_asgi.middleware_class import Rewriting
    from asgi_lint.fixes.pure_asgi.trees import Statements
    from asgi_lint.model.candidates import Replacement
    from asgi_lint.model.function_tree import FunctionInFile

_ORIGINS = {
    "ASGIApp": "starlette.types",
    "Message": "starlette.types",
    "Receive": "starlette.types",
    "Scope": "starlette.types",
    "Send": "starlette.types",
    "MutableHeaders": "starlette.datastructures",
    "Request": "starlette.requests",
    "Response": "starlette.responses",
}


def import_edits(tree: FunctionInFile, rewriting: Rewriting) -> Iterator[Replacement]:
    """The edits that import what a rewriting needs and drop what only its old form used.

    Refusal where a needed name is taken by something else.
    """
    old = tree.once("import block", lambda: _import_block(tree.module))
    missing = rewriting.needs - _known(old)
    bound_at_top = tree.once("bound at the top", lambda: _bound_at_top(tree.module))
    for name in in_order(missing & bound_at_top):
        raise Refusal(f"the name `{name}` is taken in its module")
    lines = [*_with_added(old, missing, tree.module)]
    for origin in sorted({_ORIGINS[name] for name in missing - _known(lines)}):
        names = in_order(name for name in missing if _ORIGINS[name] == origin)
        _insert(lines, import_line(origin, names, tree.module))
    lines = [*_without_unused(lines, _unused(tree, rewriting), tree.module)]
    same = _same_at_start(old, lines)
    old, lines = old[same:], lines[same:]
    same = _same_at_start(old[::-1], lines[::-1])
    old, lines = old[: len(old) - same], lines[: len(lines) - same]
    if old:
        yield from line_edits(tree, old, lines)
    yield from _inner_import_edits(tree, rewriting)


def _inner_import_edits(tree: FunctionInFile, rewriting: Rewriting) -> Iterator[Replacement]:
    """The edit of an import of the base class in a function, if only the old form used that."""
    match rewriting.old:
        case cst.ClassDef(bases=[cst.Arg(value=cst.Name(value=name))]):
            pass
        case _:
            return
    if uses_of_name(tree, name, rewriting.old):
        return
    at_top = {id(line) for line in tree.module.body}
    for line in nodes(tree.module):
        if not isinstance(line, cst.SimpleStatementLine) or id(line) in at_top:
            continue
        if name in {each.bound for each in imported_names(line)}:
            kept = with_names(line, {name}, (), tree.module)
            yield from line_edits(tree, [line], [] if kept is None else [kept])


def _same_at_start(old: Statements, new: Statements) -> int:
    """How many statements at the start are the very same, one is left to insert before."""
    most = min(len(old), len(new)) - 1
    return next((i for i in range(most) if old[i] is not new[i]), max(most, 0))


def _import_block(module: cst.Module) -> Statements:
    """The module's statements from its first import to its last one."""
    lines = [*module.body]
    imports = [i for i, line in enumerate(lines) if _is_import(line)]
    return lines[imports[0] : imports[-1] + 1]


def _imported_at_top(module: cst.Module) -> frozenset[str]:
    return frozenset(each.bound for line in module.body for each in imported_names(line))


def _is_import(line: cst.BaseStatement) -> bool:
    match line:
        case cst.SimpleStatementLine(body=[cst.Import() | cst.ImportFrom(), *_]):
            return True
        case _:
            return False


def imports_framework(module: cst.Module) -> bool:
    """Whether the module as such imports Starlette or FastAPI, not only for types."""
    return any(imported_from(line).partition(".")[0] in FRAMEWORKS for line in module.body)


def _unused(tree: FunctionInFile, rewriting: Rewriting) -> frozenset[str]:
    """The imported names that the old form alone used."""
    gone = mentioned(rewriting.old) - mentioned(*rewriting.new)
    imported = tree.once("imported at the top", lambda: _imported_at_top(tree.module))
    calls = len(rewriting.registrations)
    return frozenset(
        name
        for name in imported & (gone | ({"BaseHTTPMiddleware"} if calls else set()))
        if uses_of_name(tree, name, rewriting.old) == (calls if name not in gone else 0)
    )


def _known(lines: Statements) -> frozenset[str]:
    """Those of our names that the lines import as what we mean by them."""
    return frozenset(
        each.bound
        for line in lines
        for each in imported_names(line)
        if canonical(f"{each.module}.{each.name}") == f"{_ORIGINS.get(each.bound)}.{each.bound}"
    )


def _bound_at_top(module: cst.Module) -> frozenset[str]:
    """What the module binds, but for names that are only imported for types."""
    return bound(
        line
        for line in module.body
        if not (
            isinstance(line, cst.If)
            and dotted_name(line.test).rpartition(".")[2] == "TYPE_CHECKING"
        )
    )


def _with_added(lines: Statements, missing: Collection[str], module: cst.Module) -> Statements:
    """The lines, those that import from the right module with the missing names."""
    new: list[cst.BaseStatement] = []
    left = {*missing}
    for line in lines:
        names = [n for n in in_order(left) if _extendable(line, _ORIGINS[n])]
        left -= {*names}
        if names and isinstance(line, cst.SimpleStatementLine):
            new.append(with_names(line, (), names, module) or line)
        else:
            new.append(line)
    return new


def _extendable(line: cst.BaseStatement, origin: str) -> bool:
    """Whether names of a module can join those of a line."""
    return (
        isinstance(line, cst.SimpleStatementLine)
        and imported_from(line) == origin
        and any(True for _ in imported_names(line))
        and not has_comments(line)
    )


def _without_unused(lines: Statements, unused: frozenset[str], module: cst.Module) -> Statements:
    new: list[cst.BaseStatement] = []
    orphaned: Sequence[cst.EmptyLine] = ()
    for line in lines:
        lost = {n.bound for n in imported_names(line) if not n.is_reexport} & unused
        kept: cst.BaseStatement | None = line
        if lost and isinstance(line, cst.SimpleStatementLine):
            kept = with_names(line, lost, (), module)
        if kept is None:
            orphaned = orphaned or lead(line)
            continue
        if orphaned:
            kept, orphaned = _adopting(kept, orphaned), ()
        new.append(kept)
    return new


def _adopting(line: cst.BaseStatement, orphaned: Iterable[cst.EmptyLine]) -> cst.BaseStatement:
    """A line with what stood before one that is gone: its comments, the blank line of a group."""
    if imported_from(line) and not lead(line):
        return with_lead(line, orphaned)
    return with_lead(line, [*without_blank(orphaned), *lead(line)])


def _insert(lines: list[cst.BaseStatement], new: cst.SimpleStatementLine) -> None:
    """Put an import in its place; the first of a group takes over the blank line before it."""
    origin = imported_from(new)
    own = [i for i, line in enumerate(lines) if _package(line) == "starlette"]
    if own and origin < imported_from(lines[own[0]]):
        first = lines[own[0]]
        lines[own[0] : own[0] + 1] = [with_lead(new, lead(first)), with_lead(first, ())]
        return
    anchors = own or [i for i, line in enumerate(lines) if _package(line) in FRAMEWORKS]
    at = anchors[-1] + 1 if anchors else len(lines)
    while own and imported_from(lines[at - 1]) > origin:
        at -= 1
    while not own and at < len(lines) and not lead(lines[at]):
        if not imported_from(lines[at]) or imported_from(lines[at]).lower() > origin:
            break
        at += 1
    lines.insert(at, new)


def _package(line: cst.BaseStatement) -> str:
    return imported_from(line).partition(".")[0]
