"""`asgi-lint completion`: print what makes a shell complete the command's words."""

from __future__ import annotations

import os
from pathlib import PurePath

import click

from asgi_lint.cli.ending import fail
from asgi_lint.cli.words import Choice

SHELLS = ("bash", "zsh", "fish")


@click.command()
@click.argument("shell", type=Choice(SHELLS), required=False)
def completion(shell: str | None) -> None:
    """Print the script that makes a shell complete commands, options, rules and files.

    \b
    bash   eval "$(asgi-lint completion bash)"      in ~/.bashrc
    zsh    eval "$(asgi-lint completion zsh)"       in ~/.zshrc, after compinit
    fish   asgi-lint completion fish | source       in ~/.config/fish/config.fish

    Without SHELL it is the one that $SHELL names.
    """
    from click.shell_completion import get_completion_class

    from asgi_lint.cli import main

    shell = shell or PurePath(os.environ.get("SHELL", "")).name
    kind = get_completion_class(shell) if shell in SHELLS else None
    if kind is None:
        fail(f"Say for which shell: {', '.join(SHELLS)}.")
    click.echo(kind(main, {}, "asgi-lint", "_ASGI_LINT_COMPLETE").source().strip())
