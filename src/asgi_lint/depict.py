"""What `asgi-lint graph` does: the picture of the applications at a path."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.picture.build import build
from asgi_lint.pipeline import merged, projects_at
from asgi_lint.source import absolute_filename

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.picture.view import Picture
    from asgi_lint.pipeline import Run
    from asgi_lint.settings import Settings


def depict(
    path: str, settings_for: Callable[[str], Settings], *, tests: bool = False
) -> tuple[Picture, Run]:
    """The picture of what is made at `path`, and the run that its diagnostics come from.

    UsageError and SettingsError as for `pipeline.run`.
    """
    asked = absolute_filename(path)

    def shows(filename: str) -> bool:
        return filename == asked or filename.startswith(f"{asked.rstrip('/')}/")

    found = [*projects_at([path], settings_for, links=True)]
    projects = [
        (analysis.project, part.diagnostics)
        for analysis, part in found
        if analysis is not None and analysis.project is not None
    ]
    root = projects[0][0].root if len(projects) == 1 else asked
    return build(projects, root, shows, tests=tests), merged(part for _, part in found)
