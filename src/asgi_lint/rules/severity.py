"""How much a finding in code matters, by what the project would install."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.diagnostics import Severity
from asgi_lint.versions.exposure import Outcome

if TYPE_CHECKING:
    from asgi_lint.versions.exposure import Exposure


def severity_in_code(exposure: Exposure) -> Severity | None:
    """Error where an affected release would be picked, warning where nothing is known.

    None, for silence, where only a floor allows an affected release: that is the requirement's
    own diagnostic.
    """
    match exposure.outcome:
        case Outcome.AFFECTED:
            return Severity.ERROR
        case Outcome.UNKNOWN:
            return Severity.WARNING
        case _:
            return None
