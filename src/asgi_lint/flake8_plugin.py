"""The plug-in that shows asgi-lint's diagnostics among those of flake8.

flake8 asks about one file after the other, so the projects that the files belong to are checked as
a whole when the first one is asked for, or before flake8 starts its other processes.
"""

from __future__ import annotations

import posixpath
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar

from flake8.exceptions import ExecutionError

from asgi_lint import __version__
from asgi_lint.pipeline import UsageError, check_project, current_day, extent_at, found_at
from asgi_lint.roots import entry_names, group_by_root, marks_root, project_root
from asgi_lint.rules.registry import rules
from asgi_lint.settings import SettingsError, load_settings
from asgi_lint.source import NEWLINE, Source, absolute_filename, read_source

if TYPE_CHECKING:
    import argparse
    import ast
    from collections.abc import Iterator, Sequence

    from asgi_lint.diagnostics import Diagnostic
    from asgi_lint.pipeline import Run
    from asgi_lint.settings import Settings

_STANDARD_INPUT = "-"


class Projects:
    """The runs over whole projects, each made once."""

    def __init__(self) -> None:
        self._runs: dict[str, Run] = {}

    def check(self, path: str) -> Run:
        """The run over the project that a path belongs to. ExecutionError if it cannot be."""
        root = _root(path)
        if root not in self._runs:
            self._runs[root] = _run(root)
        return self._runs[root]

    def diagnostics(self, filename: str, text: str) -> list[Diagnostic]:
        """What is reported for a file; its text may be another one than that on disk."""
        run = self.check(filename)
        saved = read_source(filename)
        is_saved = not isinstance(saved, Source) or _evened(saved.text) == _evened(text)
        if not is_saved or not posixpath.exists(filename):
            run = _run(_root(filename), Source(filename, text))
        return [each for each in run.diagnostics if each.place.filename == filename]


class Plugin:
    """What flake8 makes for each file. The tree that it hands over is not used."""

    name = "asgi-lint"
    version = __version__
    _projects: ClassVar[Projects] = Projects()

    def __init__(self, tree: ast.AST, filename: str, lines: Sequence[str]) -> None:  # noqa: ARG002
        self._filename = absolute_filename(filename)
        self._text = "".join(lines)

    @classmethod
    def parse_options(cls, options: argparse.Namespace) -> None:
        """Check the projects of what flake8 was given; processes that it forks then know them."""
        for path in options.filenames or ["."]:
            if path != _STANDARD_INPUT and posixpath.exists(path):
                cls._projects.check(absolute_filename(path))

    def run(self) -> Iterator[tuple[int, int, str, type[Plugin]]]:
        """The diagnostics of the file as flake8 takes them: row from 1, column from 0."""
        for each in self._projects.diagnostics(self._filename, self._text):
            row, column = each.place.span.start
            yield row, column - 1, f"{each.code} {each.message}", type(self)


def _root(path: str) -> str:
    """The project of a path; where nothing marks one, all that lies where flake8 runs."""
    root, here = project_root(path), absolute_filename(".")
    is_inside = f"{root}/".startswith(f"{here.rstrip('/')}/")
    return here if is_inside and not marks_root(entry_names(root)) else root


def _evened(text: str) -> str:
    """The text with the line ends that flake8 gives to every file."""
    return NEWLINE.sub("\n", text)


def _run(root: str, unsaved: Source | None = None) -> Run:
    """The run over a project, in which one file may say something else than on disk."""
    known = rules()
    memory: dict[str, Settings] = {}

    def settings_for(path: str) -> Settings:
        if path not in memory:
            memory[path] = load_settings(path, known)
        return memory[path]

    try:
        found, _ = found_at([root], settings_for)
        own, given = group_by_root(found, [root]).get(root, []), [root]
        if unsaved is not None and not posixpath.exists(unsaved.filename):
            own, given = [*own, unsaved.filename], [root, unsaved.filename]
        sources = {unsaved.filename: unsaved} if unsaved is not None else {}
        # flake8's processes may not start processes of their own.
        settings = replace(settings_for(root), jobs=1)
        extent = extent_at(root, own, given, settings)
        _, run = check_project(extent, sources, current_day())
    except (SettingsError, UsageError) as error:
        raise ExecutionError(f"asgi-lint: {error}") from None
    if run.crashes:
        crash = run.crashes[0]
        raise ExecutionError(f"asgi-lint: internal error in {crash.of}:\n{crash.report}")
    return run
