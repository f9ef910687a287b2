"""What a person can set: defaults, over them a configuration file, over that the command line."""

from __future__ import annotations

from asgi_lint.settings.files import (
    default_settings,
    load_settings,
    overridden,
    read_settings,
    with_inline,
)
from asgi_lint.settings.origin import SettingsError
from asgi_lint.settings.selection import KnownRule
from asgi_lint.settings.values import Settings

__all__ = [
    "KnownRule",
    "Settings",
    "SettingsError",
    "default_settings",
    "load_settings",
    "overridden",
    "read_settings",
    "with_inline",
]
