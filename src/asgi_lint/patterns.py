"""One pattern as git writes them in `.gitignore`, read by pathspec.

pathspec takes about 25 ms to import, so that waits for the first pattern. Its regular expressions
would try every way in which several `*` can share a name, which may take longer than anyone waits.
Here all but the last take as little as they can and keep to it, which matches the same paths.
"""

from __future__ import annotations

import re
import warnings
from itertools import count
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

_STARS = re.compile(r"\*{2,}")
_ALL_BELOW = re.compile(r"/\*\*(/? *)$")

_LONGEST = 4096
"""Characters of the longest pattern that is read: as many as a path has at most on Linux."""

_ABOVE, _BETWEEN = "^(?:.+/)?", "(?:/.+)?"
"""What pathspec writes for a `**` in front and for one further on."""

_STAR_BEFORE_STAR = re.compile(r"\[\^/\]\*((?:[^/]|\[\^/\])*?)(?=\[\^/\]\*)")
"""What it writes for a `*`, and for what stands between that and the next one in the same name."""


def parse_pattern(line: str) -> GitIgnoreSpecPattern | None:
    """The pattern in a line; None for a comment, an empty line or a `[` that is not closed.

    It matches a path (forward slashes, one at the end for a folder) and whatever lies below it.
    Raises ValueError with what is wrong with the line.
    """
    if len(line) > _LONGEST:
        raise ValueError(f"it is longer than {_LONGEST} characters")
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
            regex = _without_retries(regex).replace("[^", "[^/")
            return GitIgnoreSpecPattern(re.compile(regex), include)
    except re.error as error:
        raise ValueError(error.msg) from None


def _without_retries(regex: str) -> str:
    """The expression, but that what stands before another `*` or `**` matches in one way only.

    That is the first one: what follows takes up whatever it leaves. The last of each may still
    match in several ways, of which pathspec wants to know the first.
    """
    numbers = count()

    def only_once(part: str) -> str:
        # Python has atomic groups since 3.11: this is what they are written as before.
        name = f"_{next(numbers)}"
        return f"(?=(?P<{name}>{part}))(?P={name})"

    regex = _STAR_BEFORE_STAR.sub(lambda star: only_once(f"[^/]*?{star[1]}"), regex)
    first, *others = regex.split(_BETWEEN)
    if not others:
        return first
    if first.startswith(_ABOVE):
        first = "^" + only_once(f"(?:.+?/)??{first.removeprefix(_ABOVE)}(?=/)")
    between = [only_once(f"(?:/.+?)??{each}(?=/)") for each in others[:-1]]
    return "".join([first, *between, _BETWEEN, others[-1]])
