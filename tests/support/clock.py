"""A clock that stands still until the test moves it."""

from datetime import UTC, datetime, timedelta

import pytest

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MICROSECOND = timedelta(microseconds=1)


def moment(text: str) -> int:
    """Microseconds UTC of an ISO 8601 text with a zone, such as "2026-03-02T10:00:00Z".

    Raises ValueError for a text without a zone: a test must not depend on the machine's.
    """
    when = datetime.fromisoformat(text)
    if when.tzinfo is None:
        raise ValueError(f"moment {text!r} has no zone; write 2026-03-02T10:00:00Z")
    return (when - EPOCH) // MICROSECOND


class SettableClock:
    """Tells the moment it was set to, in microseconds UTC."""

    def __init__(self, start: int | str) -> None:
        """Begin at START: microseconds UTC, or a text for `moment`."""
        self._now = 0
        self.set(start)

    def now(self) -> int:
        """The moment, in microseconds UTC."""
        return self._now

    def set(self, to: int | str) -> int:
        """Jump to a moment, also backwards, and return it in microseconds UTC."""
        self._now = moment(to) if isinstance(to, str) else to
        return self._now

    def advance(
        self,
        *,
        days: float = 0,
        hours: float = 0,
        minutes: float = 0,
        seconds: float = 0,
        microseconds: int = 0,
    ) -> int:
        """Move on by a duration (days are 24 hours) and return the new moment in microseconds UTC."""
        by = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, microseconds=microseconds)
        self._now += by // MICROSECOND
        return self._now


@pytest.fixture
def clock() -> SettableClock:
    """A clock at Monday 2026-03-02, 10:00 UTC."""
    return SettableClock("2026-03-02T10:00:00Z")
