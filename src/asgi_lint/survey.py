"""What `asgi-lint versions` does: the releases that count in each folder with manifests."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.discovery import list_project
from asgi_lint.pipeline import found_at, overrides_of
from asgi_lint.roots import group_by_root
from asgi_lint.source import absolute_filename
from asgi_lint.versions.effective import Versions
from asgi_lint.versions.overview import compared, folders_of, overview
from asgi_lint.versions.readers import is_manifest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from asgi_lint.settings import Settings
    from asgi_lint.versions.overview import FolderOverview


def survey(paths: Sequence[str], settings_for: Callable[[str], Settings]) -> list[FolderOverview]:
    """The overview of each folder at and below `paths` that has manifests of its own.

    A project without any is shown by its root. UsageError and SettingsError as in `pipeline.run`.
    """
    return compared(_surveyed(paths, settings_for))


def _surveyed(
    paths: Sequence[str], settings_for: Callable[[str], Settings]
) -> Iterator[FolderOverview]:
    found, _ = found_at(paths, settings_for)
    given = dict.fromkeys(map(absolute_filename, paths))
    for root, filenames in group_by_root(found, given).items():
        settings = settings_for(root)
        listed = list_project(root, settings, is_manifest)
        versions = Versions(root, listed.manifests, overrides_of(root, settings))
        manifests = [name for name in filenames if is_manifest(name)]
        yield from overview(versions, folders_of(manifests, root))
