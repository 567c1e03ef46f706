"""A Chromium that the machine has, started without a window to take pictures of pages.

It is spoken to in its own protocol (Chrome DevTools Protocol) over two pipes, which it takes as its
descriptors 3 and 4: no port is opened, nothing but this process can steer it. It has a profile of its own
that is gone afterwards, runs no script of a page, and is given a limited time for everything: what takes
longer is an error in one line, and the browser is ended with all that it has started.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import signal
import subprocess
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
ANSWER_SECONDS = 20.0
"""So long may it take to start, and to answer one question."""
LOAD_SECONDS = 10.0
"""So long may the pictures of a letter take; then it is shown as far as it came."""
_VIEWPORT = 800
"""CSS pixels: the height of the screen on which a page is laid out."""
TALLEST = 16_000
"""Device pixels: higher pictures Chromium does not make."""
_QUIET = (
    "--headless=new",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-default-apps",
    "--disable-domain-reliability",
    "--disable-extensions",
    "--disable-features=Translate,MediaRouter,OptimizationHints",
    "--disable-gpu",
    "--disable-sync",
    "--hide-scrollbars",
    "--metrics-recording-only",
    "--mute-audio",
    "--no-default-browser-check",
    "--no-first-run",
    "--password-store=basic",
    "--use-mock-keychain",
)


class BrowserFailed(Exception):
    """The browser does not start, or does not answer."""


@dataclass(frozen=True, slots=True)
class Screen:
    """What a page is shown on."""

    width: int
    """CSS pixels."""
    is_phone: bool = False
    is_dark: bool = False


def find_browser() -> str | None:
    """The program: $BROWSER_PATH alone where it is set, else what is found on the PATH; None for none."""
    given = os.environ.get("BROWSER_PATH")
    if given:
        return given if Path(given).is_file() else None
    return next((found for name in NAMES if (found := shutil.which(name))), None)


class Browser:
    """A running one; a context manager that ends it. Raises BrowserFailed."""

    def __init__(self, program: str, seconds: float = ANSWER_SECONDS) -> None:
        self._program, self._seconds = program, seconds
        self._profile = tempfile.TemporaryDirectory(prefix="penfriend-browser-", ignore_cleanup_errors=True)
        self._number = 0
        self._rest = b""
        self._events: list[str] = []
        try:
            self._process = subprocess.Popen(  # noqa: S603 - whoever calls us names the program
                # the shell moves the pipes to where the browser looks for them
                ["/bin/sh", "-c", 'exec "$0" "$@" 3<&0 4>&1 </dev/null >/dev/null', *self._command()],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                start_new_session=True,
            )
        except OSError as error:
            self._profile.cleanup()
            raise BrowserFailed(f"{program}: cannot be started ({error.strerror})") from error
        self._session = ""
        try:
            target = self._ask("Target.createTarget", url="about:blank")["targetId"]
            attached = self._ask("Target.attachToTarget", targetId=target, flatten=True)
            self._session = attached["sessionId"]
            self._ask("Page.enable")
            self._ask("Emulation.setScriptExecutionDisabled", value=True)
        except BaseException:
            self.close()
            raise

    def _command(self) -> list[str]:
        # root is refused the sandbox; nobody else goes without it
        bare = ["--no-sandbox"] if os.geteuid() == 0 else []
        own = [f"--user-data-dir={self._profile.name}", "--remote-debugging-pipe", "about:blank"]
        return [self._program, *_QUIET, *bare, *own]

    def picture(self, html: str, screen: Screen) -> bytes:
        """The whole page as PNG."""
        scale = 2 if screen.is_phone else 1
        size = {
            "width": screen.width,
            "height": _VIEWPORT,
            "deviceScaleFactor": scale,
            "mobile": screen.is_phone,
        }
        scheme = {"name": "prefers-color-scheme", "value": "dark" if screen.is_dark else "light"}
        self._ask("Emulation.setDeviceMetricsOverride", **size)
        self._ask("Emulation.setEmulatedMedia", media="screen", features=[scheme])
        self._events.clear()
        page = base64.b64encode(html.encode()).decode("ascii")
        begun = self._ask("Page.navigate", url=f"data:text/html;charset=utf-8;base64,{page}")
        if "errorText" in begun:  # a page of more than 2 MB
            raise BrowserFailed(f"{self._program}: cannot show a page of {len(html):,} characters")
        self._wait_for("Page.loadEventFired")
        height = self._ask("Page.getLayoutMetrics")["cssContentSize"]["height"]
        clip = {"x": 0, "y": 0, "width": screen.width, "height": min(height, TALLEST // scale), "scale": 1}
        # a short page from right to left would be moved to the right, and cut there (seen in Chromium 156)
        beyond = height > _VIEWPORT
        taken = self._ask("Page.captureScreenshot", format="png", clip=clip, captureBeyondViewport=beyond)
        return base64.b64decode(taken["data"])

    def _wait_for(self, event: str) -> None:
        """Until it came, or the time is up: then a picture is missing, and the page is shown without it."""
        until = time.monotonic() + LOAD_SECONDS
        while event not in self._events and time.monotonic() < until:
            with suppress(TimeoutError):
                self._take(self._next(until))

    def _ask(self, method: str, **parameters: object) -> Any:  # Any: the protocol's shapes are the browser's
        self._number += 1
        number = self._number
        question: dict[str, object] = {"id": number, "method": method, "params": parameters}
        if self._session:
            question["sessionId"] = self._session
        until = time.monotonic() + self._seconds
        try:
            assert self._process.stdin is not None  # noqa: S101 - it was opened with a pipe
            self._process.stdin.write(json.dumps(question).encode() + b"\0")
            self._process.stdin.flush()
            while True:
                answer = self._take(self._next(until))
                if answer.get("id") == number:
                    break
        except TimeoutError:
            raise BrowserFailed(f"{self._program}: gave no answer within {self._seconds:g} s") from None
        except (BrokenPipeError, EOFError):
            raise BrowserFailed(f"{self._program}: ended by itself; does it start by hand?") from None
        if "error" in answer:
            raise BrowserFailed(f"{self._program}: {method}: {answer['error'].get('message', 'refused')}")
        return answer["result"]

    def _take(self, message: dict[str, Any]) -> dict[str, Any]:
        if "method" in message:
            self._events.append(message["method"])
        return message

    def _next(self, until: float) -> dict[str, Any]:
        """The next message. Raises TimeoutError, and EOFError where the browser is gone."""
        assert self._process.stdout is not None  # noqa: S101 - it was opened with a pipe
        descriptor = self._process.stdout.fileno()
        while b"\0" not in self._rest:
            left = until - time.monotonic()
            if left <= 0 or not select.select([descriptor], [], [], left)[0]:
                raise TimeoutError
            part = os.read(descriptor, 1 << 20)
            if not part:
                raise EOFError
            self._rest += part
        text, _, self._rest = self._rest.partition(b"\0")
        message: dict[str, Any] = json.loads(text)
        return message

    def close(self) -> None:
        """End it, and all that it has started."""
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid, signal.SIGKILL)  # its profile is thrown away: nothing is to be saved
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                with suppress(OSError):
                    pipe.close()
        self._profile.cleanup()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
