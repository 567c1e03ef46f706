"""How many mails are decided, made and begun together: they share a commit that waits for the disk, and each
statement."""

from __future__ import annotations

SMALLEST_GROUP, LARGEST_GROUP = 8, 200
ALLOWED_SECONDS = 0.4
"""What is begun and has not gone within a second is decided about again; so a group that took no longer than
this, made and handed over, may be followed by one twice as large."""


class GroupSize:
    """Of one route, from group to group. Used in one thread."""

    def __init__(self, connections: int) -> None:
        self._first = self._size = max(SMALLEST_GROUP, connections)

    def next(self) -> int:
        """So many at most."""
        return min(self._size, max(LARGEST_GROUP, self._first))

    def took(self, mails: int, seconds: float) -> None:
        """So many were made and, as far as there was room, handed over within that time."""
        if seconds > 2 * ALLOWED_SECONDS:
            self._size = max(self._first, self._size // 2)
        elif mails >= self._size and seconds < ALLOWED_SECONDS:
            self._size = min(2 * self._size, max(LARGEST_GROUP, self._first))
