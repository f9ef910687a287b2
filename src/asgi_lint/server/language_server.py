"""The server: what it keeps of an editor's state, and how checks come to be shown."""

from __future__ import annotations

import traceback
from functools import cached_property
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.lsp.server import LanguageServer

from asgi_lint import __version__
from asgi_lint.analysis.crashes import few
from asgi_lint.server.client import Client, client_of
from asgi_lint.server.documents import Document, View, document, filename_of
from asgi_lint.server.published import NAME, Published, Publisher
from asgi_lint.server.schedule import Schedule
from asgi_lint.server.session import Checked, Session
from asgi_lint.server.worker import Worker
from asgi_lint.source import absolute_filename

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping


_TRIES = 3
"""How often a request waits for a document that is typed in meanwhile."""

NOTHING = Published(())
"""What is shown for a file without diagnostics."""


class Server(LanguageServer):
    """One editor's server. Checks run in a thread of their own, everything else in the loop's.

    `shown` has by filename what the last check found, `checked` the check itself.
    """

    def __init__(self) -> None:
        # Whole texts and not changes: pygls takes form feeds for line endings, editors do not.
        whole = types.TextDocumentSyncKind.Full
        super().__init__(NAME, __version__, text_document_sync_kind=whole)
        self.session = Session()
        self.worker = Worker()
        self.schedule = Schedule(self._check)
        self.documents: dict[str, Document] = {}
        self.checked: Checked | None = None
        self.shown: dict[str, Published] = {}
        self.is_asked_for_workspace = False
        self._pushed: dict[str, Published] = {}
        self._told: frozenset[str] = frozenset()

    @cached_property
    def client(self) -> Client:
        """What the editor is able to do."""
        return client_of(self.client_capabilities, self.workspace.position_encoding)

    @property
    def view(self) -> View:
        """What the editor shows now."""
        return View(tuple(self._folders()), dict(self.documents))

    def publisher(self, view: View) -> Publisher:
        """What turns runs into what the editor shows."""
        return Publisher(view, self.client.units, self.client.relates)

    # What the editor tells

    def take(self, uri: str) -> Document | None:
        """Take over the text of a document from the editor; None for what is no file."""
        held = self.workspace.get_text_document(uri)
        folder = next(iter(self._folders()), absolute_filename("."))
        found = document(uri, held.source, held.version, held.language_id, folder)
        if found is not None:
            self.documents[found.filename] = found
        return found

    def drop(self, uri: str) -> None:
        """Forget a document that was closed."""
        for name in [name for name, each in self.documents.items() if each.uri == uri]:
            del self.documents[name]

    def filename(self, uri: str) -> str | None:
        """The file that a URI of the editor stands for."""
        opened = next((name for name, each in self.documents.items() if each.uri == uri), None)
        return opened or filename_of(uri)

    def matters(self, document: Document) -> bool:
        """Whether a change in a document may change a diagnostic."""
        runs = self.checked.runs if self.checked is not None else ()
        return document.is_checked or any(document.filename in run.reported for run in runs)

    def _folders(self) -> list[str]:
        uris = [*self.workspace.folders] or [self.workspace.root_uri or ""]
        names = [filename_of(uri) for uri in uris]
        return list(dict.fromkeys(name for name in names if name is not None))

    # What a check finds

    async def current(self, filename: str) -> Checked | None:
        """The check of what a document says now; None if there is none, or it keeps changing."""
        for _ in range(_TRIES):
            await self.schedule.settled()
            asked, checked = self.documents.get(filename), self.checked
            if asked is None or checked is None:
                return None
            if checked.view.documents.get(filename) == asked:
                return checked
        return None

    async def _check(self, changed: frozenset[str], rescan: bool) -> None:  # noqa: FBT001
        view = self.view

        def work() -> tuple[Checked, dict[str, Published]]:
            checked = self.session.check(view, changed, rescan=rescan)
            publisher = self.publisher(view)
            found: dict[str, Published] = {}
            for run in checked.runs:
                found |= publisher.by_file(run)
            return checked, found

        try:
            checked, found = await self.worker.run(work)
        except Exception:
            self._tell_bug("a check", traceback.format_exc())
            return
        others = _differing(self.shown, found) - changed
        self.checked, self.shown = checked, found
        self.push(changed)
        if self.client.pulls and others:
            self.workspace_diagnostic_refresh(None)
        self._tell(checked)

    def push(self, changed: Collection[str] = ()) -> None:
        """Send what has changed since it was sent last, and all that is shown for `changed`."""
        assert self.checked is not None
        view = self.checked.view
        wanted = {view.uri(name): name for name in self.shown if self._is_pushed(name)}
        for uri in [uri for uri in self._pushed if uri not in wanted]:
            if self._pushed.pop(uri) != NOTHING:
                self._publish(uri, NOTHING, None)
        for uri, name in wanted.items():
            shown, version = self.shown[name], view.version(name)
            if self.view.version(name) != version:
                continue  # it says something else by now; what is shown for that comes next
            if self._pushed.get(uri, NOTHING) != shown or name in changed:
                self._pushed[uri] = shown
                self._publish(uri, shown, version)

    def _is_pushed(self, filename: str) -> bool:
        """Whether a file's diagnostics are sent unasked: never both ways, which shows them twice.

        Many editors that ask do so for open documents alone.
        """
        if not self.client.pulls:
            return True
        return filename not in self.documents and not self.is_asked_for_workspace

    def _publish(self, uri: str, shown: Published, version: int | None) -> None:
        self.text_document_publish_diagnostics(
            types.PublishDiagnosticsParams(uri, [*shown.items], version)
        )

    # What goes wrong

    def _tell(self, checked: Checked) -> None:
        """Say what stood in the way of a check, unless it did so the last time."""
        for problem in checked.problems:
            if problem not in self._told:
                self._say(types.MessageType.Error, f"asgi-lint: {problem}")
        crashes = {crash.of: crash for run in checked.runs for crash in run.crashes}
        for crash in few(crashes.values())[0]:
            if crash.of not in self._told:
                self._tell_bug(crash.of, crash.report)
        self._told = frozenset((*checked.problems, *crashes))

    def _tell_bug(self, of: str, report: str) -> None:
        self._say(
            types.MessageType.Error,
            f"asgi-lint: internal error in {of}. Please report it with what the log says.",
        )
        self.window_log_message(types.LogMessageParams(types.MessageType.Error, report))

    def _say(self, kind: types.MessageType, message: str) -> None:
        self.window_show_message(types.ShowMessageParams(kind, message))


def _differing(before: Mapping[str, Published], after: Mapping[str, Published]) -> set[str]:
    """The files for which something else is shown."""
    names = before.keys() | after.keys()
    return {name for name in names if before.get(name, NOTHING) != after.get(name, NOTHING)}
