"""What the documentation shows of configurations for CI and pre-commit is valid."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[2]
SCHEMAS = {
    ".github/workflows/asgi-lint.yml": ("check-jsonschema", "vendor.github-workflows"),
    ".gitlab-ci.yml": ("check-jsonschema", "vendor.gitlab-ci"),
    "azure-pipelines.yml": ("check-jsonschema", "vendor.azure-pipelines"),
    ".pre-commit-config.yaml": ("pre-commit", "validate-config"),
}
BLOCKS = [
    pytest.param(*found, id=f"{number}-{found[0]}")
    for number, found in enumerate(
        re.findall(r'```yaml title="(.*?)"\n(.*?)```', (ROOT / "docs/ci.md").read_text(), re.DOTALL)
    )
]


def test_every_kind_is_shown() -> None:
    assert {block.values[0] for block in BLOCKS} == SCHEMAS.keys()


@pytest.mark.parametrize(("name", "text"), BLOCKS)
def test_example_is_valid(name: str, text: str, tmp_path: Path) -> None:
    file = tmp_path / Path(name).name
    file.write_text(text)
    program, how = SCHEMAS[name]
    options = [how] if program == "pre-commit" else ["--builtin-schema", how]
    done = subprocess.run(
        [Path(sys.executable).parent / program, *options, file],
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_inputs_are_those_of_the_action() -> None:
    text = (ROOT / "docs/ci.md").read_text()
    table = re.findall(r"^\| `([a-z-]+)` \|", text.partition("## GitHub")[2], re.MULTILINE)
    assert table == [*yaml.safe_load((ROOT / "action.yml").read_text())["inputs"]]


def test_hooks_are_those_that_there_are() -> None:
    text = (ROOT / "docs/ci.md").read_text().partition("## GitHub")[0]
    hooks = [hook["id"] for hook in yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())]
    assert re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE) == hooks
