"""The mails of the next 24 hours, by hour and campaign: those that are due, and those of the people whose
wait is over by then and whose next step sends one, or may."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from penfriend.domain.campaign import CallWebhook, Send, Step, Update, walk_steps
from penfriend.domain.route import Route
from penfriend.domain.timing import HOUR, Moment
from penfriend.storage.coming import MOST_COUNTED, mails_due, people_due

if TYPE_CHECKING:
    from penfriend.bootstrap.house import House
    from penfriend.engine.live import Live

HOURS = 24


@dataclass(frozen=True, slots=True)
class ComingHours:
    """What is to be sent, as things stand: conditions, caps and hours of rest are asked at that moment."""

    begin: Moment
    mails: dict[str, list[int]]
    """By campaign, for each hour."""
    is_all: bool
    """Whether everything was counted; else there is more towards the end."""

    @property
    def total(self) -> int:
        """The mails of all hours."""
        return sum(sum(hours) for hours in self.mails.values())


def coming_hours(house: House, live: Live) -> ComingHours:
    """Those from now on; who has the most mails first."""
    now = house.clock.now()
    until = Moment(now + HOURS * HOUR)
    with house.db.read() as connection:
        due, waiting = mails_due(connection, now, until), people_due(connection, now, until)
    counts: Counter[tuple[str, int]] = Counter()
    for (campaign, _, hour), number in due.items():
        counts[campaign, hour] += number
    for (campaign, step, hour), number in waiting.items():
        route = live.routes.get(campaign)
        if route is not None and route.campaign.runs and _leads_to_mail(route, step):
            counts[campaign, hour] += number
    totals: Counter[str] = Counter()
    for (campaign, _), number in counts.items():
        totals[campaign] += number
    mails = {name: [counts[name, hour] for hour in range(HOURS)] for name, _ in totals.most_common()}
    is_all = max(due.total(), waiting.total()) < MOST_COUNTED
    return ComingHours(now, mails, is_all)


def _leads_to_mail(route: Route, at: str) -> bool:
    """Whether who waits at the step comes to a mail next, or to a fork of which a way has one."""
    following = route.after.get(at) if at else route.first
    while following is not None and isinstance(route.steps[following], Update | CallWebhook):
        following = route.after.get(following)
    return following is not None and _has_mail(route.steps[following])


def _has_mail(step: Step) -> bool:
    return any(isinstance(one, Send) for one in walk_steps((step,)))
