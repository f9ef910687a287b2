"""Reads the rows of `model.third_party` again, in the source of the packages themselves.

    python scripts/check_third_party.py FOLDER

FOLDER holds unpacked wheels or source distributions, each in a folder `NAME-RELEASE`. Nothing in
them is run. A row is checked in the releases that it was read in, which must all be there, and in
every newer one that is there and that it holds for. Exit code 1 if the source contradicts a row.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import defaultdict
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from packaging.specifiers import SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from asgi_lint.model.third_party import EXPORTS
from asgi_lint.model.third_party.exports import (
    BASE_HTTP_MIDDLEWARE,
    Adapter,
    Export,
    Factory,
    Middleware,
    Registration,
    Subclass,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

Function: TypeAlias = ast.FunctionDef | ast.AsyncFunctionDef
Definition: TypeAlias = ast.ClassDef | Function
Found: TypeAlias = tuple[Definition | ast.expr, Path]
"""A definition, or the expression that an alias stands for, and the file that it is in."""


def main() -> int:
    """Check every row; print what contradicts it, and which releases are not there."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("folder", type=Path)
    there = unpacked(parser.parse_args().folder)
    readings, complaints = 0, []
    for row in EXPORTS:
        aliases = set(row.also)
        for release in sorted(claimed(row, there[row.package])):
            folder = there[row.package].get(release)
            if folder is None:
                complaints.append(f"{row.package} {release}: {row.name}: it is not there")
                continue
            readings += 1
            found = find(folder, row.name)
            said = contradictions(row, found, folder) if found else ["there is no such thing"]
            if found or release in map(Version, row.read_in):
                complaints += [f"{row.package} {release}: {row.name}: {each}" for each in said]
            aliases -= {name for name in row.also if found and find(folder, name) == found}
        complaints += [f"{row.package}: {row.name} is not {alias}" for alias in sorted(aliases)]
    for complaint in complaints:
        print(complaint)
    print(f"{len(EXPORTS)} rows, {readings} readings, {len(complaints)} contradicted")
    return 1 if complaints else 0


def unpacked(folder: Path) -> defaultdict[str, dict[Version, Path]]:
    """The folder of each release that is there, by package."""
    found: defaultdict[str, dict[Version, Path]] = defaultdict(dict)
    for each in sorted(folder.iterdir()):
        name, _, release = each.name.rpartition("-")
        try:
            found[canonicalize_name(name)][Version(release)] = each
        except InvalidVersion:
            continue
    return found


def claimed(row: Export, there: dict[Version, Path]) -> set[Version]:
    """The releases that the row was read in, and newer ones that are there and it holds for."""
    specifier = SpecifierSet(row.releases)
    named = {Version(release) for release in row.read_in}
    return named | {
        release
        for release in there
        if release > min(named) and specifier.contains(release, prereleases=True)
    }


def contradictions(row: Export, found: Found, folder: Path) -> Iterator[str]:
    """What the source of one release says against a row."""
    definition, file = found
    bases = written_bases(definition, file)
    match row:
        case Middleware(base="") if any("BaseHTTPMiddleware" in each for each in bases):
            yield "it is a BaseHTTPMiddleware"
        case Middleware(base="") if isinstance(definition, ast.ClassDef):
            if not is_application(definition):
                yield "it is not called with scope, receive and send"
        case Middleware(base=base) | Subclass(base=base) if base:
            expected = base.rpartition(".")[2]
            if not any(expected in each for each in bases):
                yield f"its bases are {', '.join(bases) or 'none'}, not {expected}"
        case Factory(returns=returns):
            if returns.rpartition(".")[2] not in ast.unparse(definition):
                yield f"it does not name {returns}"
        case Registration(layers=layers):
            for layer in layers:
                if not adds(layer, definition, row, folder):
                    yield f"it does not add {layer}"
    app = "" if not isinstance(row, (Middleware, Adapter, Factory, Registration)) else row.app
    if app and (isinstance(definition, ast.expr) or not takes(definition, app)):
        yield f"it has no parameter {app}"


