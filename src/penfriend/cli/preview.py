"""`penfriend preview`: letters looked at before anybody gets them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from penfriend.bootstrap import Settings
from penfriend.bootstrap.preview import Previews
from penfriend.cli.output import DONE, print_json
from penfriend.cli.preview_folder import PreviewFolder
from penfriend.domain.errors import SettingError
from penfriend.domain.preview import Asked, Preview
from penfriend.engine.clock import SystemClock

FOLDER = Path("preview")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("preview")(preview)


def preview(
    template: str = typer.Argument("", help="The letter, as steps name it: welcome/hello."),
    contact: str = typer.Option(
        "", "--contact", metavar="ID", help="For this person (shop's id or address)."
    ),
    person: str = typer.Option("", "--person", metavar="NAME", help="For this sample person."),
    locale: str = typer.Option("", "--locale", metavar="L", help="In this language instead of the person's."),
    campaign: str = typer.Option("", "--campaign", help="As this campaign sends it."),
    step: str = typer.Option("", "--step", help="As this step sends it."),
    out: Path = typer.Option(FOLDER, "--out", metavar="DIR", help="Where the files go."),
    as_json: bool = typer.Option(False, "--json", help="One JSON document."),
) -> int:
    """Look at letters before anybody gets them. As a page, as text and as the message that would be sent;
    nothing is sent or stored, and the links lead nowhere.

    Example: penfriend preview welcome/hello --locale pl
    """
    if contact and person:
        raise SettingError("--contact and --person: name one of the two")
    if not template:
        raise SettingError("name a letter, such as welcome/hello")
    asked = Asked(template, campaign, step, person, contact, locale)
    with previews_over(contact) as previews:
        found = previews.make(asked)
        paths = PreviewFolder(out).write(asked, found)
        if as_json:
            print_json(document(found, paths))
        else:
            tell(found, paths)
    return DONE


@contextmanager
def previews_over(contact: str) -> Iterator[Previews]:
    """The letters of the files; the store is opened where a contact of it is named."""
    if not contact:
        yield Previews(Settings.of(os.environ), SystemClock())
        return
    from penfriend.bootstrap import House

    with House.open() as house:
        yield Previews(house.settings, house.clock, house.db)


def document(found: Preview, paths: dict[str, Path]) -> dict[str, object]:
    """What `--json` prints of one letter."""
    return {
        "template": found.by.template,
        "campaign": found.by.campaign,
        "step": found.by.step,
        "who": found.who,
        "locale": found.locale,
        "subject": found.subject,
        "preview": found.preview_text,
        "bytes": {"message": len(found.content), "html": found.html_size, "text": len(found.text.encode())},
        "clipped": found.is_clipped,
        "notes": list(found.notes),
        "files": {kind: str(path) for kind, path in paths.items()},
    }


def tell(found: Preview, paths: dict[str, Path]) -> None:
    """One letter in lines."""
    typer.echo(f"{found.by.template} in {found.locale}, for {found.who}")
    typer.echo(f"  subject  {found.subject}")
    typer.echo(f"  preview  {found.preview_text or '(none)'}")
    typer.echo(f"  size     {sizes(found)}")
    for note in found.notes:
        typer.echo(f"  note     {note}")
    for path in paths.values():
        typer.echo(f"  wrote    {path}")


def sizes(found: Preview) -> str:
    """`21.4 KB of HTML, 1.3 KB of text, 30.2 KB the whole message`, and whether Gmail would clip it."""
    text = len(found.text.encode())
    told = f"{kb(found.html_size)} of HTML, {kb(text)} of text, {kb(len(found.content))} the whole message"
    return f"{told}: Gmail clips the HTML, which is over 102 KB" if found.is_clipped else told


def kb(size: int) -> str:
    """Bytes in KB of 1,024."""
    return f"{size / 1024:.1f} KB"
