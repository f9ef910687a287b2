"""The keys of a configuration: one table that reading, documentation and JSON schema share."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum


class Kind(Enum):
    """What a key's value must be; the text says it to a person."""

    BOOLEAN = "true or false"
    CHOICE = "one of a few words"
    CODES = 'a list of codes, such as ["ASG201", "ASG3"]'
    GLOBS = 'a list of globs, such as ["migrations", "src/*/generated"]'
    CODES_BY_GLOB = 'a table of globs with their codes, such as {"tests/*" = ["ASG2"]}'
    NAMES = 'a list of dotted names, such as ["shop.middleware.Timing"]'
    PATH = 'a path, such as "../asgi-lint.toml"'
    RELEASES = 'a release such as "0.41.3" or a range such as ">=0.40,<1"'
    OPTIONS = "a table of rules with their options"
    FOLDER = "the path of a folder"
    COUNT = "a whole number, 0 or more"


@dataclass(frozen=True, slots=True)
class Key:
    """One key: what it takes, what holds without it, and one sentence about it.

    `default` is written as it would be in JSON; `choices` are the words that a `CHOICE` allows.
    """

    name: str
    kind: Kind
    default: bool | str | int | tuple[str, ...] | None
    description: str
    choices: tuple[str, ...] = ()


DEFAULT_EXCLUDE = (
    ".asgi-lint_cache",
    ".bzr",
    ".direnv",
    ".eggs",
    ".git",
    ".git-rewrite",
    ".hg",
    ".idea",
    ".ipynb_checkpoints",
    ".mypy_cache",
    ".nox",
    ".pants.d",
    ".pyenv",
    ".pytest_cache",
    ".pytype",
    ".ruff_cache",
    ".svn",
    ".tox",
    ".venv",
    ".vscode",
    "__pycache__",
    "__pypackages__",
    "_build",
    "buck-out",
    "build",
    "dist",
    "node_modules",
    "site-packages",
    "venv",
)

OUTPUT_FORMATS = (
    "full",
    "concise",
    "grouped",
    "json",
    "json-lines",
    "junit",
    "github",
    "gitlab",
    "azure",
    "pylint",
    "rdjson",
    "sarif",
)

KEYS = (
    Key(
        "extend",
        Kind.PATH,
        None,
        "Another configuration, relative to this one: what it says holds where this one is silent. "
        "Its globs stay relative to its own folder.",
    ),
    Key(
        "select",
        Kind.CODES,
        None,
        "The rules to run: codes, prefixes such as ASG2, names, or ALL. Without it, the rules that "
        "are on by default.",
    ),
    Key("extend-select", Kind.CODES, (), "Rules to run besides those of `select`."),
    Key(
        "ignore",
        Kind.CODES,
        (),
        "Rules not to run. Of two selectors for a rule the more specific one decides.",
    ),
    Key(
        "per-file-ignores",
        Kind.CODES_BY_GLOB,
        (),
        "Rules that say nothing about the files that a glob matches; `!` before the glob means all "
        "other files.",
    ),
    Key(
        "exclude",
        Kind.GLOBS,
        DEFAULT_EXCLUDE,
        "Files and folders to leave out: a name wherever it occurs, or a path relative to the "
        "configuration's folder.",
    ),
    Key("extend-exclude", Kind.GLOBS, (), "Files and folders to leave out besides `exclude`."),
    Key("respect-gitignore", Kind.BOOLEAN, default=True, description="Leave out what git ignores."),
    Key(
        "force-exclude",
        Kind.BOOLEAN,
        default=False,
        description="Leave out excluded files even where they are named on the command line.",
    ),
    Key(
        "starlette-version",
        Kind.RELEASES,
        None,
        "The Starlette releases that the project runs, whatever its manifests say.",
    ),
    Key(
        "fastapi-version",
        Kind.RELEASES,
        None,
        "The FastAPI releases that the project runs, whatever its manifests say.",
    ),
    Key(
        "fail-on",
        Kind.CHOICE,
        "warning",
        "The least severity that makes the exit code 1.",
        ("note", "warning", "error"),
    ),
    Key("fix", Kind.BOOLEAN, default=False, description="Apply fixes, as `--fix` does."),
    Key(
        "unsafe-fixes",
        Kind.BOOLEAN,
        default=False,
        description="Fixes that may change something else too are applied as well.",
    ),
    Key(
        "fixable",
        Kind.CODES,
        None,
        "The rules whose fixes may be applied. Without it, those of all rules.",
    ),
    Key(
        "unfixable",
        Kind.CODES,
        (),
        "Rules whose fixes are not applied: what they suggest is advice. Of two selectors for a "
        "rule the more specific one decides.",
    ),
    Key("cache", Kind.BOOLEAN, default=True, description="Keep what was found for the next run."),
    Key(
        "cache-dir",
        Kind.FOLDER,
        None,
        "Where to keep it, relative to the configuration's folder. Without it, "
        "`.asgi-lint_cache` in the folder of each project.",
    ),
    Key("jobs", Kind.COUNT, 0, "How many processes parse; 0 for as many as pay."),
    Key("output-format", Kind.CHOICE, "full", "How diagnostics are written.", OUTPUT_FORMATS),
    Key(
        "baseline",
        Kind.PATH,
        None,
        "A file written by `--write-baseline`: the diagnostics in it are not reported.",
    ),
    Key(
        "base-http-middleware",
        Kind.NAMES,
        (),
        "Classes of other packages that are a BaseHTTPMiddleware, by the name they are imported "
        "under.",
    ),
    Key(
        "asgi-middleware",
        Kind.NAMES,
        (),
        "Classes of other packages that are pure ASGI middleware around their argument `app`.",
    ),
    Key(
        "streaming-responses",
        Kind.NAMES,
        (),
        "Classes of other packages that are a StreamingResponse.",
    ),
    Key(
        "resource-managers",
        Kind.NAMES,
        (),
        "Functions and classes of other packages whose `with` closes or releases what it gives.",
    ),
    Key(
        "rules", Kind.OPTIONS, (), "Options of single rules, each in a table with the rule's name."
    ),
)
"""Every key of `[tool.asgi-lint]`, in the order that documentation shows them in."""
