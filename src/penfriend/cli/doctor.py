"""`penfriend doctor`: what mail depends on, each with what to do."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable

import typer
from rich.console import Console
from rich.text import Text

from penfriend.cli.output import AS_JSON, DONE, WRONG, print_json
from penfriend.cli.tables import console
from penfriend.domain.checkup import Finding, Level
from penfriend.domain.plain_text import lines

INDENT = 6
STYLES = {Level.OK: "green", Level.WARN: "yellow", Level.FAIL: "bold red"}


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("doctor")(doctor)


def doctor(
    resolver: str | None = typer.Option(
        None, "--resolver", metavar="HOST:PORT", help="The name server to ask, e.g. 9.9.9.9."
    ),
    as_json: bool = AS_JSON,
) -> int:
    """Look at what mail depends on, and say what to do. Database, lag, clock, secrets, transports and the
    DNS records of SPF, DKIM and DMARC. Nothing is changed and nothing is sent.

    Example: penfriend doctor
    """
    from penfriend.bootstrap.doctor import examine

    found = examine(os.environ, resolver)
    if as_json:
        findings = list(found)
        print_json(as_document(findings))
    else:
        findings = _tell(console(), found)
    return WRONG if any(one.level is Level.FAIL for one in findings) else DONE


def as_document(findings: list[Finding]) -> dict[str, object]:
    """The JSON document."""
    return {
        "right": all(one.level is not Level.FAIL for one in findings),
        "findings": [
            {
                "area": one.area,
                "subject": one.subject,
                "level": one.level.value,
                "found": one.found,
                "do": one.advice or None,
                "publish": one.publish
                and {"name": one.publish.name, "type": one.publish.kind, "value": one.publish.value},
            }
            for one in findings
        ],
    }


def _tell(out: Console, found: Iterable[Finding]) -> list[Finding]:
    """Print each as soon as it is known."""
    told = []
    for one in found:
        level = (one.level.value.ljust(INDENT), STYLES[one.level])
        _print_beside(out, level, Text.assemble((lines(f"{one.subject}: "), "bold"), lines(one.found)))
        if one.advice:
            _print_beside(out, (" " * INDENT + "→ ", STYLES[one.level]), Text(lines(one.advice)))
        told.append(one)
    _tell_records(out, told)
    counts = Counter(one.level for one in told)
    out.print(f"\n{counts[Level.OK]} ok, {counts[Level.WARN]} to look at, {counts[Level.FAIL]} failed")
    return told


def _print_beside(out: Console, head: tuple[str, str], text: Text) -> None:
    """The text beside the head, in as many lines as the terminal is narrow."""
    indent = len(head[0])
    for line in text.wrap(out, max(out.width - indent, indent)):
        line.rstrip()
        out.print(Text.assemble(head, line), soft_wrap=True)
        head = (" " * indent, "")


def _tell_records(out: Console, told: list[Finding]) -> None:
    """What is to be published, each on a line of its own that can be copied whole."""
    records = [one.publish for one in told if one.publish is not None]
    if records:
        out.print("\nTo publish in the DNS:")
    for record in records:
        out.print(f'{record.name}.  {record.kind}  "{record.value}"', markup=False, soft_wrap=True)
