"""What somebody asks for on a page and that takes a while: done in a process of its own, one at a time, while
pages say how far it is."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Generic

from penfriend.bootstrap.apart import T, Work, run_apart
from penfriend.bootstrap.house import House
from penfriend.domain.errors import PenfriendError


@dataclass(frozen=True, slots=True)
class Progress:
    """What is under way, and how far it is."""

    about: str
    share: float = 0.0
    """0 to 1."""


class OnRequest(Generic[T]):
    """Does one such thing at a time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._lock = threading.Lock()
        self._progress: Progress | None = None
        self._faults: dict[str, str] = {}

    def progress(self) -> Progress | None:
        """What is under way; None for nothing."""
        with self._lock:
            return self._progress

    def fault(self, about: str = "") -> str:
        """Why the last that was asked for about this came to nothing; empty where it did not."""
        with self._lock:
            return self._faults.get(about, "")

    def begin(self, work: Work[T], seconds: float, keep: Callable[[T], None], about: str = "") -> bool:
        """Begin, and keep what it comes to; False where something is under way."""
        with self._lock:
            if self._progress is not None:
                return False
            self._progress = Progress(about)
            self._faults.pop(about, None)
        wanted = (work, seconds, keep, about)
        threading.Thread(target=self._work, args=wanted, name="on request", daemon=True).start()
        return True

    def _work(self, work: Work[T], seconds: float, keep: Callable[[T], None], about: str) -> None:
        try:
            keep(run_apart(self._house, work, seconds, lambda share: self._tell(about, share)))
        except PenfriendError as failed:  # the work, or the store that should keep what it came to
            with self._lock:
                self._faults[about] = str(failed)
        finally:
            with self._lock:
                self._progress = None

    def _tell(self, about: str, share: float) -> None:
        with self._lock:
            self._progress = Progress(about, share)
