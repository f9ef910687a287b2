"""Every format on the sample report, compared with a snapshot."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from asgi_lint.reporters import statistics
from asgi_lint.reporters.formats import FORMATS, render

if TYPE_CHECKING:
    from collections.abc import Callable

    from asgi_lint.reporters.report import Report

SNAPSHOTS = Path(__file__).parent / "snapshots"
SUFFIXES = {
    "full": "full.txt",
    "concise": "concise.txt",
    "grouped": "grouped.txt",
    "json": "json",
    "json-lines": "jsonl",
    "junit": "junit.xml",
    "github": "github.txt",
    "gitlab": "gitlab.json",
    "azure": "azure.txt",
    "pylint": "pylint.txt",
    "rdjson": "rdjson.json",
    "sarif": "sarif",
}


@pytest.mark.parametrize("name", FORMATS)
def test_format_matches_its_snapshot(
    name: str, sample: Report, snapshot: Callable[[Path, str], None]
) -> None:
    snapshot(SNAPSHOTS / f"sample.{SUFFIXES[name]}", render(sample, name))


def test_statistics_match_their_snapshots(
    sample: Report, snapshot: Callable[[Path, str], None]
) -> None:
    snapshot(SNAPSHOTS / "sample.statistics.txt", statistics.render(sample))
    snapshot(SNAPSHOTS / "sample.statistics.json", statistics.render_json(sample))


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_ends_in_one_line_end_and_is_utf_8(name: str, sample: Report) -> None:
    text = render(sample, name)
    assert text.endswith("\n")
    assert not text.endswith("\n\n")
    assert text.encode().decode() == text


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_survives_sources_that_are_gone(name: str, sample: Report) -> None:
    text = render(replace(sample, sources={}), name)
    assert "ASG201" in text
    assert "call_next(request)" not in text


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_survives_sources_that_were_cut_short(name: str, sample: Report) -> None:
    shorter = {filename: text[:20] for filename, text in sample.sources.items()}
    assert "ASG201" in render(replace(sample, sources=shorter), name)
