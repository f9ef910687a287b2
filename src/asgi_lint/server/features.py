"""What the server answers: documents, code actions, hovers and requests for diagnostics."""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING

from lsprotocol import types
from pygls.exceptions import JsonRpcContentModified, JsonRpcException

from asgi_lint.diagnostics import Applicability
from asgi_lint.server.actions import FIX_ALL, KINDS, QUICK_FIX, Actions, is_wanted
from asgi_lint.server.changes import changes_at, fix_all
from asgi_lint.server.documents import filename_of
from asgi_lint.server.language_server import NOTHING, Server
from asgi_lint.server.pages import codes_at, pages
from asgi_lint.server.positions import Positions
from asgi_lint.server.published import NAME, Published
from asgi_lint.versions.readers import READERS

if TYPE_CHECKING:
    from collections.abc import Iterable

    from asgi_lint.pipeline import Run
    from asgi_lint.server.changes import Change

_WATCHED = ("*.py", "asgi-lint.toml", ".gitignore", *(pattern for pattern, _ in READERS))
_UNWATCHED = frozenset({".git", "__pycache__", "dist-packages", "node_modules", "site-packages"})

server = Server()


@server.feature(types.INITIALIZE)
def initialize(server: Server, _: types.InitializeParams) -> None:
    """Offer what depends on the editor: to be asked for diagnostics."""
    if server.client.pulls:
        options = types.DiagnosticOptions(
            inter_file_dependencies=True, workspace_diagnostics=True, identifier=NAME
        )
        server.feature(types.TEXT_DOCUMENT_DIAGNOSTIC, options)(document_diagnostic)
        server.feature(types.WORKSPACE_DIAGNOSTIC)(workspace_diagnostic)


# Documents and files


@server.feature(types.INITIALIZED)
async def initialized(server: Server, _: types.InitializedParams) -> None:
    """Check the workspace, and ask to be told of files that change on disk."""
    server.schedule.note(rescan=True)
    if not server.client.watches:
        return
    watchers = [types.FileSystemWatcher(f"**/{pattern}") for pattern in _WATCHED]
    options = types.DidChangeWatchedFilesRegistrationOptions(watchers)
    watching = types.Registration(NAME, types.WORKSPACE_DID_CHANGE_WATCHED_FILES, options)
    with suppress(JsonRpcException):  # then what is saved in the editor is noticed, and no more
        await server.client_register_capability_async(types.RegistrationParams([watching]))


@server.feature(types.TEXT_DOCUMENT_DID_OPEN)
def did_open(server: Server, params: types.DidOpenTextDocumentParams) -> None:
    """Check a document, which from now on stands for its file."""
    opened = server.take(params.text_document.uri)
    if opened is not None and server.matters(opened):
        server.schedule.note(opened.filename, rescan=True)


@server.feature(types.TEXT_DOCUMENT_DID_CHANGE)
def did_change(server: Server, params: types.DidChangeTextDocumentParams) -> None:
    """Check what a document says now."""
    changed = server.take(params.text_document.uri)
    if changed is not None and server.matters(changed):
        server.schedule.note(changed.filename)


@server.feature(types.TEXT_DOCUMENT_DID_SAVE)
def did_save(server: Server, params: types.DidSaveTextDocumentParams) -> None:
    """Look at the disk again: a configuration may have been saved."""
    server.schedule.note(server.filename(params.text_document.uri), rescan=True)


@server.feature(types.TEXT_DOCUMENT_DID_CLOSE)
def did_close(server: Server, params: types.DidCloseTextDocumentParams) -> None:
    """Check the file on disk again."""
    server.drop(params.text_document.uri)
    server.schedule.note(rescan=True)


@server.feature(types.WORKSPACE_DID_CHANGE_WATCHED_FILES)
def did_change_watched_files(server: Server, params: types.DidChangeWatchedFilesParams) -> None:
    """Look at the disk again, unless only what is installed has changed."""
    names = [filename_of(change.uri) or "" for change in params.changes]
    if any(_UNWATCHED.isdisjoint(name.split("/")) for name in names):
        server.schedule.note(rescan=True)


@server.feature(types.WORKSPACE_DID_CHANGE_WORKSPACE_FOLDERS)
def did_change_folders(server: Server, _: types.DidChangeWorkspaceFoldersParams) -> None:
    """Check the folders that there are now."""
    server.schedule.note(rescan=True)


# Diagnostics that are asked for


async def document_diagnostic(
    server: Server, params: types.DocumentDiagnosticParams
) -> types.DocumentDiagnosticReport:
    """The diagnostics of one file, or that they are what they were."""
    filename = server.filename(params.text_document.uri)
    await server.schedule.settled()
    shown = server.shown.get(filename or "", NOTHING)
    if params.previous_result_id == shown.identifier:
        return types.RelatedUnchangedDocumentDiagnosticReport(shown.identifier)
    return types.RelatedFullDocumentDiagnosticReport([*shown.items], result_id=shown.identifier)


