"""What the content of a cache depends on besides the files that were analysed."""

from __future__ import annotations

import os
import sys
from functools import cache
from hashlib import blake2b
from importlib.util import find_spec

from asgi_lint import __version__

_LIBRARIES = ("libcst-", "msgspec-", "packaging-", "pyyaml-", "tomli-", "tree_sitter")


@cache
def tool_stamp() -> bytes:
    """The release of asgi-lint, its very files, the running Python and the libraries it uses."""
    stamp = blake2b(f"{__version__} {sys.version} {sys.platform}".encode(), digest_size=16)
    package = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
    pending = [package]
    while pending:
        folder = pending.pop()
        for entry in sorted(_listed(folder), key=lambda each: each.name):
            if entry.is_dir(follow_symlinks=False):
                if entry.name != "__pycache__":
                    pending.append(entry.path)
                continue
            found = entry.stat()
            name = os.path.relpath(entry.path, package)
            stamp.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    library = find_spec("libcst")
    if library is not None and library.origin is not None:
        folder = os.path.dirname(os.path.dirname(library.origin))
        names = sorted(entry.name for entry in _listed(folder))
        stamp.update("\n".join(n for n in names if n.lower().startswith(_LIBRARIES)).encode())
    return stamp.digest()


def _listed(folder: str) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            return list(entries)
    except OSError:  # such as within a zip archive: then the release alone counts
        return []
