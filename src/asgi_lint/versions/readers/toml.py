"""A TOML manifest's values, or the problem that keeps tomli from reading them."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any

from asgi_lint.versions.readers.toml_places import TomlPlaces
from asgi_lint.versions.requirements import Comment, Problem, ProblemKind, Reading

if TYPE_CHECKING:
    from asgi_lint.versions.manifest_text import ManifestText


def values_of(manifest: ManifestText) -> dict[str, Any] | Problem:
    """Read the whole document, as tomli gives it."""
    import tomli

    try:
        return tomli.loads(manifest.text)
    except tomli.TOMLDecodeError as error:
        reason = f"is not valid TOML: {error.msg[:1].lower()}{error.msg[1:]}"
        offset = min(manifest.offset(error.lineno, error.colno), len(manifest.text))
    except RecursionError:
        reason, offset = "cannot be read: it is nested too deeply", 0
    except ValueError:  # Python converts no number of thousands of digits
        reason, offset = "cannot be read: a number in it is too long", 0
    message = f"`{PurePosixPath(manifest.filename).name}` {reason}."
    return Problem(ProblemKind.UNPARSABLE, manifest.place(offset, offset), message)


def opened(manifest: ManifestText) -> tuple[dict[str, Any], TomlPlaces, list[Comment]] | Reading:
    """The values, their places and the comments of a manifest in which it is worth to look.

    A `Reading` if there is nothing more to read: the document is broken, or names no subject.
    """
    values = values_of(manifest)
    if isinstance(values, Problem):
        return Reading(problems=(values,))
    if not manifest.names_subject:
        return Reading()
    places = TomlPlaces(manifest.text)
    comments = [
        Comment(manifest.place(start, end), manifest.text[start:end])
        for start, end in places.comments()
    ]
    return values, places, comments


def at(values: object, *keys: str) -> Any:
    """The value under `keys`, or None where the document has no such table or key."""
    for key in keys:
        if not isinstance(values, dict):
            return None
        values = values.get(key)
    return values
