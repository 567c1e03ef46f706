"""Numbers as a row of small bars."""

from __future__ import annotations

from collections.abc import Sequence

BARS = "▁▂▃▄▅▆▇█"
MOST = 26
"""So many bars are shown at most: half a year of weeks."""


def sparkline(values: Sequence[int]) -> str:
    """A bar for each value, the latest MOST of them: the lowest for 0 and less, the highest for the largest.
    Empty where all are 0."""
    shown = values[-MOST:]
    top = max(shown, default=0)
    if top <= 0:
        return ""
    return "".join(BARS[max(0, value) * (len(BARS) - 1) // top] for value in shown)
