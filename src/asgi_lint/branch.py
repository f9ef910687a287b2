"""What a branch has not added: the diagnostics that its merge base has already.

Both are analysed with the settings of today, so that a rule that is switched on does not bring up
everything there ever was.
"""

# ruff: noqa: PTH112, PTH118

from __future__ import annotations

import os
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from asgi_lint.fingerprints import below, fingerprinted
from asgi_lint.git import GitError, Repository
from asgi_lint.pipeline import run
from asgi_lint.roots import ROOT_MARKERS, repository_top
from asgi_lint.source import absolute_filename
from asgi_lint.versions.readers import is_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from asgi_lint.git import TrackedFile
    from asgi_lint.settings import Settings

_TEXTS = (".py", ".toml", ".txt", ".in", ".cfg", ".yml", ".yaml", ".gitignore")
_ENVIRONMENTS = (".venv", "venv")


def known_before(
    ref: str, paths: Iterable[str], settings_for: Callable[[str], Settings]
) -> frozenset[str]:
    """The fingerprints of what the merge base with `ref` has at the paths.

    Nothing is checked out: the commit is written to a folder of its own, which goes afterwards.
    Raises GitError outside of a repository, or if it cannot say; errors as for `pipeline.run`.
    """
    given = [absolute_filename(path) for path in paths]
    repository = Repository(_top_of(given))
    commit = repository.merge_base(ref)
    old_names = repository.renamed_since(commit)
    with tempfile.TemporaryDirectory(prefix="asgi-lint-") as name:
        copy = os.path.realpath(name).replace(os.sep, "/")
        _write(repository, commit, copy)
        _link_environments(repository.top, copy)
        then = [*dict.fromkeys(_places_then(given, repository.top, copy, old_names))]

        def settings_then(path: str) -> Settings:
            today = f"{repository.top}{absolute_filename(path).removeprefix(copy)}"
            return settings_for(today).moved(repository.top, copy)

        outcome = run(then, settings_then)
    new_names = {old: new for new, old in old_names.items()}
    named = below(copy)
    texts = {filename: source.text for filename, source in outcome.sources.items()}
    found = fingerprinted(
        outcome.diagnostics, texts, lambda filename: new_names.get(named(filename), named(filename))
    )
    return frozenset(each.fingerprint for each in found)


def _top_of(given: Iterable[str]) -> str:
    """The top of the one repository that all paths lie in."""
    tops = {path: repository_top(path) for path in given}
    for path, top in tops.items():
        if top is None:
            raise GitError(f'"{path}" lies in no git repository.')
    first, *others = dict.fromkeys(tops.values())
    if others:
        raise GitError(f'"{first}" and "{others[0]}" are two repositories: check one at a time.')
    assert first is not None  # or it would have been refused
    return first


def _write(repository: Repository, commit: str, copy: str) -> None:
    """Write what an analysis reads of the commit below the folder `copy`."""
    Path(copy, ".git").mkdir()
    wanted = [each for each in repository.files_in(commit) if _is_read(each)]
    for each, content in repository.contents(wanted):
        target = Path(copy, each.path)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _is_read(file: TrackedFile) -> bool:
    """Whether an analysis may read the file; no path of a sound commit leads out of it."""
    parts = file.path.split("/")
    is_sound = not {"", ".", "..", ".git"} & {*parts}
    name = parts[-1]
    return is_sound and (name.endswith(_TEXTS) or name in ROOT_MARKERS or is_manifest(file.path))


def _link_environments(top: str, copy: str) -> None:
    """Let the copy have the virtual environments of today, which no commit holds."""
    for folder, _, _ in os.walk(copy):
        for name in _ENVIRONMENTS:
            there = os.path.join(top, os.path.relpath(folder, copy), name)
            if os.path.isdir(there):
                with suppress(OSError):  # as where Windows does not permit links
                    Path(folder, name).symlink_to(os.path.normpath(there))


def _places_then(
    given: Iterable[str], top: str, copy: str, old_names: Mapping[str, str]
) -> Iterator[str]:
    """Where in the copy the paths were, and what was renamed since to a name below them."""
    for path in given:
        relative = path.removeprefix(top).lstrip("/")
        prefix = f"{relative}/" if relative else ""
        for new, old in old_names.items():
            if new == relative or new.startswith(prefix):
                yield f"{copy}/{old}"
        there = f"{copy}/{relative}".rstrip("/")
        if relative not in old_names and os.path.lexists(there):
            yield there
