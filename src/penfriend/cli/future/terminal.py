"""The mails of each day and campaign in the terminal: bars, or a table where it is none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from rich.table import Table
from rich.text import Text

from penfriend.cli.tables import table
from penfriend.domain.forecast import Forecast

_EIGHTHS = " ▏▎▍▌▋▊▉█"
_HEIGHTS = " ▁▂▃▄▅▆▇█"
MOST_ROWS = 62
"""So many days have a row each; more are taken together by weeks."""


def bars(forecast: Forecast, width: int) -> Iterator[Text]:
    """A bar a day for all mails, then a small chart for each campaign. No line is longer than `width`."""
    grouped = _grouped(forecast.by_day())
    most = max((number for _, number in grouped), default=0)
    digits = len(f"{most:,}")
    room = max(10, width - 14 - digits)
    yield Text("Mails by day" if len(grouped) == len(forecast.days) else "Mails by week, from", style="bold")
    for day, number in grouped:
        yield Text.assemble(
            (f"{day:%a %d %b}  ", "dim"), f"{number:>{digits},} ", (_bar(number, most, room), "cyan")
        )
    yield Text("")
    yield Text("By campaign", style="bold")
    yield from _campaigns(forecast, width)


def _campaigns(forecast: Forecast, width: int) -> Iterator[Text]:
    names = forecast.campaigns
    widest = min(max(map(len, names), default=0), 24)
    for name in names:
        mails = list(forecast.by_day(name).values())
        numbers, total, most = _fit(mails, max(7, width - widest - 32)), sum(mails), max(mails, default=0)
        yield Text.assemble(
            f"{_cut(name, widest):<{widest}} {total:>9,} ",
            ("".join(_column(number, max(numbers)) for number in numbers), "cyan"),
            (f" at most {most:,} a day", "dim") if most else "",
        )


def by_day_table(forecast: Forecast) -> Table:
    """Days by campaigns, with the sums of both."""
    names = forecast.campaigns
    each = {name: forecast.by_day(name) for name in names}
    total = forecast.by_day()
    rows: list[Sequence[object]] = [
        (day.isoformat(), *(each[name][day] for name in names), total[day]) for day in forecast.days
    ]
    rows.append(("total", *(sum(each[name].values()) for name in names), sum(total.values())))
    return table("Mails by day", ("day", *names, "all"), rows, numbers=range(1, len(names) + 2))


def _bar(number: int, most: int, room: int) -> str:
    if not number:
        return ""
    eighths = max(1, round(number / most * room * 8))
    return _EIGHTHS[8] * (eighths // 8) + _EIGHTHS[eighths % 8].strip()


def _column(number: int, most: int) -> str:
    return _HEIGHTS[max(1, round(number / most * 8))] if number else "·"


def _fit(numbers: list[int], room: int) -> list[int]:
    """Taken together by so many that no more than `room` are left."""
    together = -(-len(numbers) // room)
    return [sum(numbers[start : start + together]) for start in range(0, len(numbers), together)]


def _cut(name: str, width: int) -> str:
    return name if len(name) <= width else name[: width - 1] + "…"


def _grouped(days: Mapping[date, int]) -> list[tuple[date, int]]:
    rows = list(days.items())
    together = 1 if len(rows) <= MOST_ROWS else 7
    return [
        (rows[start][0], sum(number for _, number in rows[start : start + together]))
        for start in range(0, len(rows), together)
    ]
