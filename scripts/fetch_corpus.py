"""Downloads source distributions of packages that use Starlette or FastAPI, to try asgi-lint on.

    python scripts/fetch_corpus.py [--into .corpus] [NAME[==VERSION] ...]

Each ends up unpacked in a folder of its own. Nothing in them is run, except what `pip download`
runs of their build back ends to learn their metadata. What cannot be had is named at the end, and
the exit code is then 1.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from pathlib import Path

CORPUS = (
    # old, on releases that have the hazards
    "fastapi-utils==0.2.1",
    "fastapi-cache2==0.1.9",
    "prometheus-fastapi-instrumentator==5.7.1",
    "starlette-context==0.3.3",
    "slowapi==0.1.4",
    "sqladmin==0.1.4",
    "titiler.application==0.3.12",
    "fastapi-users==8.0.0",
    "sse-starlette==0.10.3",
    "datasette-auth-github==0.13.1",
    # new
    "sse-starlette",
    "starlette-admin",
    "prometheus-fastapi-instrumentator",
    "slowapi",
    "sqladmin",
    "fastapi-users",
    "fastapi-cache2",
    "starlette-context",
    "asgi-correlation-id",
    "mcp",
    "langserve",
    "langgraph-api",
    "gradio",
    "chainlit",
    "mlflow",
    "prefect",
    "optimade",
    "opal-server",
    "tiled",
    "xinference",
    "fschat",
    "llama-cpp-python",
    "open-webui",
    "litellm",
    "vllm",
    "starlite",
)


def main() -> int:
    """Fetch what the command line names, or the whole list."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("names", nargs="*", default=CORPUS, metavar="NAME")
    parser.add_argument("--into", type=Path, default=Path(".corpus"))
    arguments = parser.parse_args()
    arguments.into.mkdir(parents=True, exist_ok=True)
    failed = [name for name in arguments.names if not fetch(name, arguments.into)]
    for name in failed:
        print(f"not fetched: {name}", file=sys.stderr)
    return 1 if failed else 0


def fetch(name: str, into: Path) -> bool:
    """Download and unpack one source distribution; whether it worked."""
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-deps"]
        command += ["--no-binary", ":all:", "--dest", folder, name]
        try:
            subprocess.run(command, check=True, timeout=240, capture_output=True)
        except (subprocess.CalledProcessError, subprocess.TimeoutExpired):
            return False
        archives = [*Path(folder).iterdir()]
        for archive in archives:
            unpack(archive, into)
        print(f"{name}: {', '.join(archive.name for archive in archives)}")
        return bool(archives)


def unpack(archive: Path, into: Path) -> None:
    """Unpack a `.tar.gz` or `.zip` into the folder, refusing paths that lead out of it."""
    if archive.suffix == ".zip":
        with zipfile.ZipFile(archive) as bundle:
            bundle.extractall(into)
        return
    with tarfile.open(archive) as bundle:
        bundle.extractall(into, filter="data")


if __name__ == "__main__":
    sys.exit(main())
