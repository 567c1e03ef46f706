"""The child process that draws, seen from the parent: begun when it is needed, ended when it is not.

Drawing takes 100 MB, which V8 never gives back; so the memory of the daemon stays as it is, and that of the
child is gone with it. It gets no setting and no secret of ours in its environment. Ctrl-C in a terminal does
not reach it; when the parent ends, however it does, its input ends, and so does the child.
"""

from __future__ import annotations

import contextlib
import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

_SCRIPT = Path(__file__).with_name("child.py")
COMMAND = (sys.executable, "-I", str(_SCRIPT))
_KEPT = ("PATH", "LANG", "LC_ALL", "TZ", "TMPDIR")
"""Of the environment; no font is looked for in a home."""
_READ = 65536
_LONGEST_SVG = 4_000_000


class NotDrawn(Exception):
    """A drawing that cannot be made; says why."""


class ChildLost(NotDrawn):
    """The child did not answer in time, or ended: the same drawing may come about another time."""


class NoChild(ChildLost):
    """No child begins here, or each ends before its first drawing: vl-convert is not installed, or there is
    no memory for it."""


class Draughtsman:
    """One child at most. Not for several threads at once. `patience` is in seconds: so long may a drawing
    take, the first one of a child with its beginning; then the child is killed, and the next drawing has
    another."""

    def __init__(self, patience: float, command: Sequence[str] = COMMAND) -> None:
        self._patience, self._command = patience, command
        self._child: subprocess.Popen[bytes] | None = None
        self._has_drawn = False

    def draw(self, document: Mapping[str, Any]) -> str:
        """The SVG of a Vega-Lite document. Raises NotDrawn."""
        child = self._begun()
        try:
            answer = self._asked(child, json.dumps(document).encode() + b"\n")
        except (OSError, ValueError, ChildLost) as error:
            has_begun = self._has_drawn or isinstance(error, TimeoutError)
            lost = ChildLost if has_begun else NoChild
            self.end()
            raise lost(str(error)) from error
        self._has_drawn = True
        if not isinstance(answer.get("svg"), str):
            raise NotDrawn(str(answer.get("fault", "the drawing process gave no drawing.")))
        return str(answer["svg"])

    @property
    def pid(self) -> int | None:
        """Of the child that is there; None for none."""
        return self._child.pid if self._child else None

    @property
    def is_alive(self) -> bool:
        """Whether the child is there and has not ended."""
        return self._child is not None and self._child.poll() is None

    def stop(self) -> None:
        """Kill the child, from whatever thread: a drawing that is waited for is lost."""
        child = self._child
        if child is not None:
            child.kill()

    def end(self) -> None:
        """End the child, if there is one. It keeps nothing that could be lost."""
        if self._child is None:
            return
        self._child.kill()
        with contextlib.suppress(OSError):
            self._child.communicate()  # closes the pipes and takes its end in
        self._child = None

    def _begun(self) -> subprocess.Popen[bytes]:
        if self._child is not None and self._child.poll() is None:
            return self._child
        self.end()
        self._has_drawn = False
        environment = {name: os.environ[name] for name in _KEPT if name in os.environ}
        try:
            self._child = subprocess.Popen(  # noqa: S603  # of ours, without a word of anybody else
                self._command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env=environment,
                start_new_session=True,
            )
        except OSError as error:
            raise NoChild(f"the drawing process could not begin: {error}.") from error
        return self._child

    def _asked(self, child: subprocess.Popen[bytes], line: bytes) -> dict[str, Any]:
        assert child.stdin is not None  # noqa: S101  # both are pipes
        assert child.stdout is not None  # noqa: S101
        child.stdin.write(line)
        child.stdin.flush()
        until = time.monotonic() + self._patience
        parts: list[bytes] = []
        waits = select.poll()
        waits.register(child.stdout, select.POLLIN)
        while not (parts and parts[-1].endswith(b"\n")):
            left = until - time.monotonic()
            if left <= 0 or not waits.poll(left * 1000):
                raise TimeoutError(f"nothing was drawn within {self._patience:g} seconds.")
            part = os.read(child.stdout.fileno(), _READ)
            if not part or sum(map(len, parts)) > _LONGEST_SVG:
                raise ChildLost("the drawing process ended before it had drawn.")
            parts.append(part)
        answer = json.loads(b"".join(parts))
        return answer if isinstance(answer, dict) else {}
