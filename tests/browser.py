"""A headless Chromium, driven by its dev-tools protocol over two pipes, which needs no other package and no port."""

import base64
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.machine import program

_OPTIONS = (
    *("--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--hide-scrollbars"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync", "--remote-debugging-pipe"),
    "--host-resolver-rules=MAP * ~NOTFOUND",  # no requests to anybody
)
_AS_3_AND_4 = """
import fcntl, os, sys
orders, answers = (fcntl.fcntl(int(number), fcntl.F_DUPFD, 10) for number in sys.argv[1:3])
os.dup2(orders, 3)
os.dup2(answers, 4)
os.execv(sys.argv[3], sys.argv[3:])
"""
"""Program that starts the browser with the pipes where the protocol wants them."""

_CODES = {" ": 32, "Home": 36, "End": 35, "ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}


@dataclass
class Page:
    """A page in a browser.

    Attributes:
        events: What the browser told of it since the last `visit`: console, errors, requests.
    """

    orders: int
    answers: int
    session: str = ""
    events: list[dict[str, Any]] = field(default_factory=list)
    _number: int = 0
    _rest: bytes = b""

    def call(self, method: str, **params: object) -> dict[str, Any]:
        """Carry out a method of the protocol; what happens meanwhile is kept in `events`."""
        self._number += 1
        order = {"id": self._number, "method": method, "params": params}
        text = json.dumps(order | ({"sessionId": self.session} if self.session else {})).encode() + b"\0"
        while text:
            text = text[os.write(self.orders, text) :]
        while True:
            message = self._message()
            if message.get("id") == self._number:
                assert "error" not in message, message
                return dict(message["result"])
            self.events.append(message)

    def _message(self) -> dict[str, Any]:
        while b"\0" not in self._rest:
            part = os.read(self.answers, 1 << 20)
            assert part, "the browser has gone"
            self._rest += part
        message, _, self._rest = self._rest.partition(b"\0")
        return dict(json.loads(message))

    def attach(self) -> None:
        """Open an empty page, and listen to it."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Network", "Log"):
            self.call(f"{domain}.enable")

    def visit(self, file: Path, *, width: int = 1280, height: int = 800, scheme: str = "light") -> None:
        """Open a page of a chart, and wait until it is drawn."""
        self.events.clear()
        self.resize(width, height)
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        self.call("Page.navigate", url=file.as_uri())
        ready = "['ready', 'failed'].includes(document.documentElement?.dataset.state)"
        self.value(
            f"new Promise((done) => {{ const look = () => {ready} ? requestAnimationFrame(() => done(true))"
            " : setTimeout(look, 10); look(); })"
        )

    def resize(self, width: int, height: int) -> None:
        """Give the window another size."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 640
        )

    def value(self, expression: str) -> Any:  # noqa: ANN401 - any JSON
        """The value of an expression of JavaScript; of a promise, what it becomes."""
        answer = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in answer, answer
        return answer["result"].get("value")

    def settled(self) -> None:
        """Wait until what was asked for is painted."""
        self.value("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(true))))")

    def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            text = {"text": key} if len(key) == 1 else {}
            code = {"windowsVirtualKeyCode": _CODES[key]} if key in _CODES else {}
            self.call("Input.dispatchKeyEvent", type="keyDown", key=key, **text, **code)
            self.call("Input.dispatchKeyEvent", type="keyUp", key=key, **code)
        self.settled()

    def point(self, x: float, y: float) -> None:
        """Move the mouse to a place of the window."""
        self.call("Input.dispatchMouseEvent", type="mouseMoved", x=x, y=y)
        self.settled()

    def drag(self, start: tuple[float, float], end: tuple[float, float]) -> None:
        """Press the mouse at a place of the window, move it to another in five steps, and let it go."""
        path = [tuple(a + (b - a) * step / 5 for a, b in zip(start, end, strict=True)) for step in range(6)]
        self.point(*start)
        for kind, (x, y) in (
            ("mousePressed", start),
            *(("mouseMoved", place) for place in path),
            ("mouseReleased", end),
        ):
            buttons = int(kind != "mouseReleased")
            self.call("Input.dispatchMouseEvent", type=kind, x=x, y=y, button="left", buttons=buttons, clickCount=1)
            self.settled()

    def turn_wheel(self, x: float, y: float, by: float) -> None:
        """Turn the wheel at a place of the window; up is less than 0."""
        self.call("Input.dispatchMouseEvent", type="mouseWheel", x=x, y=y, deltaX=0, deltaY=by)
        self.settled()

    def screenshot(self, file: Path) -> None:
        """Save what is seen as a PNG."""
        file.write_bytes(base64.b64decode(self.call("Page.captureScreenshot", format="png")["data"]))

    @property
    def requests(self) -> list[str]:
        """The addresses that the page has asked for."""
        sent = (e["params"]["request"]["url"] for e in self.events if e["method"] == "Network.requestWillBeSent")
        return [address for address in sent if not address.startswith("data:,")]

    @property
    def complaints(self) -> list[dict[str, Any]]:
        """What the page said in the console, errors, and what its policy has refused."""
        told = ("Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded")
        return [event["params"] for event in self.events if event["method"] in told]


@contextmanager
def browser() -> Iterator[Page]:
    """Start a browser with one empty page.

    Raises:
        Missing: There is none on this machine.
    """
    chromium = program("chromium", "chromium")
    theirs_in, ours_out = os.pipe()
    ours_in, theirs_out = os.pipe()
    with tempfile.TemporaryDirectory(prefix="k2-chromium-", ignore_cleanup_errors=True) as folder:
        process = subprocess.Popen(
            [
                *(sys.executable, "-c", _AS_3_AND_4, str(theirs_in), str(theirs_out)),
                *(chromium, *_OPTIONS, f"--user-data-dir={folder}", "about:blank"),
            ],
            pass_fds=(theirs_in, theirs_out),
            stderr=subprocess.DEVNULL,
            env={**os.environ, "HOME": folder},
        )
        os.close(theirs_in)
        os.close(theirs_out)
        page = Page(ours_out, ours_in)
        try:
            page.attach()
            yield page
            page.session = ""
            page.call("Browser.close")
        finally:
            os.close(ours_out)
            os.close(ours_in)
            process.kill() if process.poll() is None else None
            process.wait(20)
