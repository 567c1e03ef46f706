"""The results of campaigns as CSV, for spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

import typer

from penfriend.domain.money import SCALE
from penfriend.domain.results.report import METRICS, Report
from penfriend.domain.spreadsheet import harmless


def print_csv(reports: Sequence[Report]) -> None:
    """A line for each line of the tables: the campaign, what it is broken down by, counts and revenue. No
    cell is a formula."""
    out = io.StringIO()
    write = csv.writer(out, lineterminator="\n").writerow
    by = [one.value for one in reports[0].by] if reports else []
    write(["campaign", *by, *METRICS, "currency"])
    for report in reports:
        for line in report.lines:
            counts = [str(getattr(line.figures, name)) for name in METRICS]
            counts[METRICS.index("revenue")] = f"{line.figures.revenue / SCALE:.2f}"
            write([harmless(cell) for cell in (report.campaign, *line.key)] + counts + [report.currency])
    typer.echo(out.getvalue(), nl=False)
