"""A real editor, Neovim without a screen: it shows a diagnostic and takes its quick fix."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from command_line import lay_out
from server_texts import STREAM

_WANTED = "ASGI_LINT_EDITOR_TESTS"
_SCRIPT = Path(__file__).parent / "neovim" / "quick_fix.lua"


@pytest.fixture
def neovim() -> str:
    found = shutil.which("nvim")
    if found is None and os.environ.get(_WANTED) == "1":
        pytest.fail(f"{_WANTED}=1 asks for the tests with editors, but there is no Neovim")
    if found is None:
        pytest.skip("no Neovim is installed (Debian's package: neovim)")
    return found


def test_diagnostic_hover_and_quick_fix(neovim: str, tmp_path: Path) -> None:
    folder, seen = tmp_path / "shop", tmp_path / "seen.json"
    lay_out(folder, {"stream.py": STREAM})
    asked = {
        "server": [sys.executable, "-m", "asgi_lint", "server"],
        "opened": "stream.py",
        "seen": str(seen),
    }
    subprocess.run(
        [neovim, "--headless", "--clean", "-c", f"luafile {_SCRIPT}"],
        cwd=folder,
        env={
            **os.environ,
            "ASGI_LINT_ASKED": json.dumps(asked),
            "XDG_STATE_HOME": str(tmp_path / "state"),
            "XDG_CACHE_HOME": str(tmp_path / "cache"),
        },
        capture_output=True,
        timeout=240,
        check=True,
    )
    found = json.loads(seen.read_text(encoding="utf-8"))
    assert "problem" not in found
    [before] = found["before"]
    assert (before["row"], before["column"], before["code"]) == (14, 16, "ASG303")
    assert found["hover"] == "# cancellation-swallowed-in-stream (ASG303)"
    assert found["offered"] == [
        "Re-raise the cancellation",
        "Silence ASG303 here with a comment",
        "Fix all that asgi-lint can fix safely in this file",
    ]
    assert found["after"] == []
    expected = STREAM.replace('print("stopped")\n', 'print("stopped")\n            raise\n')
    assert (folder / "stream.py").read_text(encoding="utf-8") == expected
