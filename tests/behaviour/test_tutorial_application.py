"""The tutorial's application does on real releases what the tutorial says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from tutorial import Written, steps

from asgi_lint.cli import main
from lab.proof import required, watched

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import OnRelease

_WATCHER = """\
import sys

from bench.client import client
from bench.marks import EVENTS


def watch(port):
    sys.modules["receipts"].print = lambda text, **_: EVENTS.add(text.rpartition(" ")[2])
    with client(port) as one:
        one.ask("/orders/7/payment", "POST")
        one.read_until(b"paid")
    return EVENTS.wait_for("sent", seconds=3) or EVENTS.wait_for("sending", seconds=0) or "nothing"
"""


@pytest.fixture
def orders(tmp_path: Path) -> Path:
    """The folder as it is once the reader has written its files."""
    folder = tmp_path / "orders"
    (folder / ".git").mkdir(parents=True)
    for step in steps():
        if isinstance(step, Written):
            (folder / step.name).write_text(step.text, encoding="utf-8")
    (tmp_path / "watch.py").write_text(_WATCHER, encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("arguments", "release", "last_seen"),
    [
        pytest.param((), "0.20.4", "sending", id="as it is written"),
        pytest.param(("--fix", "--unsafe-fixes"), "0.21.0", "sent", id="another release"),
        pytest.param(
            ("--fix", "--unsafe-fixes", "--unfixable", "ASG802"),
            "0.20.4",
            "sent",
            id="another middleware",
        ),
    ],
)
def test_receipt(
    arguments: tuple[str, ...], release: str, last_seen: str, orders: Path, on_release: OnRelease
) -> None:
    subject = on_release("starlette", release)
    CliRunner().invoke(main, ["check", str(orders), *arguments])
    assert required(orders)[:2] == ("starlette", release)
    assert watched(orders, orders.parent / "watch.py", subject) == last_seen
