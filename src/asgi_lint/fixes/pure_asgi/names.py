"""Which names a piece of code reads and binds, each reference with the nodes around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import libcst as cst

from asgi_lint.model.parse import child_nodes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

INNER_SCOPES = (cst.FunctionDef, cst.ClassDef, cst.Lambda)
_STATEMENTS = (cst.BaseSmallStatement, cst.BaseStatement, cst.BaseSuite)


class Reference(NamedTuple):
    """A name that stands for a variable, with the nodes around it, the innermost last."""

    node: cst.Name
    parents: tuple[cst.CSTNode, ...]

    @property
    def parent(self) -> cst.CSTNode:
        """The node right around it."""
        return self.parents[-1]

    @property
    def around(self) -> Iterator[cst.CSTNode]:
        """The nodes around it up to and with its statement, the innermost first.

        Around that there may be thousands, in a long chain of `elif`.
        """
        for parent in reversed(self.parents):
            yield parent
            if isinstance(parent, _STATEMENTS):
                return


def walk(*roots: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, tuple[cst.CSTNode, ...]]]:
    """All nodes below and including the roots in source order, with those around each."""
    stack: list[tuple[cst.CSTNode, tuple[cst.CSTNode, ...]]] = [(r, ()) for r in reversed(roots)]
    while stack:
        node, parents = stack.pop()
        yield node, parents
        below = (*parents, node)
        stack.extend((child, below) for child in reversed([*variables_in(node)]))


def variables_in(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The children of a node, without the names that are no variables."""
    match node:
        case cst.Attribute(value=value) | cst.Arg(value=value):
            yield value
        case cst.Import() | cst.ImportFrom():
            return
        case _:
            yield from child_nodes(node)


def references(name: str, *roots: cst.CSTNode) -> Iterator[Reference]:
    """Every place where a name is read or bound as a variable, in inner functions too."""
    for node, parents in walk(*roots):
        if isinstance(node, cst.Name) and node.value == name and parents:
            yield Reference(node, parents)


def own_nodes(*roots: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """The nodes below and including the roots, without what inner functions consist of."""
    stack = [*reversed(roots)]
    while stack:
        node = stack.pop()
        yield node
        if not isinstance(node, INNER_SCOPES):
            stack.extend(reversed([*variables_in(node)]))


def nodes(root: cst.CSTNode) -> Iterator[cst.CSTNode]:
    """All nodes below and including the root, in no certain order."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        stack.extend(variables_in(node))


def mentioned(*roots: cst.CSTNode) -> frozenset[str]:
    """All names that stand for variables somewhere below the roots."""
    return frozenset(
        node.value for root in roots for node in nodes(root) if isinstance(node, cst.Name)
    )


def bound(roots: Iterable[cst.CSTNode]) -> frozenset[str]:
    """The names that running the statements binds, as Python sees it: inner functions aside."""
    found: set[str] = set()
    stack: list[cst.CSTNode] = [*roots]
    while stack:
        node = stack.pop()
        match node:
            case cst.FunctionDef(name=name) | cst.ClassDef(name=name):
                found.add(name.value)
                continue
            case cst.Lambda() | cst.CompFor():
                continue
            case cst.ListComp() | cst.SetComp() | cst.DictComp() | cst.GeneratorExp():
                found.update(_walrus(node))
                continue
            case cst.Import(names=names):
                found.update(_imported(names))
                continue
            case cst.ImportFrom(names=names):
                found.update(_imported(names) if not isinstance(names, cst.ImportStar) else ())
                continue
            case _:
                found.update(name for target in _targets(node) for name in _target_names(target))
        stack.extend(child_nodes(node))
    return frozenset(found)


def _targets(node: cst.CSTNode) -> Iterator[cst.CSTNode]:
    match node:
        case (
            cst.AssignTarget(target=target)
            | cst.AnnAssign(target=target)
            | cst.AugAssign(target=target)
            | cst.NamedExpr(target=target)
            | cst.For(target=target)
        ):
            yield target
        case cst.AsName(name=name) | cst.MatchAs(name=cst.Name() as name):
            yield name
        case cst.MatchStar(name=cst.Name() as name) | cst.MatchMapping(rest=cst.Name() as name):
            yield name
        case cst.Del(target=target):
            yield target
        case _:
            return


def _target_names(target: cst.CSTNode) -> Iterator[str]:
    match target:
        case cst.Name(value=name):
            yield name
        case cst.Tuple(elements=elements) | cst.List(elements=elements):
            for element in elements:
                yield from _target_names(element.value)
        case _:
            return


def _walrus(node: cst.CSTNode) -> Iterator[str]:
    for each, _ in walk(node):
        if isinstance(each, cst.NamedExpr):
            yield from _target_names(each.target)


def _imported(aliases: Iterable[cst.ImportAlias]) -> Iterator[str]:
    for alias in aliases:
        if alias.asname is not None:
            yield from _target_names(alias.asname.name)
            continue
        name: cst.BaseExpression = alias.name
        while isinstance(name, cst.Attribute):
            name = name.value
        yield from _target_names(name)
