"""Which files a run takes from the paths it is given."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from asgi_lint.discovery import Discovered, discover, list_project, missing_paths
from asgi_lint.globs import Glob
from asgi_lint.settings import Settings

GIT = shutil.which("git")
GIT_ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("GIT_")},
    "GIT_CONFIG_GLOBAL": os.devnull,
    "GIT_CONFIG_NOSYSTEM": "1",
    "XDG_CONFIG_HOME": os.devnull,
}


def lay_out(folder: Path, *names: str, **contents: str) -> None:
    """Create empty files, and in `contents` the text of a `gitignore` for the folder itself."""
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if name.endswith("/"):
            path.mkdir(exist_ok=True)
        else:
            path.touch()
    if "gitignore" in contents:
        (folder / ".gitignore").write_text(contents["gitignore"])


def is_manifest(filename: str) -> bool:
    return filename.endswith(("/requirements.txt", "/pyproject.toml"))


def relative(filenames: tuple[str, ...], folder: Path) -> list[str]:
    return [Path(filename).relative_to(folder).as_posix() for filename in filenames]


def discovered(folder: Path, *given: str, settings: Settings | None = None) -> Discovered:
    paths = [folder / path for path in given or ["."]]
    return discover(paths, settings or Settings(), is_manifest)


def files(folder: Path, *given: str, settings: Settings | None = None) -> list[str]:
    return relative(discovered(folder, *given, settings=settings).files, folder)


def excluding(folder: Path, *patterns: str, force_exclude: bool = False) -> Settings:
    globs = tuple(Glob(pattern, folder.as_posix()) for pattern in patterns)
    return Settings(folder=folder.as_posix(), extend_exclude=globs, force_exclude=force_exclude)


def test_a_folder_gives_its_python_files_and_manifests_sorted(tmp_path: Path) -> None:
    lay_out(
        tmp_path, "b.py", "a/z.py", "a.py", "a/requirements.txt", "c.pyi", "d.pyw", "e.txt", "py"
    )
    found = discovered(tmp_path)
    assert relative(found.files, tmp_path) == ["a.py", "a/z.py", "b.py"]
    assert relative(found.manifests, tmp_path) == ["a/requirements.txt"]
    assert found.missing == ()
    assert found.unreadable == ()


def test_a_file_that_is_named_is_taken_whatever_its_suffix(tmp_path: Path) -> None:
    lay_out(tmp_path, "script", "a.pyi", "pyproject.toml")
    found = discovered(tmp_path, "script", "a.pyi", "pyproject.toml", "script")
    assert relative(found.files, tmp_path) == ["a.pyi", "script"]
    assert relative(found.manifests, tmp_path) == ["pyproject.toml"]


def test_paths_that_overlap_give_each_file_once(tmp_path: Path) -> None:
    lay_out(tmp_path, "a/b.py", "a/c.py")
    assert files(tmp_path, "a", "a/b.py", ".", "a/../a") == ["a/b.py", "a/c.py"]


def test_all_missing_paths_are_told_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, "a.py")
    monkeypatch.chdir(tmp_path)  # where nothing is called nearly like them
    found = discover([tmp_path / "a.py", "no.py", "none/", "no.py"], Settings(), is_manifest)
    assert relative(found.files, tmp_path) == ["a.py"]
    assert found.missing == ("no.py", "none/")
    assert missing_paths(found.missing) == 'No such file or folder: "no.py", "none/".'


def test_default_excludes_and_virtual_environments_are_left_out(tmp_path: Path) -> None:
    lay_out(
        tmp_path,
        "venv/a.py",
        "src/node_modules/b.py",
        "src/.venv/lib/c.py",
        "py312/pyvenv.cfg",
        "py312/lib/d.py",
        "src/environment.py",
    )
    assert files(tmp_path) == ["src/environment.py"]


@pytest.mark.parametrize("folder", ["venv", "py312", "ignored", "ignored/deep"])
def test_a_folder_that_is_named_is_searched_whatever_excludes_it(
    tmp_path: Path, folder: str
) -> None:
    lay_out(tmp_path, ".git/", "venv/a.py", "py312/pyvenv.cfg", "py312/a.py", "ignored/deep/a.py")
    lay_out(tmp_path, gitignore="ignored/\n")
    assert [name.rpartition("/")[2] for name in files(tmp_path, folder)] == ["a.py"]


def test_excluded_names_and_paths(tmp_path: Path) -> None:
    lay_out(tmp_path, "a/gen/x.py", "gen/x.py", "b/gen.py", "b/c/d.py", "c/d.py", "user_pb2.py")
    chosen = excluding(tmp_path, "gen", "c/d.py", "*_pb2.py")
    assert files(tmp_path, settings=chosen) == ["b/c/d.py", "b/gen.py"]


def test_excluded_paths_are_those_of_a_gitignore(tmp_path: Path) -> None:
    lay_out(tmp_path, "a.py", "src/a.py", "src/deep/a.py", "src/deep/gen", "src/gen/b.py", "c.py")
    chosen = excluding(tmp_path, "/a.py", "src/*.py", "gen/", "./c.py")
    assert files(tmp_path, settings=chosen) == ["src/deep/a.py"]


@pytest.mark.parametrize("named", ["src/gen", "src/gen/deep"])
def test_a_folder_that_is_named_is_searched_whatever_path_excludes_it(
    tmp_path: Path, named: str
) -> None:
    lay_out(tmp_path, "src/gen/deep/a.py", "src/gen/deep/old/b.py")
    chosen = excluding(tmp_path, "src/gen", "**/old")
    assert files(tmp_path, named, settings=chosen) == ["src/gen/deep/a.py"]
    forced = excluding(tmp_path, "src/gen", force_exclude=True)
    assert files(tmp_path, named, settings=forced) == []


def test_exclude_replaces_the_default(tmp_path: Path) -> None:
    lay_out(tmp_path, "build/a.py", "gen/b.py")
    chosen = Settings(exclude=(Glob("gen", "/"),))
    assert files(tmp_path, settings=chosen) == ["build/a.py"]


def test_an_excluded_file_that_is_named_is_taken_unless_forced(tmp_path: Path) -> None:
    lay_out(tmp_path, "gen/deep/a.py", "b.py", "build/c.py")
    given = ("gen/deep/a.py", "b.py", "gen", "build/c.py")
    assert files(tmp_path, *given, settings=excluding(tmp_path, "gen")) == [
        "b.py",
        "build/c.py",
        "gen/deep/a.py",
    ]
    forced = excluding(tmp_path, "gen", force_exclude=True)
    assert files(tmp_path, *given, settings=forced) == ["b.py"]


def test_force_exclude_does_not_look_above_the_project(tmp_path: Path) -> None:
    lay_out(tmp_path, "build/project/setup.cfg", "build/project/a.py")
    assert files(tmp_path, "build/project/a.py", settings=Settings(force_exclude=True)) == [
        "build/project/a.py"
    ]


def test_gitignore_files_from_the_top_of_the_repository_down(tmp_path: Path) -> None:
    lay_out(tmp_path, "repository/.git/info/", "repository/src/a.py", "repository/src/b.py")
    lay_out(tmp_path / "repository", "src/gen/c.py", "src/deep/b.py", "src/deep/d.py", "d.py")
    lay_out(tmp_path, gitignore="a.py\n")
    lay_out(tmp_path / "repository", gitignore="# generated\nb.py\n/src/gen/\n")
    lay_out(tmp_path / "repository" / "src" / "deep", gitignore="!b.py\n")
    (tmp_path / "repository/.git/info/exclude").write_text("d.py\n")
    expected = ["src/a.py", "src/deep/b.py"]
    assert files(tmp_path / "repository") == expected
    assert files(tmp_path / "repository", "src") == expected
    assert files(tmp_path / "repository", "src/deep") == ["src/deep/b.py"]


def test_gitignore_can_be_disregarded(tmp_path: Path) -> None:
    lay_out(tmp_path, ".git/", "a.py", gitignore="a.py\n")
    assert files(tmp_path) == []
    assert files(tmp_path, settings=Settings(respect_gitignore=False)) == ["a.py"]
    assert files(tmp_path, "a.py") == ["a.py"]


def test_outside_a_repository_gitignore_counts_from_the_projects_root(tmp_path: Path) -> None:
    lay_out(tmp_path, "project/setup.cfg", "project/src/a.py", "project/src/b.py")
    lay_out(tmp_path, gitignore="a.py\n")
    lay_out(tmp_path / "project", gitignore="b.py\n")
    assert files(tmp_path / "project", "src") == ["src/a.py"]


def test_a_repository_inside_another_has_its_own_patterns(tmp_path: Path) -> None:
    lay_out(tmp_path, ".git/", "inner/.git/", "inner/a.py", "inner/b.py", "a.py")
    lay_out(tmp_path, gitignore="a.py\n")
    lay_out(tmp_path / "inner", gitignore="b.py\n")
    assert files(tmp_path) == ["inner/a.py"]


def test_a_worktree_shares_the_repositorys_own_patterns(tmp_path: Path) -> None:
    lay_out(tmp_path, "main/.git/info/", "main/.git/worktrees/tree/", "tree/a.py", "tree/b.py")
    (tmp_path / "main/.git/info/exclude").write_text("a.py\n")
    (tmp_path / "main/.git/worktrees/tree/commondir").write_text("../..\n")
    (tmp_path / "tree/.git").write_text(f"gitdir: {tmp_path}/main/.git/worktrees/tree\n")
    assert files(tmp_path / "tree") == ["b.py"]


def test_a_pattern_that_makes_no_sense_is_passed_over(tmp_path: Path) -> None:
    lay_out(tmp_path, ".git/", "a.py", "b.py", gitignore="\ufeff[z-a]\n!\nb.py  \r\n\xe9\\\n")
    assert files(tmp_path) == ["a.py"]


def test_what_a_pattern_takes_back_in_is_found(tmp_path: Path) -> None:
    lay_out(tmp_path, ".git/", "data/seed.py", "data/other.py", "out/a.py", "out/keep.py")
    lay_out(tmp_path, gitignore="data/**\n!data/seed.py\nout/\n!out/keep.py\n")
    assert files(tmp_path) == ["data/seed.py"]


@pytest.mark.parametrize(
    ("ignored", "found"),
    [
        (["*", "!*/", "!keep.py"], ["a/b/keep.py", "keep.py"]),
        (["/*", "!/a/"], ["a/b/keep.py", "a/b/x.py", "a/x.py"]),
        (["/a/*", "!/a/b/"], ["a/b/keep.py", "a/b/x.py", "keep.py", "x.py"]),
        (["**", "!**/", "!/a/b/*.py"], ["a/b/keep.py", "a/b/x.py"]),
        (["a/**", "!a/**/", "!a/b/x.py"], ["a/b/x.py", "keep.py", "x.py"]),
        (["x.py", "!a/"], ["a/b/keep.py", "keep.py"]),
        (["a[!b]*"], ["a/b/keep.py", "a/b/x.py", "a/x.py", "keep.py", "x.py"]),
        (["[[]*", "x[.]py"], ["a/b/keep.py", "keep.py"]),
    ],
)
def test_patterns_decide_as_in_git(tmp_path: Path, ignored: list[str], found: list[str]) -> None:
    lay_out(tmp_path, ".git/", "x.py", "keep.py", "a/x.py", "a/b/x.py", "a/b/keep.py")
    lay_out(tmp_path, gitignore="\n".join(ignored))
    assert files(tmp_path) == found


def test_where_more_is_found_than_git_has(tmp_path: Path) -> None:
    """A folder that is taken back in brings along what git goes on ignoring in it."""
    lay_out(tmp_path, ".git/", "a/b/x.py", "c/b/x.py", "d/e/y.py", "z.py")
    lay_out(tmp_path, gitignore="b\ny.py\n[[:alpha:]].py\n!a\n")
    lay_out(tmp_path / "d", gitignore="!e\n")
    assert files(tmp_path) == ["a/b/x.py", "d/e/y.py", "z.py"]


def test_links_to_files_are_followed_and_links_to_folders_are_not(tmp_path: Path) -> None:
    lay_out(tmp_path, "project/a/b.py", "elsewhere/c.py")
    (tmp_path / "project/loop").symlink_to(tmp_path / "project", target_is_directory=True)
    (tmp_path / "project/folder.py").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (tmp_path / "project/link.py").symlink_to(tmp_path / "elsewhere/c.py")
    found = discovered(tmp_path / "project")
    assert relative(found.files, tmp_path / "project") == ["a/b.py", "link.py"]
    assert found.unreadable == ()


@pytest.mark.parametrize("given", [".", "gone.py", "requirements.txt"])
def test_a_link_that_leads_nowhere_is_told(tmp_path: Path, given: str) -> None:
    lay_out(tmp_path, ".git/", "excluded/", "a.py", gitignore="ignored.py\n")
    names = ["gone.py", "requirements.txt", "ignored.py", "excluded/b.py", "notes.md", ".#a.py"]
    for name in names:
        (tmp_path / name).symlink_to("nowhere")
    found = discovered(tmp_path, given, settings=excluding(tmp_path, "excluded"))
    assert found.missing == found.manifests == ()
    assert relative(found.files, tmp_path) == (["a.py"] if given == "." else [])
    told = {Path(problem.filename).name: problem.message for problem in found.unreadable}
    message = "The symbolic link cannot be followed: no such file or directory."
    names = ["gone.py", "requirements.txt"] if given == "." else [given]
    assert told == dict.fromkeys(names, message)


def test_a_link_to_itself_is_told(tmp_path: Path) -> None:
    (tmp_path / "loop.py").symlink_to("loop.py")
    (problem,) = discovered(tmp_path).unreadable
    assert problem.filename == f"{tmp_path.as_posix()}/loop.py"
    assert problem.message.startswith("The symbolic link cannot be followed: ")


def test_a_link_that_leads_nowhere_can_be_excluded(tmp_path: Path) -> None:
    (tmp_path / "gone.py").symlink_to("nowhere")
    chosen = excluding(tmp_path, "gone.py", force_exclude=True)
    assert discovered(tmp_path, "gone.py", settings=chosen) == Discovered()


def test_a_folder_named_like_a_module_is_a_folder(tmp_path: Path) -> None:
    lay_out(tmp_path, "app.py/main.py")
    assert files(tmp_path) == ["app.py/main.py"]


def test_a_folder_that_cannot_be_listed_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lay_out(tmp_path, "a.py", "secret/b.py")
    scandir = os.scandir

    def refuse(path: str) -> object:
        if path.endswith("/secret"):
            raise PermissionError(13, "Permission denied")
        return scandir(path)

    monkeypatch.setattr(os, "scandir", refuse)
    found = discovered(tmp_path)
    assert relative(found.files, tmp_path) == ["a.py"]
    (problem,) = found.unreadable
    assert problem.filename == f"{tmp_path.as_posix()}/secret"
    assert problem.message == "The folder cannot be listed: permission denied."


def test_a_project_leaves_out_the_projects_inside_it(tmp_path: Path) -> None:
    lay_out(
        tmp_path, "pyproject.toml", "a.py", "services/one/requirements.txt", "services/one/b.py"
    )
    lay_out(tmp_path, "services/c.py", "services/one/deep/d.py", "venv/e.py")
    found = list_project(tmp_path.as_posix(), Settings(), is_manifest)
    assert relative(found.files, tmp_path) == ["a.py", "services/c.py"]
    assert relative(found.manifests, tmp_path) == ["pyproject.toml"]
    inner = list_project((tmp_path / "services/one").as_posix(), Settings(), is_manifest)
    assert relative(inner.files, tmp_path / "services/one") == ["b.py", "deep/d.py"]
    assert relative(inner.manifests, tmp_path / "services/one") == ["requirements.txt"]


NAMES = st.sampled_from(["a", "b", "c.py", "d.py", "e"])
PATTERN_PARTS = st.sampled_from(
    [
        "a",
        "b",
        "*",
        "**",
        "c.py",
        "?",
        "[ab]",
        "*.py",
        "d*",
        "e",
        r"\d.py",
        "[!b-z]*",
        "***",
    ]
)
PATTERNS = st.builds(
    lambda negation, anchor, parts, end: f"{negation}{anchor}{'/'.join(parts)}{end}",
    st.sampled_from(["", "", "!"]),
    st.sampled_from(["", "", "/"]),
    st.lists(PATTERN_PARTS, min_size=1, max_size=3),
    st.sampled_from(["", "", "/", " ", "/*", "/**"]),
)


@pytest.mark.skipif(GIT is None, reason="git says what it ignores")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    paths=st.sets(st.lists(NAMES, min_size=1, max_size=3).map("/".join), min_size=1, max_size=8),
    top=st.lists(PATTERNS, max_size=4),
    nested=st.lists(PATTERNS, max_size=3),
)
def test_git_agrees_about_what_it_ignores(
    paths: set[str], top: list[str], nested: list[str]
) -> None:
    """But for the files that come along with a folder that is taken back in."""
    assert GIT is not None
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        subprocess.run([GIT, "init", "-q", name], check=True, env=GIT_ENVIRONMENT)
        for path in paths:
            lay_out(folder, f"{path.replace('.py', '')}/x.py", f"{path.replace('.py', '')}.py")
        lay_out(folder, "a/x.py", gitignore="\n".join(top))
        lay_out(folder / "a", gitignore="\n".join(nested))
        everything = {p.relative_to(folder).as_posix() for p in folder.rglob("*.py")}
        everything -= {path for path in everything if (folder / path).is_dir()}
        decided = git_decisions(folder, everything)
        wanted = {path for path in everything if decided.get(path, "!").startswith("!")}
        found = set(files(folder))
        assert found >= wanted
        for path in found - wanted:
            above = {parent.as_posix() for parent in Path(path).parents} - {"."}
            assert any(pattern.startswith("!") for pattern in git_decisions(folder, above).values())


def git_decisions(folder: Path, paths: set[str]) -> dict[str, str]:
    """For each of the paths that a pattern matches the one that decides, with its `!`."""
    assert GIT is not None
    checked = subprocess.run(
        [GIT, "-C", folder, "check-ignore", "--verbose", "-z", "--stdin"],
        input="\0".join(paths),
        capture_output=True,
        text=True,
        check=False,
        env=GIT_ENVIRONMENT,
    )
    fields = checked.stdout.split("\0")
    return dict(zip(fields[3::4], fields[2::4], strict=False))
