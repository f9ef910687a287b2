"""Diagnostics in an editor: where, with which links, and when they change."""

from __future__ import annotations

import os
import shutil
import sys
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest
from command_line import AFFECTED, APPLICATION, FIXED, commented, lay_out
from editor import until
from lsprotocol import types

if TYPE_CHECKING:
    from pathlib import Path

    from editor import Connection, Editor

pytestmark = pytest.mark.asyncio(loop_scope="session")

REGISTERED = "app.add_middleware(Timing)\n"
LAYERS = "import main\n\nmain.app.add_middleware(main.Timing)\n"


async def test_diagnostic_has_its_place_page_and_trace(editor: Editor) -> None:
    uri = await editor.open("main.py")
    [found] = editor.diagnostics("main.py")
    assert found.range == types.Range(types.Position(19, 4), types.Position(22, 5))
    assert found.severity == types.DiagnosticSeverity.Error
    assert found.source == "asgi-lint"
    assert found.message.startswith("Background task `send_welcome` is cancelled")
    assert found.code_description is not None
    assert found.code_description.href == "https://asgi-lint.readthedocs.io/rules/ASG201/"
    links = [(each.location.uri, each.location.range) for each in found.related_information or ()]
    registration = types.Range(types.Position(10, 0), types.Position(10, 18))
    assert links[0] == (uri, registration)
    assert found.tags is None


async def test_whole_workspace_is_shown_before_anything_is_open(editor: Editor) -> None:
    await editor.shows("requirements.txt", "1 ASG802")
    assert editor.connection.published[editor.uri("main.py")].version is None


async def test_change_shows_at_once(editor: Editor) -> None:
    await editor.open("main.py")
    await editor.change("main.py", f"\n\n{APPLICATION}")
    assert editor.shown("main.py") == ["22 ASG201"]
    await editor.change("main.py", APPLICATION.replace(REGISTERED, ""))
    assert editor.shown("main.py") == []


async def test_last_of_many_changes_counts(editor: Editor) -> None:
    await editor.open("main.py")
    for count in range(40):
        editor.type("main.py", "\n" * count + APPLICATION)
    await editor.published("main.py", version=editor.versions[editor.uri("main.py")])
    assert editor.shown("main.py") == ["59 ASG201"]
    assert editor.connection.times_published[editor.uri("main.py")] < 30


async def test_other_files_follow_a_change(editor: Editor) -> None:
    lay_out(editor.folder, {"main.py": APPLICATION.replace(REGISTERED, ""), "layers.py": LAYERS})
    editor.tell_of("main.py", "layers.py")
    await editor.shows("main.py", "19 ASG201")
    await editor.open("layers.py")
    await editor.change("layers.py", LAYERS.replace("main.app.", "# main.app."))
    await editor.shows("main.py")
    await editor.change("layers.py", f"\n{LAYERS}")
    await editor.shows("main.py", "19 ASG201")
    [found] = editor.diagnostics("main.py")
    [first, *_] = found.related_information or ()
    assert first.location == types.Location(
        editor.uri("layers.py"), types.Range(types.Position(3, 0), types.Position(3, 23))
    )


async def test_half_a_line_changes_nothing_for_other_files(editor: Editor) -> None:
    lay_out(editor.folder, {"main.py": APPLICATION.replace(REGISTERED, ""), "layers.py": LAYERS})
    editor.tell_of("main.py", "layers.py")
    await editor.shows("main.py", "19 ASG201")
    await editor.open("layers.py")
    await editor.change("layers.py", f"{LAYERS}main.app.add_middleware(")
    assert [each.split()[1] for each in editor.shown("layers.py")] == ["ASG001"]
    assert editor.shown("main.py") == ["19 ASG201"]
    await editor.change("layers.py", "main.app.add_middleware(")
    assert editor.shown("main.py") == ["19 ASG201"]
    await editor.change("layers.py", "print()\n")
    await editor.shows("main.py")


async def test_comment_that_is_typed_counts_at_once(editor: Editor) -> None:
    await editor.open("main.py")
    await editor.change("main.py", commented("# asgi-lint: ignore[ASG201]"))
    assert editor.shown("main.py") == []
    await editor.change("main.py", commented("# asgi-lint: ignore[ASG20"))
    assert "20 ASG201" in editor.shown("main.py")


async def test_requirement_that_is_typed_counts(editor: Editor) -> None:
    await editor.open("requirements.txt", language="pip-requirements")
    await editor.change("requirements.txt", FIXED)
    await editor.shows("requirements.txt")
    await editor.shows("main.py")
    await editor.change("requirements.txt", AFFECTED)
    await editor.shows("main.py", "20 ASG201")


