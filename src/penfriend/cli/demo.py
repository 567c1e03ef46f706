"""`penfriend demo`: the sample shop's month, with every mail over real SMTP into a local inbox."""

from __future__ import annotations

import os
import tempfile
import threading
from datetime import datetime
from pathlib import Path

import typer

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.house import STORE_ID
from penfriend.cli.inbox import Inbox
from penfriend.cli.month import STEPS_A_DAY, Month
from penfriend.cli.output import DONE, WRONG, print_json
from penfriend.cli.progress import dated_progress, simulated_date
from penfriend.cli.sample_shop import COUNT, SEED, START
from penfriend.cli.starter import starter
from penfriend.cli.status import as_document, print_campaigns
from penfriend.cli.tables import console
from penfriend.domain.overview import Overview
from penfriend.domain.timing import from_datetime
from penfriend.engine.clock import SetClock


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("demo")(demo)


def demo(
    once: bool = typer.Option(
        False, "--once", help="Print the table and end, instead of staying up with the inbox."
    ),
    as_json: bool = typer.Option(
        False,
        "--json",
        help="One JSON document: campaigns as in status, and the inbox's count. Ends like --once.",
    ),
    seed: int = typer.Option(
        SEED, "--seed", help="Other people who do other things; the same seed gives the same table."
    ),
    people: int = typer.Option(COUNT, "--people", min=1, max=20_000, help="How many people the shop knows."),
    days: int = typer.Option(30, "--days", min=1, max=120, help="How many days to live."),
) -> int:
    """Live the sample shop's month, every mail in a local inbox. Real engine, real SMTP; then a table of who
    got what and why others did not.

    Example: penfriend demo --once
    """
    from penfriend.web.serving import (  # the web's libraries take most of the time of a start
        free_port,
        serve_house,
    )

    stay = not (once or as_json)
    with tempfile.TemporaryDirectory(prefix="penfriend-demo-") as folder, Inbox() as inbox:
        address = f"127.0.0.1:{free_port()}"
        environment = _environment(Path(folder), inbox.transport, address)
        clock = SetClock(from_datetime(START))
        with House.open(environment, clock) as house:
            house.set_note(STORE_ID, "the sample shop")  # the same Message-IDs in every run
            overview = _live(house, clock, Month, seed, people, days)
            received = inbox.count()
            if as_json:
                print_json({"campaigns": as_document(overview)["campaigns"], "inbox": received})
            else:
                _tell(overview, received)
            if stay:
                with serve_house(house, with_previews=True) as pages:
                    _stay(inbox, pages.url)
    sent = sum(counts.messages.get("sent", 0) for counts in overview.campaigns.values())
    return DONE if sent == received else WRONG


def _environment(folder: Path, transport: str, address: str) -> dict[str, str]:
    """The demo's own store, transport and pages; the campaigns of the folder one stands in, or else the
    starter's."""
    config = Path(os.environ.get("PENFRIEND_CONFIG") or "campaigns.yaml")
    return {
        **os.environ,
        "PENFRIEND_DATABASE_URL": f"sqlite:///{folder / 'demo.db'}",
        "PENFRIEND_TRANSPORT": transport,
        "PENFRIEND_LISTEN": address,
        "PENFRIEND_PUBLIC_URL": f"http://{address}",
        "PENFRIEND_CONFIG": str(config if config.is_file() else starter() / "campaigns.yaml"),
        "PENFRIEND_SECRET_KEY": "only for the sample shop, which is gone when the demo ends",
    }


def _live(house: House, clock: SetClock, month: type[Month], seed: int, people: int, days: int) -> Overview:
    worker = Worker.of(house, outside=False)  # all mail goes to the inbox, and nobody is called
    try:
        life = month(house, clock, worker, seed, people, days)
        with dated_progress() as progress:
            task = progress.add_task("bringing in the people", total=days * STEPS_A_DAY + 1)
            life.prepare()

            def tell(moment: datetime) -> None:
                progress.update(task, advance=1, description=simulated_date(moment))

            life.live(tell)
        worker.results(all_of_them=True)
        return house.overview()
    finally:
        worker.close()


def _tell(overview: Overview, received: int) -> None:
    out = console()
    print_campaigns(out, overview)
    sent = sum(counts.messages.get("sent", 0) for counts in overview.campaigns.values())
    out.print(f"{sent} mails were sent, {received} are in the inbox.")
    out.print(
        "Postponed mails went out later or still wait; skipped ones never will. Every why: docs/reasons.md"
    )


def _stay(inbox: Inbox, pages: str) -> None:
    """Until Ctrl-C."""
    typer.echo(f"\nThe dashboard is open at {pages}")
    typer.echo(f"The letters of the files can be looked at: {pages}/preview")
    typer.echo(f"The inbox is open at {inbox.address} - press Ctrl-C to end.")
    try:
        threading.Event().wait()
    except KeyboardInterrupt:
        typer.echo("\nThe inbox and the demo's database are gone.")
