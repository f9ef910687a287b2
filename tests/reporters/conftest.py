"""One report with every kind of diagnostic, which all formats are tested on."""

from __future__ import annotations

from pathlib import Path

import pytest

from asgi_lint.diagnostics import (
    FILE_START,
    Applicability,
    Diagnostic,
    Edit,
    Fix,
    Place,
    Position,
    Severity,
    Span,
    Step,
)
from asgi_lint.fingerprints import below, fingerprinted
from asgi_lint.reporters.report import Notification, Report, RuleInfo

REPOSITORY = "/srv/shop"
BASE = f"{REPOSITORY}/api"
MAIN = f"{BASE}/main.py"
MIDDLEWARE = f"{BASE}/middleware.py"
ORDERS = f"{BASE}/routers/orders.py"
TABS = f"{BASE}/tabs.py"
WIDE = f"{BASE}/wide.py"
CRLF = f"{BASE}/windows.py"
EMPTY = f"{BASE}/empty.py"
LONG = f"{BASE}/long.py"
CONTROL = f"{BASE}/control.py"
SPACED = f"{BASE}/my routes/größe#1.py"
BROKEN = f"{BASE}/broken.py"
REQUIREMENTS = f"{BASE}/requirements.txt"
SHARED = f"{REPOSITORY}/shared/streams.py"
OUTSIDE = "/opt/plugins/audit log.py"

SOURCES = {
    MAIN: """\
from fastapi import FastAPI

from api.middleware import TimingMiddleware
from api.routers import orders

app = FastAPI(
    title="shop",
    on_startup=[orders.connect],
)
app.add_middleware(TimingMiddleware)
app.include_router(orders.router, prefix="/orders")
""",
    MIDDLEWARE: """\
import time

from starlette.middleware.base import BaseHTTPMiddleware


class TimingMiddleware(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        started = time.perf_counter()
        response = await call_next(request)
        response.headers["x-time"] = str(time.perf_counter() - started)
        return response
""",
    ORDERS: """\
from fastapi import APIRouter, BackgroundTasks
from fastapi.responses import StreamingResponse

router = APIRouter()


@router.post("/{order_id}")
async def create(order_id: int, tasks: BackgroundTasks):
    tasks.add_task(send_receipt, order_id)
    return {"id": order_id}


@router.get("/events")
async def events():
    async def stream():
        queue = await subscribe()
        while True:
            message = await queue.get()
            if message is None:
                continue
            for part in message:
                yield part.encode()

    return StreamingResponse(stream())""",
    TABS: "async def tail(log):\n\twhile True:\n\t\tyield\tlog.read()  # no end\n",
    WIDE: '名前 = "注文"; e\u0301tat = "\U0001f600"; start(名前)\n',
    CRLF: "import asyncio\r\n\r\nasyncio.create_task(\r\n    poll()\r\n)\r\n",
    EMPTY: "",
    LONG: f"values = [{'some, ' * 60}run(forever), {'more, ' * 30}]\n",
    CONTROL: 'name = "\x1b[31m\u202e"; call(name)\n',
    SPACED: "@app.get('/size')\ndef size(): return stream()\n",
    BROKEN: "def broken(:\n",
    REQUIREMENTS: "fastapi==0.85.0\nstarlette>=0.13  # for streams",
    SHARED: "async def ticks():\n    while True:\n        yield tick()\n",
    OUTSIDE: "\n\nasync def audit(request):\n    return await request.body()\n",
}

RULES = {
    rule.code: rule
    for rule in (
        RuleInfo(
            "ASG002",
            "syntax-error",
            "The file is not valid Python",
            Severity.ERROR,
            "https://asgi-lint.readthedocs.io/rules/ASG002/",
        ),
        RuleInfo(
            "ASG201",
            "base-middleware-cancels-background-tasks",
            "A client that disconnects cancels background tasks behind `BaseHTTPMiddleware`",
            Severity.ERROR,
            "https://asgi-lint.readthedocs.io/rules/ASG201/",
            page="""\
# base-middleware-cancels-background-tasks (ASG201)

## What it reports

A middleware that extends [`BaseHTTPMiddleware`](https://www.starlette.io/middleware/) in front of
an endpoint that schedules **background tasks**.

## Why it hurts

The task stops where it stands.
""",
            precision="very-high",
            tags=("background", "middleware"),
        ),
        RuleInfo(
            "ASG301",
            "endless-stream",
            "A stream never looks whether its client is still there",
            Severity.WARNING,
            "https://asgi-lint.readthedocs.io/rules/ASG301/",
            page="# endless-stream\n\nA generator without an end.\n",
            tags=("streaming",),
        ),
        RuleInfo(
            "ASG801",
            "requirement-allows-affected-release",
            "The requirement allows a release with a known bug",
            Severity.NOTE,
            "https://asgi-lint.readthedocs.io/rules/ASG801/",
            page="# requirement\n\n- a list\n\n```python\ncode\n```\n",
            precision="medium",
        ),
    )
}


def place(filename: str, text: str) -> Place:
    """Where `text` first stands in the sample file."""
    source = SOURCES[filename]
    start = source.index(text)
    return Place(filename, Span(_position(source, start), _position(source, start + len(text))))


def _position(source: str, offset: int) -> Position:
    row = source.count("\n", 0, offset) + 1
    return Position(row, offset - (source.rfind("\n", 0, offset) + 1) + 1)


def diagnostic(
    code: str,
    where: Place,
    message: str,
    severity: Severity | None = None,
    *,
    fix: Fix | None = None,
    trace: tuple[Step, ...] = (),
) -> Diagnostic:
    rule = RULES[code]
    return Diagnostic(
        code, rule.name, message, severity or rule.severity, where, rule.url, fix, trace
    )


