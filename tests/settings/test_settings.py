"""Finding a configuration, reading it, and what is said about one that is wrong."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass, field
from pathlib import Path

import pytest

import asgi_lint
from asgi_lint.diagnostics import Severity
from asgi_lint.globs import GlobMatcher
from asgi_lint.reporters.formats import FORMATS
from asgi_lint.settings import (
    Settings,
    SettingsError,
    default_settings,
    load_settings,
    overridden,
    read_settings,
)
from asgi_lint.settings.keys import KEYS, OUTPUT_FORMATS


@dataclass(frozen=True)
class Rule:
    name: str
    enabled: bool = True
    options: dict[str, bool | str] = field(default_factory=dict)


STREAM = Rule("endless-stream", options={"strict": False, "marker": "stop"})
RULES = {
    "ASG001": Rule("unreadable-file"),
    "ASG201": Rule("tasks-cancelled"),
    "ASG204": Rule("task-never-runs"),
    "ASG211": Rule("task-shares-session", enabled=False),
    "ASG301": STREAM,
}


def loaded(folder: Path, text: str, name: str = "asgi-lint.toml") -> Settings:
    (folder / name).write_text(text, encoding="utf-8")
    return load_settings(folder.as_posix(), RULES)


def complaint(folder: Path, text: str, name: str = "asgi-lint.toml") -> str:
    """What is said about a configuration, without the name of its file."""
    with pytest.raises(SettingsError) as caught:
        loaded(folder, text, name)
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith(f"{(folder / name).as_posix()}:")
    return message.removeprefix(f"{(folder / name).as_posix()}:").removeprefix(" ")


def on_command_line(settings: Settings, **values: object) -> Settings:
    given = {key.replace("_", "-"): value for key, value in values.items()}
    return overridden(settings, given, RULES, "/here")


def test_the_defaults(tmp_path: Path) -> None:
    settings = load_settings(tmp_path.as_posix(), RULES)
    assert settings == default_settings(RULES)
    assert settings.codes == {"ASG001", "ASG002", "ASG201", "ASG204", "ASG301"}
    assert settings.fail_on is Severity.WARNING
    assert settings.output_format == "full"
    assert settings.respect_gitignore
    assert not settings.force_exclude
    assert GlobMatcher(settings.exclude).matches("/anywhere/.venv")


def test_every_key_can_be_set(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        """
        select = ["ASG2"]
        extend-select = ["endless-stream"]
        ignore = ["ASG204"]
        exclude = ["old"]
        extend-exclude = ["src/gen"]
        respect-gitignore = false
        force-exclude = true
        starlette-version = "0.20.4"
        fastapi-version = ">=0.85,<0.87"
        fail-on = "note"
        output-format = "json"
        per-file-ignores = { "tests/*" = ["ASG2"] }
        rules.endless-stream = { strict = true }
        """,
    )
    folder = tmp_path.as_posix()
    assert settings.filename == f"{folder}/asgi-lint.toml"
    assert settings.folder == folder
    assert settings.codes == {"ASG001", "ASG002", "ASG201", "ASG211", "ASG301"}
    assert settings.codes_for(f"{folder}/tests/test_a.py") == {"ASG001", "ASG002", "ASG301"}
    excluded = GlobMatcher((*settings.exclude, *settings.extend_exclude))
    assert excluded.matches("/anywhere/old")
    assert excluded.matches(f"{folder}/src/gen")
    assert not excluded.matches("/anywhere/venv")
    assert not settings.respect_gitignore
    assert settings.force_exclude
    assert settings.starlette_version == "0.20.4"
    assert settings.fastapi_version == ">=0.85,<0.87"
    assert settings.fail_on is Severity.NOTE
    assert settings.output_format == "json"
    assert settings.options_for(STREAM) == {"strict": True, "marker": "stop"}


def test_the_closest_configuration_is_used_alone(tmp_path: Path) -> None:
    (tmp_path / "asgi-lint.toml").write_text('fail-on = "error"\nignore = ["ASG201"]')
    service = tmp_path / "service"
    (service / "app").mkdir(parents=True)
    (service / "pyproject.toml").write_text('[tool.asgi-lint]\noutput-format = "json"')
    (service / "app/main.py").touch()
    settings = load_settings((service / "app/main.py").as_posix(), RULES)
    assert settings.folder == service.as_posix()
    assert settings.output_format == "json"
    assert settings.fail_on is Severity.WARNING
    assert "ASG201" in settings.codes


def test_a_pyproject_without_our_table_is_passed_over(tmp_path: Path) -> None:
    (tmp_path / "asgi-lint.toml").write_text('fail-on = "error"')
    for name, text in [("a", "[project]\n"), ("b", 'x = "asgi-lint"\n'), ("c", "not TOML")]:
        (tmp_path / name).mkdir()
        (tmp_path / name / "pyproject.toml").write_text(text)
        settings = load_settings((tmp_path / name).as_posix(), RULES)
        assert settings.folder == tmp_path.as_posix()


def test_our_own_file_goes_before_pyproject_in_one_folder(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text('[tool.asgi-lint]\nfail-on = "note"')
    assert loaded(tmp_path, 'fail-on = "error"').fail_on is Severity.ERROR


def test_a_configuration_that_is_named(tmp_path: Path) -> None:
    (tmp_path / "strict.toml").write_text('fail-on = "note"')
    (tmp_path / "pyproject.toml").write_text("[project]")
    folder = tmp_path.as_posix()
    assert read_settings(f"{folder}/strict.toml", RULES).fail_on is Severity.NOTE
    with pytest.raises(SettingsError, match=r"pyproject\.toml: it has no table \[tool\.asgi-lint]"):
        read_settings(f"{folder}/pyproject.toml", RULES)
    with pytest.raises(SettingsError, match=r"none\.toml: it does not exist\."):
        read_settings(f"{folder}/none.toml", RULES)


def test_the_command_line_goes_over_the_file(tmp_path: Path) -> None:
    file = loaded(
        tmp_path,
        'fail-on = "note"\nignore = ["ASG204"]\nextend-exclude = ["a/b"]\noutput-format = "json"',
    )
    settings = on_command_line(
        file, fail_on="error", select=["ASG2"], extend_exclude=["c/d"], output_format=None
    )
    assert settings.fail_on is Severity.ERROR
    assert settings.output_format == "json"
    assert settings.codes == {"ASG001", "ASG002", "ASG201", "ASG211"}
    excluded = GlobMatcher(settings.extend_exclude)
    assert excluded.matches(f"{tmp_path.as_posix()}/a/b")
    assert excluded.matches("/here/c/d")
    assert settings.folder == tmp_path.as_posix()


def test_options_add_up_over_the_sources(tmp_path: Path) -> None:
    file = loaded(tmp_path, 'rules.endless-stream.marker = "quit"')
    settings = on_command_line(file, rules={"endless-stream": {"strict": True}})
    assert settings.options_for(STREAM) == {"strict": True, "marker": "quit"}
    assert file.options_for(STREAM) == {"strict": False, "marker": "quit"}
    assert settings.options_for(RULES["ASG201"]) == {}


def test_ignores_by_file(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        """
        [per-file-ignores]
        "test_*.py" = ["ASG2"]
        "legacy/**" = ["ALL"]
        "!app/*" = ["endless-stream"]
        "generated/" = ["ASG2"]
        """,
    )
    folder = tmp_path.as_posix()
    always = {"ASG001", "ASG002"}
    assert settings.codes_for(f"{folder}/app/main.py") == always | {"ASG201", "ASG204", "ASG301"}
    assert settings.codes_for(f"{folder}/app/test_x.py") == always | {"ASG301"}
    assert settings.codes_for(f"{folder}/other.py") == always | {"ASG201", "ASG204"}
    assert settings.codes_for(f"{folder}/legacy/a/b.py") == always
    assert settings.codes_for(f"{folder}/app/deep/generated/b.py") == always | {"ASG301"}
    assert settings.codes_for("/generated/app/b.py") == always | {"ASG201", "ASG204"}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('selct = ["ASG2"]', '1:1: selct: there is no such key; did you mean "select"?'),
        ("zzz = 1", "1:1: zzz: there is no such key."),
        (
            'select = ["AGS201"]',
            '1:11: select: no rule has the code, prefix or name "AGS201"; did you mean "ASG201"?',
        ),
        (
            'ignore = ["endles-stream"]',
            (
                '1:11: ignore: no rule has the code, prefix or name "endles-stream"; '
                'did you mean "endless-stream"?'
            ),
        ),
        (
            'select = "ASG2"',
            '1:1: select: expected a list of codes, such as ["ASG201", "ASG3"], not "ASG2".',
        ),
        (
            "ignore = [201]",
            '1:11: ignore: expected a list of codes, such as ["ASG201", "ASG3"]; 201 stands in it.',
        ),
        (
            'ignore = ["ASG001"]',
            (
                '1:11: ignore: "ASG001" cannot be ignored: '
                "a file that was not checked must not look clean."
            ),
        ),
        (
            'per-file-ignores = ["a.py"]',
            (
                "1:1: per-file-ignores: expected a table of globs with their codes, "
                'such as {"tests/*" = ["ASG2"]}, not a list.'
            ),
        ),
        (
            'per-file-ignores = {"a.py" = ["F401"]}',
            '1:31: per-file-ignores."a.py": no rule has the code, prefix or name "F401".',
        ),
        ('exclude = ["a[b"]', '1:12: exclude: "a[b" is no glob: [ is not closed.'),
        ("force-exclude = 1", "1:1: force-exclude: expected true or false, not 1."),
        (
            'fail-on = "warn"',
            (
                '1:1: fail-on: expected one of note, warning, error, not "warn"; '
                'did you mean "warning"?'
            ),
        ),
        (
            "output-format = {}",
            f"1:1: output-format: expected one of {', '.join(OUTPUT_FORMATS)}, not a table.",
        ),
        (
            'starlette-version = "latest"',
            (
                '1:1: starlette-version: expected a release such as "0.41.3" or a range such as '
                '">=0.40,<1", not "latest".'
            ),
        ),
        (
            "fastapi-version = 0.85",
            (
                '1:1: fastapi-version: expected a release such as "0.41.3" or a range such as '
                '">=0.40,<1", not 0.85.'
            ),
        ),
        (
            "fastapi-version = 2026-01-01",
            (
                '1:1: fastapi-version: expected a release such as "0.41.3" or a range such as '
                '">=0.40,<1", not a date or time.'
            ),
        ),
        (
            "rules.endles-stream = {}",
            '1:1: rules.endles-stream: there is no such rule; did you mean "endless-stream"?',
        ),
        (
            "rules.ASG301 = {}",
            '1:1: rules.ASG301: options go by the name of a rule: write "endless-stream".',
        ),
        (
            "rules.endless-stream.strickt = true",
            (
                "1:1: rules.endless-stream.strickt: the rule has no such option; "
                'did you mean "strict"?'
            ),
        ),
        (
            "rules.endless-stream.x = true",
            '1:1: rules.endless-stream.x: the rule has no such option; it has "strict", "marker".',
        ),
        (
            "rules.tasks-cancelled.x = true",
            "1:1: rules.tasks-cancelled.x: the rule has no such option; it has none.",
        ),
        (
            'rules.endless-stream.strict = "yes"',
            '1:1: rules.endless-stream.strict: expected true or false, not "yes".',
        ),
        (
            "rules.endless-stream.marker = false",
            "1:1: rules.endless-stream.marker: expected a string, not false.",
        ),
        (
            "rules.endless-stream = 1",
            "1:1: rules.endless-stream: expected a table of options, not 1.",
        ),
        (
            "[tool.asgi-lint]",
            (
                "1:2: tool: the keys stand at the top level of asgi-lint.toml, "
                "not in [tool.asgi-lint]."
            ),
        ),
        ("select = [\n]\nx = = 1", "3:5: it is not TOML: Invalid value."),
    ],
)
def test_a_wrong_configuration_is_told_in_one_line(tmp_path: Path, text: str, message: str) -> None:
    assert complaint(tmp_path, text) == message


def test_keys_in_pyproject_are_named_in_full(tmp_path: Path) -> None:
    text = '[tool.asgi-lint]\nselct = ["ASG2"]'
    assert complaint(tmp_path, text, "pyproject.toml") == (
        '2:1: tool.asgi-lint.selct: there is no such key; did you mean "select"?'
    )
    text = "[tool]\nasgi-lint = true"
    assert complaint(tmp_path, text, "pyproject.toml") == "2:1: tool.asgi-lint: expected a table."


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (
            '[tool.asgi-lint]\nignore = [\n  "ASG2",\n  "é", "ASG9",\n]',
            "4:3: tool.asgi-lint.ignore",
        ),
        ("[tool.asgi-lint.rules.x]\ny = 1", "1:2: tool.asgi-lint.rules.x"),
        ("[tool]\nasgi-lint.rules.x.y = 1", "2:1: tool.asgi-lint.rules.x"),
        (
            '[tool]\n"asgi-lint" = { rules = { endless-stream = { strict = 1 } } }',
            "2:46: tool.asgi-lint.rules.endless-stream.strict",
        ),
        (
            '[tool.asgi-lint.per-file-ignores]\n"é/*" = ["ASG2"]\n"a{b}" = ["ASG2"]',
            '3:1: tool.asgi-lint.per-file-ignores."a{b}"',
        ),
        ("[tool.asgi-lint]\n[tool.asgi-lint.x.y]\n", "2:2: tool.asgi-lint.x"),
        ("[[tool.asgi-lint.x]]", "1:3: tool.asgi-lint.x"),
    ],
)
def test_a_wrong_configuration_is_told_at_its_place(tmp_path: Path, text: str, place: str) -> None:
    assert complaint(tmp_path, text, "pyproject.toml").startswith(f"{place}: ")


def test_wrong_values_on_the_command_line_are_named_as_options() -> None:
    with pytest.raises(SettingsError) as caught:
        on_command_line(default_settings(RULES), fail_on="never")
    assert str(caught.value) == (
        'command line: --fail-on: expected one of note, warning, error, not "never".'
    )


def test_a_configuration_that_is_not_utf_8(tmp_path: Path) -> None:
    (tmp_path / "asgi-lint.toml").write_bytes(b"\n# \xff")
    with pytest.raises(SettingsError, match=r"asgi-lint\.toml:2: it is not UTF-8"):
        load_settings(tmp_path.as_posix(), RULES)


def test_a_configuration_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "asgi-lint.toml").mkdir()
    with pytest.raises(SettingsError, match=r"asgi-lint\.toml: it cannot be read: "):
        load_settings(tmp_path.as_posix(), RULES)


def test_the_table_of_keys_gives_the_defaults() -> None:
    """A table of all defaults, as documentation shows them, changes nothing."""
    table = {key.name: key.default for key in KEYS if key.default not in {None, ()}}
    settings = on_command_line(default_settings(RULES), **table)
    assert settings.codes == default_settings(RULES).codes
    defaults = Settings()
    assert [glob.pattern for glob in settings.exclude] == [g.pattern for g in defaults.exclude]
    for name in ("respect_gitignore", "force_exclude", "fail_on", "output_format"):
        assert getattr(settings, name) == getattr(defaults, name)


def test_the_output_formats_are_those_there_are() -> None:
    assert set(OUTPUT_FORMATS) == set(FORMATS)


def test_without_a_configuration_nothing_is_imported_to_read_one(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text("[project]\n")
    program = (
        "import sys; from asgi_lint.settings import load_settings; load_settings(sys.argv[1], {});"
        "print(sorted({'tomli', 'packaging', 'difflib', 'libcst', 'pathspec'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, tmp_path.as_posix()],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(asgi_lint.__file__).parents[1])},
    )
    assert done.stdout == "[]\n"