async def test_closing_unsaved_shows_what_is_on_disk(editor: Editor) -> None:
    await editor.open("main.py")
    await editor.change("main.py", f"\n{APPLICATION}")
    editor.close("main.py")
    await editor.shows("main.py", "20 ASG201")


async def test_new_document_is_checked_before_it_is_saved(editor: Editor) -> None:
    await editor.open("new.py", APPLICATION)
    assert editor.shown("new.py") == ["20 ASG201"]
    editor.save("new.py")
    editor.close("new.py")
    await editor.shows("new.py", "20 ASG201")


async def test_renamed_and_deleted_files_are_followed(editor: Editor) -> None:
    (editor.folder / "main.py").rename(editor.folder / "shop.py")
    editor.tell_of("main.py", "shop.py")
    await editor.shows("main.py")
    await editor.shows("shop.py", "20 ASG201")
    (editor.folder / "shop.py").unlink()
    editor.tell_of("shop.py")
    await editor.shows("shop.py")


async def test_change_by_another_program_is_followed(editor: Editor) -> None:
    lay_out(editor.folder, {"main.py": f"\n{APPLICATION}"})
    editor.tell_of("main.py")
    await editor.shows("main.py", "21 ASG201")


async def test_watches_manifests_and_configurations(connection: Connection) -> None:
    [registration] = connection.registered
    globs = str(registration.register_options)
    for name in ("*.py", "asgi-lint.toml", "pyproject.toml", "uv.lock", "*requirements*.txt"):
        assert f"**/{name}" in globs


async def test_saved_configuration_holds(editor: Editor) -> None:
    lay_out(editor.folder, {"asgi-lint.toml": 'ignore = ["ASG201"]\n'})
    editor.tell_of("asgi-lint.toml")
    await editor.shows("main.py")
    (editor.folder / "asgi-lint.toml").unlink()
    editor.tell_of("asgi-lint.toml")
    await editor.shows("main.py", "20 ASG201")


async def test_wrong_configuration_is_told_and_nothing_else_changes(editor: Editor) -> None:
    await editor.open("main.py")
    lay_out(editor.folder, {"asgi-lint.toml": 'ignore = ["ASG9x"]\n'})
    editor.save("main.py")
    await editor.change("main.py", f"\n{APPLICATION}")
    await editor.shows("main.py", "21 ASG201")
    await until(lambda: editor.connection.messages)
    [message] = editor.connection.messages
    assert message.startswith(f"asgi-lint: {editor.folder.as_posix()}/asgi-lint.toml:1:11: ignore")
    editor.save("main.py")
    await editor.change("main.py", APPLICATION)
    assert len(editor.connection.messages) == 1
    lay_out(editor.folder, {"asgi-lint.toml": 'ignore = ["ASG201"]\n'})
    editor.tell_of("asgi-lint.toml")
    await editor.shows("main.py")


async def test_release_that_does_not_exist_is_told(editor: Editor) -> None:
    lay_out(editor.folder, {"asgi-lint.toml": 'starlette-version = "<0.1"\n'})
    editor.tell_of("asgi-lint.toml")
    await until(lambda: editor.connection.messages)
    assert "No release of starlette satisfies" in editor.connection.messages[0]
    assert editor.shown("main.py") == ["20 ASG201"]


async def test_unused_suppression_is_greyed_out(editor: Editor) -> None:
    comment = "# asgi-lint: ignore[ASG303]"
    await editor.open("main.py", commented(comment))
    [unused] = [each for each in editor.diagnostics("main.py") if each.code == "ASG004"]
    assert list(unused.tags or ()) == [types.DiagnosticTag.Unnecessary]


async def test_comment_that_means_nothing_is_shown(editor: Editor) -> None:
    await editor.open("main.py", commented("# asgi-lint: ignore[ASG201"))
    [wrong] = [each for each in editor.diagnostics("main.py") if each.code is None]
    assert wrong.range.start == types.Position(19, 21)
    assert "]" in wrong.message


async def test_syntax_error_is_shown_and_goes(editor: Editor) -> None:
    await editor.open("main.py")
    await editor.change("main.py", APPLICATION.replace("app = FastAPI()", "app = FastAPI("))
    assert [each.split()[1] for each in editor.shown("main.py")] == ["ASG001"]
    await editor.change("main.py", APPLICATION)
    assert editor.shown("main.py") == ["20 ASG201"]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
