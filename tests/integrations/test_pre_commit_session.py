"""The hooks in the hands of the real pre-commit, which installs them from a clone of this one."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from git_repository import Repository, environment

if TYPE_CHECKING:
    from command_line import Outcome

pytestmark = pytest.mark.usefixtures("may_install")

ROOT = Path(__file__).parents[2]
TASK = "error[ASG201]: Background task `send_welcome` is cancelled"
PIN = "error[ASG802]: `fastapi==0.85.0` installs Starlette 0.20.4"


@pytest.fixture(scope="module")
def hooks(tmp_path_factory: pytest.TempPathFactory) -> Repository:
    """A clone of this repository, with what is not committed yet as a commit on top."""
    home = tmp_path_factory.mktemp("home")
    clone = Repository(home / "asgi-lint", environment(home))
    here = Repository(ROOT, clone.env)
    here.git("clone", "--quiet", ROOT.as_uri(), str(clone.path))
    if changes := here.git("diff", "--binary", "HEAD"):
        clone.git("apply", "--index", "-", stdin=changes)
    clone.commit("What is not committed yet")
    return clone


@pytest.fixture
def project(tmp_path: Path, hooks: Repository) -> Repository:
    """The example application in a repository whose configuration names the hook."""
    home = hooks.path.parent
    project = Repository(tmp_path / "shop", {**hooks.env, "PRE_COMMIT_HOME": str(home / "cache")})
    shutil.copytree(ROOT / "fixtures" / "example", project.path)
    (project.path / "README.md").write_text("# Shop\n")
    project.git("init", "--quiet")
    configure(project, hooks, "asgi-lint")
    project.commit("The shop")
    return project


def configure(project: Repository, hooks: Repository, name: str) -> None:
    revision = hooks.git("rev-parse", "HEAD").strip()
    (project.path / ".pre-commit-config.yaml").write_text(
        f"repos:\n- repo: {hooks.path.as_uri()}\n  rev: {revision}\n  hooks:\n  - id: {name}\n"
    )


def pre_commit(project: Repository, *arguments: str) -> Outcome:
    return project.run(sys.executable, "-m", "pre_commit", *arguments)


def after(project: Repository, *changes: tuple[str, str, str]) -> Outcome:
    """What pre-commit says of a commit with these changes, each a file, its old and new text."""
    for name, old, new in changes:
        path = project.path / name
        text = path.read_text()
        assert old in text
        path.write_text(text.replace(old, new))
    project.git("add", "--all")
    return pre_commit(project, "run")


def test_all_files(project: Repository) -> None:
    outcome = pre_commit(project, "run", "--all-files")
    assert outcome.code == 1
    assert TASK in outcome.stdout
    assert PIN in outcome.stdout
    assert "Found 2 errors in 4 files." in outcome.stdout


def test_changed_python_file_alone_is_judged_by_the_whole_project(project: Repository) -> None:
    outcome = after(project, ("services/mail.py", "...", "print(address)"))
    assert outcome.code == 1
    assert TASK in outcome.stdout
    assert "main.py:14:5" in outcome.stdout  # where the middleware is registered
    assert PIN not in outcome.stdout
    assert "Found 1 error in 1 file." in outcome.stdout


def test_changed_manifest_alone(project: Repository) -> None:
    outcome = after(project, ("requirements.txt", "uvicorn", "uvicorn[standard]"))
    assert outcome.code == 1
    assert PIN in outcome.stdout
    assert TASK not in outcome.stdout


def test_file_that_asgi_lint_does_not_read_starts_nothing(project: Repository) -> None:
    outcome = after(project, ("README.md", "Shop", "A shop"))
    assert outcome.code == 0
    assert "(no files to check)Skipped" in outcome.stdout


def test_repaired_project_passes(project: Repository) -> None:
    outcome = after(
        project,
        ("requirements.txt", "0.85.0", "0.115.0"),
        ("services/mail.py", "...", "print(address)"),
    )
    assert (outcome.code, outcome.stdout.rstrip()[-6:]) == (0, "Passed")


def test_excluded_file_is_left_alone_though_pre_commit_names_it(project: Repository) -> None:
    (project.path / "asgi-lint.toml").write_text('extend-exclude = ["services"]\n')
    outcome = after(project, ("services/mail.py", "...", "print(address)"))
    assert outcome.code == 0
    assert "Passed" in outcome.stdout


def test_commit_is_stopped_by_the_installed_hook(project: Repository) -> None:
    assert pre_commit(project, "install").code == 0
    (project.path / "services" / "täglicher bericht.py").write_text("import fastapi\nraise (\n")
    project.git("add", "--all")
    before = project.git("rev-parse", "HEAD")
    run = project.run("git", "commit", "--quiet", "--message", "A report")
    assert run.code == 1
    assert "error[ASG001]" in run.stdout + run.stderr
    assert "services/täglicher bericht.py:2" in run.stdout + run.stderr
    assert project.git("rev-parse", "HEAD") == before


def test_fixing_hook_changes_the_file_once(project: Repository, hooks: Repository) -> None:
    configure(project, hooks, "asgi-lint-fix")
    (project.path / "requirements.txt").write_text("fastapi>=0.85.0\n")
    project.git("add", "--all")
    first = pre_commit(project, "run")
    assert first.code == 1
    assert "files were modified by this hook" in first.stdout
    assert (project.path / "requirements.txt").read_text() == "fastapi>=0.87.0\n"
    project.git("add", "--all")
    assert pre_commit(project, "run").code == 0


def test_project_hook_reports_files_that_did_not_change(
    project: Repository, hooks: Repository
) -> None:
    configure(project, hooks, "asgi-lint-project")
    outcome = after(project, ("main.py", "return await", "return  await"))
    assert outcome.code == 1
    assert TASK in outcome.stdout
    assert "Found 2 errors in 4 files." in outcome.stdout
