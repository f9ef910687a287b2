"""Editors that can do more or less: other units of columns, asking for diagnostics, old edits."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from command_line import APPLICATION, FIXED, lay_out
from editor import Editor, connected, in_time, until, vs_code
from lsprotocol import types

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from pathlib import Path

pytestmark = pytest.mark.asyncio

REGISTERED = "app.add_middleware(Timing)\n"


@asynccontextmanager
async def opened(capabilities: types.ClientCapabilities, *folders: Path) -> AsyncIterator[Editor]:
    connection = await connected(capabilities, folders)
    yield Editor(connection, folders[0])
    await in_time(connection.client.shutdown_session())


def asking() -> types.ClientCapabilities:
    """An editor that asks for diagnostics, and again when it is told to."""
    found = vs_code()
    assert found.text_document is not None
    assert found.workspace is not None
    found.text_document.diagnostic = types.DiagnosticClientCapabilities()
    found.workspace.diagnostics = types.DiagnosticWorkspaceClientCapabilities(refresh_support=True)
    return found


async def asked(
    editor: Editor, name: str, known: str | None = None
) -> types.DocumentDiagnosticReport:
    """What is answered to an editor that asks for a document's diagnostics."""
    document = types.TextDocumentIdentifier(editor.uri(name))
    params = types.DocumentDiagnosticParams(document, previous_result_id=known)
    return await in_time(editor.client.text_document_diagnostic_async(params))


def begin(editor: Editor, name: str, text: str) -> None:
    """Open a document without waiting for anything."""
    uri = editor.uri(name)
    editor.texts[uri], editor.versions[uri] = text, 1
    item = types.TextDocumentItem(uri, "python", 1, text)
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))


async def test_diagnostics_that_are_asked_for(shop: Path) -> None:
    layers = "import main\nmain.app.add_middleware(main.Timing)\n"
    lay_out(shop, {"main.py": APPLICATION.replace(REGISTERED, ""), "layers.py": layers})
    async with opened(asking(), shop) as editor:
        offered = editor.connection.capabilities.diagnostic_provider
        assert isinstance(offered, types.DiagnosticOptions)
        assert (offered.inter_file_dependencies, offered.workspace_diagnostics) == (True, True)
        begin(editor, "main.py", APPLICATION.replace(REGISTERED, ""))
        begin(editor, "layers.py", layers)
        full = await asked(editor, "main.py")
        assert isinstance(full, types.RelatedFullDocumentDiagnosticReport)
        assert [each.code for each in full.items] == ["ASG201"]
        again = await asked(editor, "main.py", full.result_id)
        assert isinstance(again, types.RelatedUnchangedDocumentDiagnosticReport)
        # Another file decides: the editor is told to ask again.
        told = editor.client.diagnostic_refresh_count
        editor.type("layers.py", "import main\n")
        await until(lambda: editor.client.diagnostic_refresh_count > told)
        changed = await asked(editor, "main.py", full.result_id)
        assert isinstance(changed, types.RelatedFullDocumentDiagnosticReport)
        assert [*changed.items] == []
        # What is open is never sent as well, which would show it twice.
        assert editor.shown("main.py") == []


async def test_whole_workspace_that_is_asked_for(shop: Path) -> None:
    async with opened(asking(), shop) as editor:
        await editor.shows("main.py", "20 ASG201")  # as long as the editor does not ask
        params = types.WorkspaceDiagnosticParams([])
        report = await in_time(editor.client.workspace_diagnostic_async(params))
        found = {each.uri: each for each in report.items}
        assert found.keys() == {editor.uri("main.py"), editor.uri("requirements.txt")}
        await editor.shows("main.py")
        known = [types.PreviousResultId(each.uri, str(each.result_id)) for each in report.items]
        lay_out(shop, {"requirements.txt": FIXED})
        editor.tell_of("requirements.txt")
        params = types.WorkspaceDiagnosticParams(known)
        report = await in_time(editor.client.workspace_diagnostic_async(params))
        full = [
            e for e in report.items if isinstance(e, types.WorkspaceFullDocumentDiagnosticReport)
        ]
        assert {each.uri: [*each.items] for each in full} == {uri: [] for uri in found}


@pytest.mark.parametrize(
    ("encoding", "column"), [("utf-8", 4 + len("'****éé', ")), ("utf-32", 4 + len("'*é', "))]
)
async def test_columns_count_what_was_agreed_on(shop: Path, encoding: str, column: int) -> None:
    capabilities = vs_code()
    capabilities.general = types.GeneralClientCapabilities(
        position_encodings=[types.PositionEncodingKind(encoding)]
    )
    text = APPLICATION.replace("tasks.add_task(", "'\U0001f389é', tasks.add_task(")
    async with opened(capabilities, shop) as editor:
        await editor.open("main.py", text)
        [found] = editor.diagnostics("main.py")
        assert editor.connection.encoding == encoding
        assert found.range.start == types.Position(19, column)
        comment = (await editor.actions("main.py", 20))[-1]
        assert "# asgi-lint: ignore[ASG201]\n" in editor.after(comment.edit, "main.py")


async def test_editor_that_can_do_next_to_nothing(shop: Path) -> None:
    stream = APPLICATION.replace("print(address)", "print(address)  # asgi-lint: ignore[ASG303]")
    async with opened(types.ClientCapabilities(), shop) as editor:
        await editor.open("main.py", stream)
        assert editor.shown("main.py") == ["15 ASG004", "20 ASG201"]
        assert {each.related_information for each in editor.diagnostics("main.py")} == {None}
        fix, *_ = await editor.actions("main.py", 20, meant=editor.diagnostics("main.py"))
        assert fix.edit is not None
        assert fix.edit.document_changes is None
        assert "ignore[ASG303]" not in editor.after(fix.edit, "main.py")
        [whole] = await editor.actions("main.py", 1, only=["source.fixAll.asgi-lint"])
        assert "ignore[ASG303]" not in editor.after(whole.edit, "main.py")
        found = await editor.hover("main.py", 20, 8)
        assert found is not None
        assert isinstance(found.contents, types.MarkupContent)
        assert found.contents.kind == types.MarkupKind.PlainText


async def test_document_without_any_folder(shop: Path) -> None:
    async with opened(vs_code(), shop) as editor:
        await editor.remove_folder(shop)
        await editor.open("main.py")
        assert editor.shown("main.py") == ["20 ASG201"]
        await editor.shows("requirements.txt")
