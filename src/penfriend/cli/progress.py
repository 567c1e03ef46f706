"""The bar of a long look ahead, with the simulated date."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from penfriend.cli.tables import console


@contextmanager
def dated_progress() -> Iterator[Progress]:
    """A bar with the simulated date on a terminal; nothing in a pipe."""
    columns = (
        TextColumn("{task.description:<22}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, transient=True, disable=not sys.stderr.isatty(), console=console(stderr=True)
    ) as progress:
        yield progress


def simulated_date(moment: datetime) -> str:
    """`Mon 02 Mar 2026 09:00`."""
    return moment.strftime("%a %d %b %Y %H:%M")
