from __future__ import annotations

import shutil
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from command_line import lay_out
from renaming import CODE, MAIN, OTHER, SAFE_RENAMING, UNSAFE_RENAMING, install, renaming

if TYPE_CHECKING:
    from asgi_lint.rules.rule import Rule

pytestmark = pytest.mark.skipif(shutil.which("patch") is None, reason="patch is not installed")
SCRIPT = Path(__file__).parents[1] / "scripts/check_fixes.py"


@pytest.fixture
def check_fixes() -> Any:
    """The script as a module."""
    spec = spec_from_file_location("check_fixes", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(autouse=True)
def project(tmp_path: Path) -> Path:
    lay_out(tmp_path / "shop", {"main.py": MAIN})
    return tmp_path / "shop"


def test_fixes_that_keep_their_promises(
    check_fixes: Any,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    install(monkeypatch, SAFE_RENAMING, UNSAFE_RENAMING)
    assert check_fixes.main([str(project)]) == 0
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"1 projects, 0 with a broken promise. Fixed: {CODE} 1, {OTHER} 1."
    assert (project / "main.py").read_text() == MAIN


@pytest.mark.parametrize(
    ("rules", "complaint"),
    [
        ([renaming({"old": "new(("})], "the fix of ASG303"),
        ([renaming({"old": "older", "older": "old"})], "ASG303 does not come to an end"),
        ([renaming({"old": "x"}), renaming({"x": "x"}, code=OTHER)], "ASG304 0 times"),
    ],
)
def test_broken_promise(
    check_fixes: Any,
    project: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    rules: list[Rule],
    complaint: str,
) -> None:
    install(monkeypatch, *rules)
    assert check_fixes.main([str(project)]) == 1
    assert complaint in capsys.readouterr().out
