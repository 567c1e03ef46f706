"""`penfriend tick`: all that is due at one moment, for cron and for tests."""

from __future__ import annotations

from dataclasses import asdict

import typer

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.healing import health_of
from penfriend.bootstrap.known_secrets import secrets_of
from penfriend.bootstrap.taking_up import apply_at_start
from penfriend.cli.logs import guard_warnings
from penfriend.cli.moments import iso_moment, parse_moment, shown_moment
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.engine.clock import SetClock


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("tick")(tick)


def tick(
    now: str = typer.Option(
        "", "--now", metavar="MOMENT", help="Do it for this moment instead of the present one."
    ),
    no_apply: bool = typer.Option(False, "--no-apply", help="Do not take up changed files first."),
    as_json: bool = AS_JSON,
) -> int:
    """Do everything that is due at one moment, and end. Takes up the files first, if they changed and are
    valid; then runs every tick, over and over, until nothing more is due.

    Example: penfriend tick --now 2026-06-01T09:00Z
    """
    with House.open() as house:
        guard_warnings(secrets_of(house.settings))
        house.lock("penfriend tick")
        files = None if no_apply else house.read_files()
        if now:
            house.clock = SetClock(parse_moment(now, house.brand_zone(files)))
        if files is not None:
            apply_at_start(house, files)
        worker = Worker.of(house)
        try:
            report = worker.settle()
            worker.results(all_of_them=True)
            worker.housekeeping()
        finally:
            worker.close()
        moment = house.clock.now()
        note, health = house.note("not_applied"), health_of(house)
    if as_json:
        print_json({"at": iso_moment(moment), **asdict(report), "not_applied": note, **health.as_json()})
        return DONE
    counts = ", ".join(f"{name} {number}" for name, number in asdict(report).items() if number)
    typer.echo(f"{shown_moment(moment)} UTC: {counts or 'nothing was due'}")
    for line in health.lines():
        typer.echo(line, err=True)
    if note:
        typer.echo(f"the campaign files as they are now were not applied: {note}", err=True)
    return DONE
