"""`penfriend calls`: what other systems could not be told, and that they are told again."""

from __future__ import annotations

import typer

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.calls import failed_calls, retry_calls
from penfriend.cli.moments import shown_moment
from penfriend.cli.output import DONE, print_json
from penfriend.cli.tables import console, table

HEAD = ("dead since (UTC)", "section", "name", "contact", "tries", "last answer", "id")

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add the command and its `retry`."""
    parent.add_typer(app, name="calls")


@app.callback()
def calls(
    context: typer.Context,
    limit: int = typer.Option(50, "--limit", min=1, help="How many of each section, the newest first."),
    as_json: bool = typer.Option(False, "--json", help="One JSON document, with the bodies."),
) -> int:
    """List the calls to other systems that have failed. `penfriend calls retry` makes them again.

    Example: penfriend calls
    """
    if context.invoked_subcommand is not None:
        return DONE
    with House.open() as house:
        found = failed_calls(house, limit)
    if as_json:
        print_json([call.as_json() for call in found])
        return DONE
    rows = [
        (shown_moment(call.dead_at), call.kind, call.name, call.contact, call.attempts, call.note, call.id)
        for call in found
    ]
    console().print(table("", HEAD, rows, numbers=(4,)) if rows else "No call has failed")
    return DONE


@app.command("retry")
def retry(
    name: str = typer.Argument(..., metavar="NAME", help="The webhook or outgoing, as the files call it."),
) -> int:
    """Make all failed calls of one system again. With the same ids and bodies; the daemon sends them.

    Example: penfriend calls retry registry
    """
    with House.open() as house:
        number = retry_calls(house, name, at_the_shell())
    typer.echo(f"{name}: {number} calls are due again")
    return DONE
