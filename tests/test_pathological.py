"""Files that no one writes: each is analysed or told, in bounded time and memory.

What bounds a run here is far above what it takes, so that a slow machine changes nothing; what is
quadratic or exponential in such a file is above any bound.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING

import pytest
from command_line import AFFECTED, lay_out

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_SECONDS = 120
_BOUNDED = """
import resource, sys
resource.setrlimit(resource.RLIMIT_AS, (3 * 1024**3,) * 2)
from asgi_lint.__main__ import main
main()
"""

HEAD = """\
from fastapi import APIRouter, BackgroundTasks, Depends, FastAPI
from starlette.middleware.base import BaseHTTPMiddleware
from starlette.responses import StreamingResponse


class Timing(BaseHTTPMiddleware):
    async def dispatch(self, request, call_next):
        return await call_next(request)


app = FastAPI()
app.add_middleware(Timing)


def send_welcome():
    pass


@app.post("/")
async def sign_up(tasks: BackgroundTasks):
    tasks.add_task(send_welcome)
"""
FOUND = ":21:5: ASG201"


def endpoint(body: str) -> str:
    lines = textwrap.indent(body, "    ")
    return f"@app.put('/')\nasync def put(tasks: BackgroundTasks):\n{lines}\n    return None\n"


def stream(body: str) -> str:
    lines = textwrap.indent(body, "    ")
    return (
        f"async def numbers():\n{lines}\n    while True:\n        yield 1\n\n\n"
        "@app.get('/')\ndef get():\n    return StreamingResponse(numbers())\n"
    )


def dispatcher(body: str) -> str:
    lines = textwrap.indent(body, "        ")
    return (
        "class Other(BaseHTTPMiddleware):\n"
        f"    async def dispatch(self, request, call_next):\n{lines}\n"
        "        response = await call_next(request)\n"
        "        await request.body()\n        return response\n\n\napp.add_middleware(Other)\n"
    )


def nested(*, step: str, depth: int, last: str = "x = f()") -> str:
    return "\n".join(" " * each + step for each in range(depth)) + f"\n{' ' * depth}{last}"


def attempts(depth: int) -> str:
    text = nested(step="try:", depth=depth)
    for each in reversed(range(depth)):
        by = " " * each
        text += f"\n{by}except E:\n{by} x = 2\n{by}else:\n{by} x = 3\n{by}finally:\n{by} g()"
    return text


BODIES = {
    "sum": f"x = 1{' + 1' * 20_000}",
    "and": f"x = 1{' and 1' * 50_000}",
    "calls": f"x = a{'.b()' * 10_000}",
    "ifs": nested(step="if x:", depth=85),
    "loops": nested(step="for a in b:", depth=85),
    "endless loops": nested(step="while True:", depth=85, last="break"),
    "finally": "\n".join(f"{chr(32) * n}try: f()\n{chr(32) * n}finally:" for n in range(80))
    + f"\n{chr(32) * 80}g()",
    "tries": attempts(18),
    "ifs in a row": "\n".join(f"if a{n}:\n    x = {n}\nelse:\n    x = f({n})" for n in range(60)),
    "tries in a row": "\n".join(f"try:\n    x = {n}\nexcept E:\n    y()" for n in range(60)),
    "elif": "if x:\n    pass\n" + "elif x == 1:\n    y = 1\n" * 300,
    "patterns": f"match x:\n    case {'[' * 40}a{']' * 40}:\n        pass",
    "lambdas": f"x = {'lambda: ' * 150}1",
    "names": "x = 1\n" + "x = x + x\n" * 300,
    "awaits": f"x = {'(await ' * 80}f(){')' * 80}",
}
FILES = {
    "list": f"x = [{'1, ' * 100_000}]\n",
    "list of calls": f"x = [{'f(1), ' * 3_000}]\n",
    "dict": f"x = {{{''.join(f'{n}: {n}, ' for n in range(50_000))}}}\n",
    "arguments": f"app.add_middleware({'1, ' * 5_000})\n",
    "line": "x = f(1); " * 3_000 + "y = '" + "a" * 1_000_000 + "'" + "\n",
    "line that is not ASCII": "x = f('é'); " * 3_000 + f"y = '{'é' * 500_000}'\n",
    "string": f"x = '{'é' * 1_000_000}'\n",
    "strings": "x = (" + "'a'\n" * 20_000 + ")\n",
    "brackets": f"x = {'[' * 5_000}\n",
    "decorators": "@app.get('/')\n" * 1_000 + "def get(): pass\n",
    "functions": "\n".join(f"async def f{n}(a):\n    await a.b()" for n in range(1_000)) + "\n",
    "functions in functions": nested(step="def f():", depth=85) + "\n",
    "classes in classes": nested(step="class A(BaseHTTPMiddleware):", depth=85) + "\n",
    "elif": "if x: pass\n" + "elif x: f()\n" * 50_000,
    "classes": "class C0(Timing): pass\n"
    + "".join(f"class C{n + 1}(C{n}): pass\n" for n in range(2_000))
    + "app.add_middleware(C2000)\n",
    "diamonds": "class A0(Timing): pass\nclass B0(Timing): pass\n"
    + "".join(f"class {name}{n + 1}(A{n}, B{n}): pass\n" for n in range(60) for name in ("A", "B"))
    + "app.add_middleware(A60)\n",
    "bases in a circle": "class A(B): pass\nclass B(A): pass\napp.add_middleware(A)\n",
    "middleware": "app.add_middleware(Timing)\n" * 1_000,
    "routers in a circle": "".join(f"r{n} = APIRouter()\n" for n in range(500))
    + "".join(f"r{n}.include_router(r{(n + 1) % 500})\n" for n in range(500))
    + "app.include_router(r0)\n",
    "routers twice": "".join(f"r{n} = APIRouter()\n" for n in range(41))
    + "".join(f"r{n}.include_router(r{n + 1}, prefix='/{m}')\n" for n in range(40) for m in "ab")
    + "app.include_router(r0)\n@r40.get('/')\ndef get(tasks: BackgroundTasks): pass\n",
    "every router in every one": "".join(f"r{n} = APIRouter()\n" for n in range(30))
    + "".join(f"r{n}.include_router(r{m})\n" for n in range(30) for m in range(30))
    + "app.include_router(r0)\n@r29.get('/')\ndef get(tasks: BackgroundTasks): pass\n",
    "aliases": "m0 = Timing\n"
    + "".join(f"m{n + 1} = m{n} if x else m{n}\n" for n in range(60))
    + "app.add_middleware(m60)\n",
    "lists": "m0 = [Timing]\n"
    + "".join(f"m{n + 1} = m{n} + m{n}\n" for n in range(60))
    + "FastAPI(middleware=m60)\n",
    "calls": "".join(f"def f{n}(t):\n    f{n + 1}(t)\n    f{n + 1}(t)\n" for n in range(60))
    + "def f60(t): t.add_task(f)\n@app.put('/')\ndef put(t: BackgroundTasks): f0(t)\n",
    "calls in a circle": "".join(
        f"def f{n}(t):\n    f{(n + 1) % 40}(t)\n    f{(n + 7) % 40}(t)\n" for n in range(40)
    )
    + "@app.put('/')\ndef put(t: BackgroundTasks): f0(t)\n",
    "factories": "".join(f"def m{n}(a):\n    return m{n + 1}(m{n + 1}(a))\n" for n in range(60))
    + "def m60(a): return StreamingResponse(g())\n@app.put('/')\ndef put(): return m0(1)\n",
    "dependencies": "async def d40(t: BackgroundTasks): yield 1\n"
    + "".join(
        f"async def d{n}(a=Depends(d{n + 1}), b=Depends(d{n + 1})): yield a\n"
        for n in reversed(range(40))
    )
    + "@app.put('/')\ndef put(a=Depends(d0)): pass\n",
    "generators": "".join(
        f"async def g{n}():\n    async for x in g{n + 1}(): yield x\n"
        f"    async for x in g{n + 1}(): yield x\n"
        for n in range(40)
    )
    + "async def g40():\n    while True: yield 1\n@app.put('/')\n"
    "def put(): return StreamingResponse(g0())\n",
}
PLACES = {"endpoint": endpoint, "stream": stream, "dispatcher": dispatcher}


def checked(folder: Path, files: Mapping[str, str], *command: str) -> str:
    """What is printed; anything but diagnostics is an error."""
    lay_out(folder, {"requirements.txt": AFFECTED, **files})
    run = subprocess.run(
        [sys.executable, "-I", "-c", _BOUNDED, *command, "."],
        capture_output=True,
        cwd=folder,
        timeout=_SECONDS,
        check=False,
    )
    assert run.stderr.decode() == ""
    assert run.returncode in (0, 1)
    return run.stdout.decode()


CHECK = ("check", "--select=ALL", "--no-cache", "--jobs=1", "--output-format=concise")


def test_deep_and_wide_bodies(tmp_path: Path) -> None:
    files = {
        f"{place}_{number}.py": HEAD + make(body)
        for place, make in PLACES.items()
        for number, body in enumerate(BODIES.values())
    }
    found = checked(tmp_path, files, *CHECK).splitlines()
    analysed = {line.partition(":")[0] for line in found if FOUND in line}
    told = {line.partition(":")[0] for line in found if "nested too deeply" in line}
    assert analysed | told == files.keys()
    for number, name in enumerate(BODIES):
        if name in (
            "ifs",
            "loops",
            "endless loops",
            "finally",
            "tries",
            "ifs in a row",
            "tries in a row",
            "names",
            "lambdas",
        ):
            assert f"stream_{number}.py" not in told
            assert f"dispatcher_{number}.py" not in told


def test_pathological_files(tmp_path: Path) -> None:
    files = {f"{name.replace(' ', '_')}.py": HEAD + text for name, text in FILES.items()}
    found = checked(tmp_path, files, *CHECK).splitlines()
    analysed = {line.partition(":")[0] for line in found if FOUND in line}
    told = {line.partition(":")[0] for line in found if "ASG001" in line}
    assert analysed | told == files.keys()
    assert told <= {"brackets.py", "elif.py", "functions_in_functions.py"}


@pytest.mark.parametrize("name", ["every router in every one", "routers twice", "dependencies"])
def test_picture_of_a_pathological_file(tmp_path: Path, name: str) -> None:
    drawn = checked(tmp_path, {"main.py": HEAD + FILES[name]}, "graph")
    assert "sign_up" in drawn


def test_imports_in_circles(tmp_path: Path) -> None:
    files = {
        f"a{n}.py": f"{HEAD}from a{(n + 1) % 40} import *\nfrom a{(n + 7) % 40} import *\n"
        f"from a{(n + 1) % 40} import x as y{n}\nfrom .... import z\napp.include_router(r{n})\n"
        for n in range(40)
    }
    found = checked(tmp_path, {"main.py": f"{HEAD}from a0 import *\n", **files}, *CHECK)
    assert FOUND in found


def test_wrappers_around_each_other(tmp_path: Path) -> None:
    wrap = (
        "class Wrap:\n    def __init__(self, app):\n        self.app = app\n\n"
        "    async def __call__(self, scope, receive, send):\n"
        "        await self.app(scope, receive, send)\n\n\n"
    )
    calls = "".join(f"    layer{n}(inner)\n" for n in range(30))
    layers = "".join(
        f"def layer{n}(app):\n    inner = Wrap(app)\n{calls}    return inner\n\n\n"
        for n in range(30)
    )
    found = checked(tmp_path, {"main.py": f"{HEAD}\n\n{wrap}{layers}outer = layer0(app)\n"}, *CHECK)
    assert FOUND in found
