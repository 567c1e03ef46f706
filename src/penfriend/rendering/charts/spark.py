"""Spark lines: the course of a few numbers, as small as a word."""

from __future__ import annotations

from collections.abc import Sequence

from markupsafe import Markup

from penfriend.domain.charts import Value

WIDTH, HEIGHT, EDGE = 120, 28, 3
"""Pixels; the edge is left free for the thickness of the line."""


def spark(values: Sequence[Value], label: str, *, mirrored: bool = False) -> Markup:
    """A line from the first value to the last, with a dot at the last; empty for fewer than two values. It
    begins at zero, or at the least value where that is less. `label` says in words what is seen."""
    known = [value for value in values if value is not None]
    if len(known) < 2:
        return Markup("")
    low, high = min(0, *known), max(0, *known)
    points = [
        (_across(place, len(values), mirrored), _down(value, low, high))
        for place, value in enumerate(values)
        if value is not None
    ]
    path = " ".join(f"{x:g},{y:g}" for x, y in points)
    x, y = points[-1]
    return Markup(
        '<svg class="spark" viewBox="0 0 {} {}" width="{}" height="{}" role="img" aria-label="{}">'
        '<polyline points="{}"/><circle cx="{}" cy="{}" r="2.5"/></svg>'
    ).format(WIDTH, HEIGHT, WIDTH, HEIGHT, label, path, f"{x:g}", f"{y:g}")


def _across(place: int, count: int, mirrored: bool) -> float:
    way = place / (count - 1)
    return round(EDGE + (WIDTH - 2 * EDGE) * (1 - way if mirrored else way), 1)


def _down(value: float, low: float, high: float) -> float:
    share = (value - low) / (high - low) if high > low else 0
    return round(HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * share, 1)
