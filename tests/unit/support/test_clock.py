"""The settable clock."""

import pytest

from tests.support.clock import SettableClock, moment


def test_moment_is_microseconds_utc() -> None:
    assert moment("1970-01-02T01:00:00.000001+01:00") == 86_400_000_001


def test_moment_without_a_zone_is_refused() -> None:
    with pytest.raises(ValueError, match="has no zone"):
        moment("2026-03-02T10:00:00")


def test_clock_stands_still(clock: SettableClock) -> None:
    assert clock.now() == clock.now() == moment("2026-03-02T10:00:00Z")


def test_clock_advances_by_the_sum_of_its_parts(clock: SettableClock) -> None:
    clock.advance(days=1, hours=2, minutes=3, seconds=4, microseconds=5)
    assert clock.now() == moment("2026-03-03T12:03:04.000005Z")


def test_clock_is_set_to_text_or_number(clock: SettableClock) -> None:
    assert clock.set("2026-01-01T00:00:00Z") == clock.set(moment("2026-01-01T00:00:00Z")) == clock.now()
