"""`asgi-lint server`: the language server, on standard input and output."""

from __future__ import annotations

import click

from asgi_lint.cli.ending import fail


@click.command()
def server() -> None:
    """Serve an editor by the Language Server Protocol, on standard input and output."""
    try:
        import pygls  # noqa: F401
    except ImportError:
        fail("The language server needs another package: pip install asgi-lint[lsp]")
    from asgi_lint.server.features import server as language_server

    language_server.start_io()
