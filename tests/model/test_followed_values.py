"""What an expression stands for, neither more nor less, on programs of a few lines."""

from __future__ import annotations

import pytest
from linked_projects import linked, meaning_in, meanings

FASTAPI = "an object of fastapi.FastAPI"
ROUTER = "an object of fastapi.APIRouter"
STARLETTE = "an object of starlette.applications.Starlette"
IMPORTS = """\
import attr
import attrs
import copy
import dataclasses
import functools
from contextlib import contextmanager
from functools import cache, partial

import pydantic
from dataclasses import field
from fastapi import APIRouter, FastAPI
from starlette.applications import Starlette

"""


def meaning(text: str) -> list[str]:
    return meanings(linked({"main.py": IMPORTS + text}), "main.py", "x")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = [FastAPI(), Starlette()][0]", [FASTAPI, STARLETTE]),
        ("for x in [FastAPI(), Starlette()]: pass", [FASTAPI, STARLETTE]),
        ("for x in (1, *[FastAPI(), *[Starlette()]]): pass", [FASTAPI, STARLETTE]),
        ("a = [FastAPI()]\nfor x in a + [Starlette()]: pass", [FASTAPI, STARLETTE]),
        ("x, y = FastAPI(), Starlette()", [FASTAPI]),
        ("y, x = FastAPI(), Starlette()", [STARLETTE]),
        ("y, x = (*pair, FastAPI(), Starlette())", [FASTAPI, STARLETTE]),
        ("y, z, x = FastAPI(), Starlette()", [FASTAPI, STARLETTE]),
        ("for y, x in [(FastAPI(), Starlette())]: pass", [STARLETTE]),
        ("for x in list([FastAPI()]): pass", [FASTAPI]),
        ("for x in sorted({FastAPI()}): pass", [FASTAPI]),
        ("y, x = reversed([FastAPI(), Starlette()])", [FASTAPI]),
        ("def tuple(items): ...\nfor x in tuple([FastAPI()]): pass", []),
        ("for x in shuffled([FastAPI()]): pass", []),
    ],
)
def test_items_of_lists(text: str, expected: list[str]) -> None:
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = {'a': FastAPI(), 'b': Starlette()}['a']", [FASTAPI, STARLETTE]),
        ("a = {'a': FastAPI()}\nx = a['a']", [FASTAPI]),
        ("a = {'a': FastAPI(), **others}\nfor x in a.values(): pass", [FASTAPI]),
        ("a = {'a': FastAPI()}\nfor y, x in a.items(): pass", [FASTAPI]),
        ("a = {FastAPI(): Starlette()}\nfor x, y in a.items(): pass", [FASTAPI]),
        ("a = {'a': FastAPI()}\nfor x in a.values(1): pass", []),
        ("a = {'a': FastAPI()}\nfor x in a.keys(): pass", []),
        ("class Shop:\n    apps = {'a': FastAPI()}\nx = Shop.apps['a']", [FASTAPI]),
    ],
)
def test_values_of_dicts(text: str, expected: list[str]) -> None:
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("x = copy.deepcopy(FastAPI())", [FASTAPI]),
        ("x = partial(FastAPI)()", [FASTAPI]),
        ("x = FastAPI[int]()", [FASTAPI]),
        ("x = functools.reduce(FastAPI())", []),
        ("def make(app):\n    return app\nmake(Starlette())\nx = make(FastAPI())", [FASTAPI]),
        ("def make(app=FastAPI()):\n    return app\nx = make()", [FASTAPI]),
        ("def make(app):\n    app = FastAPI()\n    return app\nx = make(Starlette())", [FASTAPI]),
        ("def f(app):\n    if app:\n        app = FastAPI()\n    return app\nx = f(Starlette())",
         [FASTAPI, STARLETTE]),
        ("def make():\n    yield FastAPI()\nx = make()", ["a generator of def make"]),
        ("@contextmanager\ndef make():\n    yield FastAPI()\nx = make()", []),
        ("def make(app):\n    def inner():\n        return app\n    return inner\nx = make(1)",
         ["def make.inner"]),
        ("def f(app):\n    def own():\n        return app\n    return own()\nx = f(FastAPI())",
         [FASTAPI]),
        ("class Shop:\n    @classmethod\n    def make(cls):\n        return cls()\nx = Shop.make()",
         ["an object of class Shop"]),
        ("class Shop:\n    def own(self):\n        return self\nx = Shop().own()",
         ["some class Shop"]),
    ],
)  # fmt: skip
def test_what_calls_give(text: str, expected: list[str]) -> None:
    assert meaning(text) == expected


