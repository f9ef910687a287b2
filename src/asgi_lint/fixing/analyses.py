"""The analyses that rounds of fixes need: of the same projects, with other texts each time.

Few files change from one round to the next. Where no cache keeps what the others say, it is
remembered until the last round.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from asgi_lint.caching import cache_folder
from asgi_lint.fixing.rounds import Part
from asgi_lint.memory import Memory
from asgi_lint.pipeline import projects_at

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Callable, Mapping

    from asgi_lint.settings import Settings
    from asgi_lint.source import Source, SourceProblem


@dataclass(frozen=True, slots=True)
class Analyses:
    """Runs over the projects of some paths; the arguments are those of `projects_at`."""

    paths: tuple[str, ...]
    settings_for: Callable[[str], Settings]
    stdin: Source | SourceProblem | None
    today: dt.date | None
    _memories: defaultdict[str, Memory] = field(default_factory=lambda: defaultdict(Memory))
    _cache_problems: dict[str, str] = field(default_factory=dict)

    def __call__(self, unsaved: Mapping[str, Source]) -> list[Part]:
        """The runs of all projects, with sources that stand for files on disk."""
        found = projects_at(
            self.paths,
            self.settings_for,
            stdin=self.stdin,
            unsaved=unsaved,
            today=self.today,
            memory_of=self._memory_of,
        )
        parts = []
        for analysis, run in found:
            if analysis is None:
                parts.append(Part(run, None))
                continue
            root = analysis.root
            del analysis  # nothing of it is needed while the next project is analysed
            if run.cache_problem is not None:
                self._cache_problems[root] = run.cache_problem
            # What is remembered asks no cache, so the run does not know of the problem any more.
            run = replace(run, cache_problem=self._cache_problems.get(root))
            parts.append(Part(run, self.settings_for(root)))
        return parts

    def _memory_of(self, root: str) -> Memory | None:
        """What is remembered of a project that is fixed and that no cache can keep."""
        settings = self.settings_for(root)
        is_kept = cache_folder(root, settings) is not None and root not in self._cache_problems
        return self._memories[root] if settings.fix and not is_kept else None
