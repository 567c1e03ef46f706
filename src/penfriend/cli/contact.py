"""`penfriend contact`: one person, and the list of addresses that must not be written to."""

from __future__ import annotations

import sys
from collections.abc import Mapping

import typer
from rich.markup import escape

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.addresses import lift, standing_of, stop_writing
from penfriend.bootstrap.people import contact_document, erase_person, everything_about
from penfriend.cli.moments import iso_moment, shown_moment
from penfriend.cli.output import AS_JSON, DONE, WRONG, complain, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.contact import ERASED
from penfriend.domain.errors import SettingError
from penfriend.domain.incoming_contact import CONTACT_FIELDS
from penfriend.domain.suppression import BY_HAND, REASONS, Standing

WHO = typer.Argument(..., metavar="CONTACT", help="The shop's id of the person, or the address.")
FACTS_SHOWN = ("created_at", "subscribed_at", "last_opened_at", "last_clicked_at")
GIVEN = tuple(reason for reason in REASONS if reason != ERASED)
"""Reasons that somebody may give."""
ADDRESS = typer.Argument(..., metavar="ADDRESS", help="The address, as it was written to.")


def add_to(parent: typer.Typer) -> None:
    """Add the commands."""
    commands = typer.Typer(no_args_is_help=True, rich_markup_mode=None)
    commands.callback()(contact)
    commands.command("show")(show)
    commands.command("export")(export)
    commands.command("erase")(erase)
    commands.command("suppress")(suppress)
    commands.command("unsuppress")(unsuppress)
    parent.add_typer(commands, name="contact")


def contact() -> None:
    """See, give out or erase what is known of one person. Or let an address be written to no more.

    Example: penfriend contact show ada@shop.example
    """


def show(who: str = WHO, as_json: bool = AS_JSON) -> int:
    """Show whose address it is, and whether it may be written to. With fields, topics, evidence and the log.

    Example: penfriend contact show ada@shop.example
    """
    with House.open() as house:
        found = standing_of(house, who)
        known = None if found.person is None else contact_document(house, found.address)
    if as_json:
        print_json(_document(found, known))
    else:
        _tell(found, known)
    return DONE


def export(who: str = WHO) -> int:
    """Write down all that is on record about a person. One JSON document; what Penfriend has, nothing less.

    Example: penfriend contact export ada@shop.example > ada.json
    """
    with House.open() as house:
        print_json(everything_about(house, who))
    return DONE


def erase(
    who: str = WHO,
    yes: bool = typer.Option(False, "--yes", help="Do not ask."),
    as_json: bool = typer.Option(False, "--json", help="One JSON document; needs --yes."),
) -> int:
    """Erase a person. Counts stay, and the hash of the address, so that no import brings them back.

    Example: penfriend contact erase ada@shop.example
    """
    with House.open() as house:
        name = contact_document(house, who)["id"] or who
        if not yes and (as_json or not _is_sure(str(name))):
            raise SettingError("nothing was erased; it cannot be undone, so say --yes")
        counts = erase_person(house, who, at_the_shell())
    total = sum(counts.values())
    print_json({"erased": name, "rows": counts}) if as_json else typer.echo(f"{name}: erased, {total} rows")
    return DONE


def _is_sure(name: str) -> bool:
    return sys.stdin.isatty() and typer.confirm(f"Erase all that is known of {name}?")


def suppress(
    address: str = ADDRESS,
    reason: str = typer.Option(BY_HAND, "--reason", help=f"One of {', '.join(GIVEN)}."),
    note: str = typer.Option("", "--note", metavar="TEXT", help="Evidence, in your words; kept with it."),
) -> int:
    """Write to an address no more. It need not be anybody's yet: who comes with it later is suppressed too.

    Example: penfriend contact suppress ada@shop.example --note "asked on the phone"
    """
    if reason not in GIVEN:
        raise SettingError(f'--reason: "{reason}" is not known. It is one of {", ".join(GIVEN)}.')
    with House.open() as house:
        new = stop_writing(house, address, reason=reason, note=note, by=at_the_shell())
        now = standing_of(house, address)
    if not new:
        complain(f"{now.address} was suppressed already ({now.reason}); the first reason stays")
        return WRONG
    typer.echo(f"{now.address}: suppressed ({reason})")
    return DONE


def unsuppress(
    address: str = ADDRESS,
    reason: str = typer.Option(
        ..., "--reason", metavar="TEXT", help="Why, in your words; it stays in the log."
    ),
) -> int:
    """Let an address be written to again. Consent does not come back with it.

    Example: penfriend contact unsuppress ada@shop.example --reason "mailbox works again, she called"
    """
    if not reason.strip():
        raise SettingError("--reason: say why; it stays in the log")
    with House.open() as house:
        lifted = lift(house, address, reason=reason.strip(), by=at_the_shell())
    if not lifted:
        complain(f"{address} is not suppressed")
        return WRONG
    typer.echo(f"{address}: may be written to again")
    return DONE


def _tell(found: Standing, known: Mapping[str, object] | None) -> None:
    out, person = console(), found.person
    if person is None or known is None:
        out.print(f"[bold]{escape(found.address)}[/bold]: nobody has this address")
    else:
        out.print(f"[bold]{escape(found.address)}[/bold]: contact {escape(person.key)}")
        out.print(f"Subscribed to {', '.join(sorted(person.topics)) or 'no topic'}; clock {person.timezone}")
        said = {name: known[name] for name in (*CONTACT_FIELDS, *FACTS_SHOWN) if known.get(name)}
        for name, value in {**said, **attributes_of(known)}.items():
            out.print(f"  {name}: {value}", markup=False)
    if found.reason is None:
        out.print("The address may be written to")
    else:
        told = f"The address must not be written to: {found.reason}, since {shown_moment(found.since)} UTC"
        out.print(f"{told}; {found.evidence or 'no evidence kept'}", markup=False)
    if found.changes:
        rows = [(shown_moment(one.at), one.change, one.reason, one.by, one.evidence) for one in found.changes]
        out.print(table("", ("when (UTC)", "change", "reason", "by", "evidence"), rows))


def attributes_of(known: Mapping[str, object]) -> dict[str, object]:
    """The attributes of a contact's document, each called as in conditions."""
    attributes = known["attributes"]
    if not isinstance(attributes, Mapping):
        return {}
    return {f"attributes.{name}": value for name, value in sorted(attributes.items())}


def _document(found: Standing, known: Mapping[str, object] | None) -> dict[str, object]:
    return {
        "address": found.address,
        "contact": known,
        "suppression": None
        if found.reason is None
        else {"reason": found.reason, "since": iso_moment(found.since), "evidence": found.evidence},
        "log": [
            {
                "at": iso_moment(one.at),
                "change": one.change,
                "reason": one.reason,
                "by": one.by,
                "evidence": one.evidence,
            }
            for one in found.changes
        ],
    }
