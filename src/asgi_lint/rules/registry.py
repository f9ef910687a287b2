"""Every rule there is; found by looking, so that adding one changes no list."""

from __future__ import annotations

from functools import cache
from importlib import import_module
from importlib.resources import files
from pkgutil import iter_modules, walk_packages
from typing import TYPE_CHECKING

import asgi_lint.rules as package

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pkgutil import ModuleInfo

    from asgi_lint.rules.rule import Rule


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by code, in the order of their codes."""
    found: dict[str, Rule] = {}
    for family in iter_modules(package.__path__, f"{package.__name__}."):
        if not family.ispkg:
            continue
        for module in walk_packages(import_module(family.name).__path__, f"{family.name}."):
            if not _declares_rule(module):
                continue
            rule = import_module(module.name).RULE
            if rule.code in found:
                raise RuntimeError(f"{module.name} uses the code {rule.code} a second time")
            found[rule.code] = rule
    return dict(sorted(found.items()))


def _declares_rule(module: ModuleInfo) -> bool:
    """Whether the source says so; what a rule imports only when it needs it is left alone."""
    family, _, name = module.name.rpartition(".")
    source = files(family).joinpath(f"{name}.py")
    return source.is_file() and "\nRULE = Rule(" in source.read_text(encoding="utf-8")


def page(rule: Rule) -> str:
    """The rule's page, in Markdown; it stands beside the module of its check."""
    family = rule.check.__module__.rpartition(".")[0]
    return files(family).joinpath(f"{rule.code}.md").read_text(encoding="utf-8")
