"""The values of a YAML manifest with the places where they stand.

PyYAML's events are put together here, in a loop: its own composer recurses, and libyaml's ends the
process on deep nesting. PyYAML is imported when the first document is read.
"""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, NamedTuple, TypeAlias

from asgi_lint.versions.requirements import Problem, ProblemKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from asgi_lint.versions.manifest_text import ManifestText


class Scalar(NamedTuple):
    """A text, number or date as it is spelled; `start` and `end` are offsets, quotes included."""

    text: str
    start: int
    end: int


class Pair(NamedTuple):
    """A key of a mapping with its value."""

    key: Scalar
    value: Node


_DEEPEST = 1_000
Node: TypeAlias = "Scalar | list[Node] | dict[str, Pair]"


def document(manifest: ManifestText) -> Node | Problem | None:
    """The first document of the file, None if it is empty."""
    import yaml

    try:
        return _built(events(manifest.text))
    except RecursionError:
        return _problem(manifest, 0, "it is nested too deeply")
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        return _problem(manifest, mark.index if mark else 0, error.problem or error.context)
    except yaml.YAMLError as error:
        return _problem(manifest, 0, getattr(error, "reason", None))


def events(text: str) -> Iterator[Any]:
    """PyYAML's events for a text. YAMLError; RecursionError for one that is nested too deeply."""
    import yaml

    depth = 0
    for event in yaml.parse(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)):
        match type(event).__name__:
            case "SequenceStartEvent" | "MappingStartEvent":
                depth += 1
            case "SequenceEndEvent" | "MappingEndEvent":
                depth -= 1
        if depth > _DEEPEST:  # the time that libyaml takes is the square of the depth
            raise RecursionError
        yield event


def at(node: Node | None, *keys: str) -> Node | None:
    """The value under `keys`, or None where the document has no such mapping or key."""
    for key in keys:
        if not isinstance(node, dict) or key not in node:
            return None
        node = node[key].value
    return node


def items(node: Node | None) -> list[Node]:
    """The entries of a sequence; none of anything else."""
    return node if isinstance(node, list) else []


def pairs(node: Node | None) -> Iterator[tuple[str, Pair]]:
    """The keys of a mapping with their pairs; none of anything else."""
    yield from node.items() if isinstance(node, dict) else ()


def inside(manifest: ManifestText, scalar: Scalar) -> int | None:
    """The offset of the scalar's text without quotes, if the file spells it exactly so."""
    for start in (scalar.start, scalar.start + 1):
        if manifest.text.startswith(scalar.text, start) and start + len(scalar.text) <= scalar.end:
            return start
    return None


class _Open:
    """A sequence or mapping that is being read, with the key that waits for its value."""

    __slots__ = ("key", "node")

    def __init__(self, node: list[Node] | dict[str, Pair]) -> None:
        self.node = node
        self.key: Node | None = None

    def add(self, node: Node) -> None:
        if isinstance(self.node, list):
            self.node.append(node)
        elif self.key is None:
            self.key = node
        else:
            if isinstance(self.key, Scalar):
                self.node[self.key.text] = Pair(self.key, node)
            self.key = None


def _built(events: Iterator[Any]) -> Node | None:
    """One document's events put together; an alias stands for the same node as its anchor."""
    top: list[Node] = []
    stack = [_Open(top)]
    anchors: dict[str, Node] = {}
    for event in events:
        node: Node
        match type(event).__name__:
            case "ScalarEvent":
                node = Scalar(event.value, event.start_mark.index, event.end_mark.index)
            case "SequenceStartEvent":
                node = []
            case "MappingStartEvent":
                node = {}
            case "AliasEvent":
                place = Scalar("", event.start_mark.index, event.end_mark.index)
                node = anchors.get(event.anchor, place)
            case "SequenceEndEvent" | "MappingEndEvent":
                stack.pop()
                continue
            case "DocumentEndEvent":
                break
            case _:
                continue
        stack[-1].add(node)
        if type(event).__name__ != "AliasEvent":
            if event.anchor:
                anchors[event.anchor] = node
            if not isinstance(node, Scalar):
                stack.append(_Open(node))
    return top[0] if top else None


def _problem(manifest: ManifestText, offset: int, reason: str | None) -> Problem:
    name = PurePosixPath(manifest.filename).name
    offset = min(offset, len(manifest.text))
    message = f"`{name}` is not valid YAML: {reason or 'it cannot be read'}."
    return Problem(ProblemKind.UNPARSABLE, manifest.place(offset, offset), message)
