"""`penfriend apply`: make the files the live revision."""

from __future__ import annotations

import typer

from penfriend.bootstrap import House
from penfriend.bootstrap.stopped import let_go_on
from penfriend.bootstrap.taking_up import apply as make_live
from penfriend.cli.output import DONE, WRONG, complain
from penfriend.cli.plan import print_changes, print_moved
from penfriend.cli.tables import console
from penfriend.domain.errors import GuardObjects


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("apply")(apply)


def apply(
    yes: bool = typer.Option(False, "--yes", help="Go past the guards that `penfriend plan` shows."),
    resume: list[str] = typer.Option(
        [], "--resume", metavar="CAMPAIGN", help="Let a campaign go on that has stopped by itself."
    ),
) -> int:
    """Make the files the live revision, if nothing objects. They must be valid, and no guard of
    `penfriend plan` may stand against them. A running daemon takes it up.

    Example: penfriend apply --yes
    """
    with House.open() as house:
        try:
            let_go_on(house, resume)
            done = make_live(house, house.read_files(), yes=yes)
        except GuardObjects as objected:
            for objection in objected.objections:
                complain(f"not applied: {objection}; `penfriend apply --yes` goes past it")
            return WRONG
    for name in resume:
        typer.echo(f"campaign {name} goes on")
    applied = done.applied
    for problem in applied.problems:  # errors were raised; what is left are warnings
        typer.echo(str(problem), err=True)
    if not applied.changed:
        typer.echo(f"no change: revision {applied.revision} is live already")
        return DONE
    out = console()
    print_changes(out, done.changes)
    print_moved(out, done.moved)
    typer.echo(f"revision {applied.revision} is live")
    return DONE
