"""The output formats by name. A format's module is imported only when it is asked for."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from asgi_lint.reporters.report import Report


class Format(NamedTuple):
    """A module of this package with `render(report)`, which takes `color` if it is for people."""

    module: str
    for_people: bool = False


FORMATS = {
    "full": Format("full", for_people=True),
    "concise": Format("concise", for_people=True),
    "grouped": Format("grouped", for_people=True),
    "json": Format("json_list"),
    "json-lines": Format("json_lines"),
    "junit": Format("junit"),
    "github": Format("github"),
    "gitlab": Format("gitlab"),
    "azure": Format("azure"),
    "pylint": Format("pylint"),
    "rdjson": Format("rdjson"),
    "sarif": Format("sarif.log"),
}


def render(report: Report, name: str, *, color: bool = False) -> str:
    """The report in the format `name`, one of `FORMATS`; only formats for people have colour."""
    chosen = FORMATS[name]
    module = import_module(f"asgi_lint.reporters.{chosen.module}")
    text: str = module.render(report, color=color) if chosen.for_people else module.render(report)
    return text
