"""An editor for the tests of the language server: it speaks the protocol to the real program."""

from __future__ import annotations

import asyncio
import sys
from collections import defaultdict
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar

from lsprotocol import types
from pygls.protocol import default_converter
from pygls.uris import from_fs_path
from pytest_lsp import LanguageClient, client_capabilities
from pytest_lsp.client import DEFAULT_CLIENT_FEATURES, register_lsp_features

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Sequence
    from pathlib import Path

_Answer = TypeVar("_Answer")
_SECONDS = 60
"""How long an answer may take, on a machine that is busy with other things."""

_UNITS = {"utf-8": 1, "utf-16": 2, "utf-32": 4}


@dataclass(slots=True)
class Connection:
    """A running server, with what it has said. `published` has the last of each URI."""

    client: LanguageClient
    encoding: str = "utf-16"
    published: dict[str, types.PublishDiagnosticsParams] = field(default_factory=dict)
    times_published: defaultdict[str, int] = field(default_factory=lambda: defaultdict(int))
    registered: list[types.Registration] = field(default_factory=list)
    capabilities: types.ServerCapabilities = field(default_factory=types.ServerCapabilities)

    @property
    def messages(self) -> list[str]:
        """What was shown to the person."""
        return [each.message for each in self.client.messages]


async def connected(
    capabilities: types.ClientCapabilities, folders: Sequence[Path] = ()
) -> Connection:
    """Start the server for an editor with these capabilities, and these folders open."""
    client = LanguageClient(converter_factory=default_converter)
    connection = Connection(client)

    def publish(_: LanguageClient, params: types.PublishDiagnosticsParams) -> None:
        connection.published[params.uri] = params
        connection.times_published[params.uri] += 1

    def register(_: LanguageClient, params: types.RegistrationParams) -> None:
        connection.registered += params.registrations

    features = {
        **DEFAULT_CLIENT_FEATURES,
        types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS: publish,
        types.CLIENT_REGISTER_CAPABILITY: register,
    }
    register_lsp_features(client, features)
    await client.start_io(sys.executable, "-m", "asgi_lint", "server")
    asked = types.InitializeParams(
        capabilities, workspace_folders=[workspace_folder(each) for each in folders]
    )
    result = await in_time(client.initialize_session(asked))
    connection.capabilities = result.capabilities
    encoding = result.capabilities.position_encoding
    connection.encoding = str(getattr(encoding, "value", encoding))
    return connection


def vs_code() -> types.ClientCapabilities:
    """An editor that can do much, and to which diagnostics are sent unasked."""
    return client_capabilities("visual-studio-code")


def workspace_folder(folder: Path) -> types.WorkspaceFolder:
    """A folder as editors name it."""
    return types.WorkspaceFolder(uri_of(folder), folder.name)


def uri_of(path: Path) -> str:
    """The URI of a file."""
    return str(from_fs_path(str(path)))


async def in_time(answer: Awaitable[_Answer]) -> _Answer:
    """An answer that is not waited for in vain."""
    return await asyncio.wait_for(answer, _SECONDS)


async def until(condition: Callable[[], object]) -> None:
    """Wait until something is so."""

    async def wait() -> None:
        while not condition():
            await asyncio.sleep(0.01)

    await in_time(wait())


