"""How long linking a project takes, next to extracting its facts in the same run.

    python benchmarks/link.py [FOLDER] [--files 2000] [--runs 5]

Without a folder a project is generated: services with routers, dependencies, middleware, streams
and background tasks, and the modules that these use. Extraction is what a cache could save; linking
happens in every run. Times are processor seconds; of several runs the median counts, and the spread
is shown.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from asgi_lint.deep_stack import with_deep_stack
from asgi_lint.model.extract import extract
from asgi_lint.model.facts import FileFacts
from asgi_lint.model.project import Project
from asgi_lint.picture.build import build
from asgi_lint.versions.effective import Versions

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MAIN = """\
from fastapi import FastAPI
from layers import Timing
{imports}

app = FastAPI()
app.add_middleware(Timing)
{includes}
"""

_LAYERS = """\
from starlette.middleware.base import BaseHTTPMiddleware


class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)
"""

_ROUTES = """\
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, Request
from fastapi.responses import StreamingResponse

from {name}.services import Service, notify
from {name}.session import get_session

router = APIRouter(prefix="/{name}")
Session = Annotated[object, Depends(get_session)]


async def rows(service: Service):
    for row in service.rows():
        yield row


@router.get("/")
async def index(session: Session, request: Request):
    return StreamingResponse(rows(Service(session)))


@router.post("/")
async def add(session: Session, tasks: BackgroundTasks):
    tasks.add_task(notify, "added")
    return Service(session).add()


@router.get("/{{number}}")
def one(number: int, session: Session):
    return Service(session).find(number)
"""

_SERVICES = """\
from {name}.models import Model{number}


class Service:
    def __init__(self, session):
        self.session = session

    def rows(self):
        return [Model{number}(i, name=str(i)) for i in range(10)]

    def add(self):
        model = Model{number}(1, name="new")
        self.session.add(model)
        return self.save(model)

    def save(self, model):
        self.session.commit()
        return model

    def find(self, number):
        return next(iter(self.rows()), None)


def notify(what):
    print("notified", what.upper(), len(what))
"""

_MODELS = """\
from dataclasses import dataclass, field


@dataclass
class Model{number}:
    number: int
    name: str = ""
    tags: list[str] = field(default_factory=list)

    def label(self):
        return "{{}} {{}}".format(self.number, self.name)

    def rename(self, name):
        self.name = str(name).strip()
        return Model{number}(self.number, self.name)
"""

_SESSION = """\
from {name}.models import Model{number}


class Session:
    def add(self, model):
        self.models = [model]

    def commit(self):
        return [Model{number}(1), *self.models]


def get_session():
    session = Session()
    try:
        yield session
    finally:
        session.commit()
"""


def main() -> None:
    """Measure and print a table."""
    parser = argparse.ArgumentParser(description="Measure linking next to extraction.")
    parser.add_argument("folder", nargs="?", type=Path, help="a project; default: a generated one")
    parser.add_argument("--files", type=int, default=2_000, help="files to generate")
    parser.add_argument("--runs", type=int, default=5, help="runs, of which the median counts")
    options = parser.parse_args()
    if options.folder is not None:
        with_deep_stack(lambda: measure(options.folder.resolve(), options.runs))
        return
    with tempfile.TemporaryDirectory() as folder:
        generate(Path(folder), options.files)
        with_deep_stack(lambda: measure(Path(folder).resolve(), options.runs))


def generate(folder: Path, files: int) -> None:
    """Write a project of about that many files."""
    names = [f"service{number}" for number in range((files - 3) // 5)]
    for number, name in enumerate(names):
        package = folder / name
        package.mkdir()
        for module, text in (
            ("__init__", ""),
            ("routes", _ROUTES),
            ("services", _SERVICES),
            ("models", _MODELS),
            ("session", _SESSION),
        ):
            filled = text.format(name=name, number=number)
            (package / f"{module}.py").write_text(filled, encoding="utf-8")
    imports = "\n".join(f"from {name}.routes import router as {name}" for name in names)
    includes = "\n".join(f"app.include_router({name})" for name in names)
    (folder / "main.py").write_text(_MAIN.format(imports=imports, includes=includes))
    (folder / "layers.py").write_text(_LAYERS)
    (folder / "requirements.txt").write_text("fastapi==0.85.0\n")


def measure(folder: Path, runs: int) -> None:
    """Print the processor seconds of each step."""
    root = folder.as_posix()
    names = sorted(path.as_posix() for path in folder.rglob("*.py"))
    started = time.process_time()
    extracted = [extract(Path(name).read_text(encoding="utf-8", errors="replace"), name)
                 for name in names]  # fmt: skip
    extraction = time.process_time() - started
    facts = [each for each in extracted if isinstance(each, FileFacts)]
    manifests = [path.as_posix() for path in folder.glob("requirements*.txt")]
    versions = Versions(root, manifests)
    calls = sum(len(each.calls) for each in facts)
    print(f"{len(facts)} files, {calls} calls")
    print(f"{'extract':<22}{extraction:8.2f} s")
    found: dict[str, list[float]] = {}
    for _ in range(runs):
        for step, seconds in _link(root, names, facts, versions):
            found.setdefault(step, []).append(seconds)
    for step, times in found.items():
        spread = f"({min(times):.2f} to {max(times):.2f})"
        print(f"{step:<22}{statistics.median(times):8.2f} s  {spread}")


def _link(
    root: str, names: list[str], facts: list[FileFacts], versions: Versions
) -> Iterator[tuple[str, float]]:
    project: Project | None = None

    def timed(step: Callable[[], object]) -> float:
        started = time.process_time()
        step()
        return time.process_time() - started

    def index() -> None:
        nonlocal project
        project = Project(root, names, facts, versions)

    indexing = timed(index)
    assert project is not None
    linked = project
    wiring = timed(lambda: linked.wiring)
    streams = timed(lambda: linked.streams)
    yield "index", indexing
    yield "wiring", wiring
    yield "streams", streams
    yield "link", indexing + wiring + streams
    yield "what runs for a route", timed(lambda: _everything_that_runs(linked))
    yield "picture", timed(lambda: build([(linked, ())], root))


def _everything_that_runs(project: Project) -> int:
    return sum(len([*project.roles.run_for(each)]) for each in project.wiring.endpoints)


if __name__ == "__main__":
    main()
