"""Configurations that extend others."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from asgi_lint.diagnostics import Severity
from asgi_lint.globs import GlobMatcher
from asgi_lint.rules.registry import rules
from asgi_lint.settings import Settings, SettingsError, load_settings, read_settings

if TYPE_CHECKING:
    from pathlib import Path

OPTION = "file-response-ignores-disconnect"


def write(folder: Path, name: str, text: str) -> str:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path.as_posix()


def loaded(path: str) -> Settings:
    return read_settings(path, rules())


def complaint(path: str) -> str:
    with pytest.raises(SettingsError) as caught:
        loaded(path)
    message = str(caught.value)
    assert "\n" not in message
    return message


def test_own_keys_go_over_those_that_are_extended(tmp_path: Path) -> None:
    base = write(
        tmp_path,
        "base.toml",
        f"""
        fail-on = "note"
        output-format = "json"
        ignore = ["ASG301"]
        extend-exclude = ["old"]
        rules.{OPTION}.every-response = true
        """,
    )
    own = write(
        tmp_path,
        "service/asgi-lint.toml",
        """
        extend = "../base.toml"
        fail-on = "error"
        ignore = ["ASG312"]
        extend-exclude = ["new"]
        """,
    )
    settings = load_settings((tmp_path / "service").as_posix(), rules())
    assert (settings.filename, settings.extended) == (own, (base,))
    assert settings.folder == (tmp_path / "service").as_posix()
    assert settings.fail_on is Severity.ERROR
    assert settings.output_format == "json"
    assert not {"ASG301", "ASG312"} & settings.codes
    assert [glob.pattern for glob in settings.extend_exclude] == ["old", "new"]
    assert settings.options_for(rules()["ASG311"]) == {"every-response": True}


def test_select_begins_anew_over_what_is_extended(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", 'select = ["ASG2"]\nignore = ["ASG304"]')
    own = write(tmp_path, "a.toml", 'extend = "base.toml"\nselect = ["ASG3"]')
    codes = loaded(own).codes
    assert "ASG303" in codes
    assert not {"ASG201", "ASG304"} & codes


def test_globs_stay_relative_to_their_own_file(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", 'extend-exclude = ["/generated"]')
    own = write(tmp_path, "service/a.toml", 'extend = "../base.toml"')
    excluded = GlobMatcher(loaded(own).extend_exclude)
    assert excluded.matches((tmp_path / "generated").as_posix())
    assert not excluded.matches((tmp_path / "service" / "generated").as_posix())


def test_several_generations_and_kinds_of_file(tmp_path: Path) -> None:
    write(tmp_path, "company.toml", 'fail-on = "note"')
    write(tmp_path, "pyproject.toml", '[tool.asgi-lint]\nextend = "company.toml"')
    own = write(tmp_path, "a/asgi-lint.toml", 'extend = "../pyproject.toml"')
    settings = loaded(own)
    assert settings.fail_on is Severity.NOTE
    assert [name.rpartition("/")[2] for name in settings.extended] == [
        "pyproject.toml",
        "company.toml",
    ]


def test_home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.setenv("USERPROFILE", str(tmp_path / "home"))
    write(tmp_path, "home/lint.toml", 'fail-on = "note"')
    own = write(tmp_path, "a.toml", 'extend = "~/lint.toml"')
    assert loaded(own).fail_on is Severity.NOTE


def test_circle_is_told_in_one_line(tmp_path: Path) -> None:
    first = write(tmp_path, "first.toml", 'extend = "second.toml"')
    second = write(tmp_path, "second.toml", '\nextend = "./first.toml"')
    assert complaint(first) == (
        f"{second}:2:1: extend: the configurations extend each other: "
        f"{first} -> {second} -> {first}."
    )


def test_file_that_is_missing_is_told_with_the_one_that_was_meant(tmp_path: Path) -> None:
    write(tmp_path, "base.toml", "")
    own = write(tmp_path, "a.toml", 'extend = "bse.toml"')
    assert complaint(own) == (
        f'{own}:1:1: extend: "bse.toml" cannot be extended: it does not exist; '
        'did you mean "base.toml"?'
    )


def test_pyproject_without_our_table_cannot_be_extended(tmp_path: Path) -> None:
    write(tmp_path, "pyproject.toml", "[project]")
    own = write(tmp_path, "a.toml", 'extend = "pyproject.toml"')
    assert complaint(own).endswith("cannot be extended: it has no table [tool.asgi-lint].")


def test_mistake_in_what_is_extended_is_told_at_its_place(tmp_path: Path) -> None:
    base = write(tmp_path, "base.toml", '\nselct = ["ASG2"]')
    own = write(tmp_path, "a.toml", 'extend = "base.toml"')
    assert complaint(own) == f'{base}:2:1: selct: there is no such key; did you mean "select"?'


@pytest.mark.parametrize("value", ["1", '""', '["base.toml"]'])
def test_extend_is_one_path(tmp_path: Path, value: str) -> None:
    own = write(tmp_path, "a.toml", f"extend = {value}")
    assert complaint(own) == f'{own}:1:1: extend: expected a path, such as "../asgi-lint.toml".'
