"""A linked project to its picture."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, TypeAlias, TypeVar

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.diagnostics import FILE_START, Place
from asgi_lint.model import frameworks as fw
from asgi_lint.model import wiring
from asgi_lint.model.modules import is_test_file
from asgi_lint.model.values import Instance, Typed
from asgi_lint.picture.details import Details
from asgi_lint.picture.names import Names
from asgi_lint.picture.view import HandlerKind, Node, NodeKind, Picture, Unknown

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from asgi_lint.diagnostics import Diagnostic, Span
    from asgi_lint.model.project import Project
    from asgi_lint.picture.view import Child, Handler

_Owned = TypeVar("_Owned", wiring.Endpoint, wiring.Opaque)
_Part: TypeAlias = "wiring.Endpoint | wiring.Opaque | tuple[wiring.Node, wiring.Inclusion]"

_DEEPEST = 20
"""Routers within routers that are drawn."""


def build(
    projects: Iterable[tuple[Project, Iterable[Diagnostic]]],
    root: str,
    shows: Callable[[str], bool] = lambda _: True,
    *,
    tests: bool = False,
) -> Picture:
    """The picture of what is made in the files that `shows` accepts, of all projects at `root`.

    Applications and routers in test files are left out, and counted, unless `tests` is True.
    """
    used: Counter[str] = Counter()
    found = [
        with_deep_stack(partial(_build, project, tuple(diagnostics), shows, used, tests=tests))
        for project, diagnostics in projects
    ]
    return Picture(
        root=root,
        applications=tuple(each for part in found for each in part.applications),
        detached=tuple(each for part in found for each in part.detached),
        unknowns=tuple(each for part in found for each in part.unknowns),
        diagnostics=tuple(each for part in found for each in part.diagnostics),
        releases="; ".join(dict.fromkeys(part.releases for part in found if part.releases)),
        left_out=sum(part.left_out for part in found),
    )


def _build(
    project: Project,
    diagnostics: tuple[Diagnostic, ...],
    shows: Callable[[str], bool],
    used: Counter[str],
    *,
    tests: bool,
) -> Picture:
    builder = _Builder(project, diagnostics, used)
    roots = [node for node in builder.roots() if shows(_file(node))]
    kept = [node for node in roots if tests or not builder.is_test(_file(node))]
    applications = [node for node in kept if builder.kind(node) is NodeKind.APPLICATION]
    detached = [node for node in kept if node not in applications and builder.has_parts(node)]
    in_tests = [node for node in roots if node not in kept]
    return Picture(
        root=project.root,
        applications=tuple(builder.draw_root(node) for node in applications),
        detached=tuple(builder.draw_root(node) for node in detached),
        unknowns=tuple(
            Unknown(gap.text, gap.place)
            for gap in project.wiring.gaps.get(None, ())
            if shows(gap.place.filename) and (tests or not builder.is_test(gap.place.filename))
        ),
        diagnostics=diagnostics,
        releases=_releases(project, [_file(node) for node in applications]),
        left_out=sum(builder.kind(node) is NodeKind.APPLICATION for node in in_tests),
    )


def _releases(project: Project, filenames: list[str]) -> str:
    """The releases that the applications would run, such as "FastAPI 0.85.0, Starlette 0.20.4"."""
    found: dict[str, None] = {}
    for filename in filenames:
        for package, title in (("fastapi", "FastAPI"), ("starlette", "Starlette")):
            effective = project.versions.effective(filename, package)
            if effective is not None:
                found[f"{title} {effective.picked}"] = None
    return ", ".join(found)


def _file(node: wiring.Node) -> str:
    made_by = node.made_by if isinstance(node, Instance) else None
    return made_by.filename if made_by is not None else node.filename


class _Builder:
    """Draws nodes with everything that is registered on them."""

    def __init__(
        self, project: Project, diagnostics: tuple[Diagnostic, ...], used: Counter[str]
    ) -> None:
        self._project = project
        self._wiring = project.wiring
        self._graph = project.graph
        self._names = Names(project.files, used)
        self._details = Details(project, self._names, diagnostics)
        self._drawn: dict[wiring.Node, str] = {}
        self._endpoints = _by_owner(self._wiring.endpoints)
        self._opaque = _by_owner(self._wiring.opaque)
        self._children: dict[wiring.Node, list[tuple[wiring.Node, wiring.Inclusion]]] = {}
        for child, inclusions in self._wiring.inclusions.items():
            for inclusion in inclusions:
                self._children.setdefault(inclusion.parent, []).append((child, inclusion))

    def is_test(self, filename: str) -> bool:
        """Whether a file of the project is a test's."""
        return is_test_file(filename.removeprefix(self._project.root).lstrip("/"))

    def kind(self, node: wiring.Node) -> NodeKind:
        """What a node is, by its class."""
        is_ = self._project.evaluator.is_subclass
        for name, kind in (
            (fw.STARLETTE, NodeKind.APPLICATION),
            (fw.MOUNT, NodeKind.MOUNT),
            (fw.HOST, NodeKind.HOST),
        ):
            if is_(node.class_, name):
                return kind
        return NodeKind.ROUTER

    # Roots

    def roots(self) -> list[wiring.Node]:
        """The nodes that are part of no other, each factory's products by the first of them."""
        nodes = [node for node in self._candidates() if not self._stands_for_others(node)]
        roots = [node for node in nodes if not self._is_included(node)]
        inside = self._inside(roots)
        for node in nodes:  # what is only part of itself, through a name with several meanings
            if node not in inside and self.kind(node) is NodeKind.APPLICATION:
                roots.append(node)
                inside |= self._inside([node])
        return [*self._distinct(roots)]

    def _candidates(self) -> list[wiring.Node]:
        """All nodes, those of tests and those that are only passed in last."""

        def rank(node: wiring.Node) -> tuple[bool, str]:
            passed_in = self.kind(node).value if isinstance(node, Typed) else ""
            return self.is_test(_file(node)), passed_in

        return sorted(self._wiring.nodes, key=rank)

    def _inside(self, nodes: Iterable[wiring.Node]) -> set[wiring.Node]:
        """The nodes and all that is part of them."""
        found: set[wiring.Node] = set()
        queue = [*nodes]
        while queue:
            node = queue.pop()
            for same in self._graph.same(node):
                if same not in found:
                    found.add(same)
                    queue += (child for child, _ in self._children.get(same, ()))
        return found

    def _distinct(self, roots: Iterable[wiring.Node]) -> Iterator[wiring.Node]:
        factories: set[wiring.Node] = set()
        parameters: set[tuple[str, int, str]] = set()
        for node in roots:
            if isinstance(node, Typed) and node.name != "self":
                parameter = (node.filename, node.scope, node.name)
                if parameter in parameters:
                    continue
                parameters.add(parameter)
            template = self._graph.template(node)
            if template != node and not self._has_own(node):
                if template in factories:
                    continue
                factories.add(template)
            yield node

    def _stands_for_others(self, node: wiring.Node) -> bool:
        """Whether it is drawn where a factory's callers, or instances of its class, have it."""
        others = [each for each in self._graph.made(node) if each != node]
        if any(not self.is_test(_file(each)) for each in others) or self.is_test(_file(node)):
            return bool(others)
        if not (isinstance(node, Typed) and node.name == "self"):
            return False
        first = next(n for n in self._wiring.nodes if isinstance(n, Typed) and _is_self(n, node))
        return first != node

    def _is_included(self, node: wiring.Node) -> bool:
        """Whether it is part of another; an application also runs without one that is passed in."""
        is_application = self.kind(node) is NodeKind.APPLICATION
        return any(
            not (is_application and isinstance(inclusion.parent, Typed))
            for same in self._graph.same(node)
            for inclusion in self._wiring.inclusions.get(same, ())
        )

    def _has_own(self, node: wiring.Node) -> bool:
        return any(
            node in registered
            for registered in (self._endpoints, self._opaque, self._children, self._wiring.layers)
        )

    def has_parts(self, node: wiring.Node) -> bool:
        """Whether anything answers on a node."""
        return any(
            same in registered
            for same in self._graph.same(node)
            for registered in (self._endpoints, self._opaque, self._children)
        )

    # Drawing

    def draw_root(self, node: wiring.Node) -> Node:
        """A node that is part of no other, with all its parts.

        What is mounted in an application that is passed in is drawn where it is made.
        """
        if isinstance(node, Instance):
            self._drawn.clear()
        return self._draw(node, self._prefix(node), "", None, 0)

    def _draw(
        self,
        node: wiring.Node,
        path: str,
        full_path: str,
        inclusion: wiring.Inclusion | None,
        depth: int,
    ) -> Node:
        joined = inclusion.place if inclusion is not None else None
        place = self._place(node)
        is_wrapped = inclusion is not None and bool(inclusion.layers)
        known = self._drawn.get(node) if not is_wrapped else None
        if known is not None or depth > _DEEPEST:
            return Node(
                known or "",
                self.kind(node),
                self._names.name(node),
                self._names.class_name(node.class_),
                path,
                place,
                joined,
                is_repeated=True,
            )
        ident = self._drawn[node] = self._names.ident(node)
        kind = self.kind(node)
        same = [*self._graph.same(node)]
        is_hosted = inclusion is not None and inclusion.verb == "hosted"
        if kind is not NodeKind.HOST and not is_hosted:
            full_path += path.rstrip("/")
        return Node(
            ident=ident,
            kind=kind,
            name=self._names.name(node),
            class_name=self._names.class_name(node.class_),
            path=path,
            place=place,
            joined=joined,
            layers=self._details.layers_of(
                node, inclusion, is_application=kind is NodeKind.APPLICATION
            ),
            handlers=tuple(self._draw_handlers(same)),
            dependencies=self._details.declared(
                [
                    *(inclusion.dependencies if inclusion is not None else ()),
                    *(each for s in same for each in self._wiring.dependencies.get(s, ())),
                ]
            ),
            children=tuple(self._draw_children(node, same, full_path, depth)),
            unknowns=tuple(
                Unknown(gap.text, gap.place) for s in same for gap in self._wiring.gaps.get(s, ())
            ),
            diagnostics=self._details.diagnostics_at(place),
        )

    def _draw_handlers(self, same: list[wiring.Node]) -> list[Handler]:
        """Those of start-up first, the handlers of exceptions last."""
        found = [self._details.handler(h) for s in same for h in self._wiring.handlers.get(s, ())]
        kinds = [*HandlerKind]
        return sorted(dict.fromkeys(found), key=lambda handler: kinds.index(handler.kind))

    def _draw_children(
        self, node: wiring.Node, same: list[wiring.Node], full_path: str, depth: int
    ) -> Iterator[Child]:
        parts: list[_Part] = [
            part
            for each in same
            for part in (
                *self._endpoints.get(each, ()),
                *self._opaque.get(each, ()),
                *self._made_children(each),
            )
        ]
        seen: set[tuple[object, ...]] = set()
        for part in self._in_order(node, parts):
            drawn = self._draw_part(part, full_path, depth)
            if isinstance(drawn, Node):
                yield drawn
                continue
            identity = (drawn.kind, drawn.methods, drawn.path, drawn.name, drawn.place)
            if identity not in seen:
                seen.add(identity)
                yield drawn

    def _made_children(self, node: wiring.Node) -> Iterator[tuple[wiring.Node, wiring.Inclusion]]:
        """What is included; a factory's product for each of its calls, not what it makes at all."""
        for child, inclusion in self._children.get(node, ()):
            made = [each for each in self._graph.made(child) if each != child]
            products = [each for each in made if not self.is_test(_file(each))]
            for each in products or [child]:
                yield each, inclusion

    def _in_order(self, node: wiring.Node, parts: list[_Part]) -> list[_Part]:
        """The parts as they are registered, those of which that is not known last."""

        def when(part: _Part) -> tuple[int, ...]:
            match part:
                case (_, inclusion):
                    place, scope = inclusion.place, inclusion.scope
                case route:
                    place, scope = route.place, route.scope
            return self._graph.registration(node, place, scope) or (1 << 30, place.span.start.row)

        return sorted(parts, key=when)

    def _draw_part(self, part: _Part, full_path: str, depth: int) -> Child:
        match part:
            case wiring.Endpoint():
                return self._details.route(part, full_path)
            case wiring.Opaque():
                return self._details.opaque(part, full_path)
            case (child, inclusion):
                app = self._only_app(child)
                if app is not None:
                    path = inclusion.path + self._prefix(child)
                    return self._details.opaque(replace(app, path=path), full_path)
                inner, path = self._collapsed(child, inclusion.path)
                return self._draw(inner, path, full_path, inclusion, depth + 1)

    def _collapsed(self, child: wiring.Node, path: str) -> tuple[wiring.Node, str]:
        """A child and its path; `Mount("/v1", app=v1)` without layers is drawn as `v1` itself."""
        path += self._prefix(child)
        inner = self._children.get(child, ())
        is_bare = child not in self._endpoints and child not in self._opaque
        if self.kind(child) is NodeKind.MOUNT and len(inner) == 1 and is_bare:
            node, inclusion = inner[0]
            is_router = self.kind(node) is not NodeKind.MOUNT
            if is_router and not self._wiring.layers.get(child) and not inclusion.path:
                return node, path
        return child, path

    def _prefix(self, node: wiring.Node) -> str:
        """The path of a router's own, also where its class's `__init__` gives it."""
        prefixes = (self._wiring.prefixes.get(same, "") for same in self._graph.same(node))
        return next(filter(None, prefixes), "")

    def _only_app(self, child: wiring.Node) -> wiring.Opaque | None:
        """The application in a `Mount("/static", StaticFiles(...))` that has nothing else."""
        found = self._opaque.get(child, [])
        has_more = child in self._children or child in self._endpoints or len(found) != 1
        if has_more or self._wiring.layers.get(child) or self.kind(child) is not NodeKind.MOUNT:
            return None
        return found[0] if found[0].is_app and not found[0].path else None

    def _place(self, node: wiring.Node) -> Place:
        if isinstance(node, Instance):
            return Place(node.filename, node.call.func.span)
        function = self._project.files[node.filename].facts.scopes[node.scope].function
        parameter = function.parameter(node.name) if function is not None else None
        if parameter is not None:
            return Place(node.filename, parameter.span)
        definition = self._details.class_place(node.class_)
        return definition or Place(node.filename, self._fallback_span(node))

    def _fallback_span(self, node: Typed) -> Span:
        index = self._project.files[node.filename]
        bindings = (b.span for b in index.facts.bindings if b.name == node.name)
        return next(bindings, FILE_START)


def _is_self(node: Typed, other: Typed) -> bool:
    return node.name == other.name and node.class_ == other.class_


def _by_owner(items: Iterable[_Owned]) -> dict[wiring.Node, list[_Owned]]:
    found: dict[wiring.Node, list[_Owned]] = {}
    for item in items:
        found.setdefault(item.owner, []).append(item)
    return found
