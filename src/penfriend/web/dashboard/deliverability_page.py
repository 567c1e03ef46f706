"""How mail arrives: with whom, by which transport, what is refused and why."""

from __future__ import annotations

from starlette.responses import Response

from penfriend.bootstrap.deliverability import Deliverability, deliverability
from penfriend.domain.accounts.roles import Right
from penfriend.domain.charts import Chart, Kind, Series, Written
from penfriend.domain.deliverability import OTHERS, PROVIDERS, Fate
from penfriend.rendering.pages import Words
from penfriend.web.accounts.asking import Ask
from penfriend.web.accounts.desk import Desk
from penfriend.web.accounts.routes import Route

SHOWN = 12
"""Receivers with a line of their own; the others are counted together above."""
DRAWN = 5
"""Receivers with a colour of their own."""
TROUBLES = (Fate.BOUNCED, Fate.BLOCKED, Fate.COMPLAINED)
MANY_BOUNCES, MANY_COMPLAINTS, MANY_BLOCKED = 0.02, 0.003, 0.05
"""From these shares on somebody should look: Gmail and Yahoo turn senders away from 0.3 % complaints on."""
LIMITS = {"bounced": MANY_BOUNCES, "complained": MANY_COMPLAINTS, "blocked": MANY_BLOCKED}


class DeliverabilityPage:
    """The page of `/deliverability`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    def routes(self) -> list[Route]:
        """The route."""
        return [Route("GET", "/deliverability", Right.LOOK, self.show)]

    def show(self, ask: Ask) -> Response:
        """The last thirty days."""
        words = self._desk.words(ask)
        found = deliverability(self._desk.house)
        return self._desk.page(
            ask,
            "deliverability",
            found=found,
            receivers=found.receivers[:SHOWN],
            left_out=max(0, len(found.receivers) - SHOWN),
            names={**PROVIDERS, OTHERS: words.plain("deliverability_others")},
            limits=LIMITS,
            accepted=_accepted(found, words),
            trouble=_trouble(found, words),
            growth=_growth(found, words),
        )


def _accepted(found: Deliverability, words: Words) -> Chart:
    drawn = [one for one in found.receivers if one.name != OTHERS][:DRAWN]
    series = [Series(PROVIDERS.get(one.name, one.name), one.accepted_by_day) for one in drawn]
    rest = [one.accepted_by_day for one in found.receivers if one not in drawn]
    if rest:
        together = tuple(sum(values) for values in zip(*rest, strict=True))
        series.append(Series(words.plain("deliverability_others"), together))
    return Chart(
        Kind.STACKED,
        words.plain("deliverability_accepted_chart"),
        found.days,
        tuple(series),
        along=words.plain("deliverability_day"),
    )


def _trouble(found: Deliverability, words: Words) -> Chart:
    counted = (Fate.ACCEPTED, Fate.BLOCKED, Fate.BOUNCED)
    whole = [sum(values) for values in zip(*(found.by_day[one] for one in counted), strict=True)]
    series = tuple(
        Series(
            words.plain(f"deliverability_{fate.value}"),
            tuple(
                None if not all_of_day else number / all_of_day
                for number, all_of_day in zip(found.by_day[fate], whole, strict=True)
            ),
        )
        for fate in TROUBLES
    )
    return Chart(
        Kind.LINE,
        words.plain("deliverability_trouble_chart"),
        found.days,
        series,
        written=Written.PERCENT,
        along=words.plain("deliverability_day"),
    )


def _growth(found: Deliverability, words: Words) -> Chart:
    return Chart(
        Kind.STACKED,
        words.plain("deliverability_growth_chart"),
        found.days,
        tuple(
            Series(words.plain(f"deliverability_suppressed_{reason}"), values)
            for reason, values in found.suppressed.items()
        ),
        along=words.plain("deliverability_day"),
    )