DIAGNOSTICS = (
    diagnostic(
        "ASG201",
        place(MIDDLEWARE, "TimingMiddleware"),
        "A client that disconnects cancels the background tasks of `POST /orders/{order_id}`, "
        "because `TimingMiddleware` extends `BaseHTTPMiddleware` and the project installs "
        "Starlette 0.20.4 (affected: 0.15.0 to 0.20.4).",
        fix=Fix(
            Applicability.UNSAFE,
            "Write `TimingMiddleware` as a pure ASGI middleware",
            (
                Edit(
                    place(
                        MIDDLEWARE,
                        "from starlette.middleware.base import BaseHTTPMiddleware\n",
                    ),
                    "",
                ),
                Edit(place(MIDDLEWARE, "(BaseHTTPMiddleware)"), ""),
                Edit(
                    place(
                        MIDDLEWARE,
                        "    async def dispatch(self, request, call_next):\n"
                        "        started = time.perf_counter()\n",
                    ),
                    "    def __init__(self, app):\n"
                    "        self.app = app\n"
                    "\n"
                    "    async def __call__(self, scope, receive, send):\n"
                    "        started = time.perf_counter()\n",
                ),
            ),
        ),
        trace=(
            Step("the middleware is registered here", place(MAIN, "app.add_middleware(Timing")),
            Step("it wraps the router that is included here", place(MAIN, "orders.router")),
            Step("this endpoint takes `BackgroundTasks`", place(ORDERS, "create")),
            Step(
                "the task [the 1st of its kind] is scheduled here",
                place(ORDERS, "tasks.add_task(send_receipt, order_id)"),
            ),
        ),
    ),
    diagnostic(
        "ASG301",
        place(ORDERS, "while True:\n            message = await queue.get()"),
        "The stream runs on after its client has gone.",
        trace=(
            Step("the stream is answered here", place(ORDERS, "StreamingResponse(stream())")),
            Step(
                "its loop has no end",
                place(ORDERS, "while True:\n            message = await queue.get()"),
            ),
        ),
    ),
    diagnostic(
        "ASG301",
        place(ORDERS, SOURCES[ORDERS][SOURCES[ORDERS].index("async def stream") : -39]),
        "The generator has {0} ends and \\ no `finally`",
        Severity.ERROR,
        fix=Fix(Applicability.ADVICE, "Close the subscription in a `finally` block"),
    ),
    diagnostic(
        "ASG301",
        place(ORDERS, "StreamingResponse(stream())"),
        "The last line has no end of line.",
    ),
    diagnostic(
        "ASG301",
        place(MAIN, 'FastAPI(\n    title="shop",\n    on_startup=[orders.connect],\n)'),
        "The application starts streams before it serves.",
    ),
    diagnostic("ASG301", place(TABS, "log.read()"), "Tabs before and inside the line."),
    diagnostic("ASG301", place(WIDE, "start(名前)"), "Wide and combining characters: 名前."),
    diagnostic(
        "ASG301",
        place(CRLF, "asyncio.create_task(\r\n    poll()\r\n)"),
        "The task may be collected before it ends.",
        fix=Fix(
            Applicability.SAFE,
            "Keep a reference to the task",
            (Edit(Place(CRLF, Span(Position(3, 1), Position(3, 1))), "task = "),),
        ),
    ),
    diagnostic("ASG301", Place(EMPTY, FILE_START), "An empty file has nothing to show."),
    diagnostic(
        "ASG301",
        place(LONG, "run(forever)"),
        "A long line is cut around what is marked.",
        fix=Fix(
            Applicability.SAFE,
            "Stop it",
            (Edit(place(LONG, "forever"), "until_disconnect"),),
        ),
    ),
    diagnostic("ASG301", place(CONTROL, "call(name)"), "Signs that would steer\na terminal."),
    diagnostic("ASG301", place(SPACED, "stream()"), "A path with a space and more."),
    diagnostic("ASG301", place(SHARED, "while True"), "Beside the folder that paths start from."),
    diagnostic("ASG301", place(OUTSIDE, "request.body()"), "Outside of the repository."),
    diagnostic(
        "ASG002", Place(BROKEN, Span(Position(1, 12), Position(1, 12))), "Expected a parameter."
    ),
    diagnostic(
        "ASG801",
        place(REQUIREMENTS, "starlette>=0.13"),
        "The requirement allows Starlette 0.13.0, whose streams ignore disconnects.",
        fix=Fix(
            Applicability.SAFE,
            "Raise the floor to 0.13.4",
            (
                Edit(place(REQUIREMENTS, "0.13  "), "0.13.4  "),
                Edit(
                    place(MAIN, "from api.routers import orders"),
                    "from api.routers import (\n    orders,\n)",
                ),
                Edit(Place(MAIN, Span(Position(12, 1), Position(12, 1))), "\nprint(app)\n"),
            ),
        ),
    ),
)

SAMPLE = Report(
    diagnostics=fingerprinted(
        sorted(DIAGNOSTICS, key=lambda each: each.sort_key), SOURCES, below(REPOSITORY)
    ),
    sources=SOURCES,
    base=Path(BASE),
    repository=Path(REPOSITORY),
    files_checked=15,
    rules=RULES,
    version="0.1.0",
    notifications=(
        Notification(
            "The file was not checked: expected a parameter",
            Place(BROKEN, Span(Position(1, 12), Position(1, 12))),
        ),
    ),
)


@pytest.fixture
def sample() -> Report:
    """The sample report."""
    return SAMPLE
