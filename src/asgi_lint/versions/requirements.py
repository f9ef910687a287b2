"""What every manifest reader returns: requirements, comments and problems, each with its place."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from packaging.markers import Marker
    from packaging.specifiers import SpecifierSet
    from packaging.version import Version

    from asgi_lint.diagnostics import Place


class Kind(Enum):
    """What a requirement's manifest does with it.

    `REQUIRED`: it is installed. `CONSTRAINT`: its release is limited if something else requires
    it. `OVERRIDE`: the same, and whatever else is said about it does not count (uv). `LOCKED`: the
    release that a lock file settled on.
    """

    REQUIRED = "required"
    CONSTRAINT = "constraint"
    OVERRIDE = "override"
    LOCKED = "locked"


class Style(Enum):
    """How the version part is written, which is how a fix has to write it.

    `PIP` and `PIPFILE` are PEP 440, the latter as the value of a key (`fastapi = "==0.85.0"`) where
    `*` is any release. `CONDA` and `PIXI` are conda's (`=0.85` is any 0.85), the latter as the
    value of a key. `UNVERSIONED` is a requirement whose release cannot be told from its text: a
    URL, a path, an environment variable.
    """

    PIP = "pip"
    POETRY = "poetry"
    PIPFILE = "pipfile"
    CONDA = "conda"
    PIXI = "pixi"
    LOCK = "lock"
    UNVERSIONED = "unversioned"


@dataclass(frozen=True, slots=True)
class Requirement:
    """One requirement of one manifest.

    `name` is canonical (lower case, hyphens). `place` spans the requirement's text (`text`), from
    its name to its marker; `specifier_place` exactly the version part, or the empty span where
    one would be inserted. `alternatives` are further specifiers, for Poetry's `||`. `group` is
    empty for what the project needs at run time, else the extra's or group's name. The text at
    `specifier_place` may be replaced only if `is_rewritable`.
    """

    name: str
    specifier: SpecifierSet
    place: Place
    specifier_place: Place
    text: str
    specifier_text: str = ""
    style: Style = Style.PIP
    kind: Kind = Kind.REQUIRED
    extras: frozenset[str] = frozenset()
    marker: Marker | None = None
    group: str = ""
    alternatives: tuple[SpecifierSet, ...] = ()
    has_hashes: bool = False
    is_rewritable: bool = True

    @property
    def is_bare(self) -> bool:
        """Whether any release will do (`fastapi`)."""
        return not self.alternatives and not list(self.specifier)

    @property
    def is_pinned(self) -> bool:
        """Whether exactly one release is allowed (`==0.85.0`, not `==0.85.*`)."""
        return not self.alternatives and any(
            clause.operator in {"==", "==="} and not clause.version.endswith(".*")
            for clause in self.specifier
        )

    def allows(self, release: Version) -> bool:
        """Whether `release` would satisfy this requirement, pre-release or not."""
        specifiers = (self.specifier, *self.alternatives)
        return any(each.contains(release, prereleases=True) for each in specifiers)


class Comment(NamedTuple):
    """A comment of a manifest; `text` begins with its `#`."""

    place: Place
    text: str


class ProblemKind(Enum):
    """Whether a manifest could not be read at all, or not be understood."""

    UNREADABLE = "unreadable"
    UNPARSABLE = "unparsable"


class Problem(NamedTuple):
    """What is wrong with a manifest: where, and one sentence that says what."""

    kind: ProblemKind
    place: Place
    message: str


class Reading(NamedTuple):
    """All that a reader found in one manifest and in the files which it includes."""

    requirements: tuple[Requirement, ...] = ()
    comments: tuple[Comment, ...] = ()
    problems: tuple[Problem, ...] = ()


def reading_of(items: list[Requirement | Comment | Problem]) -> Reading:
    """Sort what a reader found, in the order of the file, into a `Reading`."""
    return Reading(
        tuple(item for item in items if isinstance(item, Requirement)),
        tuple(item for item in items if isinstance(item, Comment)),
        tuple(item for item in items if isinstance(item, Problem)),
    )
