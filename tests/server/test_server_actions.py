"""Code actions: fixes, comments and what fixes a whole document."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, asgi_lint, lay_out
from lsprotocol import types
from pygls.exceptions import JsonRpcException
from server_texts import STREAM

if TYPE_CHECKING:
    from pathlib import Path

    from editor import Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

FIX_ALL = "source.fixAll.asgi-lint"


def fixed_by_command(folder: Path, text: str, *options: str) -> str:
    """What `asgi-lint check --fix` makes of a text."""
    lay_out(folder, {"code.py": text})
    outcome = asgi_lint("check", "--fix", *options, str(folder))
    assert outcome.code != 2, outcome.stderr
    return (folder / "code.py").read_bytes().decode()


def titles(actions: list[types.CodeAction]) -> list[str]:
    return [each.title for each in actions]


async def test_fix_of_a_diagnostic(editor: Editor) -> None:
    await editor.open("stream.py", STREAM)
    fix, *_ = await editor.actions("stream.py", 14, only=["quickfix"])
    assert fix.title == "Re-raise the cancellation"
    assert fix.kind == types.CodeActionKind.QuickFix
    assert fix.is_preferred is True
    assert [each.code for each in fix.diagnostics or ()] == ["ASG303"]
    after = editor.after(fix.edit, "stream.py")
    assert after == STREAM.replace('print("stopped")\n', 'print("stopped")\n            raise\n')
    await editor.change("stream.py", after)
    assert editor.shown("stream.py") == []


async def test_fix_of_a_row_moves_with_what_is_typed(editor: Editor) -> None:
    await editor.open("stream.py", STREAM)
    editor.type("stream.py", f"# \U0001f389\n\n{STREAM}")
    fix, *_ = await editor.actions("stream.py", 16, only=["quickfix"])
    assert "            raise\n" in editor.after(fix.edit, "stream.py")


async def test_unsafe_fix_says_so_and_is_not_preferred(editor: Editor, tmp_path: Path) -> None:
    await editor.open("main.py")
    fix, *_ = await editor.actions("main.py", 20)
    assert fix.title == "Rewrite `Timing` as a pure ASGI middleware (may change more)"
    assert fix.is_preferred is None
    options = ("--starlette-version=0.20.4", "--unsafe-fixes")
    unsafe = fixed_by_command(tmp_path / "copy", APPLICATION, *options)
    assert "BaseHTTPMiddleware" not in unsafe
    assert editor.after(fix.edit, "main.py") == unsafe


async def test_fix_in_a_manifest(editor: Editor) -> None:
    await editor.open("requirements.txt", language="pip-requirements")
    fix, *_ = await editor.actions("requirements.txt", 1)
    after = editor.after(fix.edit, "requirements.txt")
    assert after != AFFECTED
    await editor.change("requirements.txt", after)
    await editor.shows("requirements.txt")
    await editor.shows("main.py")


async def test_comment_silences(editor: Editor) -> None:
    await editor.open("main.py")
    comment = (await editor.actions("main.py", 20))[-1]
    assert comment.title == "Silence ASG201 here with a comment"
    after = editor.after(comment.edit, "main.py")
    expected = "    tasks.add_task(  # asgi-lint: ignore[ASG201]\n"
    assert after == APPLICATION.replace("    tasks.add_task(\n", expected)
    await editor.change("main.py", after)
    assert editor.shown("main.py") == []


async def test_line_ends_stay_as_they_are(editor: Editor) -> None:
    text = STREAM.replace("\n", "\r\n")
    await editor.open("stream.py", text)
    fix, comment = await editor.actions("stream.py", 14, only=["quickfix"])
    assert editor.after(fix.edit, "stream.py").count("\r\n") == text.count("\r\n") + 1
    assert editor.after(comment.edit, "stream.py").count("\r\n") == text.count("\r\n")


async def test_everything_safe_is_fixed_at_once(editor: Editor, tmp_path: Path) -> None:
    text = STREAM + STREAM.replace("app = ", "more = ").replace("ticks", "tocks")
    await editor.open("stream.py", text)
    [action] = await editor.actions("stream.py", 1, only=["source.fixAll"])
    assert (action.kind, action.edit) == (FIX_ALL, None)
    action = await editor.resolved(action)
    after = editor.after(action.edit, "stream.py")
    assert after.count("            raise\n") == 2
    assert after == fixed_by_command(tmp_path / "copy", text)


async def test_unsafe_fixes_are_left_unless_configured(editor: Editor) -> None:
    await editor.open("main.py")
    assert await editor.actions("main.py", 20, only=[FIX_ALL]) == []


async def test_edit_for_an_older_text_is_refused(editor: Editor) -> None:
    await editor.open("stream.py", STREAM)
    [action] = await editor.actions("stream.py", 1, only=[FIX_ALL])
    editor.type("stream.py", f"\n{STREAM}")
    with pytest.raises(JsonRpcException, match="has changed since"):
        await editor.resolved(action)


async def test_actions_of_diagnostics_that_the_editor_names(editor: Editor) -> None:
    await editor.open("stream.py", STREAM)
    shown = editor.diagnostics("stream.py")
    assert await editor.actions("stream.py", 1, only=["quickfix"]) == []
    assert len(await editor.actions("stream.py", 1, only=["quickfix"], meant=shown)) == 2


async def test_nothing_is_offered_where_nothing_is_wrong(editor: Editor) -> None:
    await editor.open("stream.py", STREAM)
    assert titles(await editor.actions("stream.py", 6, only=["quickfix"])) == []
    assert titles(await editor.actions("stream.py", 14, only=["refactor"])) == []


async def test_rule_without_fixes_by_configuration_is_not_fixed(editor: Editor) -> None:
    lay_out(editor.folder, {"asgi-lint.toml": 'unfixable = ["ASG303"]\n'})
    editor.tell_of("asgi-lint.toml")
    await editor.open("stream.py", STREAM)
    offered = await editor.actions("stream.py", 14)
    assert titles(offered) == ["Silence ASG303 here with a comment"]


async def test_hover_shows_the_page_of_the_rule(editor: Editor) -> None:
    await editor.open("main.py")
    found = await editor.hover("main.py", 20, 8)
    assert found is not None
    assert isinstance(found.contents, types.MarkupContent)
    assert found.contents.kind == types.MarkupKind.Markdown
    assert found.contents.value.startswith("# base-middleware-cancels-background-tasks (ASG201)")
    assert found.range == editor.diagnostics("main.py")[0].range
    assert await editor.hover("main.py", 1, 1) is None


async def test_hover_over_a_code_in_a_comment(editor: Editor) -> None:
    text = f"{APPLICATION}# asgi-lint: ignore-file[ASG303, asg307]\n"
    await editor.open("main.py", text)
    found = await editor.hover("main.py", text.count("\n"), text.splitlines()[-1].index("307"))
    assert found is not None
    assert "(ASG307)" in str(found.contents).partition("\\n")[0]


async def test_other_documents_have_nothing_to_show(editor: Editor) -> None:
    item = types.TextDocumentItem(editor.uri("README.md"), "markdown", 1, "# ASG201\n")
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    assert await editor.hover("README.md", 1, 4) is None
    editor.texts[item.uri] = item.text
    assert await editor.actions("README.md", 1) == []
    editor.versions[item.uri] = 1
