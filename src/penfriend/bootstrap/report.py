"""The results of campaigns, put together for whoever reads them whole: `penfriend report` and the API."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from penfriend.bootstrap.house import House
from penfriend.bootstrap.results import days_of, lift_for, outcomes_of, results_of
from penfriend.bootstrap.split_results import split_results
from penfriend.domain.errors import NotFound
from penfriend.domain.results import Dimension, Figures, ResultLine
from penfriend.domain.results.report import Period, Report
from penfriend.domain.timing import Moment
from penfriend.rendering.saying import in_english
from penfriend.storage.results.reading import known_campaigns

ONE_WEEK = timedelta(weeks=1)


def report_of(
    house: House,
    campaign: str,
    by: Sequence[Dimension] = (Dimension.STEP,),
    since: Moment | None = None,
    until: Moment | None = None,
) -> Report:
    """The results of one campaign. Raises NotFound for one that neither is live nor ever sent."""
    definitions = house.definitions()
    if campaign not in definitions.campaigns and campaign not in campaigns_with_results(house):
        raise NotFound(f'there is no campaign "{campaign}"')
    brand = definitions.brand
    groups = outcomes_of(house, campaign, since)
    lift = lift_for(house, campaign, groups)
    money = lift.revenue_sentence
    return Report(
        campaign=campaign,
        period=period_of(house, since, until),
        currency=brand.currency,
        credit=definitions.results.credit,
        total=total_of(results_of(house, (), since, until, campaign)),
        by=tuple(by),
        lines=results_of(house, by, since, until, campaign),
        weeks=weeks_of(results_of(house, (Dimension.WEEK,), since, until, campaign)),
        groups=groups,
        lift=lift,
        said=in_english(lift.sentence, brand.currency),
        said_of_revenue=None if money is None else in_english(money, brand.currency),
        splits=[
            (one, [in_english(pair.sentence, brand.currency) for pair in one.verdict.pairs])
            for one in split_results(house, campaign)
        ],
    )


def campaigns_with_results(house: House) -> list[str]:
    """Campaigns of which something was counted, those that are gone among them."""
    with house.db.read() as connection:
        return known_campaigns(connection)


def period_of(house: House, since: Moment | None, until: Moment | None) -> Period:
    """The days of results from that of `since` to that of `until`."""
    days = days_of(house, since, until)
    return Period(days.first, days.last, house.definitions().brand.zone.key)


def total_of(lines: Sequence[ResultLine]) -> Figures:
    """All of them together."""
    return sum((line.figures for line in lines), Figures())


def weeks_of(lines: Sequence[ResultLine]) -> list[tuple[date, Figures]]:
    """Lines by week as every week from the first to the last, also those without a mail."""
    by_week = {date.fromisoformat(line.key[0]): line.figures for line in lines}
    if not by_week:
        return []
    week, last = min(by_week), max(by_week)
    weeks = []
    while week <= last:
        weeks.append((week, by_week.get(week, Figures())))
        week += ONE_WEEK
    return weeks
