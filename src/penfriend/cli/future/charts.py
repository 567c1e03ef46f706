"""Bar charts as SVG, without a script: bars that stretch to the room they have, and words beside them that do
not."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

_HEIGHT = 100


def bar_chart(title: str, bars: Sequence[tuple[str, int]], small: bool = False) -> str:
    """One bar for each name and number. Each tells its number where a pointer rests on it, and all of them
    stand in a table below."""
    most = max((number for _, number in bars), default=0)
    shapes = "".join(_bar(index, name, number, most) for index, (name, number) in enumerate(bars))
    labels = "".join(
        f'<span style="grid-column:{place + 1}">{escape(bars[place][0])}</span>'
        for place in _labelled(len(bars), small)
    )
    rows = "".join(f"<tr><td>{escape(name)}</td><td>{number:,}</td></tr>" for name, number in bars if number)
    peak = next((name for name, number in bars if number == most), "")
    told = f"most: {most:,} ({peak})" if most else "none"
    width, middle = max(1, len(bars)) * 10, f"{_HEIGHT / 2:g}"
    return (
        f"<figure{_SMALL if small else ''}>"
        f"<figcaption><b>{escape(title)}</b> <span>{escape(told)}</span></figcaption>"
        f'<svg viewBox="0 0 {width} {_HEIGHT}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(title)}: {escape(told)}"><path d="M0 {middle}H{width}"/>{shapes}</svg>'
        f'<div class="axis" aria-hidden="true" style="--bars:{max(1, len(bars))}">{labels}</div>'
        f"<details><summary>Numbers</summary><table>{rows}</table></details></figure>"
    )


_SMALL = ' class="small"'


def _bar(index: int, name: str, number: int, most: int) -> str:
    told = f"<title>{escape(name)}: {number:,}</title>"
    if not number:
        return f'<rect class="none" x="{index * 10}" y="0" width="10" height="{_HEIGHT}">{told}</rect>'
    height = max(1.0, round(number / most * _HEIGHT, 2))
    top = round(_HEIGHT - height, 2)
    return f'<rect x="{index * 10 + 1}" y="{top:g}" width="8" height="{height:g}">{told}</rect>'


def _labelled(count: int, small: bool) -> list[int]:
    """The places that have a label below: the first, the last, and some between them at the same distance."""
    if count <= 1:
        return list(range(count))
    wanted = min(count, 3 if small else 5)
    return [round(step * (count - 1) / (wanted - 1)) for step in range(wanted)]
