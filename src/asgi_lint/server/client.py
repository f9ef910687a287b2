"""What an editor is able to do, as it says when it connects."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from asgi_lint.server.positions import Units

if TYPE_CHECKING:
    from lsprotocol import types


@dataclass(frozen=True, slots=True)
class Client:
    """`relates`: shows related places. `pulls`: asks for diagnostics itself, and again when told
    to. `is_versioned`: refuses edits of an older text. `resolves`: asks for the edit of a code
    action once it is chosen. `watches`: tells of files that change on disk. `reads_markdown`: shows
    Markdown. `units`: what its columns count.
    """

    relates: bool
    pulls: bool
    is_versioned: bool
    resolves: bool
    watches: bool
    reads_markdown: bool
    units: Units


def client_of(
    capabilities: types.ClientCapabilities, encoding: types.PositionEncodingKind | str | None
) -> Client:
    """The editor with these capabilities, which has agreed on `encoding` (None: UTF-16)."""
    workspace, document = capabilities.workspace, capabilities.text_document
    edits = workspace.workspace_edit if workspace else None
    watched = workspace.did_change_watched_files if workspace else None
    asking = workspace.diagnostics if workspace else None
    pushed = document.publish_diagnostics if document else None
    pulled = document.diagnostic if document else None
    action = document.code_action if document else None
    resolved = action.resolve_support if action else None
    hover = document.hover if document else None
    formats = (hover.content_format if hover else None) or ()
    return Client(
        relates=bool(pushed and pushed.related_information)
        or bool(pulled and pulled.related_information),
        # One that cannot be told would go on showing what was right before another file changed.
        pulls=pulled is not None and bool(asking and asking.refresh_support),
        is_versioned=bool(edits and edits.document_changes),
        resolves=bool(action and action.data_support)
        and resolved is not None
        and "edit" in resolved.properties,
        watches=bool(watched and watched.dynamic_registration),
        reads_markdown="markdown" in [str(getattr(each, "value", each)) for each in formats],
        units=Units(str(getattr(encoding, "value", encoding or "utf-16"))),
    )
