"""Which file of the project an import means."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from asgi_lint.model.frameworks import FRAMEWORKS

if TYPE_CHECKING:
    from collections.abc import Iterable


class Modules:
    """The modules of a project, named by their path without suffix.

    The module of `/p/app/main.py` is `/p/app/main`, that of `/p/app/__init__.py` is `/p/app`; a
    folder without `__init__.py` is a module too (a namespace package) but has no file.
    """

    def __init__(self, root: str, filenames: Iterable[str]) -> None:
        self._root = root
        self._files: dict[str, str] = {}
        self._folders: set[str] = set()
        self._bases: defaultdict[str, set[str]] = defaultdict(set)
        for filename in sorted(filenames):
            module = module_of(filename)
            is_package = filename.endswith("/__init__.py")
            if is_package or module not in self._files:
                self._files[module] = filename
            self._add_parents(module)

    def _add_parents(self, module: str) -> None:
        while len(module) > len(self._root):
            parent, _, name = module.rpartition("/")
            if parent in self._bases[name]:
                return
            self._bases[name].add(parent)
            self._folders.add(parent)
            module = parent

    def is_test(self, filename: str) -> bool:
        """Whether a file of the project is that of a test."""
        return is_test_file(filename.removeprefix(self._root).lstrip("/"))

    def file(self, module: str) -> str | None:
        """The file of a module, None for a namespace package."""
        return self._files.get(module)

    def submodule(self, module: str, name: str) -> str | None:
        """The module `name` within a package."""
        inner = f"{module}/{name}"
        return inner if inner in self._files or inner in self._folders else None

    def resolve(self, importer: str, name: str, level: int) -> str | None:
        """The project's module that `importer` means by an import, None if it is not one.

        `name` is dotted; `level` counts the dots before it.
        """
        if level:
            base = importer.rpartition("/")[0]
            for _ in range(level - 1):
                base = base.rpartition("/")[0]
            return self._below(base, name)
        top = name.partition(".")[0]
        if top in FRAMEWORKS or top not in self._bases:
            return None
        for base in self._search_path(importer, top):
            found = self._below(base, name)
            if found is not None:
                return found
        return None

    def _below(self, base: str, name: str) -> str | None:
        module = f"{base}/{name.replace('.', '/')}" if name else base
        return module if module in self._files or module in self._folders else None

    def _search_path(self, importer: str, top: str) -> list[str]:
        """The folders that hold `top`, the likeliest entry of the import path first.

        A folder that holds the importer comes before one that does not, and among those a
        folder that is no package before a package (whose inside is not on the import path), then
        the nearest. Elsewhere a `src` folder and the shallowest come first.
        """

        def rank(base: str) -> tuple[bool, bool, bool, int, str]:
            above = importer.startswith(f"{base}/")
            depth = base.count("/")
            is_package = base in self._files
            is_source = base.endswith("/src")
            return (
                not above,
                is_package,
                not above and not is_source,
                -depth if above else depth,
                base,
            )

        return sorted(self._bases[top], key=rank)


def module_of(filename: str) -> str:
    """The module of a file: its path without suffix, a package's without `__init__`."""
    stem = filename.removesuffix(".pyi").removesuffix(".py")
    return stem.removesuffix("/__init__")


def is_test_file(path: str) -> bool:
    """Whether a path below the project's root is that of a test, by the usual names."""
    *folders, name = path.split("/")
    if not {"tests", "test", "testing"}.isdisjoint(folders):
        return True
    return name.startswith("test_") or name.endswith("_test.py") or name == "conftest.py"
