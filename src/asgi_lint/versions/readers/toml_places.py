"""Where the values of a TOML file stand. `tomli` reads the values, tree-sitter finds the places.

Offsets are in characters. tree-sitter is imported when the first place is asked for.
"""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tree_sitter import Node

Path = tuple[str | int, ...]
"""Keys and array indices from the document to a value, as one would index tomli's result."""


class Stretch(NamedTuple):
    """The characters from `start` up to, not including, `end`."""

    start: int
    end: int


class TomlPlaces:
    """Finds values, keys and comments in a TOML document that tomli accepts."""

    def __init__(self, text: str) -> None:
        from tree_sitter import Language, Parser
        from tree_sitter_toml import language

        self._text = text
        self._data = text.encode()
        self._root = Parser(Language(language())).parse(self._data).root_node
        self._tables = list(_tables(self._root))

    def value(self, path: Path) -> Stretch | None:
        """The value at `path` with its quotes or brackets; None where it is not written as one."""
        pair = self._find(path)
        return None if pair is None else self._stretch(pair[1])

    def string(self, path: Path, value: str) -> Stretch | None:
        """The inside of the string at `path`, if the file spells it exactly as `value`."""
        whole = self.value(path)
        if whole is None:
            return None
        inside = Stretch(whole.start + 1, whole.end - 1)
        return inside if self._text[inside.start : inside.end] == value else None

    def pair(self, path: Path) -> Stretch | None:
        """From the key to the end of the value at `path`; the value alone inside an array."""
        pair = self._find(path)
        if pair is None:
            return None
        key, value = pair
        return Stretch((key or self._stretch(value)).start, self._stretch(value).end)

    def naming(self, path: Path) -> Stretch | None:
        """Where `path` is first named: by its own pair, or on the way to something in its table."""
        if own := self.pair(path):
            return own
        for prefix, table in self._tables:
            if prefix and prefix[: len(path)] == path:
                return self._stretch(table.children[1])
            for key, value, rest in _pairs(table):
                if (*prefix, *rest)[: len(path)] == path:
                    return self._stretch(key or value)
        return None

    def comments(self) -> Iterator[Stretch]:
        """Every comment, in the order of the file."""
        nodes = [self._root]
        while nodes:
            node = nodes.pop()
            if node.type == "comment":
                yield self._stretch(node)
            nodes.extend(reversed(node.children))

    def _stretch(self, node: Node) -> Stretch:
        start = len(self._data[: node.start_byte].decode())
        length = len(self._data[node.start_byte : node.end_byte].decode())
        return Stretch(start, start + length)

    def _find(self, path: Path) -> tuple[Stretch | None, Node] | None:
        for prefix, table in self._tables:
            if path[: len(prefix)] == prefix:
                for key, value, rest in _pairs(table):
                    if found := self._descend(key, value, rest, path[len(prefix) :]):
                        return found
        return None

    def _descend(
        self, key: Node | None, value: Node, at: Path, path: Path
    ) -> tuple[Stretch | None, Node] | None:
        """Look for `path` in `value`, which stands at `at` relative to the same start."""
        if path[: len(at)] != at:
            return None
        if path == at:
            return (self._stretch(key) if key else None, value)
        rest = path[len(at) :]
        members: Iterator[tuple[Node | None, Node, Path]]
        match value.type:
            case "inline_table":
                members = _pairs(value)
            case "array":
                members = _elements(value)
            case _:
                return None
        found = (self._descend(*member, rest) for member in members)
        return next((each for each in found if each), None)


def _tables(root: Node) -> Iterator[tuple[Path, Node]]:
    """The document itself and its tables, each with its path; array tables carry their index."""
    yield (), root
    counts: defaultdict[Path, int] = defaultdict(int)
    for table in root.children:
        if table.type not in {"table", "table_array_element"}:
            continue
        keys = _keys(table.children[1])
        path: Path = ()
        for depth, key in enumerate(keys, start=1):
            path = (*path, key)
            if table.type == "table_array_element" and depth == len(keys):
                counts[path] += 1
            if path in counts:
                path = (*path, counts[path] - 1)
        yield path, table


def _pairs(table: Node) -> Iterator[tuple[Node | None, Node, Path]]:
    for pair in table.children:
        if pair.type == "pair":
            yield pair.children[0], pair.children[2], _keys(pair.children[0])


def _elements(array: Node) -> Iterator[tuple[Node | None, Node, Path]]:
    values = [node for node in array.named_children if node.type != "comment"]
    for index, value in enumerate(values):
        yield None, value, (index,)


def _keys(key: Node) -> tuple[str, ...]:
    """The parts of a bare, quoted or dotted key; tomli undoes the quoting."""
    text = (key.text or b"").decode()
    if key.type == "bare_key":
        return (text,)
    import tomli

    parts = []
    table: object = tomli.loads(f"{text} = 0")
    while isinstance(table, dict):
        ((part, table),) = table.items()
        parts.append(part)
    return tuple(parts)