def written_bases(definition: Definition | ast.expr, file: Path) -> list[str]:
    """The bases as the file names them, with the full name of one that is imported `as`."""
    if isinstance(definition, ast.expr):
        return [ast.unparse(definition)]
    if not isinstance(definition, ast.ClassDef):
        return []
    imported = {
        alias.asname: f"{node.module}.{alias.name}"
        for node in ast.walk(parsed(file))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    written = [ast.unparse(base) for base in definition.bases]
    return [imported.get(each, each) for each in written]


def is_application(definition: ast.ClassDef) -> bool:
    """Whether instances are called with what an ASGI application gets, also in ASGI 2."""
    for node in definition.body:
        match node:
            case ast.FunctionDef(name="__call__") | ast.AsyncFunctionDef(name="__call__"):
                names = [each.arg for each in node.args.args][1:4]
                return names in (["scope", "receive", "send"], ["scope"])
            case ast.Assign() if "__call__" in ast.unparse(node.value):
                return True  # a slot that `__init__` fills, for ASGI 2 or 3
            case _:
                continue
    return False


def takes(definition: Definition, parameter: str) -> bool:
    """Whether the function, or the class's `__init__` or fields, takes the parameter."""
    if not isinstance(definition, ast.ClassDef):
        return has_parameter(definition, parameter)
    for node in definition.body:
        match node:
            case ast.FunctionDef(name="__init__"):
                return has_parameter(node, parameter)
            case ast.AnnAssign(target=ast.Name(id=name)) if name == parameter:
                return True
            case _:
                continue
    return True  # its base's `__init__` takes it


def has_parameter(function: Function, parameter: str) -> bool:
    """Whether the function takes the parameter by name, or anything."""
    arguments = function.args
    ordinary = (*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs)
    return parameter in {each.arg for each in ordinary} or arguments.kwarg is not None


def adds(layer: str, definition: Definition | ast.expr, row: Registration, folder: Path) -> bool:
    """Whether the function, or its package, names the layer or a function that adds it."""
    text = ast.unparse(definition)
    name = layer.rpartition(".")[2]
    if layer == BASE_HTTP_MIDDLEWARE:
        return ".middleware('http')" in text or f"add_middleware({name}" in text
    others = [
        f"{other.name.rpartition('.')[2]}("
        for other in EXPORTS
        if isinstance(other, Registration) and layer in other.layers and other.name != row.name
    ]
    package = row.name.partition(".")[0]
    return any(
        each in text
        for text in (file.read_text(encoding="utf-8") for file in files(folder, package))
        for each in (name, *others)
    )


# Finding definitions


@cache
def find(folder: Path, name: str) -> Found | None:
    """The definition behind a dotted name; re-exports and aliases are followed."""
    parts = name.split(".")
    for count in range(len(parts) - 1, 0, -1):
        file = module_file(folder, tuple(parts[:count]))
        if file is not None:
            return within(folder, file, parts[:count], parts[count:])
    return None


@cache
def module_file(folder: Path, module: tuple[str, ...]) -> Path | None:
    """The file of a module, in a wheel or a source distribution, below `src` or not."""
    inner = Path(*module)
    roots = (folder, *(each for each in sorted(folder.glob("*")) if each.is_dir()))
    for root in (*roots, *(each / "src" for each in roots)):
        for file in (root / inner.with_suffix(".py"), root / inner / "__init__.py"):
            if file.is_file():
                return file
    return None


@cache
def parsed(file: Path) -> ast.Module:
    """The tree of a file."""
    return ast.parse(file.read_text(encoding="utf-8", errors="replace"))


@cache
def files(folder: Path, package: str) -> tuple[Path, ...]:
    """The files of a top-level package."""
    return tuple(sorted(folder.glob(f"**/{package}/**/*.py")))


def within(folder: Path, file: Path, module: list[str], names: list[str]) -> Found | None:
    """What a module means by `names`: a class or function, and what is inside of it."""
    for node in ast.walk(parsed(file)):
        if isinstance(node, Definition) and node.name.lstrip("_") == names[0]:
            inside = nested(node, names[1:])
            if inside is not None:
                return inside, file
    for node in ast.walk(parsed(file)):
        found = None
        match node:
            case ast.ImportFrom():
                found = imported(folder, file, module, node, names)
            case ast.Assign(value=value):
                if any(isinstance(t, ast.Name) and t.id == names[0] for t in node.targets):
                    found = assigned(folder, file, module, value, names)
        if found is not None:
            return found
    return None


def nested(node: Definition, names: list[str]) -> Definition | None:
    """The method or inner class, the last one where overloads come first."""
    for name in names:
        inner = [e for e in ast.walk(node) if isinstance(e, Definition) and e.name == name]
        if not inner:
            return None
        node = inner[-1]
    return node


def imported(
    folder: Path, file: Path, module: list[str], node: ast.ImportFrom, names: list[str]
) -> Found | None:
    """What an import statement binds the first name to."""
    keep = len(module) - node.level + (file.name == "__init__.py")
    origin = [*(module[:keep] if node.level else ()), *([node.module] if node.module else ())]
    for alias in node.names:
        if alias.name == "*" or (alias.asname or alias.name) == names[0]:
            real = names[0] if alias.name == "*" else alias.name
            if real != names[0] or origin != module:
                return find(folder, ".".join([*origin, real, *names[1:]]))
    return None


def assigned(
    folder: Path, file: Path, module: list[str], value: ast.expr, names: list[str]
) -> Found | None:
    """What an alias stands for; an attribute is looked up by its name in the whole package."""
    match value:
        case ast.Name(id=name) if name != names[0]:
            return within(folder, file, module, [name, *names[1:]]) or (value, file)
        case ast.Attribute(attr=attr):
            for each in files(folder, module[0]):
                if attr in each.read_text(encoding="utf-8", errors="replace"):
                    for node in ast.walk(parsed(each)):
                        if isinstance(node, Definition) and node.name == attr:
                            inside = nested(node, names[1:])
                            return (inside, each) if inside is not None else None
    return None


if __name__ == "__main__":
    sys.exit(main())
