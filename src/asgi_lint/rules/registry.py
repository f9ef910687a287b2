"""Every rule there is, from an index that is made by looking for them.

Looking means importing all of them, which takes longer than most runs, so a run does it not: it
reads the index, which scripts/generate_docs.py writes.
"""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING

from asgi_lint.rules.index import RULES
from asgi_lint.rules.rule import Late

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from pkgutil import ModuleInfo
    from typing import Any

    from asgi_lint.rules.rule import Rule


@cache
def rules() -> Mapping[str, Rule]:
    """All rules by code, in the order of their codes."""
    return {rule.code: rule for rule in RULES}


def page(rule: Rule) -> str:
    """The rule's page, in Markdown; it stands beside the module of its check."""
    from importlib.resources import files  # late: it loads what reads archives

    check = rule.check
    module = check.module if isinstance(check, Late) else check.__module__
    return files(module.rpartition(".")[0]).joinpath(f"{rule.code}.md").read_text(encoding="utf-8")


def found_rules() -> list[Rule]:
    """The rules that modules declare, in the order of their codes, their functions by name."""
    from pkgutil import iter_modules, walk_packages

    import asgi_lint.rules as package

    found: dict[str, Rule] = {}
    for family in iter_modules(package.__path__, f"{package.__name__}."):
        if not family.ispkg:
            continue
        for module in walk_packages(import_module(family.name).__path__, f"{family.name}."):
            if not _declares_rule(module):
                continue
            rule: Rule = import_module(module.name).RULE
            if rule.code in found:
                raise RuntimeError(f"{module.name} uses the code {rule.code} a second time")
            found[rule.code] = replace(
                rule,
                check=_late(rule.check),
                extract=rule.extract and _late(rule.extract),
                shared_extract=rule.shared_extract and _late(rule.shared_extract),
            )
    return [rule for _, rule in sorted(found.items())]


def _declares_rule(module: ModuleInfo) -> bool:
    """Whether the source says so; what a rule imports only when it needs it is left alone."""
    from importlib.resources import files

    family, _, name = module.name.rpartition(".")
    source = files(family).joinpath(f"{name}.py")
    return source.is_file() and "\nRULE = Rule(" in source.read_text(encoding="utf-8")


def _late(function: Callable[[Any], Iterator[Any]]) -> Late:
    late = Late(function.__module__, function.__qualname__)
    if getattr(import_module(late.module), late.name, None) is not function:
        raise RuntimeError(f"{late.module}.{late.name} is no function that a module names so")
    return late