@pytest.mark.parametrize(
    ("declared", "expected"),
    [
        ("field(default=FastAPI())", [FASTAPI]),
        ("field(default_factory=lambda: FastAPI())", [FASTAPI]),
        ("field(default_factory=FastAPI)", [FASTAPI]),
        ("dataclasses.field(init=False)", []),
        ("attr.ib(factory=FastAPI)", [FASTAPI]),
        ("attr.ib(default=attr.Factory(FastAPI))", [FASTAPI]),
        ("attr.ib(attr.Factory(lambda: FastAPI()))", [FASTAPI]),
        ("attrs.field(default=FastAPI())", [FASTAPI]),
        ("pydantic.Field(FastAPI())", [FASTAPI]),
        ("declared(default=FastAPI())", []),
    ],
)
def test_fields_of_classes(declared: str, expected: list[str]) -> None:
    assert meaning(f"class Shop:\n    app: 'Any' = {declared}\nx = Shop().app") == expected


def test_one_that_makes_anew_for_each_call_and_one_that_keeps_what_it_made() -> None:
    text = (
        "def make():\n    return FastAPI()\n"
        "@cache\ndef kept():\n    return FastAPI()\n"
        "made = None\n"
        "def shared():\n    global made\n    made = FastAPI()\n    return made\n"
    )
    for maker, objects in (("make", 2), ("kept", 1), ("shared", 1)):
        program = f"{IMPORTS}{text}x = {maker}() if debug else {maker}()\n"
        project = linked({"main.py": program})
        found = [*project.evaluator.lookup("/project/main.py", 0, "x")]
        assert len(set(found)) == objects


@pytest.mark.parametrize(
    ("shop", "expected"),
    [
        ("app = FastAPI()", [FASTAPI]),
        ("_app = FastAPI()\napp = _app\n__all__ = ['app']", [FASTAPI]),
        ("app = FastAPI()\n__all__ = ['other']", []),
        ("app = FastAPI()\n__all__ = ['other', *more()]", []),
        ("app = FastAPI()\n__all__ = names()", [FASTAPI]),
        ("app = FastAPI()\n__all__ = []", [FASTAPI]),
        ("other = FastAPI()", []),
    ],
)
def test_names_that_a_star_import_gives(shop: str, expected: list[str]) -> None:
    files = {"shop.py": IMPORTS + shop, "main.py": "from shop import *\nx = app\n"}
    assert meanings(linked(files), "main.py", "x") == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("from fastapi import *\nx = FastAPI", ["fastapi.FastAPI"]),
        ("from fastapi import *\nx = status", []),
        ("from elsewhere import *\nx = FastAPI", []),
        ("from shop import *\nfrom starlette.responses import *\nx = FileResponse",
         ["starlette.responses.FileResponse"]),
        ("from starlette.responses import *\nfrom shop import *\nx = Response", ["class Response"]),
        ("from shop import *\nx = _own", []),
    ],
)  # fmt: skip
def test_names_that_star_imports_of_packages_give(text: str, expected: list[str]) -> None:
    files = {"shop.py": "class Response: ...\n_own = Response\n", "main.py": text}
    assert meanings(linked(files), "main.py", "x") == expected


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        ("import shop\nshop.app = Starlette()", [STARLETTE]),
        ("import shop as store\nstore.app = Starlette()", [STARLETTE]),
        ("from pkg import inner\ninner.app = Starlette()", []),
        ("shop = object()\nshop.app = Starlette()", []),
        ("import shop\nshop.other = Starlette()", []),
        ("import shop\nshop.part.app = Starlette()", []),
        ("import shop\ndef start():\n    shop.app = Starlette()", [STARLETTE]),
    ],
)
def test_attribute_of_a_module_that_is_set_from_elsewhere(other: str, expected: list[str]) -> None:
    files = {
        "shop.py": "app = None\n",
        "pkg/__init__.py": "",
        "pkg/inner.py": "app = None\n",
        "other.py": IMPORTS + other,
        "main.py": "import shop\nx = shop.app\n",
    }
    assert meanings(linked(files), "main.py", "x") == expected


