"""How long the language server takes from a keystroke to the diagnostics for it.

    python benchmarks/server.py [FOLDER FILE] [--files 300] [--keystrokes 60]

Without a folder a project is generated, the one of `link.py`. A document of it is opened, and
changed in two ways: a line is typed letter by letter, which most of the time is no valid Python;
and calls are added one by one, each of which says something new, so that the whole project is
linked and checked again. Each change is sent when the diagnostics of the one before have arrived,
so the times are those of a person who types slowly; the pause that the server makes for those who
type fast is part of them. Median and 95th percentile count.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

from link import generate
from lsprotocol import types
from pygls.lsp.client import LanguageClient
from pygls.uris import from_fs_path

TYPED = '    answer = {"number": number, "session": str(session)}  # what is typed'
SECONDS = 600


def main() -> None:
    """Measure and print a line for each number."""
    parser = argparse.ArgumentParser(description="Measure the language server.")
    parser.add_argument("folder", nargs="?", type=Path, help="a project; default: a generated one")
    parser.add_argument("file", nargs="?", help="the file in it that is typed in")
    parser.add_argument("--files", type=int, default=300, help="files to generate")
    parser.add_argument("--keystrokes", type=int, default=60, help="letters to type")
    options = parser.parse_args()
    if options.folder is not None:
        measured = measure(options.folder.resolve(), options.file, options.keystrokes)
        asyncio.run(asyncio.wait_for(measured, SECONDS))
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), options.files)
        measured = measure(Path(folder).resolve(), "service0/routes.py", options.keystrokes)
        asyncio.run(asyncio.wait_for(measured, SECONDS))


async def measure(folder: Path, file: str, keystrokes: int) -> None:
    """Print how long the first diagnostics took, and those of the keystrokes."""
    client, arrived = LanguageClient("benchmark", "1"), asyncio.Queue[tuple[str, int | None]]()
    sent = 0

    @client.feature(types.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)
    def publish(params: types.PublishDiagnosticsParams) -> None:
        nonlocal sent
        sent += len(params.diagnostics)
        arrived.put_nowait((params.uri, params.version))

    async def until(version: int) -> None:
        while await arrived.get() != (uri, version):
            pass

    uri, text = str(from_fs_path(str(folder / file))), (folder / file).read_text(encoding="utf-8")
    started = time.perf_counter()
    await client.start_io(sys.executable, "-m", "asgi_lint", "server")
    workspace = [types.WorkspaceFolder(str(from_fs_path(str(folder))), folder.name)]
    capabilities = types.ClientCapabilities()
    asked = types.InitializeParams(capabilities, workspace_folders=workspace)
    await client.initialize_async(asked)
    client.initialized(types.InitializedParams())
    item = types.TextDocumentItem(uri, "python", 0, text)
    client.text_document_did_open(types.DidOpenTextDocumentParams(item))
    await until(0)
    print(f"start to first diagnostics {1000 * (time.perf_counter() - started):8.0f} ms")
    version = 0
    for name, change in (("letter", _letter), ("call", _call)):
        times, spent = [], seconds_spent(client)
        for count in range(1, keystrokes + 1):
            version += 1
            document = types.VersionedTextDocumentIdentifier(version, uri)
            changed = f"{text.rstrip()}\n{change(count)}\n"
            whole = types.TextDocumentContentChangeWholeDocument(changed)
            started = time.perf_counter()
            client.text_document_did_change(types.DidChangeTextDocumentParams(document, [whole]))
            await until(version)
            times.append(time.perf_counter() - started)
            await asyncio.sleep(0.05)
        used = (seconds_spent(client) - spent) / len(times)
        cuts = statistics.quantiles(times, n=20)
        shown = [statistics.median(times), cuts[-1], min(times), used]
        median, late, least, processor = [f"{1000 * each:.0f} ms" for each in shown]
        print(f"{name:8} median {median}, 95th percentile {late}, least {least}, of the processor "
              f"{processor}")  # fmt: skip
    await client.shutdown_async(None)
    client.exit(None)
    await client.stop()
    print(f"{len(text.splitlines())} lines in the document, {sent} diagnostics sent")


def _letter(count: int) -> str:
    return TYPED[: 4 + count % (len(TYPED) - 4)]


def _call(count: int) -> str:
    return f"    value = number.find({count})"


def seconds_spent(client: LanguageClient) -> float:
    """The processor time of the server up to now; 0 where there is no /proc to tell it."""
    stat = Path(f"/proc/{client._server.pid if client._server else 0}/stat")
    if not stat.exists():
        return 0.0
    user, system = stat.read_text().rpartition(")")[2].split()[11:13]
    return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