async def workspace_diagnostic(
    server: Server, params: types.WorkspaceDiagnosticParams
) -> types.WorkspaceDiagnosticReport:
    """The diagnostics of all files; from then on no file's are sent unasked."""
    await server.schedule.settled()
    if not server.is_asked_for_workspace:
        server.is_asked_for_workspace = True
        if server.checked is not None:
            server.push()
    known = {each.uri: each.value for each in params.previous_result_ids}
    view = server.view
    shown = {view.uri(name): (view.version(name), each) for name, each in server.shown.items()}
    gone = {uri: (None, NOTHING) for uri in known if uri not in shown}
    reports = [
        _report(uri, version, each, known.get(uri))
        for uri, (version, each) in {**shown, **gone}.items()
        if each.items or uri in known
    ]
    return types.WorkspaceDiagnosticReport(reports)


def _report(
    uri: str, version: int | None, shown: Published, known: str | None
) -> types.WorkspaceDocumentDiagnosticReport:
    if known == shown.identifier:
        return types.WorkspaceUnchangedDocumentDiagnosticReport(uri, known, version)
    items, identifier = [*shown.items], shown.identifier
    return types.WorkspaceFullDocumentDiagnosticReport(uri, items, version, result_id=identifier)


# Code actions


@server.feature(
    types.TEXT_DOCUMENT_CODE_ACTION,
    types.CodeActionOptions(code_action_kinds=[*KINDS], resolve_provider=True),
)
async def code_action(
    server: Server, params: types.CodeActionParams
) -> list[types.CodeAction | types.Command]:
    """Fixes and comments for the diagnostics in a range, and what fixes the whole document."""
    filename, only = server.filename(params.text_document.uri) or "", params.context.only
    checked = await server.current(filename)
    run = checked.run_of(filename) if checked is not None else None
    if checked is None or run is None:
        return []
    opened = checked.view.documents[filename]
    span = Positions(opened.source, server.client.units).span(params.range)
    found: list[types.CodeAction | types.Command] = []
    if is_wanted(QUICK_FIX, only):
        fingerprints = frozenset(_fingerprints(params.context.diagnostics))
        changes = await server.worker.run(partial(changes_at, run, filename, span, fingerprints))
        found += _quick_fixes(server, run, changes)
    if is_wanted(FIX_ALL, only) and _is_fixable(run, filename):
        action = _actions(server).fix_all(opened.uri, opened.version)
        if server.client.resolves:
            found.append(action)
        elif only is not None:  # such as when a document is saved; else it takes too long
            found.append(await resolve_code_action(server, action))
    return found if server.documents.get(filename) == opened else []


@server.feature(types.CODE_ACTION_RESOLVE)
async def resolve_code_action(server: Server, params: types.CodeAction) -> types.CodeAction:
    """The edit of a fix of a whole document."""
    data = params.data if isinstance(params.data, dict) else {}
    filename = server.filename(str(data.get("uri"))) or ""
    checked = await server.current(filename)
    view = server.view
    if checked is None or view.version(filename) != data.get("version"):
        raise _content_modified()
    texts = await server.worker.run(partial(fix_all, server.session, view, filename))
    if server.view.version(filename) != data.get("version"):
        raise _content_modified()
    params.edit = _actions(server).edit(texts)
    return params


def _quick_fixes(server: Server, run: Run, changes: list[Change]) -> list[types.CodeAction]:
    publisher, actions = server.publisher(server.view), _actions(server)
    return [
        actions.quick_fix(change, publisher.diagnostic(change.diagnostic, run.sources))
        for change in changes
    ]


def _actions(server: Server) -> Actions:
    return Actions(server.view, server.client.units, server.client.is_versioned)


def _fingerprints(diagnostics: Iterable[types.Diagnostic]) -> list[str]:
    """Which of our diagnostics an editor means."""
    data = [each.data for each in diagnostics if each.source == NAME]
    return [str(each.get("fingerprint")) for each in data if isinstance(each, dict)]


def _is_fixable(run: Run, filename: str) -> bool:
    return any(
        each.fix is not None and each.fix.applicability is Applicability.SAFE
        for each in run.diagnostics
        if each.place.filename == filename
    )


def _content_modified() -> JsonRpcContentModified:
    return JsonRpcContentModified("The document has changed since the fix was offered.")


# Pages of rules


@server.feature(types.TEXT_DOCUMENT_HOVER)
async def hover(server: Server, params: types.HoverParams) -> types.Hover | None:
    """The page of the rule that has something to say here, or whose code is written here."""
    filename = server.filename(params.text_document.uri) or ""
    checked = await server.current(filename)
    if checked is None:
        return None
    run, opened = checked.run_of(filename), checked.view.documents[filename]
    positions = Positions(opened.source, server.client.units)
    position = positions.position(params.position)
    diagnostics = run.diagnostics if run is not None else ()
    own = [each for each in diagnostics if each.place.filename == filename]
    found = [*codes_at(own, position, opened.source.line(position.row))]
    text = pages(code for code, _ in found)
    if not text:
        return None
    kind = types.MarkupKind.Markdown if server.client.reads_markdown else types.MarkupKind.PlainText
    span = found[0][1]
    return types.Hover(
        types.MarkupContent(kind, text), positions.range(span) if span is not None else None
    )
