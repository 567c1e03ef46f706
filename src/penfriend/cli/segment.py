"""`penfriend segment`: how many, who, by which SQL, and why somebody is in it or not."""

from __future__ import annotations

import typer

from penfriend.bootstrap import House
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.tables import console, table
from penfriend.storage.segment_explanation import Explained, ExplainedThing


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("segment")(segment)


def segment(
    name: str = typer.Argument(..., help="A segment of campaigns.yaml."),
    count: bool = typer.Option(False, "--count", help="Only how many there are (the default)."),
    listing: bool = typer.Option(False, "--list", help="Who they are."),
    limit: int = typer.Option(1000, "--limit", min=1, help="With --list: how many at the most."),
    sql: bool = typer.Option(False, "--sql", help="The SELECT that finds them, values written out."),
    explain: str = typer.Option(
        "", "--explain", metavar="CONTACT", help="Why this person (shop's id or address) is in it or not."
    ),
    as_json: bool = AS_JSON,
) -> int:
    """Look at who is in a segment, and why. The files and the people as they are now.

    Example: penfriend segment lapsed --explain c-17
    """
    with House.open() as house:
        segments = house.segments()
        if sql:
            text = segments.sql(name)
            print_json({"segment": name, "sql": text}) if as_json else typer.echo(text)
        elif explain:
            found = segments.explain(name, house.contact_id(explain))
            print_json(
                {"segment": name, "contact": explain, "things": [_thing(one) for one in found]}
            ) if as_json else _tell(name, explain, found)
        elif listing and not count:
            rows = [(one.key, one.email, one.occurrence) for one in segments.list(name, limit)]
            if as_json:
                print_json([dict(zip(("contact", "email", "occurrence"), row, strict=True)) for row in rows])
            else:
                console().print(table("", ("contact", "email", "about"), rows))
        else:
            number = segments.count(name)
            print_json({"segment": name, "count": number}) if as_json else typer.echo(str(number))
    return DONE


def _tell(name: str, contact: str, found: list[ExplainedThing]) -> None:
    if not found:
        typer.echo(f"{contact} has nothing that {name} is about: not a member")
    for one in found:
        about = f" ({one.occurrence})" if one.occurrence else ""
        typer.echo(f"{contact}{about}: {'a member' if one.is_member else 'not a member'} of {name}")
        _tell_condition(one.condition, 1)


def _tell_condition(condition: Explained, depth: int) -> None:
    typer.echo(f"{'  ' * depth}{'yes' if condition.holds else 'no '} {condition.sentence}")
    for part in condition.parts:
        _tell_condition(part, depth + 1)


def _thing(one: ExplainedThing) -> dict[str, object]:
    return {"about": one.occurrence, "member": one.is_member, "condition": _condition(one.condition)}


def _condition(condition: Explained) -> dict[str, object]:
    document: dict[str, object] = {"sentence": condition.sentence, "holds": condition.holds}
    if condition.found or condition.wanted:
        document |= {"found": condition.found, "wanted": condition.wanted}
    if condition.parts:
        document["parts"] = [_condition(part) for part in condition.parts]
    return document
