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
            if not _is_rule(module):
                continue
            rule = import_module(module.name).RULE
            if rule.code in found:
                raise RuntimeError(f"{module.name} uses the code {rule.code} a second time")
            found[rule.code] = rule
    return dict(sorted(found.items()))


def _is_rule(module: ModuleInfo) -> bool:
    """Whether a module makes a rule; what rules share may load LibCST, and is left for later."""
    spec = module.module_finder.find_spec(module.name, None)
    source = spec.loader.get_source(module.name) if spec is not None else None  # type: ignore[union-attr]
    return source is not None and "\nRULE = " in source


def page(rule: Rule) -> str:
    """The rule's page, in Markdown; it stands beside the module of its check."""
    family = rule.check.__module__.rpartition(".")[0]
    return files(family).joinpath(f"{rule.code}.md").read_text(encoding="utf-8")
