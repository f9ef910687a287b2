"""`--diff-base`: what a branch adds, and nothing that was there before."""

from __future__ import annotations

import os
import subprocess
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, APPLICATION, PIN, TASK, asgi_lint, error_of, lay_out, reported

if TYPE_CHECKING:
    from pathlib import Path

QUIET = {
    "GIT_AUTHOR_NAME": "A", "GIT_AUTHOR_EMAIL": "a@example.org",
    "GIT_COMMITTER_NAME": "A", "GIT_COMMITTER_EMAIL": "a@example.org",
    "GIT_CONFIG_GLOBAL": os.devnull, "GIT_CONFIG_SYSTEM": os.devnull,
}  # fmt: skip
ENDPOINT = APPLICATION[APPLICATION.index("@app.post") :]
AGAIN = f"\n\n{ENDPOINT.replace('sign_up', 'invite')}"
UNLAYERED = APPLICATION.replace("app.add_middleware(Timing)\n", "")


def git(*arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments],
        env={**os.environ, **QUIET},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout


def commit(project: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (project / name).parent.mkdir(parents=True, exist_ok=True)
        (project / name).write_text(text, encoding="utf-8")
    git("add", "-A")
    git("commit", "-q", "-m", "next")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A repository on a branch of its own, with both diagnostics on main."""
    folder = tmp_path / "project"
    folder.mkdir()
    monkeypatch.chdir(folder)
    git("init", "-q", "-b", "main")
    commit(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    git("checkout", "-q", "-b", "feature")
    return folder


def added(*options: str) -> list[str]:
    return reported(".", "--diff-base", "main", *options)


def test_branch_that_adds_nothing_is_clean() -> None:
    assert reported(".") == [TASK, PIN]
    outcome = asgi_lint("--diff-base", "main")
    assert (outcome.code, outcome.stdout) == (0, "All checks passed: 2 files.\n")


@pytest.mark.parametrize("is_committed", [True, False])
def test_new_code_is_reported_committed_or_not(project: Path, is_committed: bool) -> None:
    if is_committed:
        commit(project, {"main.py": APPLICATION + AGAIN})
    else:
        lay_out(project, {"main.py": APPLICATION + AGAIN})
    assert added() == ["main.py:28 ASG201"]


def test_moved_code_is_not(project: Path) -> None:
    commit(project, {"main.py": "import logging\n\n" + APPLICATION})
    assert added() == []


def test_effect_in_a_file_that_did_not_change_is_reported(project: Path) -> None:
    git("checkout", "-q", "main")
    separate = {
        "main.py": "from fastapi import FastAPI\n\nimport api\n\napp = FastAPI()\n"
        "app.include_router(api.app)\n",
        "api.py": UNLAYERED.replace("FastAPI()", "APIRouter()").replace("FastAPI", "APIRouter"),
    }
    commit(project, separate)
    git("checkout", "-q", "-B", "feature")
    layered = separate["main.py"] + ("app.add_middleware(api.Timing)\n")
    commit(project, {"main.py": layered})
    assert added() == ["api.py:19 ASG201"]


def test_changed_requirement_is_reported_with_what_it_does(project: Path) -> None:
    git("checkout", "-q", "main")
    commit(project, {"requirements.txt": "fastapi==0.115.0\n"})
    git("checkout", "-q", "-B", "feature")
    commit(project, {"requirements.txt": AFFECTED})
    assert added() == [TASK, PIN]


def test_what_main_got_meanwhile_does_not_count(project: Path) -> None:
    git("checkout", "-q", "main")
    commit(project, {"main.py": APPLICATION + AGAIN})
    git("checkout", "-q", "feature")
    assert added() == []
    lay_out(project, {"main.py": APPLICATION + AGAIN})
    assert added() == ["main.py:28 ASG201"]


def test_untracked_file_is_new(project: Path) -> None:
    lay_out(project, {"other.py": APPLICATION})
    assert added() == ["other.py:20 ASG201"]
    lay_out(project, {".gitignore": "other.py\n"})
    assert added() == []


def test_renamed_file_is_not_new(project: Path) -> None:
    (project / "app").mkdir()
    git("mv", "main.py", "app/main.py")
    assert added() == []
    assert reported("app", "--diff-base", "main") == []
    assert reported("app/main.py", "--diff-base", "main") == []
    git("commit", "-q", "-m", "move")
    lay_out(project, {"app/main.py": APPLICATION + AGAIN})
    assert added() == ["app/main.py:28 ASG201"]


def test_file_with_an_unusual_name(project: Path) -> None:
    git("checkout", "-q", "main")
    commit(project, {'größe\t"1".py': APPLICATION})
    git("checkout", "-q", "-B", "feature")
    assert added() == []


def test_single_paths_and_folders_below(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    commit(project, {"api/main.py": APPLICATION, "web/main.py": APPLICATION})
    assert reported("api", "--diff-base", "main") == ["api/main.py:20 ASG201"]
    assert reported("main.py", "--diff-base", "main") == []
    monkeypatch.chdir(project / "web")
    assert reported(".", "--diff-base", "main") == ["main.py:20 ASG201"]


def test_configuration_of_today_holds_for_both(project: Path) -> None:
    git("checkout", "-q", "main")
    commit(project, {"asgi-lint.toml": 'ignore = ["ASG201"]\nextend-exclude = ["/old"]\n'})
    commit(project, {"old/main.py": APPLICATION})
    git("checkout", "-q", "-B", "feature")
    commit(project, {"asgi-lint.toml": 'extend-exclude = ["/new"]\n'})
    assert added() == []
    lay_out(project, {"new/main.py": APPLICATION})
    assert added() == []


def test_baseline_and_fixes_go_with_it(project: Path) -> None:
    commit(project, {"main.py": APPLICATION + AGAIN})
    assert asgi_lint("--write-baseline", "known.json", "--diff-base", "main").stdout == (
        "Wrote 1 diagnostic to known.json.\n"
    )
    assert added("--baseline", "known.json") == []
    asgi_lint("--diff-base", "main", "--fix", "--unsafe-fixes")
    assert (project / "requirements.txt").read_text(encoding="utf-8") == AFFECTED


def test_broken_file_is_reported_by_the_branch_that_breaks_it(project: Path) -> None:
    lay_out(project, {"main.py": "def starlette(:\n"})
    assert added() == ["main.py:1 ASG001"]
    commit(project, {})
    git("checkout", "-q", "-b", "next")
    assert reported(".", "--diff-base", "feature") == []


def test_environment_of_today_serves_both(project: Path) -> None:
    git("checkout", "-q", "main")
    (project / "requirements.txt").unlink()
    commit(project, {"pyproject.toml": "[project]\nname = 'a'\n", ".gitignore": ".venv\n"})
    git("checkout", "-q", "-B", "feature")
    metadata = ".venv/lib/python3.11/site-packages/starlette-0.20.4.dist-info/METADATA"
    lay_out(project, {metadata: "", ".venv/pyvenv.cfg": ""})
    assert reported(".") == [TASK]
    assert added() == []


def test_nothing_is_left_behind_and_nothing_changed(project: Path, tmp_path: Path) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    state = git("status", "--porcelain"), git("worktree", "list")
    asgi_lint("--diff-base", "main", env={"TMPDIR": str(temporary)})
    assert [*temporary.iterdir()] == []
    assert (git("status", "--porcelain"), git("worktree", "list")) == state


def test_hooks_and_drivers_of_the_repository_are_not_run(project: Path) -> None:
    marker = project / "was-run"
    for key in ("diff.external", "core.fsmonitor", "core.pager"):
        git("config", key, f"touch {marker}; true")
    lay_out(project, {"main.py": APPLICATION + AGAIN})
    assert added() == ["main.py:28 ASG201"]
    assert not marker.exists()


@pytest.mark.parametrize(
    ("ref", "problem"),
    [
        ("none", "--diff-base: git says: Needed a single revision."),
        ("--help", "--diff-base: git says: Needed a single revision."),
        ("HEAD:main.py", "--diff-base: git says: Needed a single revision."),
    ],
)
def test_ref_that_is_none_is_told_in_one_line(ref: str, problem: str) -> None:
    assert error_of(f"--diff-base={ref}") == problem


def test_unrelated_history_is_told_in_one_line(project: Path) -> None:
    git("checkout", "-q", "--orphan", "alone")
    git("commit", "-q", "-m", "begin")
    assert error_of("--diff-base", "main").startswith(
        '--diff-base: "main" and what is checked out have no commit in common.'
    )


def test_outside_of_a_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plain").mkdir()
    monkeypatch.chdir(tmp_path / "plain")
    assert error_of("--diff-base", "main") == (
        f'--diff-base: "{(tmp_path / "plain").as_posix()}" lies in no git repository.'
    )


def test_two_repositories_are_one_too_many(project: Path, tmp_path: Path) -> None:
    lay_out(tmp_path / "other", {"a.py": ""})
    assert error_of(".", "../other", "--diff-base", "main").endswith("check one at a time.")


def test_without_git(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(project))
    assert error_of("--diff-base", "main") == (
        "--diff-base: git cannot be run: no such file or directory."
    )
