"""`penfriend simulate`: the days to come over the real contacts; nothing leaves, nothing is stored."""

from __future__ import annotations

import sys
from pathlib import Path

import typer

from penfriend.bootstrap import House, Wish, simulate
from penfriend.cli.future.document import as_document
from penfriend.cli.future.folder import MailFolder
from penfriend.cli.future.terminal import bars, by_day_table
from penfriend.cli.future.words import heading, sentences
from penfriend.cli.moments import parse_moment
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.cli.progress import dated_progress, simulated_date
from penfriend.cli.status import print_campaigns
from penfriend.cli.tables import console
from penfriend.domain.customers import SEED, Customers
from penfriend.domain.errors import SettingError
from penfriend.domain.forecast import Forecast
from penfriend.domain.timing import Moment, to_datetime


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("simulate")(simulate_days)


def simulate_days(
    days: int = typer.Option(30, "--days", min=1, max=400, help="How many days."),
    begin: str = typer.Option(
        "", "--from", metavar="MOMENT", help="Where they begin; now. What lies before is lived, not counted."
    ),
    opens: float = typer.Option(0.0, "--opens", help="The share of mails that are opened, 0 to 1."),
    clicks: float = typer.Option(0.0, "--clicks", help="The share of mails in which a link is followed."),
    buys: float = typer.Option(0.0, "--buys", help="The share of mails after which something is bought."),
    seed: int = typer.Option(SEED, "--seed", help="Which mails those are; the same seed gives the same."),
    quiet: bool = typer.Option(
        False, "--quiet-customers", help="Customers do nothing; so it is where no share is given."
    ),
    live: bool = typer.Option(False, "--live", help="The live revision, whatever the files say."),
    out: Path | None = typer.Option(
        None, "--out", metavar="DIR", help="A new folder for the mails themselves and a page with charts."
    ),
    as_json: bool = AS_JSON,
) -> int:
    """Live the days to come over a copy of the store.

    It tells who gets what, when, and why others do not. Nothing leaves, nothing is stored.

    Example: penfriend simulate --days 30 --opens 0.4 --clicks 0.1 --buys 0.03 --out future
    """
    if quiet and (opens or clicks or buys):
        raise SettingError(
            "--quiet-customers and --opens, --clicks or --buys contradict each other; leave out one"
        )
    customers = Customers(opens, clicks, buys, seed)
    folder = MailFolder(out) if out is not None else None
    with House.open() as house:
        wish = Wish(days, _begin(house, begin), customers, live)
        forecast = _with_progress(house, wish, folder)
    if folder is not None:
        folder.finish(forecast)
    if as_json:
        print_json(as_document(forecast))
        return DONE
    _tell(forecast)
    if folder is not None:
        typer.echo(f"Open {folder.page} in a browser; the mails are in {folder.mails}")
    return DONE


def _begin(house: House, given: str) -> Moment:
    if not given:
        return house.clock.now()
    files = house.read_files() if house.settings.config.exists() else None
    return parse_moment(given, house.brand_zone(files))


def _with_progress(house: House, wish: Wish, folder: MailFolder | None) -> Forecast:
    with dated_progress() as progress:
        task = progress.add_task("copying the store", total=None)

        def tell(moment: Moment, last: Moment) -> None:
            progress.update(
                task,
                total=last - began,
                completed=moment - began,
                description=simulated_date(to_datetime(moment)),
            )

        began = min(house.clock.now(), wish.begin)
        if folder is None:
            return simulate(house, wish, tell=tell)
        return simulate(house, wish, folder.keep, tell)


def _tell(forecast: Forecast) -> None:
    out = console()
    out.print(f"[bold]{heading(forecast)}[/bold]: {len(forecast.mails):,} mails")
    if sys.stdout.isatty():
        for line in bars(forecast, out.width):
            out.print(line, no_wrap=True, overflow="ellipsis")
        out.print()
    else:
        out.print(by_day_table(forecast))
    print_campaigns(out, forecast.overview)
    for sentence in sentences(forecast):
        out.print(sentence, markup=False)
