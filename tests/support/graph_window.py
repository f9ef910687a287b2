"""A window of the browser in which the HTML pages of pictures are shown."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from asgi_lint.picture.html import render

if TYPE_CHECKING:
    from chromium import Tab

    from asgi_lint.picture.view import Picture


@dataclass(frozen=True, slots=True)
class GraphWindow:
    """Where the pages are written to, and the tab that opens them."""

    page: Path
    tab: Tab

    def __call__(
        self,
        picture: Picture,
        *,
        width: int = 1440,
        height: int = 900,
        scheme: str = "light",
        medium: str = "",
        with_script: bool = True,
    ) -> Tab:
        """Show a picture in a window of a size, to a reader who prefers a color scheme."""
        self.page.write_text(render(picture, Path(picture.root)), encoding="utf-8")
        self.tab.send("Emulation.setScriptExecutionDisabled", value=not with_script)
        self.tab.resize(width, height)
        self.tab.prefer(medium, prefers_color_scheme=scheme)
        self.tab.open(self.page)
        self.tab.send("Emulation.setScriptExecutionDisabled", value=False)  # for what tests run
        self.tab.settle()
        return self.tab
