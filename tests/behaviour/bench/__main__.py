"""`python -m bench COMMAND SUBJECT OUT` writes what it sees to the file OUT, as JSON.

`observe` wants the name of a module of `hazards`, `transcribe` a JSON file with `programs` (paths)
and `requests`, and `watch` one with a `program` and its `watcher` (paths).
"""

from __future__ import annotations

import json
import os
import platform
import sys
from importlib.metadata import distributions
from pathlib import Path
from typing import Any

from bench.observe import observation
from bench.requests import as_json, request_from
from bench.transcribe import transcript
from bench.watch import watched


def main(command: str, subject: str, out: str) -> None:
    """Write what was seen to the file `out`; whatever fails is left to the interpreter to say."""
    Path(out).write_text(json.dumps(_seen(command, subject)), encoding="utf-8")


def _seen(command: str, subject: str) -> dict[str, Any]:
    match command:
        case "observe":
            seen = observation(subject)
            return {
                "word": seen.word,
                "affected": seen.is_affected,
                "python": platform.python_version(),
                "packages": {
                    each.metadata["Name"].lower(): each.version for each in distributions()
                },
            }
        case "transcribe":
            job = json.loads(Path(subject).read_text(encoding="utf-8"))
            requests = [request_from(each) for each in job["requests"]]
            programs = [Path(each) for each in job["programs"]]
            return {"transcripts": [as_json(transcript(each, requests)) for each in programs]}
        case "watch":
            job = json.loads(Path(subject).read_text(encoding="utf-8"))
            return {"word": watched(Path(job["program"]), Path(job["watcher"]))}
        case _:
            raise SystemExit(__doc__)


if __name__ == "__main__":
    main(*sys.argv[1:])
    sys.stdout.flush()
    # Some programs leave a server behind that nothing can stop.
    os._exit(0)
