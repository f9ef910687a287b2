from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgi_lint.diagnostics import Position, Span
from asgi_lint.versions.effective import Versions
from asgi_lint.versions.exposure import Outcome
from asgi_lint.versions.readers import is_manifest
from asgi_lint.versions.resolution import Origin

if TYPE_CHECKING:
    from pathlib import Path

    from asgi_lint.versions.exposure import Exposure
    from asgi_lint.versions.resolution import EffectiveRange

CANCELLED = "background-tasks-cancelled"
LOCK = '[[package]]\nname = "starlette"\nversion = "{}"\n'


class Tree:
    """A project in a temporary folder; its manifests are found by their names."""

    def __init__(self, root: Path, files: dict[str, str], overrides: dict[str, str]) -> None:
        self.root = root
        for name, content in files.items():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (root / name).write_text(content)
        manifests = [(root / name).as_posix() for name in files if is_manifest(name)]
        self.versions = Versions(root.as_posix(), manifests, overrides)

    def starlette(self, filename: str = "app/main.py") -> EffectiveRange:
        found = self.versions.effective((self.root / filename).as_posix(), "starlette")
        assert found is not None
        return found

    def exposure(self, hazard: str = CANCELLED) -> Exposure:
        return self.versions.exposure((self.root / "app/main.py").as_posix(), hazard)


@pytest.mark.parametrize(
    ("requirements", "picked", "via"),
    [
        ("starlette==0.20.4", "0.20.4", None),
        ("starlette>=0.13", "1.10.0", None),
        ("starlette<0.21", "0.20.4", None),
        ("fastapi==0.85.0", "0.20.4", "0.85.0"),
        ("fastapi", "1.10.0", "0.165.0"),
        ("fastapi<0.107", "0.27.0", "0.106.0"),
        ("fastapi==0.85.0\nstarlette", "0.20.4", "0.85.0"),
        ("fastapi>=0.85\nstarlette==0.20.4", "0.20.4", None),
        ("starlette>=0.13\nstarlette<0.20", "0.19.1", None),
        ("starlette==1.99", "1.99", None),
        ("starlette==0.20.4 ; sys_platform == 'win32'\nstarlette", "1.10.0", None),
        ("starlette==0.20.4 ; python_version < '3.8'\nstarlette", "1.10.0", None),
        ("starlette==0.20.4 ; python_version >= '3.13'", "0.20.4", None),
        ("starlette>=2,<1\nfastapi==0.85.0", "0.20.4", "0.85.0"),
    ],
)
def test_the_release_that_would_be_picked(
    tmp_path: Path, requirements: str, picked: str, via: str | None
) -> None:
    found = Tree(tmp_path, {"requirements.txt": requirements}, {}).starlette()
    assert str(found.picked) == picked
    assert (found.via and str(found.via)) == via


def test_fastapi_is_picked_to_fit_starlette(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"requirements.txt": "fastapi>=0.85\nstarlette==0.20.4"}, {})
    fastapi = tree.versions.effective((tmp_path / "main.py").as_posix(), "fastapi")
    assert fastapi is not None
    assert str(fastapi.picked) == "0.86.0"


@pytest.mark.parametrize(
    ("requirements", "outcome", "phrase"),
    [
        (
            "fastapi==0.85.0",
            Outcome.AFFECTED,
            "Starlette 0.20.4, which fastapi 0.85.0 requires",
        ),
        ("starlette==0.20.4", Outcome.AFFECTED, "Starlette 0.20.4"),
        ("starlette>=0.13", Outcome.ALLOWED, "Starlette 1.10.0"),
        ("starlette>=0.21", Outcome.UNAFFECTED, "Starlette 1.10.0"),
        ("starlette==0.14.2", Outcome.UNAFFECTED, "Starlette 0.14.2"),
        ("starlette", Outcome.UNAFFECTED, "Starlette 1.10.0"),
        (
            "fastapi",
            Outcome.UNAFFECTED,
            "Starlette 1.10.0, the newest that fastapi 0.165.0 allows",
        ),
        ("uvicorn", Outcome.UNKNOWN, "Starlette 0.15.0 to 0.20.4"),
        (
            "starlette @ git+https://example.org/starlette.git",
            Outcome.UNKNOWN,
            "Starlette 0.15.0 to 0.20.4",
        ),
    ],
)
def test_exposure(tmp_path: Path, requirements: str, outcome: Outcome, phrase: str) -> None:
    exposure = Tree(tmp_path, {"requirements.txt": requirements}, {}).exposure()
    assert exposure.outcome is outcome
    assert exposure.phrase == phrase
    assert exposure.releases == "Starlette 0.15.0 to 0.20.4"
    assert (exposure.source is None) is (outcome is Outcome.UNKNOWN)


