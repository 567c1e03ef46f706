"""`penfriend apikey`: who may use the API."""

from __future__ import annotations

import typer

from penfriend.bootstrap import House
from penfriend.bootstrap.api_keys import create_key, list_keys, revoke
from penfriend.cli.moments import iso_moment, shown_moment
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.api_keys import ApiKey, Scope
from penfriend.domain.timing import Moment

SCOPES = ", ".join(scope.value for scope in Scope)


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.callback()(apikey)
    commands.command("create")(create)
    commands.command("list")(list_)
    commands.command("revoke")(revoke_)
    parent.add_typer(commands, name="apikey")


def apikey() -> None:
    """Say which programs may use the API.

    Example: penfriend apikey create shop
    """


def create(
    name: str = typer.Argument(..., help="What you call it, such as the system that will use it."),
    scope: list[str] = typer.Option(
        [Scope.EVENTS_WRITE.value], "--scope", help=f"What it may do; may be repeated. One of: {SCOPES}."
    ),
    as_json: bool = AS_JSON,
) -> int:
    """Make a key and print it, this once. Only a hash of it is kept.

    Example: penfriend apikey create shop --scope events:write
    """
    with House.open() as house:
        key = create_key(house, name, scope)
    if as_json:
        print_json({"name": name, "scopes": sorted(set(scope)), "key": key})
    else:
        typer.echo(key)
        typer.echo(
            f'That is the key "{name}". It is not shown again: keep it where only the program reads it.',
            err=True,
        )
    return DONE


def list_(as_json: bool = AS_JSON) -> int:
    """List the keys, what they may do, and when they were used last.

    Example: penfriend apikey list
    """
    with House.open() as house:
        keys = list_keys(house)
    if as_json:
        print_json([_document(one) for one in keys])
    else:
        head = ("Name", "Key", "May", "Made", "Last used", "Revoked")
        rows = [
            (one.name, one.shown, ", ".join(sorted(one.scopes)), *map(shown_moment, _moments(one)))
            for one in keys
        ]
        console().print(table("", head, rows))
    return DONE


def revoke_(name: str = typer.Argument(..., help="Its name, or how it begins, as `list` shows it.")) -> int:
    """Let a key be valid no more. A running daemon refuses it within five seconds.

    Example: penfriend apikey revoke shop
    """
    with House.open() as house:
        revoke(house, name)
    typer.echo(f"{name}: is valid no more")
    return DONE


def _moments(key: ApiKey) -> tuple[Moment | None, ...]:
    return key.made_at, key.used_at, key.revoked_at


def _document(key: ApiKey) -> dict[str, object]:
    made, used, revoked = map(iso_moment, _moments(key))
    about = {"name": key.name, "key": key.shown, "scopes": sorted(key.scopes)}
    return {**about, "made_at": made, "used_at": used, "revoked_at": revoked}
