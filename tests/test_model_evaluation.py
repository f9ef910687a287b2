from __future__ import annotations

import pytest
from linked_projects import ROOT, described, linked, meaning_in, meanings

from asgi_lint.model.values import Class, External

FASTAPI = "an object of fastapi.FastAPI"
STARLETTE = "an object of starlette.applications.Starlette"
BASE = "starlette.middleware.base.BaseHTTPMiddleware"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from fastapi import FastAPI\nx = FastAPI()", [FASTAPI]),
        ("import fastapi\nx = fastapi.FastAPI()", [FASTAPI]),
        ("import fastapi as f\nx = f.applications.FastAPI()", [FASTAPI]),
        ("from fastapi import FastAPI as F\ny = F\nx = y()", [FASTAPI]),
        ("from fastapi import *\nx = FastAPI()", [FASTAPI]),
        ("import starlette.middleware.base as b\nx = b.BaseHTTPMiddleware", [BASE]),
        (
            "import starlette.middleware.base\nx = starlette.middleware.base.BaseHTTPMiddleware",
            [BASE],
        ),
        ("from fastapi.middleware.base import BaseHTTPMiddleware as x", [BASE]),
        ("import os\nx = os.path", ["os.path"]),
        ("x = 1", []),
        ("x = undefined", []),
        ("x = (lambda: 1)()", []),
    ],
)
def test_name_stands_for_what_it_is_imported_as(text: str, expected: list[str]) -> None:
    assert meanings(linked({"main.py": text}), "main.py", "x") == expected


@pytest.mark.parametrize(
    "name",
    [
        "responses.JSONResponse",
        "requests.Request",
        "websockets.WebSocket",
        "middleware.base.BaseHTTPMiddleware",
        "middleware.cors.CORSMiddleware",
        "middleware.gzip.GZipMiddleware",
        "middleware.httpsredirect.HTTPSRedirectMiddleware",
        "middleware.trustedhost.TrustedHostMiddleware",
        "middleware.wsgi.WSGIMiddleware",
        "staticfiles.StaticFiles",
        "templating.Jinja2Templates",
    ],
)
def test_what_fastapi_passes_on_is_starlettes(name: str) -> None:
    module, _, class_ = name.rpartition(".")
    for text in (
        f"from fastapi.{module} import {class_} as x",
        f"import fastapi\nx = fastapi.{name}",
    ):
        assert meanings(linked({"main.py": text}), "main.py", "x") == [f"starlette.{name}"]


@pytest.mark.parametrize(
    "text",
    [
        "x = FastAPI() if debug else None",
        "x = None or FastAPI()",
        "(x := FastAPI())",
        "x: FastAPI = FastAPI()",
        "x, y = FastAPI(), 1\nx = x",
        "for x in [FastAPI()]: pass",
        "for x, _ in ((FastAPI(), 1),): pass",
        "with FastAPI() as x: pass",
        "x = [FastAPI()][0]",
        "x = cast('FastAPI', FastAPI())",
        "x = copy(FastAPI())",
        "x = partial(FastAPI, debug=True)()",
        "def make():\n    return FastAPI()\nx = make()",
        "async def make():\n    return FastAPI()\nx = await make()",
        "class Shop:\n    def __init__(self): self.app = FastAPI()\nx = Shop().app",
        "class Shop:\n    app = FastAPI()\nx = Shop.app",
        "class Shop:\n    @property\n    def app(self): return FastAPI()\nx = Shop().app",
        "class A:\n    def make(self): return FastAPI()\nclass B(A): pass\nx = B().make()",
        "try:\n    x = FastAPI()\nexcept ImportError:\n    x = None",
        "if a:\n    pass\nelif b:\n    x = FastAPI()",
        "match a:\n    case 1:\n        x = FastAPI()",
        "while True:\n    x = FastAPI()",
    ],
)
def test_object_is_followed_to_the_call_that_makes_it(text: str) -> None:
    imports = (
        "from copy import copy\nfrom functools import partial\nfrom typing import cast\n"
        "from fastapi import FastAPI\n"
    )
    assert FASTAPI in meanings(linked({"main.py": imports + text}), "main.py", "x")


@pytest.mark.parametrize(
    "annotation",
    [
        "BackgroundTasks",
        '"BackgroundTasks"',
        "BackgroundTasks | None",
        "Optional[BackgroundTasks]",
        "typing.Optional[BackgroundTasks]",
        "Union[None, BackgroundTasks]",
        'Annotated[BackgroundTasks, "later"]',
        '"Annotated[BackgroundTasks, Depends(later, use_cache=False)]"',
        '"Union[None, typing.Optional[BackgroundTasks]]"',
        'Annotated[Optional[BackgroundTasks], "later"]',
    ],
)
def test_parameter_that_nobody_passes_is_what_its_annotation_says(annotation: str) -> None:
    text = (
        "import typing\nfrom typing import Annotated, Optional, Union\n"
        "from fastapi import BackgroundTasks\n"
        f"def endpoint(tasks: {annotation} = None): pass\n"
    )
    found = meaning_in(linked({"main.py": text}), "main.py", "endpoint", "tasks")
    assert found == ["some starlette.background.BackgroundTasks"]