async def test_line_ends_of_other_systems(editor: Editor, end: str) -> None:
    await editor.open("main.py", APPLICATION.replace("\n", end))
    [found] = editor.diagnostics("main.py")
    assert found.range == types.Range(types.Position(19, 4), types.Position(22, 5))


async def test_form_feed_ends_no_line(editor: Editor) -> None:
    await editor.open("main.py", APPLICATION)
    await editor.change("main.py", f"# \x0c one line \u2028 \x1c still\n{APPLICATION}")
    assert editor.shown("main.py") == ["21 ASG201"]


async def test_columns_count_utf_16(editor: Editor) -> None:
    text = APPLICATION.replace("tasks.add_task(", "f'\U0001f389é', tasks.add_task(")
    await editor.open("main.py", text)
    [found] = editor.diagnostics("main.py")
    assert editor.connection.encoding == "utf-16"
    assert found.range.start == types.Position(19, 4 + len("f'##é', "))


async def test_several_folders_each_with_its_releases(editor: Editor, tmp_path: Path) -> None:
    other = tmp_path / "other"
    lay_out(other, {"main.py": APPLICATION, "requirements.txt": FIXED})
    await editor.add_folder(other)
    lay_out(other, {"requirements.txt": AFFECTED})
    editor.tell_of((other / "requirements.txt").as_uri())
    await editor.shows((other / "main.py").as_uri(), "20 ASG201")
    assert editor.shown("main.py") == ["20 ASG201"]
    await editor.remove_folder(other)
    await editor.shows((other / "main.py").as_uri())
    assert editor.shown("main.py") == ["20 ASG201"]


async def test_file_outside_all_folders_is_checked_in_its_project(
    editor: Editor, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    text = APPLICATION.replace(REGISTERED, "")
    lay_out(other, {"main.py": text, "layers.py": LAYERS, "requirements.txt": AFFECTED})
    outside = (other / "main.py").as_uri()
    await editor.open(outside, text)
    assert editor.shown(outside) == ["19 ASG201"]
    assert (other / "requirements.txt").as_uri() not in editor.connection.published
    editor.close(outside)
    await editor.shows(outside)


async def test_document_without_a_name_is_checked(editor: Editor) -> None:
    await editor.open("untitled:Untitled-1", APPLICATION)
    assert editor.shown("untitled:Untitled-1") == ["20 ASG201"]
    editor.close("untitled:Untitled-1")
    await editor.shows("untitled:Untitled-1")


@pytest.mark.parametrize("name", ["build/main.py", "lib/site-packages/shop/main.py"])
async def test_file_that_is_left_out_has_no_diagnostics(editor: Editor, name: str) -> None:
    lay_out(editor.folder, {name: APPLICATION})
    item = types.TextDocumentItem(editor.uri(name), "python", 1, APPLICATION)
    editor.client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await editor.open("main.py")
    assert editor.shown(name) == []
    left = types.TextDocumentIdentifier(editor.uri(name))
    editor.client.text_document_did_close(types.DidCloseTextDocumentParams(left))


async def test_folder_that_vanishes_is_told_and_ends_nothing(
    editor: Editor, tmp_path: Path
) -> None:
    gone = tmp_path / "gone"
    lay_out(gone, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    await editor.add_folder(gone)
    await editor.shows((gone / "main.py").as_uri(), "20 ASG201")
    shutil.rmtree(gone)
    editor.tell_of("main.py")
    await until(lambda: editor.connection.messages)
    assert "No such file or folder" in editor.connection.messages[0]
    await editor.remove_folder(gone)
    await editor.open("main.py")
    assert editor.shown("main.py") == ["20 ASG201"]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems refuse such names")
async def test_names_with_any_bytes(editor: Editor) -> None:
    names = [b"gr\xf6\xdfe.py", b"a\nb\x1b[31m.py", b"100% #?;.py", "名.py".encode()]
    for name in names:
        (editor.folder / os.fsdecode(name)).write_text(APPLICATION)
    editor.tell_of("main.py")
    for name in names:
        path = f"{editor.folder.as_posix()}/".encode() + name
        uri = f"file://{quote(path)}"
        await until(lambda uri=uri: editor.connection.published.get(uri))  # type: ignore[misc]
        [diagnostic] = editor.connection.published[uri].diagnostics
        assert diagnostic.code == "ASG201"
        opened = await editor.open(uri, APPLICATION)
        assert [each.code for each in editor.connection.published[opened].diagnostics] == ["ASG201"]
