"""Loads a program from its file, and forgets it and all that it brought from its folder."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import ModuleType


@contextmanager
def loaded(program: Path) -> Iterator[ModuleType]:
    """The module at `program`, which may import what stands beside it, until the block ends."""
    folder = program.resolve().parent
    sys.path.insert(0, str(folder))
    try:
        yield _run(program)
    finally:
        sys.path.remove(str(folder))
        for name, module in list(sys.modules.items()):
            if folder in Path(getattr(module, "__file__", None) or "/").parents:
                del sys.modules[name]


def _run(program: Path) -> ModuleType:
    spec = spec_from_file_location(program.stem, program)
    if spec is None or spec.loader is None:
        raise ImportError(f"{program} is not a Python module")
    module = module_from_spec(spec)
    sys.modules[program.stem] = module
    spec.loader.exec_module(module)
    return module
