"""The picture as a tree for the terminal."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from asgi_lint.picture import captions
from asgi_lint.picture.inventory import counts, diagnostics_elsewhere
from asgi_lint.picture.limbs import diagnostic_row, root_limb, unknown_row
from asgi_lint.picture.tree import draw, draw_rows
from asgi_lint.reporters.characters import well_formed
from asgi_lint.reporters.color import painter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from asgi_lint.picture.view import Picture
    from asgi_lint.reporters.color import Paint


def render(picture: Picture, base: Path, *, color: bool = False) -> str:
    """The picture as lines for people; file names are relative to `base`."""
    paint = painter(color=color)
    blocks = ["\n".join(block) for block in _blocks(picture, base, paint)]
    return well_formed("\n\n".join(blocks) + "\n")


def _blocks(picture: Picture, base: Path, paint: Paint) -> Iterator[list[str]]:
    if picture.applications or picture.detached:
        yield [paint(captions.heading(picture, base), "message")]
    for application in picture.applications:
        yield draw(root_limb(application, base), paint)
    if picture.detached:
        yield [f"{captions.DETACHED}:"]
    for router in picture.detached:
        yield draw(root_limb(router, base), paint)
    if picture.unknowns:
        rows = [unknown_row(unknown, base) for unknown in picture.unknowns]
        yield [f"{captions.NOT_FOLLOWED}:", *draw_rows(rows, "  ", paint)]
    if elsewhere := diagnostics_elsewhere(picture):
        rows = [diagnostic_row(diagnostic, base) for diagnostic in elsewhere]
        yield [f"{captions.ELSEWHERE}:", *draw_rows(rows, "  ", paint)]
    yield [*_closing_lines(picture, base, paint)]


def _closing_lines(picture: Picture, base: Path, paint: Paint) -> Iterator[str]:
    if not picture.applications:
        yield captions.no_application(picture, base)
    if picture.applications or picture.detached:
        yield _shown(picture)
    if found := Counter(diagnostic.severity for diagnostic in picture.diagnostics):
        worst_first = sorted(found, key=lambda severity: -severity.rank)
        numbers = [
            paint(captions.counted(found[each], each.value), each.value) for each in worst_first
        ]
        yield f"Found {captions.enumerated(numbers)}: `asgi-lint check` explains them."
    if picture.left_out:
        yield captions.left_out(picture)


def _shown(picture: Picture) -> str:
    """What the picture shows, in numbers."""
    number = counts(picture)
    nouns = {
        "application": number.applications,
        "router": number.routers,
        "mount": number.mounts,
        "host": number.hosts,
        "route": number.routes,
    }
    parts = [captions.counted(count, noun) for noun, count in nouns.items() if count]
    if number.layers:
        base = f" ({number.base_layers} BaseHTTPMiddleware)" if number.base_layers else ""
        parts.append(captions.counted(number.layers, "middleware layer") + base)
    if number.unknowns:
        parts.append(f"{captions.counted(number.unknowns, 'thing')} not known ({captions.UNKNOWN})")
    return f"{captions.enumerated(parts)}."
