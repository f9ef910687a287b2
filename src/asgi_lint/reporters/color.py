"""Whether and how the text formats use colour."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, TextIO

from click import style

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from typing import TypeAlias

    Role: TypeAlias = Literal[
        "error", "warning", "note", "message", "frame", "step", "help", "removed", "added", "quiet",
        "good", "plain", "code", "link",
    ]  # fmt: skip
    Paint: TypeAlias = Callable[[str, Role], str]

_STYLES: dict[Role, dict[str, Any]] = {
    "error": {"fg": "red", "bold": True},
    "warning": {"fg": "yellow", "bold": True},
    "note": {"fg": "cyan", "bold": True},
    "message": {"bold": True},
    "frame": {"fg": "blue"},
    "step": {"fg": "blue", "bold": True},
    "help": {"fg": "green", "bold": True},
    "removed": {"fg": "red"},
    "added": {"fg": "green"},
    "quiet": {"dim": True},
    "good": {"fg": "green"},
    "plain": {},
    "code": {"fg": "cyan"},
    "link": {"underline": True},
}


def use_color(stream: TextIO, environ: Mapping[str, str]) -> bool:
    """Whether to colour what goes to `stream`, for want of an explicit choice.

    `NO_COLOR` beats `FORCE_COLOR`, and an empty value counts as absent (https://no-color.org).
    Without either, a terminal gets colour unless it says that it is a dumb one.
    """
    if environ.get("NO_COLOR"):
        return False
    if environ.get("FORCE_COLOR"):
        return True
    return environ.get("TERM") != "dumb" and stream.isatty()


def painter(*, color: bool) -> Paint:
    """A function that paints a text for its role, or gives it back unchanged."""
    return _painted if color else _plain


def _painted(text: str, role: Role) -> str:
    return style(text, **_STYLES[role]) if text and _STYLES[role] else text


def _plain(text: str, role: Role) -> str:  # noqa: ARG001 - the same shape as `_painted`
    return text
