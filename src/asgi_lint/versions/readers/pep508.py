"""One requirement in the notation of PEP 508 (`fastapi[all]>=0.85; python_version < "3.12"`)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.requirements import InvalidRequirement
from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name

from asgi_lint.versions import bounded
from asgi_lint.versions.requirements import Kind, Requirement, Style

if TYPE_CHECKING:
    from packaging.requirements import Requirement as Parsed

    from asgi_lint.diagnostics import Place
    from asgi_lint.versions.manifest_text import ManifestText

_HEAD = re.compile(r"\s*[\w.-]+\s*?(?:\s*\[[^]]*\])?", re.ASCII)
_MOST_SHOWN = 200
_VERSION_PART = re.compile(r"\s*\(?\s*([^;()]*[^;()\s])")


def requirement(
    text: str,
    manifest: ManifestText,
    offset: int,
    *,
    kind: Kind = Kind.REQUIRED,
    group: str = "",
    has_hashes: bool = False,
    written_as: Place | None = None,
) -> Requirement:
    """Read `text`, which stands at `offset` in `manifest`.

    `written_as` is the place of the literal where the manifest spells the text differently (an
    escape in a TOML string), so that no offset inside it is known. Raises ValueError with a
    sentence for people.
    """
    try:
        parsed = bounded.requirement(text)
    except InvalidRequirement as error:
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"`{_shortened(text)}` is not a requirement: {reason[:1].lower()}{reason[1:]}."
        ) from error
    start, end = _specifier_offsets(text, parsed)
    return Requirement(
        name=canonicalize_name(parsed.name),
        specifier=parsed.specifier,
        place=written_as or manifest.place(offset, offset + len(text)),
        specifier_place=written_as or manifest.place(offset + start, offset + end),
        text=text,
        specifier_text=text[start:end],
        style=Style.UNVERSIONED if parsed.url else Style.PIP,
        kind=kind,
        extras=frozenset(parsed.extras),
        marker=parsed.marker,
        group=group,
        has_hashes=has_hashes,
        is_rewritable=written_as is None and not parsed.url,
    )


def _shortened(text: str) -> str:
    return text if len(text) <= _MOST_SHOWN else f"{text[:_MOST_SHOWN]}..."


def unversioned(name: str, text: str, manifest: ManifestText, offset: int) -> Requirement:
    """Make a requirement of which only the name can be told from the text."""
    end = manifest.place(offset + len(text), offset + len(text))
    return Requirement(
        name=canonicalize_name(name),
        specifier=SpecifierSet(),
        place=manifest.place(offset, offset + len(text)),
        specifier_place=end,
        text=text,
        style=Style.UNVERSIONED,
        is_rewritable=False,
    )


def _specifier_offsets(text: str, parsed: Parsed) -> tuple[int, int]:
    """Where the version part starts and ends; both after the name and extras if there is none."""
    head = _HEAD.match(text)
    after_head = head.end() if head else 0
    if parsed.url or not parsed.specifier:
        return after_head, after_head
    part = _VERSION_PART.match(text, after_head)
    return part.span(1) if part else (after_head, after_head)
