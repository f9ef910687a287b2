"""What the nodes of a picture are called: by the variable that holds them, else by their class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.model import expressions as ir
from asgi_lint.model.values import Class, External, Typed

if TYPE_CHECKING:
    from collections import Counter
    from collections.abc import Mapping

    from asgi_lint.diagnostics import Span
    from asgi_lint.model.index import FileIndex
    from asgi_lint.model.wiring import Node


class Names:
    """Names for nodes and classes, and an identifier for each node that no other has."""

    def __init__(self, files: Mapping[str, FileIndex], used: Counter[str]) -> None:
        self._files = files
        self._used = used
        self._bound: dict[str, dict[Span, str]] = {}

    def name(self, node: Node) -> str:
        """ "app" for `app = FastAPI()` and `self.app = ...`, else the class's name."""
        if isinstance(node, Typed):
            return self.class_name(node.class_) if node.name in ("self", "cls") else node.name
        if node.made_by is not None:
            made = self._assigned(node.made_by.filename).get(node.made_by.span)
            if made is not None:
                return made
        return self._assigned(node.filename).get(node.span) or self.class_name(node.class_)

    def class_name(self, class_: External | Class) -> str:
        """The class's own name, without its module."""
        if isinstance(class_, Class):
            return self._files[class_.filename].class_(class_.scope).name
        return class_.name.rpartition(".")[2]

    def ident(self, node: Node) -> str:
        """A new identifier, such as "app" or "router-2"."""
        name = ident = self.name(node)
        while self._used[ident]:
            self._used[name] += 1
            ident = f"{name}-{self._used[name]}"
        self._used[ident] += 1
        return ident

    def _assigned(self, filename: str) -> dict[Span, str]:
        """The names of a file by the span of the call that they are bound to."""
        known = self._bound.get(filename)
        if known is None:
            known = self._bound[filename] = {}
            for binding in self._files[filename].facts.bindings:
                value = binding.value
                if isinstance(value, ir.Await):
                    value = value.value
                if isinstance(value, ir.Call) and not binding.augments:
                    name = binding.name.removeprefix("self.").rpartition(".")[2]
                    known.setdefault(value.span, name)
        return known
