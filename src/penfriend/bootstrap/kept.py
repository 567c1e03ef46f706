"""Counts that take their time, kept for a while that goes by how long they took.

What takes a millisecond is as good as never kept; what takes half a second is kept for ten. So a store of any
size is asked for one twentieth of the time at the most, however many look, and they look at the same counts.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

TIMES = 20
"""So many times as long as it took is a value kept."""
LONGEST = 60.0
"""Seconds."""
Value = TypeVar("Value")


@dataclass(slots=True)
class _Held(Generic[Value]):
    guard: threading.Lock = field(default_factory=threading.Lock)
    value: Value | None = None
    until: float = 0.0


class Kept(Generic[Value]):
    """Values by name. Whoever asks while one is made waits for that one. Names are few: of campaigns."""

    def __init__(self) -> None:
        self._held: dict[str, _Held[Value]] = {}
        self._guard = threading.Lock()

    def get(self, name: str, make: Callable[[], Value]) -> Value:
        """The value, from before or made now."""
        with self._guard:
            held = self._held.setdefault(name, _Held())
        with held.guard:
            begun = time.monotonic()
            if held.value is None or begun >= held.until:
                held.value = make()
                took = time.monotonic() - begun
                held.until = time.monotonic() + min(took * TIMES, LONGEST)
            return held.value
