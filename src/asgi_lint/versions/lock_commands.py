"""The commands of the tools that write lock files; a lock file is never edited by hand."""

from __future__ import annotations

from pathlib import PurePosixPath
from typing import NamedTuple


class _Commands(NamedTuple):
    """How a tool locks again, and how it upgrades packages; `option` stands before each name."""

    lock: str
    upgrade: str
    option: str = ""


_BY_LOCK_FILE = {
    "uv.lock": _Commands("uv lock", "uv lock", "--upgrade-package "),
    "poetry.lock": _Commands("poetry lock", "poetry update"),
    "pdm.lock": _Commands("pdm lock", "pdm update"),
    "Pipfile.lock": _Commands("pipenv lock", "pipenv upgrade"),
    "pixi.lock": _Commands("pixi lock", "pixi update"),
    "conda-lock.yml": _Commands("conda-lock lock", "conda-lock lock", "--update "),
}


def lock_command(filename: str) -> str | None:
    """The command that makes the lock file at that path anew after a requirement has changed.

    None for a format that several tools write, such as `pylock.toml`.
    """
    commands = _BY_LOCK_FILE.get(PurePosixPath(filename).name)
    return commands and commands.lock


def upgrade_command(filename: str, packages: tuple[str, ...]) -> str | None:
    """The command that upgrades `packages` in the lock file at that path, None as above."""
    commands = _BY_LOCK_FILE.get(PurePosixPath(filename).name)
    return commands and " ".join(
        [commands.upgrade, *(f"{commands.option}{package}" for package in packages)]
    )
