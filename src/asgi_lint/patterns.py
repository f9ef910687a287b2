"""One pattern as git writes them in `.gitignore`, read by pathspec.

pathspec takes about 25 ms to import, so that waits for the first pattern.
"""

from __future__ import annotations

import re
import warnings
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_STARS = re.compile(r"\*{2,}")
_ALL_BELOW = re.compile(r"/\*\*(/? *)$")


def parse_pattern(line: str) -> GitIgnoreSpecPattern | None:
    """The pattern in a line; None for a comment, an empty line or a `[` that is not closed.

    It matches a path (forward slashes, one at the end for a folder) and whatever lies below it.
    Raises ValueError with what is wrong with the line.
    """
    from pathspec.patterns.gitignore import GitIgnorePatternError
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

    # `data/**` does not mean the folder `data` itself; pathspec knows that of `data/**/*` alone.
    line = _ALL_BELOW.sub(r"/**/*\1", _STARS.sub("**", line))
    try:
        regex, include = GitIgnoreSpecPattern.pattern_to_regex(line)
    except GitIgnorePatternError:
        raise ValueError("nothing follows its \\ or !") from None
    if regex is None:
        return None
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", FutureWarning)  # of "[[]", which Python may change
            # A set such as [!a] never matches a slash; pathspec's does.
            return GitIgnoreSpecPattern(re.compile(regex.replace("[^", "[^/")), include)
    except re.error as error:
        raise ValueError(error.msg) from None