@pytest.mark.parametrize(
    "call",
    [
        "setup(1, FastAPI())",
        "setup(1, app=FastAPI())",
        "setup(app=FastAPI(), port=1)",
        "Setup().method(1, FastAPI())",
        "Setup.static(1, FastAPI())",
        "Setup.static(port=1, app=FastAPI())",
        "Setup(1, FastAPI())",
    ],
)
def test_parameter_is_what_callers_pass_for_it(call: str) -> None:
    text = (
        "from fastapi import FastAPI\n"
        "def setup(port, app): pass\n"
        "class Setup:\n"
        "    def __init__(self, port=0, app=None): pass\n"
        "    def method(self, port, app): pass\n"
        "    @staticmethod\n"
        "    def static(port, app): pass\n"
        f"{call}\n"
    )
    project = linked({"main.py": text})
    functions = ["setup", "Setup.__init__", "Setup.method", "Setup.static"]
    found = [meaning_in(project, "main.py", name, "app") for name in functions]
    assert sorted(found) == [[], [], [], [FASTAPI]]


def test_callers_in_other_files_count_too() -> None:
    project = linked(
        {
            "setup.py": "def setup(app): pass\n",
            "one.py": "from fastapi import FastAPI\nfrom setup import setup\nsetup(FastAPI())\n",
            "two.py": "import setup\nfrom starlette.applications import Starlette\n"
            "setup.setup(Starlette())\n",
        }
    )
    assert meaning_in(project, "setup.py", "setup", "app") == [
        FASTAPI,
        "an object of starlette.applications.Starlette",
    ]


def test_unpacked_arguments_give_no_value_to_parameters_behind_them() -> None:
    text = "from fastapi import FastAPI\ndef setup(port, app): pass\nsetup(*ports, FastAPI())\n"
    assert meaning_in(linked({"main.py": text}), "main.py", "setup", "app") == []


def test_names_of_a_class_body_are_not_seen_from_its_methods() -> None:
    text = "class A:\n    x = int\n    y = x\n    def f(self):\n        return x\nx = str\n"
    project = linked({"main.py": text})
    assert meaning_in(project, "main.py", "A.f", "x") == meanings(project, "main.py", "x")


@pytest.mark.parametrize(
    "files",
    [
        {"a.py": "from b import x\n", "b.py": "from a import x\n"},
        {"a.py": "from a import x\n"},
        {"a.py": "from b import *\n", "b.py": "from a import *\n"},
        {"a.py": "x = x\n"},
        {"a.py": "x = y\ny = x\n"},
        {"a.py": "def f(): return f()\nx = f()\n"},
        {"a.py": "def f(): return g()\ndef g(): return f()\nx = f()\n"},
        {"a.py": "x = x.y\n"},
        {"a.py": "for x in x: pass\n"},
        {"a.py": "class A:\n    @property\n    def p(self): return self.p\nx = A().p\n"},
        {"a.py": "def f(x): f(x)\nx = f(x)\n"},
    ],
    ids=lambda files: " | ".join(files.values()).replace("\n", "; "),
)
def test_what_stands_for_itself_alone_stands_for_nothing(files: dict[str, str]) -> None:
    assert meanings(linked(files), "a.py", "x") == []


@pytest.mark.parametrize(
    "text",
    [
        "def f(n): return f(n - 1) if n else FastAPI()\nx = f(3)",
        "def f(n): return g(n)\ndef g(n): return f(n) or FastAPI()\nx = f(3)",
        "x = x or FastAPI()",
        "def f(app, n): f(app, n - 1); return app\nx = f(FastAPI(), 3)",
        "def f(app): return g(app)\ndef g(it): f(it); return it\nx = f(FastAPI())",
        "class A:\n    def __init__(self): self.p = self.p or FastAPI()\nx = A().p",
    ],
)
def test_cycle_gives_what_enters_it(text: str) -> None:
    project = linked({"a.py": f"from fastapi import FastAPI\n{text}\n"})
    assert meanings(project, "a.py", "x") == [FASTAPI]


def test_value_does_not_depend_on_which_part_of_a_cycle_is_asked_first() -> None:
    text = "from fastapi import FastAPI\ndef f(): return g()\ndef g(): return f() or FastAPI()\n"
    for names in (("x", "y"), ("y", "x")):
        project = linked({"a.py": f"{text}x = f()\ny = g()\n"})
        assert [meanings(project, "a.py", name) for name in names] == [[FASTAPI], [FASTAPI]]


