"""What is generated of the documentation is current, and what it shows can be used as it is."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asgi_lint.rules.registry import rules
from asgi_lint.settings import read_settings
from asgi_lint.suppression import FileKind, find_suppressions

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[1]
SCRIPT = ROOT / "scripts" / "generate_docs.py"

CONFIGURATIONS = [
    pytest.param(block, id=f"{path.stem}-{number}")
    for path in sorted((ROOT / "docs").rglob("*.md"))
    for number, block in enumerate(
        re.findall(r"```toml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    )
]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", SCRIPT)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_documentation_is_current(script: ModuleType, capsys: pytest.CaptureFixture[str]) -> None:
    exit_code = script.main(["--check"])
    assert (exit_code, capsys.readouterr().out) == (0, "")


def test_check_names_what_is_stale_and_writes_nothing(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "README.md").write_text("# A\n\n<!-- rules -->\nold\n<!-- /rules -->\n\nEnd.\n")
    assert script.main([], tmp_path) == 0
    (tmp_path / "docs/rules/ASG201.md").write_text("changed by hand\n")
    (tmp_path / "docs/rules/ASG999.md").write_text("of a rule that is gone\n")

    assert script.main(["--check"], tmp_path) == 1
    assert capsys.readouterr().out == (
        "docs/rules/ASG201.md is stale: run scripts/generate_docs.py\n"
        "docs/rules/ASG999.md is stale: run scripts/generate_docs.py\n"
    )
    assert (tmp_path / "docs/rules/ASG201.md").read_text(encoding="utf-8") == "changed by hand\n"

    assert script.main([], tmp_path) == 0
    assert script.main(["--check"], tmp_path) == 0
    assert not (tmp_path / "docs/rules/ASG999.md").exists()


def test_readme_keeps_what_stands_around_the_table(script: ModuleType, tmp_path: Path) -> None:
    readme = tmp_path / "README.md"
    readme.write_text("# A\n\n<!-- rules -->\nold\n<!-- /rules -->\n\nEnd.\n")
    assert script.main([], tmp_path) == 0
    text = readme.read_text(encoding="utf-8")
    assert text.startswith("# A\n\n<!-- rules -->\n| Code |")
    assert text.endswith(" |\n<!-- /rules -->\n\nEnd.\n")
    assert [code for code in rules() if f"[{code}](docs/rules/{code}.md)" not in text] == []


def test_marker_that_is_not_closed_stops_the_run(script: ModuleType, tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("<!-- rules -->\n")
    with pytest.raises(SystemExit, match="is not closed"):
        script.main([], tmp_path)


@pytest.mark.parametrize("configuration", CONFIGURATIONS)
def test_configurations_that_are_shown_can_be_read(configuration: str, tmp_path: Path) -> None:
    is_shared = "[tool.asgi-lint" in configuration
    file = tmp_path / "services" / "mail" / ("pyproject.toml" if is_shared else "asgi-lint.toml")
    file.parent.mkdir(parents=True)
    file.write_text(configuration)
    (tmp_path / "asgi-lint.toml").write_text("")  # what one of them extends
    assert read_settings(file.as_posix(), rules()).filename == file.as_posix()


def test_suppressions_that_are_shown_are_understood() -> None:
    text = (ROOT / "docs" / "suppressing.md").read_text(encoding="utf-8")
    blocks = re.findall(r"```(?:python|text)\n(.*?)```", text, re.DOTALL)
    names = {rule.name: code for code, rule in rules().items()}
    for block in blocks:
        found = find_suppressions(block, FileKind.PYTHON, names)
        assert found.malformed == ()
        assert [bool(d.codes and d.reason) for d in found.directives] == [True]
    assert len(blocks) == text.count("```") // 2
