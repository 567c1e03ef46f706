"""`penfriend export`: files for people with their own tools."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path

import typer

from penfriend.bootstrap import House
from penfriend.bootstrap.exporting import Export, export_days, export_lines
from penfriend.cli.moments import parse_moment
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.progress import dated_progress
from penfriend.domain.errors import SettingError
from penfriend.domain.timing import Moment

STANDARD_OUTPUT = "-"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("export")(export)


def export(
    report: str = typer.Argument(
        ..., metavar="REPORT", help="messages, attempts, events, enrollments or answers."
    ),
    since: str = typer.Option(
        "", "--since", metavar="MOMENT", help="From this day on; otherwise from the first row on."
    ),
    until: str = typer.Option("", "--until", metavar="MOMENT", help="The days before this moment."),
    form: str = typer.Option("csv", "--format", metavar="FORMAT", help="csv, or parquet."),
    out: str = typer.Option(
        "exports", "--out", metavar="DIR", help="Where the files go; - writes one CSV to standard output."
    ),
    as_json: bool = AS_JSON,
) -> int:
    """Write reports as CSV or Parquet, a file for each day. The days are the brand's; a day's file is
    written anew each time.

    Example: penfriend export messages --since 2026-03-01
    """
    if out == STANDARD_OUTPUT and (as_json or form != "csv"):
        raise SettingError("--out - writes CSV to standard output: it goes with neither --json nor Parquet")
    with House.open() as house:
        zone = house.brand_zone()
        ends = [Moment(parse_moment(one, zone)) if one else None for one in (since, until)]
        wanted = Export(report, ends[0], ends[1], form)
        if out == STANDARD_OUTPUT:
            _print(export_lines(house, wanted))
            return DONE
        with dated_progress() as bar:
            task = bar.add_task(report)
            done = export_days(
                house, wanted, Path(out), lambda days, of: bar.update(task, completed=days, total=of)
            )
    if as_json:
        print_json(done.as_json())
        return DONE
    typer.echo(f"{done.report}: {done.rows} rows in {len(done.files)} files under {Path(out, report)}")
    return DONE


def _print(parts: Iterable[str]) -> None:
    """As bytes: a terminal's encoding or its line ends would make another file of it."""
    for part in parts:
        sys.stdout.buffer.write(part.encode())
    sys.stdout.buffer.flush()
