from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

import pytest
from cut_places import assert_cut_out, cut
from hypothesis import given, settings
from hypothesis import strategies as st
from packaging.specifiers import SpecifierSet

from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import conda_environment, is_lock, is_manifest
from asgi_lint.versions.readers.notations import conda_specifiers
from asgi_lint.versions.requirements import Kind, ProblemKind, Style

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.versions.requirements import Reading

    Read = Callable[[str, str | bytes], Reading]

ENVIRONMENT = """\
# café
name: users
channels: [conda-forge, "fastapi==0.1.0"]
dependencies:
  - python=3.11
  - "é": ignored
  - conda-forge::starlette=0.20   # ☕
  - 'fastapi >=0.80, <1|==0.79.*'
  - starlette 0.20.4 py39_0
  - { x: y }
  - fastapi[version=">=0.85,<1", channel=conda-forge]
  - Starlette
  - pip
  - pip:
    - fastapi[all] ~= 0.85 ; python_version>"3.8"   # é
    - "starlette==0.20.\\u0034"
    - -e .
    - --extra-index-url https://example.org/fastapi
"""


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
def test_conda_and_pip(read: Read, line_end: str, mark: bytes) -> None:
    reading = read("environment.yml", mark + ENVIRONMENT.replace("\n", line_end).encode())
    found = [
        (each.name, each.specifier_text, str(each.specifier), each.place.span.start)
        for each in reading.requirements
    ]
    assert found == [
        ("python", "=3.11", "==3.11.*", (5, 5)),
        ("starlette", "=0.20", "==0.20.*", (7, 5)),
        ("fastapi", ">=0.80, <1|==0.79.*", "<1,>=0.80", (8, 6)),
        ("starlette", "0.20.4", "==0.20.4", (9, 5)),
        ("fastapi", ">=0.85,<1", "<1,>=0.85", (11, 5)),
        ("starlette", "", "", (12, 5)),
        ("pip", "", "", (13, 5)),
        ("fastapi", "~= 0.85", "~=0.85", (15, 7)),
        ("starlette", "==0.20.4", "==0.20.4", (16, 7)),
    ]
    assert_cut_out(reading)
    assert reading.problems == ()
    _, starlette, either, built, *_, escaped = reading.requirements
    assert starlette.specifier_place.span == ((7, 27), (7, 32))
    assert starlette.style is Style.CONDA
    assert either.alternatives == (SpecifierSet("==0.79.*"),)
    assert not built.is_rewritable
    assert cut(escaped.place) == '"starlette==0.20.\\u0034"'
    assert not escaped.is_rewritable
    assert [each.text for each in reading.comments] == ["# café", "# ☕", "# é"]


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("=0.85", "==0.85.*"),
        ("=0.85.*", "==0.85.*"),
        ("=0.85*", "==0.85.*"),
        ("==0.85.0", "==0.85.0"),
        ("==0.85.*", "==0.85.*"),
        ("0.85.0", "==0.85.0"),
        ("0.85.*", "==0.85.*"),
        ("*", ""),
        ("=*", ""),
        (">=0.80,<1", ">=0.80,<1"),
        (">=0.80.*", ">=0.80"),
        ("!=0.85.*,>0.80", "!=0.85.*,>0.80"),
        ("~=0.85", "~=0.85"),
    ],
)
def test_conda_in_the_words_of_pep_440(text: str, meaning: str) -> None:
    assert conda_specifiers(text) == (SpecifierSet(meaning),)


def test_a_build_makes_a_release_exact() -> None:
    assert conda_specifiers("=0.85.0", has_build=True) == (SpecifierSet("==0.85.0"),)


@pytest.mark.parametrize("text", ["^0.85", "~0.85", "new", ">=", "=="])
def test_what_conda_does_not_know(text: str) -> None:
    with pytest.raises(ValueError, match="is not a version requirement"):
        conda_specifiers(text)


@pytest.mark.parametrize(
    ("name", "group"),
    [
        ("environment.yml", ""),
        ("environment.yaml", ""),
        ("environment-dev.yml", "dev"),
        ("dev_environment.yml", "dev"),
        ("conda.yml", ""),
        ("conda-env.yaml", ""),
        ("env.yml", ""),
        ("environment.prod.yml", ""),
    ],
)
def test_names_and_their_groups(read: Read, name: str, group: str) -> None:
    (fastapi,) = read(name, "dependencies: [fastapi]\n").requirements
    assert fastapi.group == group
    assert not is_lock(f"/project/{name}")


@pytest.mark.parametrize("name", ["compose.yml", "mkdocs.yml", ".pre-commit-config.yaml"])
def test_other_files_are_no_manifests(name: str) -> None:
    assert not is_manifest(f"/project/{name}")


def test_what_the_pip_part_includes(read: Read, tmp_path: object) -> None:
    read("requirements.txt", "fastapi==0.85.0\n")
    content = "dependencies:\n- pip:\n  - -r requirements.txt # fastapi\n  - -r gone.txt\n"
    reading = read("environment.yml", content)
    (fastapi,) = reading.requirements
    assert fastapi.place.filename.endswith("/requirements.txt")
    (problem,) = reading.problems
    assert problem.kind is ProblemKind.UNREADABLE
    assert problem.place.span == ((4, 5), (4, 16))