def test_own_value_of_a_module_outweighs_what_elsewhere_is_not_set() -> None:
    files = {
        "shop.py": f"{IMPORTS}app: FastAPI = FastAPI()\n",
        "other.py": "import shop\nshop.app = None\n",
        "main.py": "import shop\nx = shop.app\n",
    }
    assert meanings(linked(files), "main.py", "x") == [FASTAPI]


def test_submodule_is_an_attribute_unless_its_package_gives_the_name() -> None:
    files = {
        "pkg/__init__.py": f"{IMPORTS}app = FastAPI()\n",
        "pkg/app.py": "",
        "pkg/routes.py": "",
        "main.py": "import pkg\nx = pkg.app\ny = pkg.routes\n",
    }
    project = linked(files)
    assert meanings(project, "main.py", "x") == [FASTAPI]
    assert meanings(project, "main.py", "y") == ["module pkg/routes"]


def test_annotation_counts_only_where_there_is_no_value() -> None:
    text = f"{IMPORTS}x: FastAPI = Starlette()\ny: FastAPI = load()\nz: FastAPI\n"
    project = linked({"main.py": text})
    assert meanings(project, "main.py", "x") == [STARLETTE]
    assert meanings(project, "main.py", "y") == ["some fastapi.FastAPI"]
    assert meanings(project, "main.py", "z") == ["some fastapi.FastAPI"]


def test_parameter_by_its_default_and_by_its_callers() -> None:
    text = (
        f"{IMPORTS}"
        "def setup(app, router=APIRouter()): pass\n"
        "setup(FastAPI())\n"
        "setup(Starlette(), router=None)\n"
    )
    project = linked({"main.py": text})
    assert meaning_in(project, "main.py", "setup", "app") == [FASTAPI, STARLETTE]
    assert meaning_in(project, "main.py", "setup", "router") == [ROUTER]


@pytest.mark.parametrize(
    ("classes", "expected"),
    [
        ("class B(A): ...\nB(FastAPI())", [FASTAPI]),
        ("class B(A): ...\nclass C(B): ...\nC(FastAPI())\nA(Starlette())", [FASTAPI, STARLETTE]),
        ("class B(A[int]): ...\nB(app=FastAPI())", [FASTAPI]),
        ("class Mixin: ...\nclass B(Mixin, A): ...\nB(FastAPI())", [FASTAPI]),
        ("Base = A\nclass B(Base): ...\nB(FastAPI())", [FASTAPI]),
        ("class B(A):\n    def __init__(self, app): ...\nB(FastAPI())", []),
        ("class B(A):\n    def __init__(self, app): ...\nclass C(B): ...\nC(FastAPI())", []),
        (
            "class Mixin:\n    def __init__(self, app): ...\nclass B(Mixin, A): ...\nB(FastAPI())",
            [],
        ),
        ("class B: ...\nB(FastAPI())", []),
    ],
)
def test_call_of_a_class_runs_the_init_that_it_inherits(classes: str, expected: list[str]) -> None:
    base = "class A:\n    def __init__(self, app):\n        self.app = app\n"
    assert meaning(f"{base}{classes}\nx = A.app") == expected


def test_class_inherits_its_init_from_another_file() -> None:
    files = {
        "base.py": "class A:\n    def __init__(self, app):\n        self.app = app\n",
        "main.py": f"{IMPORTS}from base import A as Base\nclass B(Base): ...\nB(FastAPI())\n",
        "other.py": "from base import A\nx = A.app\n",
    }
    assert meanings(linked(files), "other.py", "x") == [FASTAPI]
