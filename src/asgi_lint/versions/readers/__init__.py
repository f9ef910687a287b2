"""The manifest formats: one module each, chosen by the file's name in one table."""

from __future__ import annotations

from importlib import import_module
from pathlib import PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from asgi_lint.versions.manifest_text import ManifestText
    from asgi_lint.versions.requirements import Reading

READERS = (
    ("pyproject.toml", "pyproject.read"),
    ("setup.cfg", "setup_cfg.read"),
    ("setup.py", "setup_py.read"),
    ("Pipfile", "pipfile.read"),
    ("pixi.toml", "pixi.read"),
    ("*environment*.yml", "conda_environment.read"),
    ("*environment*.yaml", "conda_environment.read"),
    ("*conda*.yml", "conda_environment.read"),
    ("*conda*.yaml", "conda_environment.read"),
    ("env.yml", "conda_environment.read"),
    ("env.yaml", "conda_environment.read"),
    ("uv.lock", "locks.read"),
    ("poetry.lock", "locks.read"),
    ("pdm.lock", "locks.read"),
    ("pylock.toml", "locks.read"),
    ("pylock.*.toml", "locks.read"),
    ("Pipfile.lock", "pipfile_lock.read"),
    ("pixi.lock", "pixi_lock.read"),
    ("*conda-lock.yml", "conda_lock.read"),
    ("*conda-lock.yaml", "conda_lock.read"),
    ("*requirements*.txt", "requirements_txt.read"),
    ("*requirements*.in", "requirements_txt.read"),
    ("requirements/*.txt", "requirements_txt.read"),
    ("requirements/*.in", "requirements_txt.read"),
    ("*constraints*.txt", "requirements_txt.read_constraints"),
    ("requirements/*constraints*.txt", "requirements_txt.read_constraints"),
)
"""File-name patterns, each with a module here and its function; the last that matches decides.

Most projects have manifests of two formats, so a format's module is imported when it is met.
"""

_ENDINGS = tuple({PurePosixPath(each).suffix if "*" in each else each for each, _ in READERS})
_LOCK_READERS = frozenset({"locks.read", "pipfile_lock.read", "pixi_lock.read", "conda_lock.read"})


def is_manifest(filename: str) -> bool:
    """Whether the file at this path (forward slashes) is a manifest, by its name alone."""
    return _reader(filename) is not None


def is_lock(filename: str) -> bool:
    """Whether the file at this path is a lock file, by its name alone."""
    return _reader(filename) in _LOCK_READERS


def read_manifest(filename: str, unsaved: Mapping[str, str] | None = None) -> Reading:
    """Read the manifest at `filename` (absolute, forward slashes); what is wrong is part of it.

    `unsaved` has the texts of manifests that are not to be read from disk.
    """
    from asgi_lint.versions.manifest_text import load
    from asgi_lint.versions.requirements import Problem, Reading

    reader = _reader(filename)
    if reader is None:
        raise ValueError(f"{filename} is not a manifest")
    module, _, function = reader.partition(".")
    read: Callable[[ManifestText], Reading] = getattr(
        import_module(f"{__name__}.{module}"), function
    )
    text = load(filename, unsaved or {})
    return Reading(problems=(text,)) if isinstance(text, Problem) else read(text)


def folder_of(filename: str) -> str:
    """The folder that a manifest speaks for; a `requirements/` folder speaks for its parent."""
    folder = PurePosixPath(filename).parent
    return str(folder.parent if folder.name == "requirements" else folder)


def _reader(filename: str) -> str | None:
    if not filename.endswith(_ENDINGS):
        return None
    path = PurePosixPath(filename)
    matching = [read for pattern, read in READERS if path.match(pattern)]
    return matching[-1] if matching else None
