"""The edit that makes a module known in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Edit, Place, Position, Span
from asgi_lint.model.facts import MODULE_SCOPE

if TYPE_CHECKING:
    from asgi_lint.model.facts import FileFacts


def import_edit(facts: FileFacts, module: str) -> Edit | None:
    """Insert `import module` with the file's other imports; None where it is there already."""
    for found in facts.imports:
        if found.scope == MODULE_SCOPE and found.bound == module and not found.type_checking:
            return None
    row = Position(facts.import_row, 1)
    return Edit(Place(facts.filename, Span(row, row)), f"import {module}{facts.newline}")
