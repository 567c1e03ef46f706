"""`penfriend send-test`: one letter in a real mail program, marked as a test."""

from __future__ import annotations

import os

import typer

from penfriend.bootstrap import Settings
from penfriend.bootstrap.sending_tests import SentTest, send_test
from penfriend.cli.output import AS_JSON, DONE, WRONG, complain, print_json
from penfriend.cli.preview import previews_over
from penfriend.domain.delivery import Outcome
from penfriend.domain.errors import SettingError
from penfriend.domain.preview import Asked

NOTE = "its links to leave, to topics, surveys and the view in the browser lead nowhere; it counts nowhere"


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("send-test")(send)


def send(
    template: str = typer.Argument(..., help="The letter, as steps name it: welcome/hello."),
    to: str = typer.Option(..., "--to", metavar="ADDRESS", help="Who gets it."),
    contact: str = typer.Option("", "--contact", metavar="ID", help="As this person would get it."),
    person: str = typer.Option("", "--person", metavar="NAME", help="As this sample person would get it."),
    locale: str = typer.Option("", "--locale", metavar="L", help="In this language instead of the person's."),
    campaign: str = typer.Option("", "--campaign", help="As this campaign sends it."),
    step: str = typer.Option("", "--step", help="As this step sends it."),
    as_json: bool = AS_JSON,
) -> int:
    """Send one letter as a marked test. By the transport that would carry it; it is not stored or counted,
    and its links lead nowhere.

    Example: penfriend send-test welcome/hello --to you@shop.example
    """
    if contact and person:
        raise SettingError("--contact and --person: name one of the two")
    asked = Asked(template, campaign, step, person, contact, locale)
    with previews_over(contact) as previews:
        sent = send_test(Settings.of(os.environ), previews, asked, to)
    if as_json:
        print_json(_document(sent))
    elif sent.result.outcome is Outcome.ACCEPTED:
        _tell(sent)
    else:
        complain(f"{sent.email.envelope_to}: {_why(sent)}")
    return DONE if sent.result.outcome is Outcome.ACCEPTED else WRONG


def _tell(sent: SentTest) -> None:
    place = f" at {sent.result.server}" if sent.result.server else ""
    typer.echo(f"{sent.email.envelope_to}: handed to the transport {sent.route}{place}")
    typer.echo(f"  subject  {sent.email.subject}")
    for note in (*sent.notes, NOTE):
        typer.echo(f"  note     {note}")


def _why(sent: SentTest) -> str:
    """`rejected at rcpt by mail.example:25: 550 5.1.1 no such user`."""
    result = sent.result
    server = f" by {result.server}" if result.server else ""
    code = f"{result.code} " if result.code is not None and str(result.code) not in result.text else ""
    return f"{result.outcome.value} at {result.stage.value}{server}: {code}{result.text or 'without a word'}"


def _document(sent: SentTest) -> dict[str, object]:
    result = sent.result
    return {
        "to": sent.email.envelope_to,
        "subject": sent.email.subject,
        "message_id": sent.email.message_id,
        "transport": sent.route,
        "outcome": result.outcome.value,
        "stage": result.stage.value,
        "code": result.code,
        "text": result.text,
        "server": result.server,
        "notes": list(sent.notes),
    }
