"""The settings of a run as plain values, with what they mean for one file or one rule."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Severity
from asgi_lint.globs import Glob, GlobMatcher
from asgi_lint.settings.keys import DEFAULT_EXCLUDE
from asgi_lint.settings.selection import (
    ALWAYS_SELECTED,
    Selection,
    Selector,
    allows,
    selected_codes,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from asgi_lint.settings.selection import KnownRule


@dataclass(frozen=True, slots=True)
class PerFileIgnore:
    """Rules that say nothing about the files a glob matches, or about all others if `negated`."""

    glob: Glob
    negated: bool
    ignore: tuple[Selector, ...]


@dataclass(frozen=True)
class Settings:
    """All settings of a run; `settings.keys.KEYS` describes each.

    `filename` is the configuration that was read, `extended` are those that it extends, nearest
    first, and `folder` is what its globs are relative to (all absolute, forward slashes; without
    one None). `selections` come from the weakest source to the strongest. A version is a PEP 440
    release or range, as written. `baseline` is an absolute path. `rule_options` holds what was set,
    by the rule's name. `known` are the fingerprints of what is not to be reported, since it is not
    new: no configuration says that.
    """

    filename: str | None = None
    extended: tuple[str, ...] = ()
    folder: str | None = None
    selections: tuple[Selection, ...] = ()
    per_file_ignores: tuple[PerFileIgnore, ...] = ()
    exclude: tuple[Glob, ...] = tuple(Glob(name, "/") for name in DEFAULT_EXCLUDE)
    extend_exclude: tuple[Glob, ...] = ()
    respect_gitignore: bool = True
    force_exclude: bool = False
    starlette_version: str | None = None
    fastapi_version: str | None = None
    fail_on: Severity = Severity.WARNING
    fix: bool = False
    unsafe_fixes: bool = False
    fixable: tuple[Selector, ...] | None = None
    unfixable: tuple[Selector, ...] = ()
    output_format: str = "full"
    baseline: str | None = None
    base_http_middleware: tuple[str, ...] = ()
    asgi_middleware: tuple[str, ...] = ()
    streaming_responses: tuple[str, ...] = ()
    resource_managers: tuple[str, ...] = ()
    cache: bool = True
    cache_dir: str | None = None
    jobs: int = 0
    rule_options: Mapping[str, Mapping[str, bool | str]] = field(default_factory=dict)
    known: frozenset[str] = frozenset()

    def moved(self, old: str, new: str) -> Settings:
        """The settings for a copy of the folder `old` at `new`: their globs mean the same there."""

        def glob(each: Glob) -> Glob:
            is_inside = f"{each.folder}/".startswith(f"{old.rstrip('/')}/")
            folder = new + each.folder.removeprefix(old) if is_inside else each.folder
            return replace(each, folder=folder)

        return replace(
            self,
            folder=new,
            exclude=tuple(map(glob, self.exclude)),
            extend_exclude=tuple(map(glob, self.extend_exclude)),
            per_file_ignores=tuple(replace(p, glob=glob(p.glob)) for p in self.per_file_ignores),
        )

    @cached_property
    def codes(self) -> frozenset[str]:
        """The codes of the rules that run."""
        return selected_codes(self.selections)

    def codes_for(self, filename: str) -> frozenset[str]:
        """The codes of the rules that may report on one file (absolute, forward slashes)."""
        codes = self.codes
        for matcher, top, negated, ignored in self._ignored_by_glob:
            if matcher.covers(filename, top) != negated:
                codes -= ignored
        return codes

    def may_fix(self, code: str) -> bool:
        """Whether a rule's fixes may be applied."""
        return allows(code, self.fixable, self.unfixable)

    def options_for(self, rule: KnownRule) -> dict[str, bool | str]:
        """A rule's options: its defaults, and over them what was set."""
        return {**rule.options, **self.rule_options.get(rule.name, {})}

    @cached_property
    def _ignored_by_glob(self) -> tuple[tuple[GlobMatcher, str, bool, frozenset[str]], ...]:
        return tuple(
            (
                GlobMatcher([entry.glob]),
                entry.glob.folder,
                entry.negated,
                frozenset[str]().union(*(s.codes for s in entry.ignore)) - ALWAYS_SELECTED,
            )
            for entry in self.per_file_ignores
        )
