"""How commands speak: exit statuses, tables, one JSON document, moments as people write them."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table

from penfriend.domain.errors import SettingError
from penfriend.domain.timing import Moment, at_wall_clock, from_datetime, to_datetime

DONE, WRONG, IMPOSSIBLE, CHANGES = 0, 1, 2, 3
"""Exit statuses: done; the thing asked about is not right; it could not be asked; `plan` found changes."""


def complain(text: str) -> None:
    """One line on standard error."""
    typer.echo(f"penfriend: {' '.join(text.split())}", err=True)


def print_json(document: object) -> None:
    """One JSON document on standard output."""
    typer.echo(json.dumps(document, ensure_ascii=False, indent=2 if sys.stdout.isatty() else None))


class PipeConsole(Console):
    """A reader of our output that has seen enough (head, less) is no fault of ours: the program ends with
    status 0."""

    def on_broken_pipe(self) -> None:
        """Rich would end the process with status 1 here."""
        raise BrokenPipeError


def console(*, stderr: bool = False) -> Console:
    """Where tables go: as wide as the terminal, and in a pipe 200 columns wide."""
    terminal = (sys.stderr if stderr else sys.stdout).isatty()
    return PipeConsole(width=None if terminal else 200, highlight=False, stderr=stderr)


def table(
    title: str, head: Sequence[str], rows: Sequence[Sequence[object]], numbers: Sequence[int] = ()
) -> Table:
    """A table; the columns in `numbers` are set to the right."""
    shown = Table(
        title=title or None, box=SIMPLE_HEAD, title_justify="left", title_style="bold", pad_edge=False
    )
    for index, name in enumerate(head):
        shown.add_column(name, justify="right" if index in numbers else "left", overflow="fold")
    for row in rows:
        shown.add_row(*("" if cell is None else str(cell) for cell in row))
    return shown


def counted(reasons: Mapping[str, int]) -> str:
    """`goal 12, left_segment 3`: the most first."""
    return ", ".join(
        f"{reason} {number}"
        for reason, number in sorted(reasons.items(), key=lambda item: (-item[1], item[0]))
    )


def parse_moment(text: str, zone: ZoneInfo) -> Moment:
    """A MOMENT of the command line: ISO 8601; without a zone it is `zone`'s (the brand's), a date alone is
    its midnight."""
    try:
        value = datetime.fromisoformat(text.strip())
    except ValueError:
        raise SettingError(f'"{text}" is no moment, e.g. 2026-03-02T10:00Z or 2026-03-02') from None
    if value.tzinfo is not None:
        return from_datetime(value)
    return at_wall_clock(value.date(), value.time(), zone)


def shown_moment(moment: Moment | int | None, zone: ZoneInfo | None = None) -> str:
    """`2026-03-02 10:00`, on the clock of `zone` or UTC; empty for None."""
    if moment is None:
        return ""
    return to_datetime(Moment(moment), zone or ZoneInfo("UTC")).strftime("%Y-%m-%d %H:%M")


def iso_moment(moment: Moment | int | None) -> str | None:
    """ISO 8601 in UTC, for JSON."""
    return (
        None
        if moment is None
        else to_datetime(Moment(moment)).astimezone(UTC).isoformat().replace("+00:00", "Z")
    )
