"""Rules as SARIF describes them, within the sizes that GitHub code scanning allows."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from asgi_lint.diagnostics import Severity

if TYPE_CHECKING:
    from asgi_lint.reporters.report import RuleInfo

_DESCRIPTION_SIZE = 1024
_NOT_PROSE = re.compile(r"#|```|~~~|\||>|[-*+] |\d+\. |<!--|!!! ")
_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")
_PROBLEM_SEVERITY = {
    Severity.ERROR: "error",
    Severity.WARNING: "warning",
    Severity.NOTE: "recommendation",
}


def descriptor(rule: RuleInfo) -> dict[str, Any]:
    """A rule's `reportingDescriptor`; its page is the help."""
    summary = as_sentence(rule.summary)
    description = _description(rule.page) or summary
    return {
        "id": rule.code,
        "name": "".join(word.capitalize() for word in rule.name.split("-")),
        "shortDescription": {"text": _shortened(summary)},
        "fullDescription": {"text": _shortened(description)},
        "help": {
            "text": f"{description}\n\n{rule.url}",
            "markdown": rule.page.strip() or f"{summary}\n\n<{rule.url}>",
        },
        "helpUri": rule.url,
        "defaultConfiguration": {"level": rule.severity.value},
        "properties": {
            "precision": rule.precision,
            "problem.severity": _PROBLEM_SEVERITY[rule.severity],
            "tags": list(rule.tags),
        },
    }


def as_sentence(text: str) -> str:
    """`text` on one line, beginning with a capital letter and ending in a full stop."""
    line = " ".join(text.split())
    ended = line if line.endswith((".", "!", "?")) else f"{line}."
    return ended[0].upper() + ended[1:]


def _description(page: str) -> str:
    """The first paragraph of prose on a Markdown page, without its marks."""
    paragraphs = re.split(r"\n\s*\n", page.replace("\r\n", "\n"))
    prose = (part.strip() for part in paragraphs if not _NOT_PROSE.match(part.strip()))
    first = next(filter(None, prose), "")
    text = _LINK.sub(r"\1", first).replace("**", "").replace("`", "'")
    return as_sentence(text) if text else ""


def _shortened(text: str) -> str:
    if len(text) <= _DESCRIPTION_SIZE:
        return text
    return text[: _DESCRIPTION_SIZE - 2].rsplit(" ", 1)[0] + "…."
