"""What runs keep for each other: it changes how long a run takes, and never what it says."""

from __future__ import annotations

import json
import os
import pickle
import resource
import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any
from zlib import crc32

import pytest
from command_line import AFFECTED, APPLICATION, FIXED, PIN, TASK, asgi_lint, lay_out, reported

from asgi_lint.cache import folder as cache_folder
from asgi_lint.cache.findings import encoded
from asgi_lint.cache.pack import Pack, packed

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

NAME = ".asgi-lint_cache"
posix_only = pytest.mark.skipif(os.name != "posix", reason="needs POSIX")


@pytest.fixture(autouse=True)
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "project"
    lay_out(folder, {"main.py": APPLICATION, "requirements.txt": AFFECTED})
    monkeypatch.chdir(folder)
    monkeypatch.delenv("ASGI_LINT_CACHE")
    return folder


@pytest.fixture
def parsed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The files that runs in this process have parsed."""
    from asgi_lint.model import extract as module

    names: list[str] = []
    extract = module.extract

    def noting(text: str, filename: str, extractors: Any) -> object:
        names.append(filename.rpartition("/")[2])
        return extract(text, filename, extractors)

    monkeypatch.setattr(module, "extract", noting)
    return names


def entries(project: Path) -> list[Path]:
    return sorted(
        path for path in (project / NAME).iterdir() if path.suffix in (".facts", ".findings")
    )


def test_second_run_says_the_same_and_parses_nothing(parsed: list[str]) -> None:
    cold = asgi_lint("check")
    assert parsed == ["main.py"]
    warm = asgi_lint("check")
    assert warm == cold
    assert "ASG201" in cold.stdout
    assert parsed == ["main.py"]


@pytest.mark.parametrize("named", [(), ("broken.py",)])
def test_second_run_says_the_same_of_a_file_that_is_no_text(
    project: Path, named: tuple[str, ...]
) -> None:
    (project / "broken.py").write_bytes(b"import fastapi\nname = '\xff'\n")
    (project / "binary.py").write_bytes(b"fastapi\0")
    cold = asgi_lint("check", *named)
    assert asgi_lint("check", *named) == cold
    assert "[ASG001]" in cold.stdout


def test_only_what_has_changed_is_parsed_again(project: Path, parsed: list[str]) -> None:
    lay_out(project, {"other.py": "import fastapi\n"})
    assert reported() == [TASK, PIN]
    del parsed[:]
    lay_out(project, {"other.py": APPLICATION})
    assert reported() == [TASK, "other.py:20 ASG201", PIN]
    assert parsed == ["other.py"] or parsed == []  # the same content was parsed already


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda project: (project / "requirements.txt").write_text(FIXED), []),
        (lambda project: (project / "main.py").write_text(""), ["requirements.txt:1 ASG802"]),
        (lambda project: (project / "main.py").unlink(), ["requirements.txt:1 ASG802"]),
        (
            lambda project: (project / "second.py").write_text(APPLICATION),
            [TASK, PIN, "second.py:20 ASG201"],
        ),
        (lambda project: lay_out(project, {"uv.lock": LOCK}), ["main.py:20 ASG201"]),
        (lambda project: lay_out(project, {"asgi-lint.toml": 'ignore = ["ASG8"]\n'}), [TASK]),
        (
            lambda project: lay_out(project, {"asgi-lint.toml": 'starlette-version = "1.0"\n'}),
            [],
        ),
        (
            lambda project: lay_out(project, {"main.py": APPLICATION.replace("),\n", ")\n")}),
            ["main.py:20 ASG201", PIN],
        ),
    ],
    ids=["requirement", "emptied", "deleted", "new", "lock", "selection", "release", "edited"],
)
def test_what_counts_is_noticed(
    project: Path, change: Callable[[Path], object], expected: list[str]
) -> None:
    assert reported() == [TASK, PIN]
    change(project)
    found = reported()
    assert found == reported("--no-cache")
    assert [each for each in found if each in expected] == expected or found == expected


LOCK = 'version = 1\n\n[[package]]\nname = "starlette"\nversion = "0.20.4"\n'


def test_environment_that_is_made_later_is_noticed(project: Path) -> None:
    (project / "requirements.txt").unlink()
    before = asgi_lint("check").stdout
    packages = project / ".venv/lib/python3.11/site-packages"
    (packages / "starlette-0.20.4.dist-info").mkdir(parents=True)
    (packages / "fastapi-0.85.0.dist-info").mkdir()
    after = asgi_lint("check").stdout
    assert after == asgi_lint("check", "--no-cache").stdout
    assert (before[:7], after[:5]) == ("warning", "error")


def test_option_turns_it_off(project: Path) -> None:
    assert reported("--no-cache") == [TASK, PIN]
    assert not (project / NAME).exists()


def test_configuration_turns_it_off_or_moves_it(project: Path, tmp_path: Path) -> None:
    lay_out(project, {"asgi-lint.toml": "cache = false\n"})
    reported()
    assert not (project / NAME).exists()
    lay_out(project, {"asgi-lint.toml": 'cache-dir = "../kept"\n'})
    reported()
    assert not (project / NAME).exists()
    assert {path.suffix for path in (tmp_path / "kept").iterdir()} >= {".facts", ".findings"}


def test_script_outside_of_any_project_leaves_nothing_behind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "scripts"
    folder.mkdir()
    (folder / "main.py").write_text(APPLICATION)
    monkeypatch.chdir(folder)
    assert reported("main.py") == [TASK]
    assert [path.name for path in folder.iterdir()] == ["main.py"]


def test_git_and_backups_leave_it_out(project: Path) -> None:
    reported()
    assert (project / NAME / ".gitignore").read_text().endswith("*\n")
    assert (project / NAME / "CACHEDIR.TAG").read_bytes().startswith(b"Signature: 8a477f597d28d172")


# --- Damage ---------------------------------------------------------------------------------------


class Evil:
    def __reduce__(self) -> tuple[Callable[[str], int], tuple[str]]:
        return os.system, ("touch unpickled",)


DAMAGES: dict[str, Callable[[bytes], bytes]] = {
    "empty": lambda _: b"",
    "half": lambda data: data[: len(data) // 2],
    "all but one byte": lambda data: data[:-1],
    "longer": lambda data: data + b"\0" * 100,
    "first byte": lambda data: bytes([data[0] ^ 1]) + data[1:],
    "last byte": lambda data: data[:-1] + bytes([data[-1] ^ 1]),
    "every byte": lambda data: bytes(each ^ 255 for each in data),
    "a middle byte": lambda data: data[:60] + bytes([data[60] ^ 64]) + data[61:],
    "text": lambda _: b"not what was written",
    "pickle": lambda _: pickle.dumps(Evil()),
    "nested": lambda _: b"[" * 100_000,
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
@pytest.mark.parametrize("suffix", [".facts", ".findings", ""])
def test_damaged_entry_is_dropped(
    project: Path, damage: Callable[[bytes], bytes], suffix: str
) -> None:
    before = asgi_lint("check")
    for path in entries(project):
        if path.suffix.endswith(suffix):
            path.write_bytes(damage(path.read_bytes()))
    if suffix != ".findings":  # else the findings alone would be enough
        for path in entries(project):
            if path.suffix == ".findings" and suffix == ".facts":
                path.unlink()
    assert asgi_lint("check") == before
    assert asgi_lint("check") == before
    assert not (project / "unpickled").exists()


WRONG: dict[str, Callable[[dict[str, Any]], object]] = {
    "rows": lambda entry: entry["findings"][0][1].__setitem__(1, 0),
    "texts for numbers": lambda entry: entry["findings"][0][1].__setitem__(2, "x"),
    "messages": lambda entry: entry["findings"][0].__setitem__(2, 7),
    "codes": lambda entry: entry["findings"][0].__setitem__(0, "ASG999"),
    "severities": lambda entry: entry["findings"][0].__setitem__(3, "fatal"),
    "files": lambda entry: entry["stated"].append(None),
    "witnesses": lambda entry: entry["witnesses"].append(["names", 1, ""]),
    "looks": lambda entry: entry["witnesses"].append(["delete", "/", ""]),
    "keys": lambda entry: entry.pop("stated"),
}


@pytest.mark.parametrize("spoil", WRONG.values(), ids=WRONG)
def test_entry_with_a_right_checksum_and_wrong_content_is_dropped(
    project: Path, spoil: Callable[[dict[str, Any]], object]
) -> None:
    before = asgi_lint("check")
    [path] = [each for each in entries(project) if each.suffix == ".findings"]
    entry = json.loads(path.read_bytes().partition(b"\n")[2])
    spoil(entry)
    path.write_bytes(encoded(entry))
    assert asgi_lint("check") == before
    path.write_bytes(b"%08x\n%s" % (crc32(b"[" * 100_000), b"[" * 100_000))
    assert asgi_lint("check") == before


@pytest.mark.parametrize(
    "blob",
    [
        b"\x91" * 100_000 + b"\xc0",
        b"\xdd\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\x95\x01\x02",
    ],
    ids=["nested", "long list", "long text", "shape"],
)
def test_facts_with_a_right_checksum_and_wrong_content_are_dropped(
    project: Path, blob: bytes
) -> None:
    before = asgi_lint("check")
    for path in entries(project):
        if path.suffix == ".findings":
            path.unlink()
        else:
            path.write_bytes(packed(dict.fromkeys(Pack(path.read_bytes()), blob)))
    assert asgi_lint("check") == before


def test_entry_that_is_a_folder_or_a_link_is_not_read(project: Path, tmp_path: Path) -> None:
    before = asgi_lint("check")
    for number, path in enumerate(entries(project)):
        path.unlink()
        if number:
            path.mkdir()
        else:
            path.symlink_to(tmp_path / "elsewhere")
    outcome = asgi_lint("check")
    assert (outcome.code, outcome.stdout) == (before.code, before.stdout)
    assert not (tmp_path / "elsewhere").exists()


# --- Whose folder it is ---------------------------------------------------------------------------


@posix_only
def test_folder_that_others_can_write_to_is_not_used(project: Path) -> None:
    before = asgi_lint("check")
    for path in entries(project):
        path.unlink()
    (project / NAME).chmod(0o777)
    outcome = asgi_lint("check")
    assert (outcome.code, outcome.stdout) == (before.code, before.stdout)
    assert "others can write to it" in outcome.stderr
    assert entries(project) == []


@posix_only
@pytest.mark.skipif(os.name == "posix" and os.geteuid() != 0, reason="only root may give away")
def test_folder_of_another_user_is_not_used(project: Path) -> None:
    before = asgi_lint("check")
    os.chown(project / NAME, 65534, 65534)
    assert not cache_folder.CacheFolder((project / NAME).as_posix()).read(entries(project)[0].name)
    assert asgi_lint("check").stdout == before.stdout
    assert asgi_lint("clean").code == 0
    assert (project / NAME).exists()


@posix_only
@pytest.mark.parametrize("kind", ["file", "link"])
def test_what_is_no_folder_is_left_alone(project: Path, tmp_path: Path, kind: str) -> None:
    target = tmp_path / "target"
    target.mkdir()
    if kind == "file":
        (project / NAME).write_text("mine")
    else:
        (project / NAME).symlink_to(target)
    outcome = asgi_lint("check")
    assert "ASG201" in outcome.stdout
    assert "it is not a folder" in outcome.stderr
    assert [*target.iterdir()] == []
    asgi_lint("clean")
    assert (project / NAME).is_symlink() or (project / NAME).read_text() == "mine"


@posix_only
@pytest.mark.parametrize("other", [True, False], ids=["tag of another tool", "no tag"])
def test_folder_of_other_files_is_neither_used_nor_cleaned(project: Path, other: bool) -> None:
    files = {"notes.tmp": "mine", "data.facts": "mine", ".gitignore": "build\n"}
    if other:
        files["CACHEDIR.TAG"] = "Signature: 8a477f597d28d172789f06886806bc55\n# by another tool\n"
    lay_out(project, {f"elsewhere/{name}": text for name, text in files.items()})
    hours_ago = time.time() - 90 * 24 * 3600
    for name in files:
        os.utime(project / "elsewhere" / name, (hours_ago, hours_ago))
    outcome = asgi_lint("check", "--cache-dir", "elsewhere")
    assert "ASG201" in outcome.stdout
    assert "other files lie in it" in outcome.stderr
    assert asgi_lint("clean", "--cache-dir", "elsewhere").code == 0
    left = {path.name: path.read_text() for path in (project / "elsewhere").iterdir()}
    assert left == files


def test_cache_in_the_project_itself_leaves_its_files_alone(project: Path) -> None:
    lay_out(project, {".gitignore": "build\n"})
    assert "other files lie in it" in asgi_lint("check", "--cache-dir", ".").stderr
    asgi_lint("clean", "--cache-dir", ".")
    assert (project / ".gitignore").read_text() == "build\n"


def test_folder_that_an_ended_run_did_not_finish_is_used(project: Path) -> None:
    lay_out(project, {f"{NAME}/.gitignore": "*\n", f"{NAME}/1-0-CACHEDIR.TAG.tmp": "half"})
    assert asgi_lint("check").stderr == ""
    assert entries(project) != []


@posix_only
def test_links_in_it_are_not_followed(project: Path, tmp_path: Path) -> None:
    asgi_lint("check")
    outside = tmp_path / "outside"
    lay_out(outside, {"kept.facts": "mine"})
    (project / NAME / f"{'0' * 32}.facts").symlink_to(outside / "kept.facts")
    (project / NAME / "linked").symlink_to(outside, target_is_directory=True)
    asgi_lint("clean")
    assert (outside / "kept.facts").read_text() == "mine"
    assert [path.name for path in (project / NAME).iterdir()] == ["linked"]


def test_clean_tells_a_path_that_is_not_there(project: Path) -> None:
    asgi_lint("check")
    assert asgi_lint("clean", "gone").code == 2
    assert (project / NAME).exists()


# --- Writing --------------------------------------------------------------------------------------


@posix_only
def test_disk_that_is_full_is_told_once_and_changes_nothing(project: Path) -> None:
    before = asgi_lint("check", "--no-cache")
    run = subprocess.run(
        [sys.executable, "-m", "asgi_lint", "check"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0)),
    )
    assert (run.returncode, run.stdout) == (before.code, before.stdout)
    [line] = run.stderr.splitlines()
    assert line.startswith("asgi-lint: warning: Nothing is kept in ")
    assert [path.name for path in (project / NAME).iterdir()] == []


@posix_only
def test_runs_at_the_same_time_agree_and_leave_whole_entries(project: Path) -> None:
    lay_out(project, {f"app{number}.py": APPLICATION for number in range(8)})
    command = [sys.executable, "-m", "asgi_lint", "check", "--jobs", "2"]
    runs = [subprocess.Popen(command, stdout=subprocess.PIPE, text=True) for _ in range(4)]
    said = {run.communicate(timeout=120)[0] for run in runs}
    assert said == {asgi_lint("check", "--no-cache").stdout}
    assert {path.suffix for path in (project / NAME).iterdir()} == {
        "", ".TAG", ".facts", ".findings"
    }  # fmt: skip
    assert asgi_lint("check").stdout in said


def test_run_that_is_ended_while_it_writes_leaves_what_was_there(
    project: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    asgi_lint("check")
    kept = {path: path.read_bytes() for path in entries(project)}
    (project / "main.py").write_text("import fastapi\n")

    class Ended(BaseException):
        """What no code of ours catches."""

    def end(*_: object) -> None:
        raise Ended

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", end)
        with pytest.raises(Ended):
            asgi_lint("check")
    assert {path: path.read_bytes() for path in entries(project)} == kept
    assert reported() == ["requirements.txt:1 ASG802"]


def test_what_ended_runs_left_goes_after_an_hour(project: Path) -> None:
    asgi_lint("check")
    old, new = (project / NAME / name for name in ("1-0-x.facts.tmp", "2-0-x.facts.tmp"))
    for path in (old, new):
        path.write_bytes(b"half")
    hours_ago = time.time() - 2 * 3600
    os.utime(old, (hours_ago, hours_ago))
    lay_out(project, {"main.py": "import fastapi\n"})
    asgi_lint("check")
    assert (old.exists(), new.exists()) == (False, True)


def test_it_is_bounded(project: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache_folder, "LIMIT_BYTES", 4_000)
    for number in range(12):
        lay_out(project, {"main.py": f"{APPLICATION}\nversion = {number}\n"})
        asgi_lint("check", "--select", f"ASG{1 + number % 4}")
    assert entries(project) != []
    assert sum(path.stat().st_size for path in entries(project)) <= 4_000


# --- Deleting -------------------------------------------------------------------------------------


def test_clean_deletes_it(project: Path) -> None:
    asgi_lint("check")
    outcome = asgi_lint("clean")
    assert outcome.code == 0
    assert outcome.stderr == f"Deleted {(project / NAME).as_posix()}\n"
    assert not (project / NAME).exists()
    assert asgi_lint("clean") == (0, "", "")


def test_clean_leaves_what_is_not_its_own(project: Path) -> None:
    asgi_lint("check")
    (project / NAME / "notes.txt").write_text("mine")
    asgi_lint("clean")
    assert [path.name for path in (project / NAME).iterdir()] == ["notes.txt"]
    lay_out(project, {"elsewhere/data.facts": "mine"})
    asgi_lint("clean", "--cache-dir", "elsewhere")
    assert (project / "elsewhere/data.facts").exists()
