"""Mermaid's flowchart syntax: boxes, boxes around them, arrows, and texts that cannot break out."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from itertools import pairwise
from typing import TYPE_CHECKING, Literal

from asgi_lint.picture.captions import shortened
from asgi_lint.reporters.characters import visible

if TYPE_CHECKING:
    from collections.abc import Iterable

_CONFIGURATION = """\
config:
  flowchart:
    wrappingWidth: 800
    nodeSpacing: 24
    rankSpacing: 24
    subGraphTitleMargin: {top: 4, bottom: 12}"""

# A box sets its ground and its text, so that both are legible on a dark page too; one around others
# only shades what is behind it.
_STYLES = {
    "around": "fill:#80808014,stroke:#868e96",
    "base": "fill:#ffe8cc,stroke:#d9480f,stroke-width:2px,color:#5c2000",
    "asgi": "fill:#e7f5ff,stroke:#4a90c2,color:#0b3554",
    "builtin": "fill:#f1f3f5,stroke:#adb5bd,color:#495057",
    "unknown": "fill:#f8f0fc,stroke:#9c36b5,stroke-dasharray:4 3,color:#5f1d75",
    "routes": "fill:#ffffff,stroke:#868e96,color:#212529,text-align:left",
    "setup": "fill:#fffbe6,stroke:#c5a400,color:#4d4000,text-align:left",
    "note": "stroke:#1971c2,stroke-width:3px",
    "warning": "stroke:#e67700,stroke-width:3px",
    "error": "stroke:#c92a2a,stroke-width:3px",
}

# Mermaid ends a label at a quote, reads `#35;` as a character, and cuts a text at `%%` even in a
# label. Its `<br>` and `<b>` are ours alone.
_SPECIAL = re.compile(r"""["#%&;<>`\\]""")
# What Mermaid changes in any label: `$$` is a formula, `\n` a new line, `fa:fa-user` an icon.
_CHANGED = re.compile(r"(?<=\$)(?=\$)|(?<=\\)(?=n)|(?<=:)(?=fa-)")
_WORD_JOINER = "\N{WORD JOINER}"


@dataclass(slots=True)
class Flowchart:
    """A flowchart, drawn from its beginning to its end."""

    edges: int = 0
    _lines: list[str] = field(default_factory=list)
    _depth: int = 1
    _boxes: int = 0
    _classes: dict[str, list[str]] = field(default_factory=dict)

    def box(self, title: str, lines: Iterable[str], *classes: str) -> str:
        """A box with a title, if any, and lines of text; its identifier is returned."""
        ident = self._ident()
        first = [f"<b>{escaped(title)}</b>"] if title else []
        label = "<br/>".join([*first, *map(escaped, lines)])
        self._write(f'{ident}["{_without_style(label)}"]')
        for each in classes:
            self._classes.setdefault(each, []).append(ident)
        return ident

    def open(self, title: str, direction: Literal["LR", "TB"]) -> str:
        """Begin a box around boxes, which stand in `direction`; its identifier is returned."""
        ident = self._ident()
        self._classes.setdefault("around", []).append(ident)
        self._write(f'subgraph {ident}["{_without_style(escaped(title))}"]')
        self._depth += 1
        self._write(f"direction {direction}")
        return ident

    def close(self) -> None:
        """End the box that was begun last."""
        self._depth -= 1
        self._write("end")

    def chain(self, idents: Iterable[str], link: Literal["-->", "~~~"]) -> None:
        """An arrow from each box to the next, or a link that only keeps them in order (`~~~`)."""
        for source, target in pairwise(idents):
            self.edges += 1
            self._write(f"{source} {link} {target}")

    def text(self, title: str, remark: str = "") -> str:
        """The whole chart under a title, with a remark to who reads its source."""
        styles = [
            line
            for name, idents in self._classes.items()
            for line in (f"  classDef {name} {_STYLES[name]}", f"  class {','.join(idents)} {name}")
        ]
        # What JSON quotes, YAML reads as the same text.
        start = ["---", f"title: {json.dumps(visible(title))}", _CONFIGURATION, "---"]
        remarks = [f"%% {remark}"] if remark else []
        return "\n".join([*start, "flowchart TB", *remarks, *self._lines, *styles]) + "\n"

    def _ident(self) -> str:
        self._boxes += 1
        return f"n{self._boxes}"

    def _write(self, line: str) -> None:
        self._lines.append("  " * self._depth + line)


def escaped(text: str) -> str:
    """`text` as a part of a quoted label."""
    return _SPECIAL.sub(_entity, _CHANGED.sub(_WORD_JOINER, shortened(visible(text))))


def _entity(found: re.Match[str]) -> str:
    return f"#{ord(found.group())};"


def _without_style(label: str) -> str:
    """Mermaid takes the last `;` from a line with `style` or `classDef`, a colon and an entity."""
    if "style" in label or "classDef" in label:
        return label.replace(":", "#58;")
    return label
