from __future__ import annotations

import pytest

from asgi_lint.fixes.freed_imports import without_freed_imports

BODY = "sleep(1); time.sleep(2); queue.get(); é = os.getpid()\n"


def cleaned(imports: str, uses: str, *, filename: str = "/app/main.py", body: str = BODY) -> str:
    """The imports as they are after a fix that leaves only `uses` of a body that uses them all."""
    after = without_freed_imports(filename, imports + body, imports + uses)
    assert after.endswith(uses)
    return after.removesuffix(uses)


@pytest.mark.parametrize(
    ("imports", "expected"),
    [
        ("import time\nimport queue\n", "import queue\n"),
        ("import queue\n\nimport time\n\n", "import queue\n\n\n"),
        ("import queue, time\n", "import queue\n"),
        ("import time, queue\n", "import queue\n"),
        ("from time import sleep\nimport queue\n", "import queue\n"),
        ("from a import queue, sleep, time\n", "from a import queue\n"),
        ("from a import sleep, time, queue\n", "from a import queue\n"),
        ("from a import sleep, queue, time\n", "from a import queue\n"),
        ("from a import (\n    sleep,\n    queue,\n)\n", "from a import (\n    queue,\n)\n"),
        ("from a import (\n    queue,\n    sleep,\n)\n", "from a import (\n    queue,\n)\n"),
        ("from a import b as sleep, queue\n", "from a import queue\n"),
        ("import time\r\nimport queue\r\n", "import queue\r\n"),
        ("from é import sleep, queue as queue\n", "from é import queue as queue\n"),
        ("import time\nimport time.x\nimport queue\n", "import queue\n"),
    ],
)
def test_import_without_a_use_goes(imports: str, expected: str) -> None:
    assert cleaned(imports, "queue.get()\n") == expected


@pytest.mark.parametrize(
    "imports",
    [
        "import time  # noqa: F401\n",
        "import time  # it registers a clock\n",
        "from a import (\n    sleep,  # slow\n    queue,\n)\n",
        "import time; import queue\n",
        "try:\n    import time\nexcept ImportError:\n    pass\n",
        "import unused_before\n",
        "from __future__ import annotations\n",
        "from a import *\n",
    ],
)
def test_import_stays(imports: str) -> None:
    assert cleaned(imports, "queue.get()\n") == imports


@pytest.mark.parametrize("uses", ["time\n", "'time'\n", "# time\n", "f'{time}'\n"])
def test_name_that_still_stands_somewhere_is_used(uses: str) -> None:
    assert cleaned("import time\n", uses) == "import time\n"


def test_imports_of_a_package_are_for_others() -> None:
    assert cleaned("import time\n", "", filename="/app/__init__.py") == "import time\n"


def test_file_that_python_cannot_parse_stays() -> None:
    assert cleaned("import time\n", "(\n", body="time.sleep((\n") == "import time\n"


def test_import_is_all_there_is() -> None:
    assert without_freed_imports("/main.py", "import time\ntime.sleep(1)", "import time") == ""
