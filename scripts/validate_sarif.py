"""Check SARIF files with the schema and with Microsoft's SARIF Multitool, GitHub's rules included.

    python scripts/validate_sarif.py [FILE ...] [--sources FOLDER] [--multitool BINARY]

Without FILE the sample report's snapshot is checked. With `--sources`, the folder that relative
paths start from, the fingerprints are compared with the Multitool's own as well. Without
`--multitool` it is installed with npm into a temporary folder. The exit code is 1 if there is any
error or warning; notes are only counted. Files outside of the folder are not compared.
"""

from __future__ import annotations

import argparse
import json
import shutil
import stat
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import jsonschema

REPORTERS = Path(__file__).parents[1] / "tests" / "reporters"
SNAPSHOT = REPORTERS / "snapshots" / "sample.sarif"
SCHEMA = REPORTERS / "schema" / "sarif-2.1.0.json"
VERSION = "5.7.0"
PLATFORMS = {"linux": "linux", "darwin": "darwin", "win32": "win32"}


def main() -> int:
    """Validate what the command line names; 0 if all of it is in order."""
    parser = argparse.ArgumentParser(description="Check SARIF files with the SARIF Multitool.")
    parser.add_argument("files", nargs="*", type=Path, default=[SNAPSHOT], metavar="FILE")
    parser.add_argument("--sources", type=Path, metavar="FOLDER")
    parser.add_argument("--multitool", type=Path, metavar="BINARY")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        multitool = arguments.multitool or installed(folder)
        problems = 0
        for file in arguments.files:
            found = schema_problems(file) or rule_problems(multitool, file, folder)
            if arguments.sources and not found:
                found += fingerprint_problems(multitool, file, arguments.sources, folder)
            for problem in found:
                print(f"{file}: {problem}")
            problems += len(found)
    print(f"Problems: {problems}")
    return 1 if problems else 0


def installed(folder: Path) -> Path:
    """The Multitool's binary, freshly installed below `folder`."""
    npm = shutil.which("npm")
    if npm is None or sys.platform not in PLATFORMS:
        sys.exit("The SARIF Multitool cannot be installed here: give its path with --multitool.")
    package = f"@microsoft/sarif-multitool-{PLATFORMS[sys.platform]}"
    options = ["--no-audit", "--no-fund", "--ignore-scripts", "--prefix", str(folder)]
    subprocess.run([npm, "install", *options, f"{package}@{VERSION}"], check=True)
    suffix = ".exe" if sys.platform == "win32" else ""
    binary = folder / "node_modules" / package / f"Sarif.Multitool{suffix}"
    # The package makes it executable in an install script, which npm may not be allowed to run.
    binary.chmod(binary.stat().st_mode | stat.S_IXUSR)
    return binary


def schema_problems(file: Path) -> list[str]:
    """Where the file breaks the schema, or that it is no JSON."""
    try:
        log = read(file)
    except (OSError, ValueError) as error:
        return [f"cannot be read: {error}"]
    validator = jsonschema.Draft4Validator(read(SCHEMA))
    return [f"{error.json_path}: {error.message}" for error in validator.iter_errors(log)]


def rule_problems(multitool: Path, file: Path, folder: Path) -> list[str]:
    """The errors and warnings of the validator, whose exit code says nothing about them."""
    output = folder / "validation.sarif"
    output.unlink(missing_ok=True)
    run(multitool, "validate", file, "-o", output, "--rule-kind", "Sarif;Ghas",
        "--level", "Error;Warning;Note")  # fmt: skip
    validation = read(output)["runs"][0]
    texts = {
        rule["id"]: rule.get("messageStrings", {})
        for rule in validation["tool"]["driver"].get("rules", [])
    }
    results = validation.get("results", [])
    levels = Counter(result.get("level", "warning") for result in results)
    print(
        f"{file}: " + ", ".join(f"{levels[kind]} {kind}s" for kind in ("error", "warning", "note"))
    )
    if not results:
        # Whatever it cannot load it passes over in silence, while no log of ours is without a
        # note: none of them can say which commit was checked.
        return ["the Multitool says nothing at all, so it has not read the file"]
    return [
        f"{result['ruleId']} {message_text(result['message'], texts[result['ruleId']])}"
        for result in results
        if result.get("level", "warning") != "note"
    ]


def message_text(message: dict[str, Any], templates: dict[str, Any]) -> str:
    """A result's message with its arguments put in."""
    if "text" in message:
        return str(message["text"])
    text = str(templates[message["id"]]["text"])
    for number, argument in enumerate(message.get("arguments", [])):
        text = text.replace(f"{{{number}}}", argument)
    return text


def fingerprint_problems(multitool: Path, file: Path, sources: Path, folder: Path) -> list[str]:
    """Results whose `primaryLocationLineHash` is not the one that the Multitool computes."""
    log = read(file)
    run_object = log["runs"][0]
    own = [result.pop("partialFingerprints", {}) for result in run_object["results"]]
    for base in run_object.get("originalUriBaseIds", {}).values():
        base["uri"] = sources.resolve().as_uri() + "/"
    bare, rewritten = folder / "bare.sarif", folder / "rewritten.sarif"
    bare.write_text(json.dumps(log), encoding="utf-8")
    run(multitool, "rewrite", bare, "-o", rewritten, "--insert", "RollingHashPartialFingerprints")
    key = "primaryLocationLineHash"
    theirs = [
        result.get("partialFingerprints", {}) for result in read(rewritten)["runs"][0]["results"]
    ]
    if not any(theirs):
        return [f"no fingerprint to compare with: {sources} has none of the files"]
    return [
        f"result {index}: {key} is {mine.get(key)}, the Multitool says {other.get(key)}"
        for index, (mine, other) in enumerate(zip(own, theirs, strict=True))
        if other and mine.get(key) != other.get(key)
    ]


def run(multitool: Path, *arguments: str | Path) -> None:
    """Call the Multitool, and stop if it wrote no log."""
    command = [str(multitool), *map(str, arguments), "--log", "ForceOverwrite"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    output = Path(command[command.index("-o") + 1])
    if not output.exists():
        sys.exit(f"The SARIF Multitool failed:\n{done.stdout}{done.stderr}")


def read(file: Path) -> Any:
    """A JSON file, with or without a byte order mark."""
    return json.loads(file.read_text(encoding="utf-8-sig"))


if __name__ == "__main__":
    sys.exit(main())
