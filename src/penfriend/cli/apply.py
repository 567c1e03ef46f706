"""`penfriend apply`: make the files the live revision."""

from __future__ import annotations

import typer

from penfriend.bootstrap import House
from penfriend.cli.output import DONE


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("apply")(apply)


def apply() -> int:
    """Make campaigns.yaml and templates/ the live revision, if they are valid; a running daemon takes it up.

    Example: penfriend apply
    """
    with House.open() as house:
        applied = house.apply(house.read_files())
    for problem in applied.problems:  # errors were raised; what is left are warnings
        typer.echo(str(problem), err=True)
    typer.echo(
        f"revision {applied.revision} is live"
        if applied.changed
        else f"no change: revision {applied.revision} is live already"
    )
    return DONE
