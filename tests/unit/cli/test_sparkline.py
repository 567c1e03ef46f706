"""Numbers as small bars."""

from __future__ import annotations

import pytest

from penfriend.cli.sparkline import MOST, sparkline


@pytest.mark.parametrize(
    ("values", "expected"),
    [([], ""), ([0, 0], ""), ([0, 1], "▁█"), ([7, 0, 3, 7], "█▁▄█"), ([-3, 4], "▁█"), ([5], "█")],
)
def test_bars_show_the_course(values: list[int], expected: str) -> None:
    assert sparkline(values) == expected


def test_the_latest_are_shown_where_there_are_many() -> None:
    assert sparkline([9] * 5 + [0] * (MOST - 1) + [1]) == "▁" * (MOST - 1) + "█"
