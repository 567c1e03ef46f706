"""`penfriend bench-data`: a store of many years, made up for measuring."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

from penfriend.bootstrap import House
from penfriend.bootstrap import bench_data as making
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.tables import console


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bench-data")(bench_data)


def bench_data(
    contacts: int = typer.Option(making.CONTACTS, "--contacts", min=1, help="So many people."),
    messages: int = typer.Option(
        making.MESSAGES, "--messages", min=0, help="So many mails of the last year."
    ),
    events: int = typer.Option(making.EVENTS, "--events", min=0, help="So many events."),
    seed: int = typer.Option(making.SEED, "--seed", min=0, help="Other names and other orders."),
    as_json: bool = AS_JSON,
) -> int:
    """Fill an empty store with a year of a large shop, for measuring. The files become live first, where
    nothing was; everybody is made up, and no address can be reached.

    Example: penfriend bench-data --contacts 100000 --messages 1000000 --events 3000000
    """
    began = time.monotonic()
    with House.open() as house, _progress() as progress:
        house.lock("bench-data")
        plan = making.fill(
            house, contacts=contacts, messages=messages, events=events, seed=seed, progress=progress
        )
        place = house.db.url_for_people
    done = {"contacts": plan.contacts, "messages": plan.messages, "events": plan.events, "seed": plan.seed}
    if as_json:
        print_json(done)
        return DONE
    typer.echo(
        f"{place}: {contacts} contacts, {messages} messages, {events} events, "
        f"in {time.monotonic() - began:.0f} s"
    )
    return DONE


@contextmanager
def _progress() -> Iterator[making.Progress]:
    """A bar for each part on a terminal, nothing in a pipe."""
    columns = (
        TextColumn("{task.description:<12}"),
        BarColumn(),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    )
    with Progress(
        *columns, transient=True, disable=not sys.stderr.isatty(), console=console(stderr=True)
    ) as bar:
        task = bar.add_task("")
        yield lambda what, done, of: bar.update(task, description=what, completed=done, total=of)
