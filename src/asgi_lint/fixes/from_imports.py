"""The edit that makes a name of a module known in a file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Edit, Place, Position, Span
from asgi_lint.model.facts import MODULE_SCOPE

if TYPE_CHECKING:
    from asgi_lint.model.facts import FileFacts


def from_import(
    facts: FileFacts, module: str, name: str, also: tuple[str, ...] = ()
) -> tuple[str, Edit | None]:
    """What `name` of `module` is called in the file, and the edit that it needs there first.

    The edit inserts `from module import name` with the file's other imports; it is None where the
    name is imported already, from `module` or one of those in `also`, which export it too.
    """
    for found in facts.imports:
        if (
            found.scope == MODULE_SCOPE
            and found.name == name
            and found.level == 0
            and found.module in (module, *also)
            and not found.type_checking
        ):
            return found.bound, None
    row = Position(facts.import_row, 1)
    statement = f"from {module} import {name}{facts.newline}"
    return name, Edit(Place(facts.filename, Span(row, row)), statement)
