"""`penfriend import`: contacts, events and consents from a file."""

from __future__ import annotations

import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict

import typer
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.auditing import note_import
from penfriend.cli.output import AS_JSON, DONE, WRONG, complain, print_json
from penfriend.cli.tables import console
from penfriend.domain.errors import SettingError
from penfriend.domain.incoming_rows import RowKind
from penfriend.engine.import_file import ImportJob

KINDS = tuple(kind.value for kind in RowKind)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("import")(import_file)


def import_file(
    kind: str = typer.Argument(..., help="contacts, events or consents."),
    path: str = typer.Argument(
        ..., metavar="FILE", help="CSV or JSON Lines, also .gz; - for standard input."
    ),
    columns: list[str] = typer.Option(
        [], "--map", metavar="COLUMN=FIELD", help="What a column of the file is; may be repeated."
    ),
    name: str = typer.Option("", "--name", metavar="EVENT", help="The event that every row is."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Check every row and keep nothing."),
    as_json: bool = AS_JSON,
) -> int:
    """Bring in contacts, events or consents; safe to repeat. Rejected rows go to FILE.rejected.csv with line
    and reason.

    Example: penfriend import events orders.csv --name order_placed --map customer=contact --map date=at --map
    amount=total
    """
    if kind not in KINDS:
        raise SettingError(f'"{kind}" cannot be imported. It is one of: {", ".join(KINDS)}.')
    job = ImportJob(RowKind(kind), path, _columns(columns), name or None, dry_run)
    with House.open() as house, _progress(path) as progress:
        gc.freeze()  # what is loaded stays; to look through it again and again takes a tenth of the time
        report = house.import_file(job, progress)
        if report.taken and not dry_run:
            note_import(house, kind, report.taken)
    if as_json:
        print_json(asdict(report))
    else:
        checked = "would be taken" if dry_run else "taken"
        typer.echo(
            f"{path}: {report.taken} {checked}, {report.repeated} known already, "
            f"{report.rejected} rejected, {report.seconds:.1f} s"
        )
        for line, reason in report.reasons:
            complain(f"{path}:{line}: {reason}")
        if report.rejected_file:
            complain(f"all rejected rows with their reasons: {report.rejected_file}")
        if report.rejected_fault:
            complain(f"the rejected rows are in no file: {report.rejected_fault}")
    return WRONG if report.rejected else DONE


def _columns(given: list[str]) -> dict[str, str]:
    columns: dict[str, str] = {}
    for one in given:
        column, mark, field = one.partition("=")
        if not mark or not column:
            raise SettingError(f'--map: "{one}" is not COLUMN=FIELD, e.g. customer_id=contact')
        columns[column] = field
    return columns


@contextmanager
def _progress(path: str) -> Iterator[Callable[[int, int | None], None]]:
    """A bar by bytes on a terminal, nothing in a pipe."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TimeRemainingColumn())
    with Progress(
        *columns, transient=True, disable=not sys.stderr.isatty(), console=console(stderr=True)
    ) as bar:
        task = bar.add_task(path, total=None)
        yield lambda read, total: bar.update(task, completed=read, total=total)
