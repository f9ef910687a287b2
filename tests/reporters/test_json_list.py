"""The JSON list, whose keys are a promise."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

from asgi_lint.reporters import statistics
from asgi_lint.reporters.formats import render

if TYPE_CHECKING:
    from asgi_lint.reporters.report import Report


def test_object_of_a_diagnostic_with_everything(sample: Report) -> None:
    [found] = [each for each in json.loads(render(sample, "json")) if each["code"] == "ASG201"]
    assert list(found) == [
        "code", "name", "message", "severity", "filename", "location", "end_location", "url",
        "fix", "related",
    ]  # fmt: skip
    assert found["name"] == "base-middleware-cancels-background-tasks"
    assert found["severity"] == "error"
    assert found["filename"] == "middleware.py"
    assert found["location"] == {"row": 6, "column": 7}
    assert found["end_location"] == {"row": 6, "column": 23}
    assert found["fix"]["applicability"] == "unsafe"
    assert found["fix"]["edits"][0] == {
        "filename": "middleware.py",
        "location": {"row": 3, "column": 1},
        "end_location": {"row": 4, "column": 1},
        "content": "",
    }
    assert found["related"][0] == {
        "message": "the middleware is registered here",
        "filename": "main.py",
        "location": {"row": 10, "column": 1},
        "end_location": {"row": 10, "column": 26},
    }


def test_diagnostic_without_fix_and_trace(sample: Report) -> None:
    found = json.loads(render(sample, "json"))[0]
    assert found["fix"] is None
    assert found["related"] == []
    assert found["filename"] == "/opt/plugins/audit log.py"


def test_no_diagnostics_are_an_empty_list(sample: Report) -> None:
    clean = replace(sample, diagnostics=())
    assert render(clean, "json") == "[]\n"
    assert statistics.render_json(clean) == "[]\n"


def test_text_stays_readable_and_lone_surrogates_are_replaced(sample: Report) -> None:
    broken = replace(sample.diagnostics[0], message="größe \udcff")
    text = render(replace(sample, diagnostics=(broken,)), "json")
    assert "größe \ufffd" in text
    assert json.loads(text.encode())[0]["message"] == "größe \ufffd"
