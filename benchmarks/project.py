"""A project of any size to measure on: services, each with the modules that services have.

Of 20 modules four speak of the framework: the application, its middleware, and two routers with
their dependencies, streams and background tasks. Six more are imported by these: services and
schemas. Ten have nothing to do with them: jobs, reports, clients, scripts, tests of arithmetic.
In a service that serves nothing all twenty are such.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

_MAIN = """\
from fastapi import FastAPI

from .layers import Timing
from .orders import router as orders
from .users import router as users

app = FastAPI(title="Service {service}")
app.add_middleware(Timing)
app.include_router(orders, prefix="/orders")
app.include_router(users, prefix="/users")
"""

_LAYERS = """\
import time


class Timing:
    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        started = time.perf_counter()

        async def timed(message):
            if message["type"] == "http.response.start":
                elapsed = f"{{time.perf_counter() - started:.6f}}".encode()
                message.setdefault("headers", []).append((b"x-elapsed", elapsed))
            await send(message)

        await self.app(scope, receive, timed if scope["type"] == "http" else send)


STREAMS = ("StreamingResponse", {service})
"""

_ROUTER = """\
from typing import Annotated

from fastapi import APIRouter, BackgroundTasks, Depends, HTTPException
from fastapi.responses import StreamingResponse

from .{name}_schemas import Draft, Entry
from .{name}_service import Service
from .{name}_store import open_session

router = APIRouter(tags=["{name}"])


async def service():
    with open_session() as session:
        yield Service(session)


def tell(address: str, subject: str) -> None:
    print(address, subject)
"""

_ENDPOINTS = """

@router.get("/{{key}}/part{part}")
async def read_{part}(key: int, found: Annotated[Service, Depends(service)]) -> Entry:
    entry = found.step_{part}(key, limit={part} + 10)
    if entry is None:
        raise HTTPException(status_code=404, detail=f"no entry {{key}}")
    return entry


@router.post("/part{part}", status_code=201)
async def create_{part}(
    draft: Draft, tasks: BackgroundTasks, found: Annotated[Service, Depends(service)]
) -> Entry:
    entry = found.step_{part}(draft.key, limit=1)
    tasks.add_task(tell, draft.address, "created")
    return entry


@router.get("/part{part}/export")
async def export_{part}(found: Annotated[Service, Depends(service)]):
    async def rows():
        async for row in found.rows({part}):
            yield ",".join(map(str, row)) + "\\n"

    return StreamingResponse(rows(), media_type="text/csv")
"""

_PLAIN = """\
from __future__ import annotations

import math
from dataclasses import dataclass, field


@dataclass
class Draft:
    key: int
    address: str = ""
    tags: list[str] = field(default_factory=list)


class Entry(Draft):
    def total(self, prices: dict[str, float]) -> float:
        return math.fsum(prices.get(tag, 0.0) for tag in self.tags)


def open_session():
    raise NotImplementedError
"""

_STEPS = """

class {kind}{part}:
    \"\"\"What is done in step {part}, in the order of the entries.\"\"\"

    def __init__(self, session, limit: int = {part}) -> None:
        self.session = session
        self.limit = limit
        self.seen: dict[int, list[str]] = {{}}

    def step_{part}(self, key: int, *, limit: int) -> dict[str, object] | None:
        rows = [row for row in self.session.select(key) if row["state"] != "gone"]
        if not rows or len(rows) > limit * self.limit:
            return None
        for number, row in enumerate(rows):
            self.seen.setdefault(key, []).append(f"{{number}}: {{row['name']}}")
        total = sum(row["price"] * row.get("count", 1) for row in rows) / max(len(rows), 1)
        return {{"key": key, "rows": rows, "total": round(total, 2), "names": self.seen[key]}}

    def keys(self, start: int) -> list[tuple[int, str]]:
        found = []
        for key in sorted(self.seen):
            if key >= start:
                found.extend((key, name) for name in self.seen[key])
        return found
"""

_ROWS = """

    async def rows(self, start: int):
        for key, name in self.keys(start):
            yield key, name
"""

_FRAMEWORK = {
    "main": (_MAIN, 0),
    "layers": (_LAYERS, 0),
    "orders": (_ROUTER, 5),
    "users": (_ROUTER, 5),
}
_IMPORTED = [
    f"{name}_{part}" for name in ("orders", "users") for part in ("schemas", "service", "store")
]
_OTHERS = [
    "jobs",
    "reports",
    "client",
    "rates",
    "dates",
    "texts",
    "geometry",
    "migrate",
    "checks",
    "cli",
]


def lay_out(folder: Path, files: int, web_every: int = 1) -> Path:
    """Write a project of so many files; one file is a router.

    One service of `web_every` has an application.
    """
    folder.mkdir(parents=True)
    (folder / "requirements.txt").write_text("fastapi==0.115.6\nstarlette==0.41.3\n")
    written = 0
    for service in range(files):
        for name in (*_FRAMEWORK, *_IMPORTED, *_OTHERS) if files > 1 else ("orders",):
            if written == files:
                return folder
            path = folder / f"service{service}" / f"{name}.py"
            path.parent.mkdir(exist_ok=True)
            is_web = service % web_every == 0
            path.write_text(_text(name if is_web else _OTHERS[0], service))
            written += 1
    return folder


def _text(name: str, service: int) -> str:
    if name in _FRAMEWORK:
        head, endpoints = _FRAMEWORK[name]
        parts = [_ENDPOINTS.format(part=part) for part in range(endpoints)]
        return head.format(name=name, service=service) + "".join(parts)
    kind = "Service" if name.endswith("service") else name.title().replace("_", "")
    parts = [_STEPS.format(kind=kind, part=part or "") for part in range(6)]
    if kind == "Service":
        parts.append(_ROWS)
    note = f"\nSERVICE = {service}\n"
    return (
        _PLAIN + "".join(parts).replace("step_(", "step_0(").replace("int = )", "int = 1)") + note
    )
