"""From all diagnostics of a project to those that are new: baseline and `--diff-base`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.baseline import read_baseline

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.baseline import Entry
    from asgi_lint.diagnostics import Diagnostic, Place
    from asgi_lint.settings import Settings


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The diagnostics to report, how many more the baseline has, and what it need not have."""

    diagnostics: tuple[Diagnostic, ...]
    in_baseline: int = 0
    remarks: tuple[tuple[Place, str], ...] = ()


def narrowed(
    diagnostics: tuple[Diagnostic, ...],
    settings: Settings,
    top: str,
    has_looked_at: Callable[[str], bool],
) -> Narrowed:
    """The diagnostics that are not known already; raises BaselineError.

    `top` is the folder that the baseline's paths are relative to. `has_looked_at` says whether the
    run has looked at a file, or would have if it were still there.
    """
    new = tuple(each for each in diagnostics if each.fingerprint not in settings.known)
    if settings.baseline is None:
        return Narrowed(new)
    baseline = read_baseline(settings.baseline)

    def is_judged(entry: Entry) -> bool:
        filename = f"{top}/{entry.path}"
        return has_looked_at(filename) and entry.code in settings.codes_for(filename)

    kept = tuple(each for each in new if not baseline.hides(each))
    remarks = baseline.unneeded(diagnostics, is_judged)
    return Narrowed(kept, len(new) - len(kept), tuple(remarks))
