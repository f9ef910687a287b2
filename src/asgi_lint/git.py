"""What git knows about a repository: commits, the files in them, files that were renamed.

git is run without a shell, and so that it writes nothing and runs nothing that a repository's own
configuration may name.
"""

from __future__ import annotations

import os
import subprocess
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_REGULAR_FILES = (b"100644", b"100755")
_AT_ONCE = 500
"""How many files are asked of git in one go: their contents are in memory together."""


class GitError(Exception):
    """git cannot say what it was asked; the text is one line for a person."""


class TrackedFile(NamedTuple):
    """A file in a commit: its path from the top of the repository, and what identifies its text."""

    path: str
    blob: str


@dataclass(frozen=True, slots=True)
class Repository:
    """The repository whose work tree has its top at an absolute folder."""

    top: str

    def merge_base(self, ref: str) -> str:
        """The commit where what is checked out left `ref`; GitError if there is none."""
        commit = self._line("rev-parse", "--verify", "--end-of-options", f"{ref}^{{commit}}")
        head = self._line("rev-parse", "--verify", "HEAD^{commit}")
        found = self._run("merge-base", commit, head, may_fail=True).decode().strip()
        if not found:
            raise GitError(
                f'"{ref}" and what is checked out have no commit in common. If this is a shallow '
                "clone, fetch its history first."
            )
        return found.split("\n")[0]

    def files_in(self, commit: str) -> Iterator[TrackedFile]:
        """The regular files of a commit; links and submodules are left out."""
        for entry in self._run("ls-tree", "-r", "-z", "--full-tree", commit).split(b"\0"):
            about, _, path = entry.partition(b"\t")
            if path and about[:6] in _REGULAR_FILES:
                yield TrackedFile(os.fsdecode(path), about.split()[2].decode())

    def contents(self, files: Sequence[TrackedFile]) -> Iterator[tuple[TrackedFile, bytes]]:
        """The files as they were committed, with no filter applied."""
        for first in range(0, len(files), _AT_ONCE):
            batch = files[first : first + _AT_ONCE]
            asked = "".join(f"{each.blob}\n" for each in batch).encode()
            answer = self._run("cat-file", "--batch", given=asked)
            at = 0
            for each in batch:
                line_end = answer.index(b"\n", at)
                size = int(answer[at:line_end].split()[2])
                yield each, answer[line_end + 1 : line_end + 1 + size]
                at = line_end + 1 + size + 1

    def renamed_since(self, commit: str) -> dict[str, str]:
        """The tracked files that had another name in the commit: the new path to the old one."""
        options = ["-z", "--name-status", "--diff-filter=R", "--find-renames", "--no-ext-diff"]
        answer = self._run("diff", *options, "--no-textconv", "--no-color", commit, "--")
        fields = iter(os.fsdecode(answer).split("\0"))
        return {new: old for _, old, new in zip(fields, fields, fields, strict=False)}

    def _line(self, *arguments: str) -> str:
        return self._run(*arguments).decode().strip()

    def _run(self, *arguments: str, given: bytes = b"", may_fail: bool = False) -> bytes:
        quiet = ["-c", "core.fsmonitor=false", "-c", "diff.external=", "--no-pager"]
        environment = {**os.environ, "LC_ALL": "C", "GIT_OPTIONAL_LOCKS": "0"}
        try:
            done = subprocess.run(  # noqa: S603 - no shell, and every argument is ours or a commit's
                ["git", "-C", self.top, *quiet, *arguments],  # noqa: S607 - the git of the person
                input=given,
                capture_output=True,
                env=environment,
                check=False,
            )
        except OSError as error:
            reason = (error.strerror or "unknown error").lower()
            raise GitError(f"git cannot be run: {reason}.") from None
        if done.returncode and not may_fail:
            said = done.stderr.decode(errors="replace").strip().split("\n")[-1]
            reason = said.removeprefix("fatal: ") or f"exit code {done.returncode}"
            raise GitError(f"git says: {reason.rstrip('.')}.")
        return done.stdout
