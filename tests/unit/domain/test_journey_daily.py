"""Daily waits around every change of every clock: each day has its mail once, when the clock shows nine."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest

from penfriend.domain.campaign import Policy, Send, Step, WaitFor, WaitHappening, WaitUntil
from penfriend.domain.journey import next_move
from penfriend.domain.moments import FromNow, OfEntry
from penfriend.domain.route import Route
from penfriend.domain.standing import Standing, View
from penfriend.domain.timing import HOUR, Duration, Moment, Unit, from_datetime, to_datetime
from tests.support.mail_pieces import campaign
from tests.unit.domain.walking import ANN, ANSWERED

NINE, DAYS = time(9), 4
DAY_LONG = Duration(1, Unit.DAYS)


def clock_changes() -> list[tuple[ZoneInfo, date]]:
    """Every clock of tzdata, by a zone that goes by it, with each day of 2026 and 2027 on which its offset
    changes."""
    clocks = {}
    for zone in map(ZoneInfo, sorted(available_timezones() - {"localtime", "Factory"})):
        changes = tuple(_changes(zone))
        clocks[changes] = [(zone, day) for day, _ in changes]
    return [change for changes in clocks.values() for change in changes]


def _changes(zone: ZoneInfo) -> Iterator[tuple[date, timedelta | None]]:
    """The days whose noon has another offset than the noon before; no clock changes twice in a week."""
    noon, week = datetime(2026, 1, 1, 12, tzinfo=zone), timedelta(days=7)
    for begin in (noon + n * week for n in range(104)):
        if begin.utcoffset() != (begin + week).utcoffset():
            days = (begin + timedelta(days=n) for n in range(1, 8))
            change = next(day for day in days if day.utcoffset() != begin.utcoffset())
            yield change.date(), change.utcoffset()


CHANGES = clock_changes()
WAITS: dict[str, Iterable[Step]] = {
    "a day": [WaitFor(id=f"wait{n}", duration=DAY_LONG) for n in range(DAYS)],
    "until tomorrow at nine": [
        WaitUntil(id=f"wait{n}", until=FromNow(DAY_LONG, 1), at=NINE) for n in range(DAYS)
    ],
    "until so many days after entry at nine": [
        WaitUntil(id=f"wait{n}", until=OfEntry(Duration(n + 1, Unit.DAYS)), at=NINE) for n in range(DAYS)
    ],
    "for what does not come within a day": [
        WaitHappening(id=f"wait{n}", happenings=(ANSWERED,), at_most=DAY_LONG) for n in range(DAYS)
    ],
}


def wanted(route: Route, zone: ZoneInfo, entry: Moment) -> list[Moment]:
    """When each mail of the journey is wanted; a tick comes each half hour, and a mail leaves at once."""
    contact = replace(ANN, timezone=zone.key)
    standing, mails, found = Standing(None, entry), dict[str, Moment | None](), list[Moment]()
    now: Moment | None = entry
    while now is not None:
        view = View(now, entry, contact, dict.fromkeys(route.questions), mails)
        made = next_move(route, standing, view)
        standing = made.standing
        for mail in made.mails:
            assert mail.skip is None
            found.append(mail.wanted_at)
            mails[mail.step.id] = mail.wanted_at
        ahead = standing.due_at if standing.due_at is not None else now
        now = None if made.ending else Moment(now + -(-(ahead - now) // (HOUR // 2)) * (HOUR // 2))
    return found


@pytest.mark.parametrize("kind", WAITS)
def test_nine_in_the_morning_is_mailed_once_a_day_around_every_change_of_every_clock(kind: str) -> None:
    steps: list[Step] = [Send(id="mail", template="hello")]
    for number, wait in enumerate(WAITS[kind]):
        steps += [wait, Send(id=f"mail{number}", template="hello")]
    route = Route.of(campaign(*steps), Policy())
    for zone, change in CHANGES:
        first = change - timedelta(days=2)
        entry = from_datetime(datetime.combine(first, NINE, tzinfo=zone))
        shown = [to_datetime(moment, zone) for moment in wanted(route, zone, entry)]
        assert [one.date() for one in shown] == [first + timedelta(days=n) for n in range(DAYS + 1)], zone
        assert {(one.time(), one.fold) for one in shown} == {(NINE, 0)}, (zone, change)


def test_there_are_clock_changes_to_look_at() -> None:
    assert len(CHANGES) > 80
    assert len({zone.key for zone, _ in CHANGES}) > 20
