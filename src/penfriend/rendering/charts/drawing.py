"""Drawings of charts: made one after the other in a thread, kept by what they show, never waited for long.

The thread begins with the first drawing, and owns the child process that draws. When nothing was asked for a
minute, the child is ended, and the thread with it. A page waits a moment for its drawings; what is not there
by then is drawn all the same, for the next look, and the page has the table. Whatever goes wrong costs that
drawing alone; where no child begins at all, none is tried for a minute.
"""

from __future__ import annotations

import atexit
import hashlib
import json
import logging
import queue
import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from functools import cache
from typing import Any, Protocol

from penfriend.rendering.charts.draughtsman import ChildLost, Draughtsman, NoChild, NotDrawn
from penfriend.rendering.charts.svg import UnfitDrawing, fit_for_page

log = logging.getLogger("penfriend.charts")
IDLE = 60.0
"""Seconds without a drawing, after which the child ends."""
PATIENCE = 20.0
"""Seconds that one drawing may take."""
REST = 60.0
"""Seconds without a try, where no child begins."""
MOST_KEPT = 256
"""Drawings; each has 4 to 10 KB."""
MOST_WAITING = 64


class Draws(Protocol):
    """`Draughtsman`, for tests too."""

    def draw(self, document: Mapping[str, Any]) -> str:
        """The SVG. Raises NotDrawn."""

    def end(self) -> None:
        """End what draws, until the next drawing."""

    def stop(self) -> None:
        """The same, from another thread, while it draws."""


class Drawing:
    """A drawing that is there, or will be."""

    def __init__(self) -> None:
        self._done = threading.Event()
        self._svg: str | None = None

    def within(self, seconds: float) -> str | None:
        """The SVG element; None where it is not there in that time, or cannot be drawn."""
        return self._svg if self._done.wait(max(0, seconds)) else None

    @property
    def is_done(self) -> bool:
        """Whether there is nothing to wait for."""
        return self._done.is_set()

    def finish(self, svg: str | None) -> None:
        """It is there, or there will be none."""
        self._svg = svg
        self._done.set()


_Job = tuple[str, Mapping[str, Any], int, Drawing]


class Drawings:
    """All drawings of a process; any thread may ask."""

    def __init__(self, draws: Draws | None = None, *, idle: float = IDLE, most: int = MOST_KEPT) -> None:
        self._draws = draws or Draughtsman(PATIENCE)
        self._idle, self._most = idle, most
        self._kept: OrderedDict[str, Drawing] = OrderedDict()
        self._jobs: queue.Queue[_Job | None] = queue.Queue(MOST_WAITING)
        self._guard = threading.Lock()
        self._thread: threading.Thread | None = None
        self._rests_until = 0.0
        self._is_ending = False

    def ask(self, document: Mapping[str, Any], width: int) -> Drawing:
        """The drawing of a document at that width, from before or begun now."""
        key = key_of(document)
        with self._guard:
            found = self._kept.get(key)
            if found is not None:
                self._kept.move_to_end(key)
                return found
            drawing = Drawing()
            if self._is_resting() or self._jobs.full():
                drawing.finish(None)
                return drawing
            self._jobs.put_nowait((key, document, width, drawing))
            self._kept[key] = drawing
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)
            self._begin()
        return drawing

    def find(self, key: str) -> Drawing | None:
        """The one that was asked for; None where it is not kept, or was asked for in another process."""
        with self._guard:
            return self._kept.get(key)

    def end(self) -> None:
        """End the thread and the child, without what was still asked of them."""
        with self._guard:
            thread, self._is_ending = self._thread, True
        if thread is not None:
            self._draws.stop()
            self._jobs.put(None)
            thread.join(PATIENCE)
        self._is_ending = False
        atexit.unregister(self.end)

    @property
    def is_drawing(self) -> bool:
        """Whether the thread and the child are there."""
        return self._thread is not None

    def _is_resting(self) -> bool:
        return time.monotonic() < self._rests_until

    def _begin(self) -> None:
        if self._thread is None:
            self._thread = threading.Thread(target=self._draw_all, name="charts", daemon=True)
            self._thread.start()
            atexit.register(self.end)

    def _draw_all(self) -> None:
        while not self._is_over(self._next()):
            pass

    def _next(self) -> _Job | None:
        try:
            return self._jobs.get(timeout=self._idle)
        except queue.Empty:
            return None

    def _is_over(self, job: _Job | None) -> bool:
        """Draw; without anything to draw, end the child, and say so."""
        if job is not None:
            self._draw(*job)
            return False
        with self._guard:  # nobody asks meanwhile
            if not self._jobs.empty():
                return False
            self._draws.end()
            self._thread = None
            return True

    def _draw(self, key: str, document: Mapping[str, Any], width: int, drawing: Drawing) -> None:
        svg: str | None = None
        try:
            if not (self._is_ending or self._is_resting()):
                svg = fit_for_page(self._draws.draw(document), width)
        except ChildLost as error:
            self._forget(key)
            if isinstance(error, NoChild):
                self._rests_until = time.monotonic() + REST
            if not self._is_ending:  # else we ended it
                log.warning("a chart could not be drawn: %s", error)
        except (NotDrawn, UnfitDrawing) as error:
            log.warning("a chart cannot be drawn: %s", error)
        finally:
            drawing.finish(svg)

    def _forget(self, key: str) -> None:
        """It may come about the next time."""
        with self._guard:
            self._kept.pop(key, None)


def key_of(document: Mapping[str, Any]) -> str:
    """What a drawing is kept by: nobody guesses it who does not know all that is in it."""
    return hashlib.sha256(json.dumps(document, sort_keys=True).encode()).hexdigest()


@cache
def of_this_process() -> Drawings:
    """Those that all pages of this process share: one child draws for all of them."""
    return Drawings()
