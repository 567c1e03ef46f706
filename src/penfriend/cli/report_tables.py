"""The results of campaigns in the terminal: one line a campaign, or a table for each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from penfriend.cli.sparkline import sparkline
from penfriend.cli.tables import console
from penfriend.domain.money import SCALE
from penfriend.domain.plain_text import lines as plain
from penfriend.domain.results import MEANINGS, Dimension, Figures, Outcomes
from penfriend.domain.results.report import GROUP_MEANINGS, Period, Report
from penfriend.domain.statistics import Counted

ALWAYS = ("sent", "delivered", "opened", "clicked", "converted", "revenue")
"""Columns that stand also where all of it is 0."""
HEADS = {
    "sent": "sent",
    "delivered": "delivered",
    "bounced": "bounced",
    "complained": "spam",
    "opened": "opened",
    "clicked": "clicked",
    "unsubscribed": "left",
    "answered": "answered",
    "converted": "goals",
    "revenue": "revenue",
}
"""The metrics in the order of the columns, and what they are called."""
_DONE = {
    Counted.CLICKS: "clicked",
    Counted.ORDERS: "ordered",
    Counted.GOALS: "reached the goal",
    Counted.REVENUE: "bought",
}
_BAD = frozenset({"bounced", "complained", "unsubscribed"})


def print_reports(reports: Sequence[Report], period: Period, *, details: bool, meanings: bool) -> None:
    """All campaigns in one table, what earns most first; with `details` a table for each."""
    out = console()
    out.print(Text(f"Mails {_in_words(period)}, by the clock of {period.timezone}"), style="dim")
    sent = [report for report in reports if report.total.sent or report.total.refused]
    if details:
        for report in reports if len(reports) == 1 else sent:
            _print_one(out, report)
    elif sent:
        _print_all(out, sent)
    silent = [report.campaign for report in reports if report not in sent]
    if silent and len(reports) > 1:
        out.print(Padding(Text("Nothing was sent by " + ", ".join(silent), style="dim"), (0, 0, 1, 0)))
    if not reports:
        out.print("There is no campaign yet.")
    if meanings:
        _print_meanings(out)
    elif sent:
        out.print("What each number means: --meanings", style="dim")


def _in_words(period: Period) -> str:
    first, last = period.first, period.last
    if first is None:
        return "of all days" if last is None else f"up to {_day(last)}"
    return f"since {_day(first)}" if last is None else f"from {_day(first)} to {_day(last)}"


def _day(day: date) -> str:
    return f"{day.day} {day:%b %Y}"


@dataclass(frozen=True, slots=True)
class _Row:
    """A line of a table."""

    head: Sequence[str]
    figures: Figures
    weeks: Sequence[int]
    """How many were sent in each week."""
    strong: bool = False


def _print_all(out: Console, reports: Sequence[Report]) -> None:
    first = min(week for report in reports for week, _ in report.weeks)
    last = max(week for report in reports for week, _ in report.weeks)
    number = (last - first).days // 7 + 1
    rows: list[_Row] = []
    total = [0] * number
    for report in sorted(reports, key=lambda one: (-one.total.revenue, -one.total.sent)):
        weeks = [0] * number
        for week, figures in report.weeks:
            weeks[(week - first).days // 7] = figures.sent
        total = [before + more for before, more in zip(total, weeks, strict=True)]
        rows.append(_Row((report.campaign,), report.total, weeks))
    everything = sum((report.total for report in reports), Figures())
    if len(rows) > 1:
        rows.append(_Row(("together",), everything, total, strong=True))
    _print_rows(out, ("campaign",), rows, reports[0].currency)
    compared = [report for report in reports if report.groups.held_out.people]
    if compared:
        out.print("Those who get mail beside those who were held out", style="bold")
        for report in compared:
            out.print(
                Padding(Text.assemble((f"{report.campaign}  ", "bold"), lift_words(report)), (0, 0, 0, 2))
            )
        out.print()


def _print_one(out: Console, report: Report) -> None:
    out.print(Text(report.campaign, style="bold"))
    out.print(Padding(Text(lift_words(report)), (0, 0, 0, 2)))
    if not report.lines:
        out.print(Padding(Text("Nothing was sent.", style="dim"), (0, 0, 1, 2)))
        return
    rows = [_Row(line.key, line.figures, ()) for line in report.lines]
    if len(rows) > 1:
        rows.append(_Row(("together", *[""] * (len(report.by) - 1)), report.total, (), strong=True))
    _print_rows(out, [one.value for one in report.by], rows, report.currency)
    _print_splits(out, report)
    if len(report.weeks) > 1 and Dimension.WEEK not in report.by:
        _print_weeks(out, report)


def _print_splits(out: Console, report: Report) -> None:
    """How the arms of each split do, which was taken, and whether one is surely better."""
    for split, said in report.splits:
        out.print(Padding(Text(f"Split {split.step}", style="bold"), (0, 0, 0, 2)))
        for arm in split.verdict.arms:
            one, taken = arm.figures, "  taken" if arm.figures.name == split.winner else ""
            counts = f"{one.hits:,} of {one.people:,} {_DONE[split.counted]}  {percent(one.share)}"
            out.print(Padding(Text(f"{plain(one.name)}  {counts}{taken}"), (0, 0, 0, 4)))
        for sentence in said:
            out.print(Padding(Text(plain(sentence)), (0, 0, 0, 4)))
        out.print()


def _print_weeks(out: Console, report: Report) -> None:
    """How each number went, week by week."""
    first, last = report.weeks[0][0], report.weeks[-1][0]
    grid = Table.grid(padding=(0, 2))
    for name, head in HEADS.items():
        values = [getattr(figures, name) for _, figures in report.weeks]
        if name != "delivered" and any(values):
            most = _money(max(values)) if name == "revenue" else f"{max(values):,}"
            grid.add_row(
                Text(head), Text(sparkline(values), style="cyan"), Text(f"at most {most}", style="dim")
            )
    weeks = f"Weeks of {_day(first)} to {_day(last)}"
    out.print(Padding(Text(weeks, style="dim"), (0, 0, 0, 2)))
    out.print(Padding(grid, (0, 0, 1, 2)))


def _print_rows(out: Console, heads: Sequence[str], rows: Sequence[_Row], currency: str) -> None:
    metrics = [name for name in HEADS if name in ALWAYS or any(getattr(row.figures, name) for row in rows)]
    shown = Table(box=SIMPLE_HEAD, pad_edge=False)
    for head in heads:
        shown.add_column(head, overflow="fold", min_width=8)
    for name in metrics:
        unit = f" ({currency})" if name == "revenue" else ""
        shown.add_column(f"{HEADS[name]}{unit}", justify="right", no_wrap=True)
    with_weeks = any(len(row.weeks) > 1 for row in rows)
    if with_weeks:
        shown.add_column("by week", no_wrap=True)
    for row in rows:
        if row.strong:
            shown.add_section()
        cells = [Text(plain(value) or "–") for value in row.head]
        cells += [_cell(name, row.figures) for name in metrics]
        if with_weeks:
            cells.append(Text(sparkline(row.weeks), style="cyan"))
        shown.add_row(*cells, style="bold" if row.strong else "")
    out.print(Padding(shown, (0, 0, 0, 2)))


def _cell(name: str, figures: Figures) -> Text:
    value = getattr(figures, name)
    if name == "revenue":
        return Text(_money(value) if value else "·", style="" if value else "dim")
    share = figures.share(name)
    if share is None or not value:
        return Text(f"{value:,}" if name == "sent" or value else "·", style="" if value else "dim")
    return Text.assemble((f"{value:,}", "yellow" if name in _BAD else ""), (f" {percent(share):>6}", "dim"))


def percent(share: float) -> str:
    """A share with as many places as say something: `31 %`, `4.2 %`, `0.08 %`."""
    number = 100 * share
    places = 0 if number >= 10 else 1 if number >= 1 else 2
    return f"{number:.{places}f} %"


def _money(units: int) -> str:
    return f"{units / SCALE:,.2f}"


def lift_words(report: Report) -> str:
    """How those do who could get mail beside those who were held out: what can be said, and of whom."""
    groups = report.groups
    said = f"{report.said[:1].upper()}{report.said[1:]}."
    if not groups.held_out.people or not groups.treated.people:
        return said
    waiting = f"; {groups.waiting:,} more are not through yet" if groups.waiting else ""
    return (
        f"{said} Of the {groups.treated.people:,} who were not held out {_share(groups.treated)} reached the "
        f"goal, of the {groups.held_out.people:,} who were {_share(groups.held_out)}{waiting}."
    )


def _share(outcomes: Outcomes) -> str:
    return percent(outcomes.converted / outcomes.people) if outcomes.people else "nobody"


def _print_meanings(out: Console) -> None:
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="bold")
    grid.add_column(overflow="fold", max_width=90)
    for name, meaning in _meanings():
        grid.add_row(name, Text(meaning))
    out.print(grid)


def _meanings() -> Iterator[tuple[str, str]]:
    for name, head in HEADS.items():
        yield (head if head == name else f"{head} ({name})"), MEANINGS[name]
    yield from GROUP_MEANINGS.items()
