"""The JSON schema of a configuration, against the reader that has the last word."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import tomli

from asgi_lint.rules.registry import rules
from asgi_lint.settings import SettingsError, read_settings
from asgi_lint.settings.keys import KEYS

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA: dict[str, Any] = json.loads(
    (DOCS / "configuration.schema.json").read_text(encoding="utf-8")
)
VALIDATOR = jsonschema.Draft7Validator(SCHEMA)
EXAMPLES = [
    pytest.param(block, id=f"{path.stem}-{number}")
    for path in [*sorted(DOCS.rglob("*.md")), DOCS.parent / "README.md"]
    for number, block in enumerate(
        re.findall(r"```toml\n(.*?)```", path.read_text(encoding="utf-8"), re.DOTALL)
    )
]
WRONG = [
    'selct = ["ASG2"]',
    'select = ["AGS201"]',
    'select = "ASG2"',
    "ignore = [201]",
    'ignore = ["ASG001"]',
    'ignore = ["unparsable-file"]',
    'per-file-ignores = ["a.py"]',
    'per-file-ignores = {"a.py" = ["F401"]}',
    'per-file-ignores = {"a.py" = ["ASG002"]}',
    "force-exclude = 1",
    'fail-on = "warn"',
    'output-format = "xml"',
    "fastapi-version = 0.85",
    "extend = true",
    'extend = ""',
    "baseline = 1",
    'asgi-middleware = ["Guard"]',
    'asgi-middleware = ["a..b"]',
    "rules.file-response-disconnect = {}",
    "rules.file-response-ignores-disconnect.every-response = 1",
    "rules.file-response-ignores-disconnect.other = true",
    "rules = []",
]


def table_of(text: str) -> dict[str, Any]:
    document = tomli.loads(text)
    table: dict[str, Any] = document.get("tool", {}).get("asgi-lint", document)
    return table


def test_it_is_a_schema_and_describes_every_key() -> None:
    jsonschema.Draft7Validator.check_schema(SCHEMA)
    assert list(SCHEMA["properties"]) == [key.name for key in KEYS]
    assert all(each["description"] for each in SCHEMA["properties"].values())


def test_defaults_satisfy_it() -> None:
    defaults = {
        name: each["default"] for name, each in SCHEMA["properties"].items() if "default" in each
    }
    assert {"exclude", "fail-on", "output-format"} <= defaults.keys()
    VALIDATOR.validate(defaults)


@pytest.mark.parametrize("text", EXAMPLES)
def test_examples_of_the_documentation_satisfy_it(text: str) -> None:
    VALIDATOR.validate(table_of(text))


@pytest.mark.parametrize("text", WRONG)
def test_what_the_reader_refuses_does_not(text: str, tmp_path: Path) -> None:
    file = tmp_path / "asgi-lint.toml"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError):
        read_settings(file.as_posix(), rules())
    assert not VALIDATOR.is_valid(table_of(text))


def test_every_selector_of_it_can_be_read(tmp_path: Path) -> None:
    file = tmp_path / "asgi-lint.toml"
    for key, kind in (("select", "selector"), ("ignore", "ignored")):
        selectors = SCHEMA["definitions"][kind]["enum"]
        file.write_text(f"{key} = {json.dumps(selectors)}", encoding="utf-8")
        assert read_settings(file.as_posix(), rules()).filename
