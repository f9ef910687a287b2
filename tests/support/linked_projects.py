"""Small projects linked in memory, and what names in them stand for, as short texts."""

from __future__ import annotations

from typing import TYPE_CHECKING

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.model.extract import extract
from asgi_lint.model.facts import MODULE_SCOPE, FileFacts
from asgi_lint.model.project import Project
from asgi_lint.model.values import (
    Class,
    Display,
    External,
    Function,
    Generator,
    Instance,
    Module,
    Typed,
)
from asgi_lint.versions.effective import Versions

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from asgi_lint.model.extract import Extractor
    from asgi_lint.model.values import Value

ROOT = "/project"


def facts_of(
    text: str, filename: str = f"{ROOT}/main.py", extractors: Sequence[Extractor] = ()
) -> FileFacts:
    """The facts of one file, which must be valid."""
    found = with_deep_stack(lambda: extract(text, filename, extractors))
    assert isinstance(found, FileFacts), found
    return found


def linked(files: Mapping[str, str]) -> Project:
    """A project of these files; names are relative to `ROOT`, where nothing is on disk."""
    facts = [facts_of(text, f"{ROOT}/{name}") for name, text in files.items()]
    return Project(ROOT, [each.filename for each in facts], facts, Versions(ROOT, ()))


def meanings(project: Project, filename: str, name: str, scope: int = MODULE_SCOPE) -> list[str]:
    """What a name may be at the end of a module (or of another scope), sorted."""
    found = project.evaluator.lookup(f"{ROOT}/{filename}", scope, name)
    return sorted({described(project, value) for value in found})


def meaning_in(project: Project, filename: str, qualname: str, name: str) -> list[str]:
    """What a name may be within the function or class `qualname`."""
    scopes = project.files[f"{ROOT}/{filename}"].facts.scopes
    scope = next(each.index for each in scopes if each.qualname == qualname)
    return meanings(project, filename, name, scope)


def described(project: Project, value: Value) -> str:
    """`a FastAPI` for an object, `FastAPI` for a class, `def f`, `module api/routes`."""
    match value:
        case External(name=name):
            return name
        case Module(key=key):
            return f"module {key.removeprefix(ROOT).lstrip('/')}"
        case Function() | Class():
            qualname = project.files[value.filename].facts.scopes[value.scope].qualname
            return f"def {qualname}" if isinstance(value, Function) else f"class {qualname}"
        case Instance(class_=class_):
            return f"an object of {described(project, class_)}"
        case Typed(class_=class_):
            return f"some {described(project, class_)}"
        case Generator(function=function):
            return f"a generator of {described(project, function)}"
        case Display():
            return "a display"
