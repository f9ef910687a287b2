"""The man page is current, has every option, and is what the programs that show it accept."""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import click
import pytest

from asgi_lint.cli import COMMANDS, main

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "man" / "asgi-lint.1"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    file = ROOT / "scripts" / "generate_man_page.py"
    spec = importlib.util.spec_from_file_location("generate_man_page", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_page_is_current(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    assert (script.main(["--check"]), capsys.readouterr().out) == (0, "")


def test_stale_page_is_told_and_written_anew(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    page = tmp_path / "man" / "asgi-lint.1"
    assert script.main(["--check"], page) == 1
    assert capsys.readouterr().out == "asgi-lint.1 is stale: run scripts/generate_man_page.py\n"
    assert script.main([], page) == 0
    assert script.main(["--check"], page) == 0


def test_every_command_and_option_is_there() -> None:
    text = PAGE.read_text(encoding="utf-8").replace("\\-", "-")
    context = click.Context(main)
    for name in COMMANDS:
        command = main.get_command(context, name)
        assert command is not None
        section = re.search(rf"\.SS asgi-lint {name} (.*?)(?=\n\.S[SH] )", text, re.DOTALL)
        assert section is not None, name
        for parameter in command.params:
            if isinstance(parameter, click.Option):
                assert parameter.opts[0] in section[1], (name, parameter.opts)


@pytest.mark.skipif(shutil.which("mandoc") is None, reason="needs mandoc")
def test_mandoc_has_nothing_to_say() -> None:
    done = subprocess.run(
        ["mandoc", "-T", "lint", "-W", "style", str(PAGE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_groff_has_no_warnings() -> None:
    done = subprocess.run(
        ["groff", "-man", "-T", "utf8", "-ww", "-z", str(PAGE)],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert (done.returncode, done.stderr) == (0, "")
