"""The formats of `asgi-lint graph` by name."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.picture.view import Picture

FORMATS = ("text", "mermaid", "dot", "json", "html")
FOR_PEOPLE = frozenset({"text"})
"""Formats whose reader is a person at a terminal."""


def render(picture: Picture, output_format: str, base: Path, *, color: bool) -> str:
    """Draw the picture; only the format's own module is imported.

    File names are shown relative to `base`; `color` concerns text alone.
    """
    match output_format:
        case "text":
            from asgi_lint.picture.text import render as render_text

            return render_text(picture, base, color=color)
        case "mermaid":
            from asgi_lint.picture.mermaid import render as render_mermaid

            return render_mermaid(picture, base)
        case "dot":
            from asgi_lint.picture.dot import render as render_dot

            return render_dot(picture, base)
        case "json":
            from asgi_lint.picture.json_document import render as render_json

            return render_json(picture, base)
        case "html":
            from asgi_lint.picture.html import render as render_html

            return render_html(picture, base)
        case _:
            raise KeyError(output_format)
