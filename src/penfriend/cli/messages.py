"""`penfriend messages`: the log, and the settling of doubts."""

from __future__ import annotations

from collections.abc import Sequence

import typer
from rich.console import Console
from rich.padding import Padding
from rich.text import Text

from penfriend.bootstrap import House
from penfriend.bootstrap.accounts.shell import at_the_shell
from penfriend.bootstrap.healing import hold_until_now, settle
from penfriend.cli.moments import shown_moment
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.errors import SettingError
from penfriend.domain.gap import Settled
from penfriend.domain.message import Status
from penfriend.domain.overview import MessageLine

HEAD = ("id", "when (UTC)", "campaign", "step", "contact", "status", "why", "server, stage", "answer")
WIDE = 130
"""Columns that the table needs."""

app = typer.Typer(invoke_without_command=True, rich_markup_mode=None)


def add_to(parent: typer.Typer) -> None:
    """Add the command and its `resolve`."""
    parent.add_typer(app, name="messages")


@app.callback()
def messages(
    context: typer.Context,
    status: list[str] = typer.Option(
        [], "--status", help="due, claimed, sending, sent, unknown, failed, skipped; may be repeated."
    ),
    contact: str = typer.Option("", "--contact", help="The shop's id or the address of one person."),
    campaign: str = typer.Option("", "--campaign", help="One campaign."),
    limit: int = typer.Option(50, "--limit", min=1, help="How many, the newest first."),
    as_json: bool = AS_JSON,
) -> int:
    """List mails, the newest first. `penfriend messages resolve` settles a doubt.

    Example: penfriend messages --status unknown
    """
    if context.invoked_subcommand is not None:
        return DONE
    known = [one.value for one in Status]
    for one in status:
        if one not in known:
            raise SettingError(f'--status: "{one}" is no status. It is one of {", ".join(known)}.')
    with House.open() as house:
        who = house.contact_id(contact) if contact else None
        lines = house.reports.list_messages(status, who, campaign or None, limit)
    if as_json:
        print_json([line.as_json() for line in lines])
        return DONE
    print_mails(console(), [shown_row(line) for line in lines])
    return DONE


def print_mails(out: Console, rows: Sequence[tuple[object, ...]]) -> None:
    """The table, or where the terminal is too narrow for it two lines for each mail."""
    if out.width >= WIDE:
        out.print(table("", HEAD, rows, numbers=(0,)))
        return
    for message, when, campaign, step, contact, status, *rest in rows:
        out.print(f"{message}  {when}  {status}  {contact}  {campaign}: {step}", markup=False)
        told = "; ".join(str(part) for part in rest if part)
        if told:
            out.print(Padding(Text(told), (0, 0, 0, 4)))


def shown_row(line: MessageLine) -> tuple[object, ...]:
    """The cells of one mail, in the order of the table's head."""
    # a server's answer to this one mail is no postponement: the answer stands beside it
    why = line.reason or ((line.held_by or line.outcome) if line.status == Status.DUE else _heard(line))
    where = ", ".join(part for part in (line.server, line.stage) if part)
    return (
        line.id,
        shown_moment(line.over_at or line.due_at),
        line.campaign,
        line.step,
        line.contact,
        line.status,
        why,
        where,
        line.note,
    )


def _heard(line: MessageLine) -> str | None:
    """What became of it after it had left."""
    if line.complained_at is not None:
        return "called spam"
    if line.bounced_at is not None:
        return "came back"
    return None if line.delivered_at is None else "delivered"


@app.command("resolve")
def resolve(
    message: int | None = typer.Argument(
        None, metavar="ID", help="The number in the first column of penfriend messages."
    ),
    settled: str = typer.Option(
        ..., "--as", help="sent: it was delivered; resend: send the same mail again; with --gap also hold."
    ),
    gap: bool = typer.Option(
        False, "--gap", help="All that fell due before a backup was restored, instead of one message."
    ),
) -> int:
    """Settle a message whose delivery is unknown. With --gap settle all mails that wait because a backup was
    restored; with --as hold they wait from now on, where nothing could notice it.

    Example: penfriend messages resolve 1204 --as sent
    """
    known = ("sent", "resend", "hold") if gap else ("sent", "resend")
    if settled not in known:
        raise SettingError(f'--as: "{settled}" is not known. It is {", ".join(known[:-1])} or {known[-1]}.')
    if gap == (message is not None):
        raise SettingError("give the ID of one message, or --gap")
    if message is None:
        return _resolve_gap(settled)
    with House.open() as house:
        house.reports.resolve(message, settled == "sent", house.clock.now(), at_the_shell())
    typer.echo(f"message {message}: {'sent' if settled == 'sent' else 'due again, with the same Message-ID'}")
    return DONE


def _resolve_gap(settled: str) -> int:
    with House.open() as house:
        if settled == "hold":
            gap = hold_until_now(house)
            typer.echo(f"what fell due until {shown_moment(gap.until)} UTC waits until you say more")
            return DONE
        waited = settle(house, Settled(settled))
    typer.echo(
        f"what fell due before the backup was restored, {waited} mails by now: "
        + ("taken as sent" if settled == "sent" else "sent, as far as it is not too late")
    )
    return DONE
