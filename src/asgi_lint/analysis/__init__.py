"""One project from file names to findings: read, screen, extract, link, check."""

from __future__ import annotations

from asgi_lint.analysis.analyse import Analysis, analyse
from asgi_lint.analysis.crashes import Crash

__all__ = ["Analysis", "Crash", "analyse"]
