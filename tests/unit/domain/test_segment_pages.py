"""The size of a segment by day, reckoned back from the size now."""

from __future__ import annotations

from datetime import date

from penfriend.domain.segment_pages import DayMoves, SegmentDay, by_day

TODAY = date(2026, 3, 10)


def day(number: int) -> date:
    return date(2026, 3, number)


def test_a_days_size_is_that_of_now_less_what_moved_since() -> None:
    moves = [DayMoves(day(7), 5, 0, 10), DayMoves(day(9), 3, 4, 0), DayMoves(day(10), 0, 2, 0)]
    assert by_day(12, moves, {}, TODAY, 5) == [
        SegmentDay(day(6), None, 0, 0),
        SegmentDay(day(7), 15, 5, 0),
        SegmentDay(day(8), 15, 0, 0),
        SegmentDay(day(9), 14, 3, 4),
        SegmentDay(day(10), 12, 0, 2),
    ]


def test_before_the_first_known_move_what_was_kept_of_the_next_morning_counts() -> None:
    kept = {day(6): 40, day(7): 41}
    sizes = [one.size for one in by_day(50, [DayMoves(day(8), 1, 0, 0)], kept, TODAY, 6)]
    assert sizes == [40, 41, None, 50, 50, 50]


def test_where_nothing_ever_moved_the_size_is_known_of_today() -> None:
    assert by_day(3, [], {}, TODAY, 2) == [SegmentDay(day(9), None, 0, 0), SegmentDay(day(10), 3, 0, 0)]
