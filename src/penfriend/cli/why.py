"""`penfriend why`: one person's whole story."""

from __future__ import annotations

import typer
from rich.markup import escape

from penfriend.bootstrap import House, WholeStory, tell_why
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.tables import console
from penfriend.domain.story import Place, Sentence
from penfriend.domain.timing import to_datetime


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("why")(why)


def why(
    contact: str = typer.Argument(..., help="The shop's id of the person, or the address."),
    campaign: str = typer.Option("", "--campaign", metavar="NAME", help="Only this campaign."),
    as_json: bool = AS_JSON,
) -> int:
    """Tell one person's whole story. Why they got what they got, why not the rest, and what comes next.

    Example: penfriend why ada@example.com --campaign welcome
    """
    with House.open() as house:
        story = tell_why(house, contact, campaign or None)
    if as_json:
        print_json(story.as_json())
    else:
        _tell(story)
    return DONE


def _tell(story: WholeStory) -> None:
    out, person = console(), story.person.contact
    topics = ", ".join(sorted(person.topics)) or "no topic"
    out.print(f"[bold]{escape(story.person.name)}[/bold]: subscribed to {topics}; clock {person.timezone}")
    if person.suppression:
        out.print(f"The address must not be written to: {person.suppression}", markup=False)
    for one in story.stories:
        out.print()
        out.print(f"[bold]{one.campaign}[/bold]: {one.place.value}")
        for sentence in one.happened:
            out.print(f"  {_when(story, sentence)}  {sentence.text}", markup=False)
        for sentence in one.now:
            mark = "->" if one.place is Place.INSIDE else "  "
            out.print(f"  {mark} {sentence.text}", markup=False)


def _when(story: WholeStory, sentence: Sentence) -> str:
    if sentence.at is None:
        return " " * 21
    return to_datetime(sentence.at, story.person.contact.zone).strftime("%a %d %b %Y %H:%M")
