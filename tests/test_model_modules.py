from __future__ import annotations

import pytest

from asgi_lint.model.modules import Modules, module_of

ROOT = "/project"


def resolved(files: list[str], importer: str, name: str, level: int = 0) -> str | None:
    """The module, relative to the root, that an import in `importer` means."""
    modules = Modules(ROOT, [f"{ROOT}/{file}" for file in files])
    found = modules.resolve(f"{ROOT}/{importer}", name, level)
    return None if found is None else found.removeprefix(f"{ROOT}/")


@pytest.mark.parametrize(
    ("filename", "module"),
    [
        ("/project/main.py", "/project/main"),
        ("/project/app/__init__.py", "/project/app"),
        ("/project/stubs/main.pyi", "/project/stubs/main"),
    ],
)
def test_module_is_named_by_its_path(filename: str, module: str) -> None:
    assert module_of(filename) == module


@pytest.mark.parametrize(
    ("files", "importer", "name", "expected"),
    [
        (["main.py", "mail.py"], "main.py", "mail", "mail"),
        (["main.py", "mail/__init__.py"], "main.py", "mail", "mail"),
        (["app/main.py", "app/mail.py"], "app/main.py", "app.mail", "app/mail"),
        (["app/__init__.py", "app/main.py", "app/mail.py"], "app/main.py", "app.mail", "app/mail"),
        (
            ["src/shop/main.py", "src/shop/mail.py"],
            "src/shop/main.py",
            "shop.mail",
            "src/shop/mail",
        ),
        (
            ["src/shop/mail.py", "tests/test_mail.py"],
            "tests/test_mail.py",
            "shop.mail",
            "src/shop/mail",
        ),
        (["shop/mail.py", "main.py"], "main.py", "shop", "shop"),
        (["main.py"], "main.py", "mail", None),
        (["main.py", "shop/mail.py"], "main.py", "shop.post", None),
    ],
    ids=[
        "beside the importer",
        "a package beside the importer",
        "from the root, of a namespace package",
        "from the root, of a package",
        "src layout, within the package",
        "src layout, from the tests",
        "a folder without __init__",
        "no such module",
        "no such submodule",
    ],
)
def test_absolute_import(files: list[str], importer: str, name: str, expected: str | None) -> None:
    assert resolved(files, importer, name) == expected


@pytest.mark.parametrize(
    ("level", "name", "expected"),
    [
        (1, "mail", "shop/api/mail"),
        (1, "", "shop/api"),
        (2, "mail", "shop/mail"),
        (2, "", "shop"),
        (3, "main", "main"),
        (3, "nothing", None),
        (9, "main", None),
    ],
)
def test_relative_import_counts_folders_upwards(
    level: int, name: str, expected: str | None
) -> None:
    files = ["main.py", "shop/__init__.py", "shop/mail.py", "shop/api/__init__.py"]
    files += ["shop/api/mail.py", "shop/api/routes.py"]
    assert resolved(files, "shop/api/routes.py", name, level) == expected


@pytest.mark.parametrize("service", ["orders", "users"])
def test_each_service_of_a_monorepo_imports_its_own_modules(service: str) -> None:
    files = [f"{each}/app/{name}.py" for each in ("orders", "users") for name in ("main", "layers")]
    found = resolved(files, f"{service}/app/main.py", "app.layers")
    assert found == f"{service}/app/layers"


def test_inside_of_a_package_is_not_on_the_import_path() -> None:
    files = ["shop/__init__.py", "shop/main.py", "shop/mail.py", "mail.py"]
    assert resolved(files, "shop/main.py", "mail") == "mail"


@pytest.mark.parametrize("name", ["fastapi", "fastapi.routing", "starlette.middleware.base"])
def test_frameworks_are_never_looked_for_in_the_project(name: str) -> None:
    files = [
        "tests/fastapi/__init__.py",
        "tests/fastapi/routing.py",
        "starlette/middleware/base.py",
    ]
    assert resolved(files, "tests/fastapi/test_app.py", name) is None


def test_package_and_module_of_one_name_is_the_package() -> None:
    modules = Modules(ROOT, [f"{ROOT}/mail.py", f"{ROOT}/mail/__init__.py"])
    assert modules.file(f"{ROOT}/mail") == f"{ROOT}/mail/__init__.py"


def test_namespace_package_has_submodules_but_no_file() -> None:
    modules = Modules(ROOT, [f"{ROOT}/shop/api/routes.py"])
    shop = modules.resolve(f"{ROOT}/main.py", "shop", 0)
    assert shop == f"{ROOT}/shop"
    assert modules.file(shop) is None
    assert modules.submodule(shop, "api") == f"{ROOT}/shop/api"
    assert modules.submodule(shop, "mail") is None
