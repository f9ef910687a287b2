"""A headless Chromium that tests drive through the DevTools protocol, over two pipes.

Nothing is between the test and the browser: no driver program, no port, no package. The protocol
(https://chromedevtools.github.io/devtools-protocol/) over pipes is JSON with a NUL after each
message; Chromium reads it from its file descriptor 3 and writes to 4.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import signal
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
_FLAGS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--remote-debugging-pipe",
)
_PATIENCE = 30.0
"""Seconds that the browser may take for an answer, on a machine with much else to do."""

_KEY_CODES = {"Tab": 9, "Enter": 13, "Escape": 27, " ": 32, "/": 191}
_KEY_TEXTS = {"Enter": "\r", " ": " ", "/": "/"}


class BrowserError(Exception):
    """The browser did not do what it was asked for, in its own words."""


def find_browser() -> str | None:
    """The path of an installed Chromium, or None."""
    return next(filter(None, map(shutil.which, _NAMES)), None)


@dataclass
class Tab:
    """One page of the browser, and what happened in it: console output, errors, requests."""

    browser: Browser
    target: str
    session: str
    errors: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)

    def send(self, method: str, **parameters: Any) -> dict[str, Any]:
        """Have the page do something; see the protocol for methods and parameters."""
        return self.browser.send(method, parameters, self.session)

    def open(self, page: Path) -> None:
        """Load a file and wait until it is there."""
        self.send("Page.navigate", url=page.as_uri())
        self.wait_for("document.readyState === 'complete'")

    def run(self, script: str) -> Any:
        """The value of a JavaScript expression in the page; a promise is awaited."""
        answer = self.send(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        if "exceptionDetails" in answer:
            raise BrowserError(json.dumps(answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait_for(self, condition: str) -> None:
        """Wait until a JavaScript expression is true."""
        until = monotonic() + _PATIENCE
        while not self.run(condition):
            if monotonic() > until:
                raise BrowserError(f"still not true: {condition}")

    def settle(self) -> None:
        """Wait until the page has drawn what was asked for so far."""
        self.run("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def resize(self, width: int, height: int) -> None:
        """Make the window so large, in CSS pixels."""
        self.send(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )

    def prefer(self, medium: str = "", **features: str) -> None:
        """What the reader prefers, such as `prefers_color_scheme="dark"`, and the medium."""
        listed = [{"name": k.replace("_", "-"), "value": v} for k, v in features.items()]
        self.send("Emulation.setEmulatedMedia", media=medium, features=listed)

    def press(self, key: str) -> None:
        """Press a key and let it go."""
        text = _KEY_TEXTS.get(key, "")
        about = {"key": key, "code": key, "windowsVirtualKeyCode": _KEY_CODES[key]}
        down = "keyDown" if text else "rawKeyDown"
        self.send("Input.dispatchKeyEvent", type=down, text=text, **about)
        self.send("Input.dispatchKeyEvent", type="keyUp", **about)

    def write(self, text: str) -> None:
        """Type into what has the focus."""
        self.send("Input.insertText", text=text)
        self.settle()

    def hover(self, selector: str) -> tuple[float, float]:
        """Move the mouse to the middle of an element's upper edge, once that is in sight."""
        x, y = self.run(
            "(() => { const e = document.querySelector(" + json.dumps(selector) + ");"
            "e.scrollIntoView({block: 'center'}); const r = e.getBoundingClientRect();"
            "return [r.left + r.width / 2, r.top + 8]; })()"
        )
        self.settle()
        self.send("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.settle()
        return x, y

    def click(self, selector: str) -> None:
        """Press and let go the mouse's button there."""
        x, y = self.hover(selector)
        for step in ("mousePressed", "mouseReleased"):
            self.send("Input.dispatchMouseEvent", type=step, x=x, y=y, button="left", clickCount=1)
        self.settle()

    def screenshot(self, target: Path, *, whole: bool = False) -> None:
        """Save what is seen, or the whole page, as a PNG."""
        taken = self.send("Page.captureScreenshot", format="png", captureBeyondViewport=whole)
        target.write_bytes(base64.b64decode(taken["data"]))

    def notice(self, method: str, parameters: dict[str, Any]) -> None:
        """Record what a test wants to know of an event."""
        match method:
            case "Runtime.consoleAPICalled" if parameters["type"] in {"error", "warning", "assert"}:
                self.errors.append(json.dumps(parameters["args"]))
            case "Runtime.exceptionThrown":
                self.errors.append(json.dumps(parameters["exceptionDetails"]))
            case "Log.entryAdded":
                self.errors.append(parameters["entry"]["text"])
            case "Page.javascriptDialogOpening":
                self.errors.append(f"dialog: {parameters['message']}")
                self.browser.post("Page.handleJavaScriptDialog", {"accept": False}, self.session)
            case "Network.requestWillBeSent" | "Network.webSocketCreated":
                self.requests.append(parameters.get("request", parameters)["url"])
            case _:
                return


class Browser:
    """A running Chromium. Messages are answered in order of their numbers; events lie between."""

    def __init__(self, reading: int, writing: int) -> None:
        self._reading = reading
        self._writing = writing
        self._received = b""
        self._last = 0
        self._tabs: dict[str, Tab] = {}

    def new_tab(self) -> Tab:
        """An empty page that records what happens in it."""
        target = self.send("Target.createTarget", {"url": "about:blank"})["targetId"]
        attached = self.send("Target.attachToTarget", {"targetId": target, "flatten": True})
        tab = self._tabs[attached["sessionId"]] = Tab(self, target, attached["sessionId"])
        for domain in ("Page", "Runtime", "Log", "Network"):
            tab.send(f"{domain}.enable")
        return tab

    def close(self, tab: Tab) -> None:
        """Close a page."""
        del self._tabs[tab.session]
        self.send("Target.closeTarget", {"targetId": tab.target})

    def send(
        self, method: str, parameters: dict[str, Any], session: str | None = None
    ) -> dict[str, Any]:
        """Send a message and wait for its answer; events that come before it are recorded."""
        number = self.post(method, parameters, session)
        while True:
            message = self._receive()
            if message.get("id") == number:
                if "error" in message:
                    raise BrowserError(f"{method}: {message['error']['message']}")
                result: dict[str, Any] = message["result"]
                return result
            tab = self._tabs.get(message.get("sessionId", ""))
            if tab is not None and "method" in message:
                tab.notice(message["method"], message["params"])

    def post(self, method: str, parameters: dict[str, Any], session: str | None) -> int:
        """Send a message and give its number; nobody waits for the answer."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if session is not None:
            message["sessionId"] = session
        rest = memoryview(json.dumps(message).encode() + b"\0")
        while rest:
            rest = rest[os.write(self._writing, rest) :]
        return self._last

    def _receive(self) -> dict[str, Any]:
        until = monotonic() + _PATIENCE
        while b"\0" not in self._received:
            ready, _, _ = select.select([self._reading], [], [], max(0.0, until - monotonic()))
            if not ready:
                raise BrowserError(f"no answer in {_PATIENCE:.0f} seconds")
            piece = os.read(self._reading, 1 << 16)
            if not piece:
                raise BrowserError("the browser has ended")
            self._received += piece
        line, _, self._received = self._received.partition(b"\0")
        message: dict[str, Any] = json.loads(line)
        return message


@contextmanager
def running(executable: str, profile: Path) -> Iterator[Browser]:
    """A browser with an empty profile, which ends with the block."""
    to_browser, writing = os.pipe()
    reading, from_browser = os.pipe()
    log = os.open(profile / "log.txt", os.O_WRONLY | os.O_CREAT)
    # Out of the way first: 3 and 4, the numbers that Chromium wants, may be in use here.
    given = [fcntl.fcntl(fd, fcntl.F_DUPFD_CLOEXEC, 10) for fd in (to_browser, from_browser)]
    process = os.posix_spawn(
        executable,
        [executable, *_FLAGS, f"--user-data-dir={profile}", "about:blank"],
        os.environ,
        file_actions=[
            (os.POSIX_SPAWN_DUP2, given[0], 3),
            (os.POSIX_SPAWN_DUP2, given[1], 4),
            (os.POSIX_SPAWN_DUP2, log, 1),
            (os.POSIX_SPAWN_DUP2, log, 2),
        ],
        setpgroup=0,
    )
    for descriptor in (to_browser, from_browser, log, *given):
        os.close(descriptor)
    try:
        yield Browser(reading, writing)
    finally:
        os.close(writing)  # which is how Chromium is told to end
        _end(process)
        os.close(reading)


def _end(process: int) -> None:
    """Wait for the browser, and end its process group if it does not by itself."""
    until = monotonic() + _PATIENCE
    while os.waitpid(process, os.WNOHANG) == (0, 0):
        if monotonic() > until:
            os.killpg(process, signal.SIGKILL)
            os.waitpid(process, 0)
            return
        sleep(0.05)
