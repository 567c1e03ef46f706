"""`penfriend bounces`: mails that came back, from a file, a folder or an IMAP mailbox."""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from penfriend.bootstrap import House
from penfriend.bootstrap.bounces import bounce_reader, dry_reader, open_mailbox
from penfriend.cli.moments import iso_moment
from penfriend.cli.output import AS_JSON, DONE, WRONG, complain, counted, print_json
from penfriend.cli.tables import console, table
from penfriend.domain.errors import SettingError
from penfriend.domain.feedback import Kind
from penfriend.domain.mailbox import Mailbox
from penfriend.engine.read_bounces import Line, ReadBounces

WORDS = 60
"""Characters of what a report says, in the table."""
HEAD = ("mail", "kind", "address", "code", "came of it", "says")


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("bounces")(bounces)


def bounces(
    where: str = typer.Argument(
        ...,
        metavar="WHERE",
        help="A file (a mail or an mbox), - for standard input, a folder (or Maildir), imaps://...",
    ),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what each is; no store, no effect."),
    trust_addresses: bool = typer.Option(
        False,
        "--trust-addresses",
        help="Suppress whom a bounce or complaint names, also where it is about no mail of ours. A forged "
        "one counts then: only for archives that nobody else could write to.",
    ),
    as_json: bool = AS_JSON,
) -> int:
    """Read mails that came back. What is about a mail of ours has its effect once: a dead address and a
    complaint are suppressed. From an IMAP mailbox it takes what was not seen, and marks it when it is done.

    Example: penfriend bounces imaps://bounces:PASSWORD@mail.acornandoak.example/INBOX
    """
    if dry_run and trust_addresses:
        raise SettingError("--trust-addresses does something, and --dry-run does nothing; take one of them")
    with ExitStack() as open_things:
        mailbox = open_mailbox(where, untouched=dry_run)
        open_things.callback(mailbox.close)
        if dry_run:
            reader = dry_reader()
        else:
            house = open_things.enter_context(House.open())
            reader = bounce_reader(house, trust_addresses=trust_addresses)
        lines, faults = _read(reader, mailbox)
    if as_json:
        print_json(_document(lines, faults))
    else:
        _tell(lines, faults)
    for name, fault in faults.items():
        complain(f"{name}: {fault}")
    return WRONG if faults else DONE


def _read(reader: ReadBounces, mailbox: Mailbox) -> tuple[list[Line], dict[str, str]]:
    lines: list[Line] = []
    faults: dict[str, str] = {}
    with _progress(mailbox) as (bar, task):
        for batch, found in reader.run(mailbox):
            lines += found
            faults |= {mail.name: mail.fault for mail in batch if mail.fault}
            bar.advance(task, len(batch))
    return lines, faults


@contextmanager
def _progress(mailbox: Mailbox) -> Iterator[tuple[Progress, TaskID]]:
    """A bar by mails on a terminal, nothing in a pipe."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(
        *columns, transient=True, disable=not sys.stderr.isatty(), console=console(stderr=True)
    ) as bar:
        yield bar, bar.add_task(mailbox.where, total=mailbox.count())


def _tell(lines: list[Line], faults: dict[str, str]) -> None:
    rows = [
        (
            line.mail,
            line.report.what,
            line.report.address,
            line.report.enhanced or line.report.code,
            line.came,
            _first_words(line.report.text),
        )
        for line in lines
    ]
    out = console()
    if rows:
        out.print(table("", HEAD, rows))
    out.print(_summary(lines, faults), markup=False)


def _first_words(text: str) -> str:
    return text if len(text) <= WORDS else text[: WORDS - 1] + "…"


def _summary(lines: list[Line], faults: dict[str, str]) -> str:
    kinds, came = _totals(lines)
    mails = len({line.mail for line in lines}) + len(faults)
    told = f"{mails} mails, {len(lines)} reports"
    told += f": {counted(kinds)}" if kinds else ""
    return f"{told}; {counted(came)}" if came else told


def _totals(lines: list[Line]) -> tuple[dict[str, int], dict[str, int]]:
    kinds = Counter(line.report.what for line in lines)
    came = Counter(str(line.came) for line in lines if line.came is not None)
    return dict(sorted(kinds.items())), dict(sorted(came.items()))


def _document(lines: list[Line], faults: dict[str, str]) -> dict[str, object]:
    kinds, came = _totals(lines)
    return {
        "reports": [_entry(line) for line in lines],
        "kinds": kinds,
        "came": came,
        "unreadable": [{"mail": name, "fault": fault} for name, fault in faults.items()],
    }


def _entry(line: Line) -> dict[str, object]:
    report = line.report
    return {
        "mail": line.mail,
        "kind": report.what,
        "hard": report.kind is Kind.BOUNCED,
        "address": report.address,
        "code": report.code,
        "enhanced": report.enhanced,
        "text": report.text,
        "server": report.server,
        "message_id": report.message_id,
        "at": iso_moment(report.at),
        "came": None if line.came is None else line.came.value,
    }
