"""What a version part allows, in the notation of its manifest: one function a notation."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from packaging.specifiers import InvalidSpecifier, SpecifierSet

from asgi_lint.versions import bounded
from asgi_lint.versions.clauses import clauses_of, poetry_specifiers
from asgi_lint.versions.requirements import Style

if TYPE_CHECKING:
    from asgi_lint.versions.clauses import Clause

_BARE_RELEASE = re.compile(r"\s*[0-9]")
_UNKNOWN_TO_CONDA = frozenset({"^", "~", "<>"})


def specifiers(style: Style, text: str) -> tuple[SpecifierSet, ...]:
    """What `text` allows, a set for each alternative; ValueError with a sentence if it is wrong."""
    match style:
        case Style.POETRY:
            return poetry_specifiers(text)
        case Style.CONDA | Style.PIXI:
            return conda_specifiers(text)
        case Style.PIPFILE:
            return pipfile_specifiers(text)
        case _:
            return _in_pep_440(text, text)


def pipfile_specifiers(text: str) -> tuple[SpecifierSet, ...]:
    """Pipenv's notation: PEP 440 where `*` is any release and a bare `0.85.0` that release."""
    if text.strip() == "*":
        return (SpecifierSet(),)
    return _in_pep_440(f"=={text}" if _BARE_RELEASE.match(text) else text, text)


def conda_specifiers(text: str, *, has_build: bool = False) -> tuple[SpecifierSet, ...]:
    """Conda's notation: `=0.85` is any 0.85, unless a build makes it exact; `|` separates sets."""
    found: tuple[SpecifierSet, ...] = ()
    for part in text.split("|"):
        clauses = clauses_of(part)
        if any(clause.operator in _UNKNOWN_TO_CONDA for clause in clauses):
            raise ValueError(f"`{text}` is not a version requirement")
        meant = (_conda_clause(clause, has_build=has_build) for clause in clauses)
        found += _in_pep_440(",".join(filter(None, meant)), text)
    return found


def _conda_clause(clause: Clause, *, has_build: bool) -> str:
    """One clause of conda's in the words of PEP 440, empty for any release."""
    operator, version = clause.operator, clause.version
    is_open = version.endswith("*")
    release = version.rstrip("*").rstrip(".") if is_open else version
    match operator:
        case "" | "=" | "==" | "===" | ">=" if not release:
            return ""
        case "=" if not has_build:
            return f"=={release}.*"
        case "" | "=" | "==" | "===" | "!=":
            inequality = "!=" if operator == "!=" else "=="
            return f"{inequality}{release}.*" if is_open else f"{inequality}{release}"
        case _:
            return operator + release


def _in_pep_440(text: str, written: str) -> tuple[SpecifierSet, ...]:
    try:
        return (bounded.specifier_set(text),)
    except InvalidSpecifier as error:
        raise ValueError(f"`{written}` is not a version requirement") from error
