"""The bundled release data and the script that makes it agree on one shape."""

from __future__ import annotations

import importlib.util
import io
import json
import zipfile
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asgi_lint.versions.dependents import DEPENDENTS
from asgi_lint.versions.release_data import Release, ReleaseData, dump, parse
from asgi_lint.versions.releases import PACKAGES

if TYPE_CHECKING:
    from types import ModuleType

ROOT = Path(__file__).parents[2]
DATA = ROOT / "src/asgi_lint/versions/data"
PAGE = {
    "info": {"version": "2.0"},
    "releases": {
        "2.0": [
            {
                "packagetype": "bdist_wheel",
                "requires_python": ">=3.10",
                "upload_time": "2026-10-24T15:04:12",
                "url": "../../packages/gradio-2.0-py3-none-any.whl",
                "yanked": False,
            },
            {
                "packagetype": "sdist",
                "requires_python": ">=3.10",
                "upload_time": "2026-10-23T15:04:12",
                "url": "../../packages/gradio-2.0.tar.gz",
                "yanked": False,
            },
        ],
        "1.10": [
            {
                "packagetype": "sdist",
                "requires_python": None,
                "upload_time": "2025-01-02T00:00:00",
                "url": "../../packages/gradio-1.10.tar.gz",
                "yanked": True,
            }
        ],
        "1.9": [],
    },
}
METADATA = """\
Metadata-Version: 2.4
Name: gradio
Requires-Dist: starlette<2.0,>=1.0.1
Requires-Dist: fastapi>=0.115.2 ; python_version >= "3.10"
Requires-Dist: fastapi-cli ; extra == "cli"
Requires-Dist: starlette>=1.6 ; extra == "new"

Requires-Dist: starlette==0.1
"""


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location(
        "update_release_data", ROOT / "scripts/update_release_data.py"
    )
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_bundled_data_is_as_the_script_writes_it(script: ModuleType) -> None:
    names = [*PACKAGES, *DEPENDENTS]
    assert {name: script.problem(DATA, name) for name in names} == dict.fromkeys(names, "")
    assert sorted(path.stem for path in DATA.iterdir()) == sorted(names)


def test_check_needs_no_network_and_names_the_file(
    script: ModuleType, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (DATA / "starlette.json").read_text("utf-8")
    (tmp_path / "starlette.json").write_text(text, "utf-8")
    assert script.main(["--check", "starlette"], tmp_path) == 0
    (tmp_path / "starlette.json").write_text(text.replace('"0.1.0"', '"9.1.0"', 1), "utf-8")
    assert script.main(["--check", "starlette"], tmp_path) == 1
    assert "starlette.json: the releases are not in order" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("{}", "expected the keys"),
        ('{"package": "a", "as_of": "2026-01-01", "releases": {}, "requires": [], "x": 1}', "keys"),
        (
            '{"package": "a", "as_of": "2026-01-01", "releases": {"1": {}}, "requires": []}',
            "release 1 needs a date",
        ),
        (
            '{"package": "a", "as_of": "2026-01-01", "releases": {}, "requires": [[[], ["2"]]]}',
            "known releases",
        ),
        ('{"package": "a", "as_of": "now", "releases": {}, "requires": []}', "now"),
    ],
)
def test_another_shape_is_refused(text: str, complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        parse(text)


def test_what_is_written_is_read_back() -> None:
    data = ReleaseData(
        "gradio",
        date(2026, 11, 21),
        {"1.0": Release("2020-01-01"), "2.0": Release("2021-01-01", ">=3.8", is_yanked=True)},
        {"1.0": ("starlette",), "2.0": ("starlette",)},
    )
    assert parse(dump(data)) == data


def test_releases_of_an_index_page(script: ModuleType) -> None:
    assert script.releases_of(PAGE) == {
        "1.10": Release("2025-01-02", "", is_yanked=True),
        "2.0": Release("2026-10-23", ">=3.10"),
    }


def test_what_is_required_whatever_the_extras(script: ModuleType) -> None:
    assert script.requires_of(METADATA) == (
        "starlette<2.0,>=1.0.1",
        'fastapi>=0.115.2; python_version >= "3.10"',
    )


def test_of_a_dependent_the_newest_of_each_major_version_is_looked_up(script: ModuleType) -> None:
    releases = dict.fromkeys(["1.0", "1.9", "2.0", "2.1", "3.0rc1"], Release("2026-01-01"))
    releases["2.2"] = Release("2026-01-01", is_yanked=True)
    assert script.to_look_up("gradio", releases, {"1.9": ()}) == ["2.1"]
    assert script.to_look_up("fastapi", releases, {"1.9": ()}) == [
        "1.0",
        "2.0",
        "2.1",
        "3.0rc1",
        "2.2",
    ]
    assert script.to_look_up("starlette", releases, {}) == []


def test_an_update_keeps_what_is_known_and_reads_the_wheel_of_what_is_new(
    script: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    wheel = io.BytesIO()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("gradio-2.0.dist-info/METADATA", METADATA)
    answers = {
        "https://index.example/pypi/gradio/json": json.dumps(PAGE).encode(),
        "https://index.example/packages/gradio-2.0-py3-none-any.whl": wheel.getvalue(),
    }
    monkeypatch.setattr(script, "fetched", answers.__getitem__)
    known: dict[str, tuple[str, ...]] = {
        "1.9": ("starlette==0.1",),
        "1.10": ("starlette==0.2",),
    }
    releases = dict.fromkeys(known, Release("2020-01-01"))
    old = dump(ReleaseData("gradio", date(2020, 1, 1), releases, known))
    (tmp_path / "gradio.json").write_text(old, "utf-8")
    data = script.updated(tmp_path, "gradio", "https://index.example")
    assert data.requires["1.10"] == ("starlette==0.2",)
    assert data.requires["2.0"][0] == "starlette<2.0,>=1.0.1"
    assert list(data.releases) == ["1.10", "2.0"]


def test_the_index_is_the_one_that_pip_is_set_up_with(script: ModuleType) -> None:
    options = (
        "  -i, --index-url <url>       Base URL (default\n      https://a.example/b/simple/).\n"
    )
    assert script.index_url(options) == "https://a.example/b"
    with pytest.raises(ValueError, match="/simple"):
        script.index_url("  -i, --index-url <url>  Base URL (default https://a.example/files).")