def test_a_bare_requirement_is_affected_by_what_the_newest_release_does(tmp_path: Path) -> None:
    exposure = Tree(tmp_path, {"requirements.txt": "fastapi"}, {}).exposure("is-disconnected-blind")
    assert exposure.outcome is Outcome.AFFECTED
    assert exposure.release == "1.10.0"


def test_the_source_is_the_decisive_requirement(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"requirements.txt": "starlette>=0.13\nstarlette==0.20.4\n"}, {})
    source = tree.exposure().source
    assert source is not None
    assert source.span == Span(Position(2, 1), Position(2, 18))


def test_each_service_has_its_own(tmp_path: Path) -> None:
    tree = Tree(
        tmp_path,
        {
            "pyproject.toml": "[project]\ndependencies = ['fastapi==0.100.0']\n",
            "services/a/requirements/base.txt": "fastapi==0.85.0",
            "services/a/requirements/dev.txt": "-r base.txt\npytest",
            "services/b/requirements.txt": "pytest",
        },
        {},
    )
    assert str(tree.starlette("services/a/app/main.py").picked) == "0.20.4"
    assert str(tree.starlette("services/a/requirements/base.txt").picked) == "0.20.4"
    assert str(tree.starlette("services/b/main.py").picked) == "0.27.0"
    assert str(tree.starlette("main.py").picked) == "0.27.0"


def test_a_file_included_from_elsewhere_counts_where_it_is_included(tmp_path: Path) -> None:
    tree = Tree(
        tmp_path,
        {"shared/pins.cfg": "starlette==0.20.4", "api/requirements.txt": "-r ../shared/pins.cfg"},
        {},
    )
    assert str(tree.starlette("api/main.py").picked) == "0.20.4"
    assert str(tree.starlette("shared/pins.cfg").picked) == "0.20.4"
    assert [each.text for each in tree.versions.requirements] == ["starlette==0.20.4"]


def test_a_contradiction_keeps_the_stronger_and_remembers_the_other(tmp_path: Path) -> None:
    tree = Tree(
        tmp_path,
        {"requirements.txt": "fastapi>=0.100", "requirements-old.txt": "fastapi==0.85.0"},
        {},
    )
    fastapi = tree.versions.effective((tmp_path / "main.py").as_posix(), "fastapi")
    assert fastapi is not None
    assert [each.text for each in fastapi.requirements] == ["fastapi>=0.100"]
    assert [each.text for each in fastapi.ignored] == ["fastapi==0.85.0"]


def test_a_pin_of_starlette_outweighs_a_fastapi_that_does_not_fit(tmp_path: Path) -> None:
    tree = Tree(tmp_path, {"requirements.txt": "fastapi==0.85.0\nstarlette==0.27.0"}, {})
    assert str(tree.starlette().picked) == "0.27.0"
    assert tree.starlette().via is None


def test_a_pin_of_fastapi_outweighs_a_range_of_starlette_that_does_not_fit(tmp_path: Path) -> None:
    found = Tree(tmp_path, {"requirements.txt": "fastapi==0.85.0\nstarlette>=0.27"}, {}).starlette()
    assert str(found.picked) == "0.20.4"
    assert [each.text for each in found.ignored] == ["starlette>=0.27"]


def test_constraints_limit_what_is_required(tmp_path: Path) -> None:
    constraints = "starlette==0.27.0\nfastapi==0.85.0"
    tree = Tree(tmp_path, {"requirements.txt": "starlette", "constraints.txt": constraints}, {})
    assert str(tree.starlette().picked) == "0.27.0"
    assert [each.text for each in tree.starlette().ignored] == []


def test_the_lock_decides_and_the_requirement_still_allows(tmp_path: Path) -> None:
    tree = Tree(
        tmp_path, {"requirements.txt": "starlette>=0.13", "uv.lock": LOCK.format("0.20.4")}, {}
    )
    found = tree.starlette()
    assert (str(found.picked), str(found.allowed[-1])) == ("0.20.4", "1.10.0")
    assert found.origin is Origin.LOCKED
    assert tree.exposure().phrase == "Starlette 0.20.4, which uv.lock holds"


