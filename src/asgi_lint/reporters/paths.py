"""How a file is named in the output: a path for people, a URI for SARIF."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

if TYPE_CHECKING:
    from pathlib import Path


def shown_path(filename: str, base: Path) -> str:
    """`filename` relative to `base` where it lies below it, else as it is; forward slashes."""
    return _below(filename, base) or filename


def relative_uri(filename: str, base: Path) -> str | None:
    """The percent-encoded relative reference of a file below `base`, or None for another file."""
    path = _below(filename, base)
    return None if path is None else _percent_encoded(path)


def absolute_uri(filename: str) -> str:
    """The `file:` URI of an absolute path; on Windows the drive stays readable (`file:///C:/`)."""
    drive, separator, path = filename.partition(":/")
    if separator and len(drive) == 1:
        return f"file:///{drive}:/{_percent_encoded(path)}"
    if filename.startswith("//"):
        return f"file:{_percent_encoded(filename)}"
    return f"file://{_percent_encoded(filename)}"


def _below(filename: str, base: Path) -> str | None:
    folder = base.as_posix().rstrip("/") + "/"
    return filename[len(folder) :] if filename.startswith(folder) else None


def _percent_encoded(path: str) -> str:
    # A name that is not UTF-8 on disk comes as surrogates: its bytes are what the URI must hold.
    return quote(path, errors=sys.getfilesystemencodeerrors())
