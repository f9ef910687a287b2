"""The completion scripts, in the shells that they are for."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import asgi_lint, error_of

from asgi_lint.cli import COMMANDS
from asgi_lint.settings.keys import OUTPUT_FORMATS

IN_BASH = """
source <(asgi-lint completion bash)
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
compopt() { echo files; }  # outside a completion there is none
_asgi_lint_completion asgi-lint
printf '%s\\n' "${COMPREPLY[@]}"
"""
IN_FISH = """
asgi-lint completion fish | source
complete --do-complete "$argv"
"""
FILES = "files"
"""What tells bash to complete files where nothing else fits."""


def run(program: str, *arguments: str) -> list[str]:
    """The lines that a shell prints, with the command on its path."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [program, *arguments],
        env={**os.environ, "PATH": path},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split("\n")[:-1]


def completed(*words: str) -> list[str]:
    """What bash makes of a line whose last word is not finished."""
    return [line for line in run("bash", "-c", IN_BASH, "bash", "asgi-lint", *words) if line]


needs_bash = pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")


@needs_bash
@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ([""], [FILES, *COMMANDS]),
        (["gr"], [FILES, "graph"]),
        (["src/"], [FILES]),
        (["check", "app/"], [FILES]),
        (["--sel"], ["--select"]),
        (["check", "--no-unsafe"], ["--no-unsafe-fixes"]),
        (["rule", "asg80"], ["ASG801", "ASG802", "ASG803"]),
        (["rule", "starlette-ignores"], ["starlette-ignores-disconnects"]),
        (["check", "--ignore", "ASG201,ASG80"], [f"ASG201,ASG80{n}" for n in (1, 2, 3)]),
        (["check", "--output-format", ""], [*OUTPUT_FORMATS]),
        (["check", "--fail-on", "w"], ["warning"]),
        (["completion", "z"], ["zsh"]),
    ],
    ids=lambda words: " ".join(words) or "nothing",
)
def test_bash(words: list[str], expected: list[str]) -> None:
    assert completed(*words) == expected


@pytest.mark.skipif(shutil.which("fish") is None, reason="needs fish")
def test_fish() -> None:
    lines = run("fish", "--no-config", "-c", IN_FISH, "asgi-lint rule ASG80")
    assert [line.partition("\t")[0] for line in lines] == ["ASG801", "ASG802", "ASG803"]


@pytest.mark.skipif(shutil.which("zsh") is None, reason="needs zsh")
def test_zsh_takes_its_script() -> None:
    program = 'autoload -Uz compinit; compinit -D -u; eval "$(asgi-lint completion zsh)"; '
    program += "print $_comps[asgi-lint]"
    assert run("zsh", "-f", "-c", program) == ["_asgi_lint_completion"]


def test_shell_is_the_one_in_use(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHELL", "/usr/bin/fish")
    assert asgi_lint("completion") == asgi_lint("completion", "fish")
    monkeypatch.setenv("SHELL", "/bin/tcsh")
    assert error_of("completion") == "Say for which shell: bash, zsh, fish."
