"""`penfriend report`: what the mail is worth."""

from __future__ import annotations

import typer

from penfriend.bootstrap import House
from penfriend.bootstrap.report import campaigns_with_results, period_of, report_of
from penfriend.bootstrap.results import refresh_results
from penfriend.cli.moments import parse_moment
from penfriend.cli.output import AS_JSON, DONE, print_json
from penfriend.domain.errors import SettingError
from penfriend.domain.results import Dimension
from penfriend.domain.results.report import BREAKDOWNS
from penfriend.domain.timing import Moment

USUAL = (Dimension.STEP,)


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    app.command("report")(report)


def report(
    campaign: str = typer.Argument("", metavar="CAMPAIGN", help="One campaign; without it all of them."),
    since: str = typer.Option("", "--since", metavar="MOMENT", help="Mails from that day on."),
    until: str = typer.Option("", "--until", metavar="MOMENT", help="Mails up to that day, it included."),
    by: list[str] = typer.Option(
        [], "--by", help="step, variant, template, locale, transport, week or day; may be repeated."
    ),
    as_json: bool = AS_JSON,
    as_csv: bool = typer.Option(False, "--csv", help="A line for each line of the tables, as CSV."),
    meanings: bool = typer.Option(False, "--meanings", help="Say below what each number means."),
) -> int:
    """Show what the mail is worth. Mails by what came of them, goals and revenue by the mail that led to
    them, and how those do who get mail beside those who were held out.

    Example: penfriend report win_back --by variant
    """
    dimensions = _dimensions(by)
    if as_json and as_csv:
        raise SettingError("give --json or --csv, not both")
    with House.open() as house:
        zone = house.brand_zone()
        first, last = (parse_moment(text, zone) if text else None for text in (since, until))
        _check_order(first, last)
        refresh_results(house)
        live = sorted(house.definitions().campaigns)
        names = [campaign] if campaign else sorted({*live, *campaigns_with_results(house)})
        found = [report_of(house, name, dimensions or USUAL, first, last) for name in names]
        period = period_of(house, first, last)
    if as_json:
        one = found[0].as_json() if campaign else None
        print_json(one or {**period.as_json(), "campaigns": [report.as_json() for report in found]})
    elif as_csv:
        from penfriend.cli.report_csv import print_csv

        print_csv(found)
    else:
        from penfriend.cli.report_tables import print_reports

        print_reports(found, period, details=bool(campaign or dimensions), meanings=meanings)
    return DONE


def _dimensions(by: list[str]) -> tuple[Dimension, ...]:
    known = [one.value for one in BREAKDOWNS]
    for one in by:
        if one not in known:
            raise SettingError(f'--by: "{one}" is not known. It is one of {", ".join(known)}.')
    return tuple(dict.fromkeys(Dimension(one) for one in by))


def _check_order(first: Moment | None, last: Moment | None) -> None:
    if first is not None and last is not None and last < first:
        raise SettingError("--until comes before --since")