class Editor:
    """A folder opened in a connection, with the documents that are open in it."""

    def __init__(self, connection: Connection, folder: Path) -> None:
        self.connection = connection
        self.client = connection.client
        self.folder = folder
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}

    # What a person does

    async def add_folder(self, *folders: Path) -> None:
        """Open folders besides those that are open."""
        self._change_folders(added=[workspace_folder(each) for each in folders])

    async def remove_folder(self, *folders: Path) -> None:
        """Close folders."""
        self._change_folders(removed=[workspace_folder(each) for each in folders])

    async def open(self, name: str, text: str | None = None, language: str = "python") -> str:
        """Open a file of the folder, or a URI with a text; its URI is given back."""
        uri = self.uri(name)
        if text is None:
            text = (self.folder / name).read_bytes().decode()
        self.texts[uri], self.versions[uri] = text, 1
        item = types.TextDocumentItem(uri, language, 1, text)
        self.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
        await self.published(name, version=1)
        return uri

    async def change(self, name: str, text: str) -> None:
        """Type, until the document holds `text`; waits for its diagnostics."""
        self.type(name, text)
        await self.published(name, version=self.versions[self.uri(name)])

    def type(self, name: str, text: str) -> None:
        """Type, and wait for nothing."""
        uri = self.uri(name)
        self.texts[uri] = text
        self.versions[uri] += 1
        whole = types.TextDocumentContentChangeWholeDocument(text)
        document = types.VersionedTextDocumentIdentifier(self.versions[uri], uri)
        self.client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))

    def save(self, name: str) -> None:
        """Write a document to disk."""
        uri = self.uri(name)
        (self.folder / name).write_bytes(self.texts[uri].encode())
        self.client.text_document_did_save(types.DidSaveTextDocumentParams(self._document(name)))

    def close(self, name: str) -> None:
        """Close a document without saving it."""
        del self.texts[self.uri(name)], self.versions[self.uri(name)]
        self.client.text_document_did_close(types.DidCloseTextDocumentParams(self._document(name)))

    def tell_of(self, *names: str) -> None:
        """Tell that files have changed on disk, as an editor that watches them does."""
        changed = types.FileChangeType.Changed
        events = [types.FileEvent(self.uri(name), changed) for name in names]
        self.client.workspace_did_change_watched_files(types.DidChangeWatchedFilesParams(events))

    async def actions(
        self,
        name: str,
        row: int,
        only: Sequence[str] | None = None,
        meant: Sequence[types.Diagnostic] = (),
    ) -> list[types.CodeAction]:
        """What is offered at the start of a row's text (from 1)."""
        line = self.texts[self.uri(name)].splitlines()[row - 1]
        at = types.Position(row - 1, len(line) - len(line.lstrip()))
        context = types.CodeActionContext([*meant], only)
        found = await in_time(
            self.client.text_document_code_action_async(
                types.CodeActionParams(self._document(name), types.Range(at, at), context)
            )
        )
        return [each for each in found or () if isinstance(each, types.CodeAction)]

    async def resolved(self, action: types.CodeAction) -> types.CodeAction:
        """The action with its edit."""
        return await in_time(self.client.code_action_resolve_async(action))

    async def hover(self, name: str, row: int, column: int) -> types.Hover | None:
        """What is shown for a place, given by its row and column from 1."""
        position = types.Position(row - 1, column - 1)
        params = types.HoverParams(self._document(name), position)
        return await in_time(self.client.text_document_hover_async(params))

    def after(self, edit: types.WorkspaceEdit | None, name: str) -> str:
        """What a document or file says once an edit is applied, which must be for its version."""
        assert edit is not None
        uri = self.uri(name)
        edits: list[Any] = [*(edit.changes or {}).get(uri, ())]
        for each in edit.document_changes or ():
            assert isinstance(each, types.TextDocumentEdit)
            if each.text_document.uri == uri:
                assert each.text_document.version == self.versions.get(uri)
                edits += each.edits
        text = self.texts[uri] if uri in self.texts else (self.folder / name).read_text()
        return applied(text, edits, self.connection.encoding)

    # What the server shows

    def uri(self, name: str) -> str:
        """The URI of a file of the folder; another URI is its own."""
        return name if ":" in name else uri_of(self.folder / name)

    async def published(self, name: str, *, version: int | None = None) -> None:
        """Wait for the diagnostics of a document as it is in that version."""
        published, uri = self.connection.published, self.uri(name)
        await until(lambda: uri in published and published[uri].version == version)

    def diagnostics(self, name: str) -> list[types.Diagnostic]:
        """What is shown for a file now."""
        published = self.connection.published.get(self.uri(name))
        return [*published.diagnostics] if published is not None else []

    def shown(self, name: str) -> list[str]:
        """The diagnostics of a file, each as `20 ASG201`."""
        return [f"{d.range.start.line + 1} {d.code}" for d in self.diagnostics(name)]

    async def shows(self, name: str, *expected: str) -> None:
        """Wait until exactly these diagnostics are shown."""
        try:
            await until(lambda: self.shown(name) == [*expected])
        except asyncio.TimeoutError:
            assert self.shown(name) == [*expected]

    def _document(self, name: str) -> types.TextDocumentIdentifier:
        return types.TextDocumentIdentifier(self.uri(name))

    def _change_folders(
        self,
        added: Sequence[types.WorkspaceFolder] = (),
        removed: Sequence[types.WorkspaceFolder] = (),
    ) -> None:
        event = types.WorkspaceFoldersChangeEvent(added, removed)
        self.client.workspace_did_change_workspace_folders(
            types.DidChangeWorkspaceFoldersParams(event)
        )


def applied(text: str, edits: Sequence[types.TextEdit], encoding: str) -> str:
    """A text after edits, worked out by its bytes and so in another way than the server does."""
    unit = _UNITS[encoding]
    codec = encoding if unit == 1 else f"{encoding}-le"
    ends = ["\n".encode(codec), "\r".encode(codec)]
    lines: list[bytes] = [b""]
    for character in text:
        data = character.encode(codec)
        if (
            len(lines[-1]) >= unit
            and lines[-1][-unit:] in ends
            and not (lines[-1][-unit:] == ends[1] and data == ends[0])
        ):
            lines.append(b"")
        lines[-1] += data
    if lines[-1][-unit:] in ends:
        lines.append(b"")
    starts = [sum(map(len, lines[:row])) for row in range(len(lines))]

    def offset(position: types.Position) -> int:
        return starts[position.line] + unit * position.character

    data = text.encode(codec)
    for edit in sorted(edits, key=lambda each: offset(each.range.start), reverse=True):
        start, end = offset(edit.range.start), offset(edit.range.end)
        data = data[:start] + edit.new_text.encode(codec) + data[end:]
    return data.decode(codec)