def test_a_lock_further_up_does_not_outweigh_a_requirement_it_contradicts(tmp_path: Path) -> None:
    files = {"app/requirements.txt": "starlette==0.27.0", "poetry.lock": LOCK.format("0.20.4")}
    assert str(Tree(tmp_path, files, {}).starlette().picked) == "0.27.0"


def test_a_lock_alone_is_enough(tmp_path: Path) -> None:
    found = Tree(tmp_path, {"pdm.lock": LOCK.format("0.20.4")}, {}).starlette()
    assert (str(found.picked), len(found.allowed)) == ("0.20.4", 1)


@pytest.mark.parametrize("packages", ["lib/python3.11/site-packages", "Lib/site-packages"])
@pytest.mark.parametrize("environment", [".venv", "venv"])
def test_the_virtual_environment_answers_last(
    tmp_path: Path, environment: str, packages: str
) -> None:
    metadata = f"{environment}/{packages}/starlette-0.20.4.dist-info/METADATA"
    tree = Tree(tmp_path, {metadata: ""}, {})
    assert tree.starlette().origin is Origin.INSTALLED
    assert tree.exposure().outcome is Outcome.AFFECTED


def test_a_folder_that_names_no_release_is_passed_over(tmp_path: Path) -> None:
    packages = ".venv/lib/python3.11/site-packages"
    names = ("fastapi-next.dist-info", "starlette-.dist-info", "starlette-0.20.4.dist-info")
    tree = Tree(tmp_path, {f"{packages}/{name}/METADATA": "" for name in names}, {})
    assert str(tree.starlette().picked) == "0.20.4"


def test_a_requirement_outweighs_the_virtual_environment(tmp_path: Path) -> None:
    metadata = ".venv/lib/python3.11/site-packages/starlette-0.20.4.dist-info/METADATA"
    tree = Tree(tmp_path, {metadata: "", "requirements.txt": "starlette>=0.21"}, {})
    assert tree.exposure().outcome is Outcome.UNAFFECTED


@pytest.mark.parametrize(
    ("overrides", "picked"),
    [
        ({"starlette": "0.20.4"}, "0.20.4"),
        ({"starlette": "<0.15"}, "0.14.2"),
        ({"fastapi": "0.85.0"}, "0.20.4"),
        ({"fastapi": ">=0.85,<0.87"}, "0.20.4"),
    ],
)
def test_overrides_come_first(tmp_path: Path, overrides: dict[str, str], picked: str) -> None:
    files = {"requirements.txt": "fastapi==0.100.0", "uv.lock": LOCK.format("1.0.0")}
    found = Tree(tmp_path, files, overrides).starlette()
    assert str(found.picked) == picked
    assert found.origin is Origin.OVERRIDE


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"starlette": "new"}, "`new` is not a version of starlette: give a release such as"),
        ({"fastapi": ""}, "`` is not a version of fastapi"),
        ({"starlette": "<0.0.1"}, "no release of starlette satisfies `<0.0.1`"),
        ({"django": "5"}, "versions are set for starlette and fastapi, not for `django`"),
    ],
)
def test_a_bad_override_is_named(overrides: dict[str, str], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Versions("/project", [], overrides)


def test_manifests_above_the_root_count_up_to_the_repository(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("starlette==0.14.2")
    (tmp_path / "repository/.git").mkdir(parents=True)
    (tmp_path / "repository/requirements.txt").write_text("starlette==0.20.4")
    found = Tree(tmp_path / "repository/service", {}, {})
    assert str(found.starlette().picked) == "0.20.4"
    assert found.versions.requirements == ()


def test_nothing_above_the_root_counts_outside_a_repository(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("starlette==0.14.2")
    tree = Tree(tmp_path / "service", {}, {})
    assert tree.exposure().outcome is Outcome.UNKNOWN


def test_problems_and_comments_of_all_manifests(tmp_path: Path) -> None:
    files = {"a/requirements.txt": "=\n", "requirements.txt": "# x\n-r a/requirements.txt\n"}
    versions = Tree(tmp_path, files, {}).versions
    assert [each.place.filename for each in versions.problems] == [
        (tmp_path / "a/requirements.txt").as_posix()
    ]
    assert [each.text for each in versions.comments] == ["# x"]