def test_classes_that_derive_from_each_other_have_an_end() -> None:
    text = f"from {BASE.rpartition('.')[0]} import BaseHTTPMiddleware\n"
    text += "class A(B): pass\nclass B(A): pass\nclass C(C, BaseHTTPMiddleware): pass\n"
    project = linked({"a.py": text})
    by_name = {
        described(project, value): project.evaluator.is_subclass(value, BASE)
        for name in "ABC"
        for value in project.evaluator.lookup(f"{ROOT}/a.py", 0, name)
        if isinstance(value, (Class, External))
    }
    assert by_name == {"class A": False, "class B": False, "class C": True}


def test_generator_function_gives_a_generator_unless_it_makes_a_context_manager() -> None:
    text = (
        "from contextlib import asynccontextmanager\n"
        "async def lines():\n    yield 1\n"
        "@asynccontextmanager\nasync def session():\n    yield 1\n"
        "x = lines()\ny = session()\n"
    )
    project = linked({"main.py": text})
    assert meanings(project, "main.py", "x") == ["a generator of def lines"]
    assert meanings(project, "main.py", "y") == []


def test_one_call_is_one_object_however_often_it_is_looked_at() -> None:
    text = "from fastapi import FastAPI\nx = y = FastAPI()\nz = FastAPI()\n"
    evaluator = linked({"main.py": text}).evaluator
    x, y, z = ({*evaluator.lookup(f"{ROOT}/main.py", 0, name)} for name in "xyz")
    assert x == y
    assert x.isdisjoint(z)


class TestNameThatIsBoundAnew:
    TEXT = """\
from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.middleware.cors import CORSMiddleware

{body}
"""

    def read(self, body: str, name: str = "read") -> list[str]:
        return meanings(linked({"main.py": self.TEXT.format(body=body)}), "main.py", name)

    @pytest.mark.parametrize(
        ("body", "expected"),
        [
            ("app = FastAPI()\nread = app\napp = Starlette()", [FASTAPI]),
            ("app = FastAPI()\napp = Starlette()\nread = app", [STARLETTE]),
            (
                "app = FastAPI()\nif slow:\n    app = Starlette()\nread = app",
                [FASTAPI, STARLETTE],
            ),
            ("app = None\nif slow:\n    app = Starlette()\n    read = app", [STARLETTE]),
            (
                "app = FastAPI()\nwhile slow:\n    read = app\n    app = Starlette()",
                [FASTAPI, STARLETTE],
            ),
            ("try:\n    app = FastAPI()\nexcept E:\n    app = Starlette()\nread = app",
             [FASTAPI, STARLETTE]),
            ("with x:\n    app = FastAPI()\n    app = Starlette()\nread = app", [STARLETTE]),
        ],
    )  # fmt: skip
    def test_is_what_it_was_bound_to_last(self, body: str, expected: list[str]) -> None:
        assert self.read(body) == expected

    def test_is_read_before_it_is_bound_in_its_own_value(self) -> None:
        project = linked(
            {"main.py": self.TEXT.format(body="app = FastAPI()\napp = CORSMiddleware(app)")}
        )
        [node] = project.wiring.nodes
        assert described(project, node) == FASTAPI
        assert [layer.name for layer in project.graph.layers(node)] == ["CORSMiddleware"]

    def test_is_what_it_ends_as_for_other_modules_and_functions(self) -> None:
        body = "app = FastAPI()\napp = Starlette()\n\n\ndef f():\n    read = app\n    return read"
        project = linked(
            {"main.py": self.TEXT.format(body=body), "other.py": "from main import app as read"}
        )
        assert meanings(project, "other.py", "read") == [STARLETTE]
        assert meaning_in(project, "main.py", "f", "read") == [STARLETTE]


def test_attribute_of_a_module_that_another_module_sets() -> None:
    project = linked(
        {
            "core.py": "from fastapi import FastAPI\napp: FastAPI",
            "main.py": "import core\nfrom fastapi import FastAPI\ncore.app = FastAPI()",
            "other.py": "import core\nx = core.app",
        }
    )
    assert meanings(project, "other.py", "x") == [FASTAPI]


@pytest.mark.parametrize(
    "declared",
    [
        "app: FastAPI = field(default_factory=lambda: FastAPI())",
        "app: FastAPI = field(default_factory=lambda: make())",
    ],
)
def test_field_of_a_dataclass_is_what_its_factory_makes(declared: str) -> None:
    text = f"""\
from dataclasses import dataclass, field
from fastapi import FastAPI

def make():
    return FastAPI()

@dataclass
class Server:
    {declared}

x = Server().app
"""
    assert meanings(linked({"main.py": text}), "main.py", "x") == [FASTAPI]