@pytest.mark.parametrize(
    ("content", "place", "message"),
    [
        (
            "# é\r\ndependencies: [fastapi\r\n",
            ((3, 1), (3, 1)),
            "`environment.yml` is not valid YAML: did not find expected ',' or ']'.",
        ),
        (
            "name: é\n{% if fastapi %}\n",
            ((2, 2), (2, 2)),
            "`environment.yml` is not valid YAML: found character that cannot start any token.",
        ),
        (
            "dependencies: [fastapi, é\x07]",
            ((1, 1), (1, 1)),
            "`environment.yml` is not valid YAML: control characters are not allowed.",
        ),
        (
            "dependencies:\n- 'é'\n- fastapi ^0.85\n",
            ((3, 3), (3, 16)),
            "`^0.85` is not a version requirement.",
        ),
        (
            "dependencies:\n- fastapi 1 2 3\n",
            ((2, 3), (2, 16)),
            "`fastapi 1 2 3` is not a match specification.",
        ),
        (
            "dependencies:\n- {pip: ['fastapi=0.85']}\n",
            ((2, 11), (2, 23)),
            (
                "`fastapi=0.85` is not a requirement: expected semicolon (after name with no "
                "version specifier) or end."
            ),
        ),
    ],
)
def test_broken_files_are_described(read: Read, content: str, place: object, message: str) -> None:
    (problem,) = read("environment.yml", content).problems
    assert problem.kind is ProblemKind.UNPARSABLE
    assert problem.place.span == place
    assert problem.message == message


@pytest.mark.parametrize(
    "content", ["", "fastapi", "- fastapi", "dependencies: fastapi", "dependencies: {fastapi: 1}"]
)
def test_other_documents_hold_nothing(read: Read, content: str) -> None:
    reading = read("environment.yml", content)
    assert (reading.requirements, reading.problems) == ((), ())


def test_anchors_and_repeated_places(read: Read) -> None:
    content = "base: &base [fastapi=0.85]\nloop: &loop [*loop]\ndependencies: *base\n"
    (fastapi,) = read("environment.yml", content).requirements
    assert fastapi.place.span == ((1, 14), (1, 26))


@pytest.mark.parametrize("content", ["[" * 30_000 + "]" * 30_000, "- " * 5_000])
def test_deep_nesting_is_told(read: Read, content: str) -> None:
    reading = read("environment.yml", f"dependencies: [fastapi]\nx:\n {content}")
    [problem] = reading.problems
    assert problem.message.endswith("is not valid YAML: it is nested too deeply.")


def test_yaml_is_imported_for_the_subjects_alone() -> None:
    program = """
import sys
from asgi_lint.versions.manifest_text import ManifestText
from asgi_lint.versions.readers import conda_environment
conda_environment.read(ManifestText("/p/environment.yml", "dependencies: [django]"))
assert "yaml" not in sys.modules
conda_environment.read(ManifestText("/p/environment.yml", "dependencies: [fastapi]"))
assert "yaml" in sys.modules
"""
    subprocess.run([sys.executable, "-c", program], check=True)


texts = st.one_of(
    st.text(max_size=20),
    st.text(st.sampled_from("0123456789.*=<>!~,| []'\"version:#-é\n"), max_size=20),
)


@settings(deadline=None)
@given(texts, texts)
def test_any_text_is_read(first: str, second: str) -> None:
    text = f"# é\ndependencies:\n- starlette{first}\n- pip:\n  - fastapi{second}\n"
    reading = conda_environment.read(ManifestText("/project/environment.yml", text))
    assert_cut_out(
        reading._replace(
            requirements=tuple(
                each
                for each in reading.requirements
                if each.place.span.start.row == each.place.span.end.row
            )
        ),
        text,
    )


CONDA_LOCK = """\
version: 1
metadata: {sources: [environment.yml]}
package:
- name: anyio
  version: 4.0.0
- name: starlette
  version: 0.20.4   # é
  manager: conda
  platform: linux-64
  category: main
- {name: "é", version: x}
- name: FastAPI
  manager: pip
  version: '0.85'
  category: dev
- name: fastapi
"""


@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["conda-lock.yml", "users.conda-lock.yaml"])
def test_locked_releases(read: Read, name: str, line_end: str) -> None:
    reading = read(name, CONDA_LOCK.replace("\n", line_end))
    starlette, fastapi = reading.requirements
    assert (starlette.name, starlette.kind, starlette.group) == ("starlette", Kind.LOCKED, "")
    assert starlette.specifier == SpecifierSet("==0.20.4")
    assert starlette.place.span == ((7, 12), (7, 18))
    assert (fastapi.name, fastapi.group, cut(fastapi.place)) == ("fastapi", "dev", "'0.85'")
    assert not fastapi.is_rewritable
    assert is_lock(f"/project/{name}")


def test_a_broken_lock_is_described(read: Read) -> None:
    (problem,) = read("conda-lock.yml", "package:\n - name: fastapi\n  - x").problems
    assert problem.message.startswith("`conda-lock.yml` is not valid YAML: ")
