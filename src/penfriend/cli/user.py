"""`penfriend user`: who may use the dashboard."""

from __future__ import annotations

import typer

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.auditing import entries
from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.accounts.users import OneTimeLink, add_user, list_users, remove_named
from penfriend.cli.moments import iso_moment, shown_moment
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.accounts.audit import Entry
from penfriend.domain.accounts.roles import Role
from penfriend.domain.accounts.users import User

ROLES = ", ".join(role.value for role in Role)


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.callback()(user)
    commands.command("add")(add)
    commands.command("list")(list_)
    commands.command("remove")(remove)
    commands.command("log")(log)
    parent.add_typer(commands, name="user")


def user() -> None:
    """Say who may use the dashboard, and see who did what.

    Example: penfriend user add anna --role marketer
    """


def add(
    name: str = typer.Argument(..., help="What they type to sign in."),
    role: str = typer.Option(Role.VIEWER.value, "--role", help=f"What they may do. One of: {ROLES}."),
    email: str = typer.Option("", "--email", help="By this they are known to your OpenID Connect provider."),
    as_json: bool = AS_JSON,
) -> int:
    """Add a user and print a one-time link. By it they set a password: nobody ever has one that somebody else
    knows.

    Example: penfriend user add anna --role marketer --email anna@shop.example
    """
    with House.open() as house:
        link = add_user(house, name, role, email, at_the_shell())
    if as_json:
        print_json({"name": link.user, "role": role, "link": link.url, "until": iso_moment(link.until)})
    else:
        typer.echo(link.url)
        typer.echo(advice(link), err=True)
    return DONE


def list_(as_json: bool = AS_JSON) -> int:
    """List the users, what they are, and when they signed in last.

    Example: penfriend user list
    """
    with House.open() as house:
        found = list_users(house)
    if as_json:
        print_json([_document(one) for one in found])
    else:
        head = ("Name", "Role", "E-mail", "Password", "Second factor", "Added", "Last signed in")
        rows = [
            (
                one.name,
                one.role.value,
                one.email,
                "set" if one.has_password else "not yet",
                "on" if one.has_second_factor else "off",
                shown_moment(one.made_at),
                shown_moment(one.signed_in_at),
            )
            for one in found
        ]
        console().print(table("", head, rows))
    return DONE


def remove(name: str = typer.Argument(..., help="The name of the user.")) -> int:
    """Remove a user, and sign them out at once.

    Example: penfriend user remove anna
    """
    with House.open() as house:
        remove_named(house, name, at_the_shell())
    typer.echo(f"{name}: is no user any more")
    return DONE


def log(
    limit: int = typer.Option(50, "--limit", min=1, help="How many entries, the newest first."),
    as_json: bool = AS_JSON,
) -> int:
    """Show the audit log: every change, by whom, from where.

    Example: penfriend user log --limit 20
    """
    with House.open() as house:
        found = entries(house, limit=limit)
    if as_json:
        print_json([_entry(one) for one in found])
    else:
        head = ("When (UTC)", "Who", "What", "Of what", "From")
        rows = [
            (
                shown_moment(one.at),
                one.by.name,
                one.deed.value,
                _about(one),
                one.by.network or one.by.way.value,
            )
            for one in found
        ]
        console().print(table("", head, rows))
    return DONE


def advice(link: OneTimeLink) -> str:
    """What to know of a one-time link."""
    return (
        f'That is a link for the user "{link.user}": it sets the password, is good once, until '
        f"{shown_moment(link.until)} UTC, and is not shown again."
    )


def _document(one: User) -> dict[str, object]:
    return {
        "name": one.name,
        "role": one.role.value,
        "email": one.email,
        "has_password": one.has_password,
        "has_second_factor": one.has_second_factor,
        "made_at": iso_moment(one.made_at),
        "signed_in_at": iso_moment(one.signed_in_at),
    }


def _about(entry: Entry) -> str:
    details = ", ".join(f"{key}: {value}" for key, value in entry.details.items())
    return " ".join(part for part in (entry.about, f"({details})" if details else "") if part)


def _entry(one: Entry) -> dict[str, object]:
    return {
        "at": iso_moment(one.at),
        "who": one.by.name,
        "way": one.by.way.value,
        "network": one.by.network,
        "deed": one.deed.value,
        "about": one.about,
        "details": dict(one.details),
    }
