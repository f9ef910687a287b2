"""Changes as the code actions of an editor, each with the versions of the documents it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lsprotocol import types

from asgi_lint.server.positions import Positions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgi_lint.server.changes import Change
    from asgi_lint.server.documents import View
    from asgi_lint.server.positions import Units
    from asgi_lint.source import Source

QUICK_FIX = types.CodeActionKind.QuickFix.value
FIX_ALL = f"{types.CodeActionKind.SourceFixAll.value}.asgi-lint"
KINDS: tuple[str, ...] = (QUICK_FIX, FIX_ALL)


def is_wanted(kind: str, only: Sequence[types.CodeActionKind | str] | None) -> bool:
    """Whether an editor that asks for the kinds `only` (None: all) wants this kind too."""
    if only is None:
        return True
    asked = [each.value if isinstance(each, types.CodeActionKind) else each for each in only]
    return any(f"{kind}.".startswith(f"{each}.") for each in asked)


@dataclass(frozen=True, slots=True)
class Actions:
    """Makes code actions for one view.

    `is_versioned` says whether the editor takes edits that name the version they are for, and
    refuses them once the document says something else.
    """

    view: View
    units: Units
    is_versioned: bool

    def quick_fix(self, change: Change, shown: types.Diagnostic) -> types.CodeAction:
        """One change for one diagnostic, given as it is shown."""
        return types.CodeAction(
            title=change.title,
            kind=QUICK_FIX,
            diagnostics=[shown],
            is_preferred=True if change.is_safe else None,
            edit=self.edit(change.texts),
        )

    def fix_all(self, uri: str, version: int | None) -> types.CodeAction:
        """What fixes a whole document; its edit is worked out once it is chosen."""
        return types.CodeAction(
            title="Fix all that asgi-lint can fix safely in this file",
            kind=FIX_ALL,
            data={"uri": uri, "version": version},
        )

    def edit(self, texts: Mapping[str, tuple[Source, str]]) -> types.WorkspaceEdit:
        """What makes of each text the one after it."""
        edits = {
            name: [*Positions(source, self.units).edits(after)]
            for name, (source, after) in texts.items()
        }
        if not self.is_versioned:
            return types.WorkspaceEdit(
                changes={self.view.uri(name): each for name, each in edits.items()}
            )
        return types.WorkspaceEdit(
            document_changes=[
                types.TextDocumentEdit(
                    types.OptionalVersionedTextDocumentIdentifier(
                        self.view.uri(name), self.view.version(name)
                    ),
                    [*each],
                )
                for name, each in edits.items()
            ]
        )
