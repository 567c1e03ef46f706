"""The next 30 days for the dashboard: lived over a copy of the store in a process of its own, one at a time,
on request; what came of it is kept in the store, for everybody to look at."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import date

from penfriend.bootstrap.apart import Tell
from penfriend.bootstrap.house import House
from penfriend.bootstrap.on_request import OnRequest, Progress
from penfriend.bootstrap.simulation import Wish, simulate
from penfriend.domain.forecast import Forecast
from penfriend.domain.timing import Moment
from penfriend.storage.snapshot import store_bytes

DAYS = 30
SECONDS = 3_600.0
"""So long may it take."""
MOST_BYTES = 1024 * 1024 * 1024
"""A store that is larger takes minutes to copy, and hours to live: that is for the command."""
NOTE = "simulation"
"""The note that keeps the last one."""


@dataclass(frozen=True, slots=True)
class FutureCampaign:
    """The days of one campaign."""

    mails: tuple[int, ...]
    """By day."""
    entered: int
    ended: Mapping[str, int] = field(default_factory=dict)
    """By reason."""
    not_entered: Mapping[str, int] = field(default_factory=dict)
    skipped: Mapping[str, int] = field(default_factory=dict)
    postponed: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Future:
    """What came of one simulation."""

    at: Moment
    """When it was asked for: where the days begin."""
    until: Moment
    revision: int
    """Which was live then."""
    of_files: bool
    """It was the files that ran, which were not live yet."""
    days: tuple[date, ...]
    campaigns: Mapping[str, FutureCampaign]
    capped: int
    """Mails that at_most held up, of so many people, and so many were too late then."""
    capped_people: int
    capped_too_late: int
    coupons: Mapping[str, int]
    """Coupons that run out, and how many mails wait for a code at the end."""

    @property
    def mails(self) -> int:
        """All of them."""
        return sum(sum(one.mails) for one in self.campaigns.values())

    @property
    def silent(self) -> list[str]:
        """The campaigns that send nothing."""
        return sorted(name for name, one in self.campaigns.items() if not any(one.mails))

    def as_text(self) -> str:
        """For the note."""
        plain = asdict(self) | {"days": [day.isoformat() for day in self.days]}
        return json.dumps(plain, separators=(",", ":"))

    @classmethod
    def of_text(cls, text: str) -> Future | None:
        """That of a note; None for what another version has written."""
        try:
            plain = json.loads(text)
            plain["days"] = tuple(date.fromisoformat(day) for day in plain["days"])
            plain["campaigns"] = {
                name: FutureCampaign(**{**one, "mails": tuple(one["mails"])})
                for name, one in plain["campaigns"].items()
            }
            return cls(**plain)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None


class FutureDesk:
    """Simulates one at a time."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._work: OnRequest[Future] = OnRequest(house)

    @property
    def fault(self) -> str:
        """Why the last one that was asked for came to nothing."""
        return self._work.fault()

    def known(self) -> Future | None:
        """The last one that was kept."""
        text = self._house.note(NOTE)
        return None if text is None else Future.of_text(text)

    def progress(self) -> Progress | None:
        """How far the one is that is under way; None where none is."""
        return self._work.progress()

    def is_too_large(self) -> bool:
        """Whether the store is too large to be copied in reasonable time."""
        return store_bytes(self._house.db) > MOST_BYTES

    def begin(self) -> bool:
        """Begin one; False where one is under way, or the store is too large."""
        if self.is_too_large():
            return False
        return self._work.begin(live_days, SECONDS, lambda found: self._house.set_note(NOTE, found.as_text()))


def live_days(house: House, tell: Tell) -> Future:
    """Live the days, and count."""
    now, revision = house.clock.now(), house.revision_number()
    told = [0.0]

    def hear(moment: Moment, last: Moment) -> None:
        share = (moment - now) / max(1, last - now)
        if share >= told[0] + 0.01:
            told[0] = share
            tell(min(1.0, share))

    return _counted(simulate(house, Wish(DAYS, now), tell=hear), now, revision)


def _counted(forecast: Forecast, now: Moment, revision: int) -> Future:
    days = forecast.days
    campaigns = {}
    for name in forecast.campaigns:
        counts, by_day = forecast.overview.campaigns[name], forecast.by_day(name)
        campaigns[name] = FutureCampaign(
            mails=tuple(by_day[day] for day in days),
            entered=counts.entered,
            ended=dict(counts.ended),
            not_entered=dict(counts.not_entered),
            skipped=dict(counts.skipped),
            postponed=dict(counts.postponed),
        )
    return Future(
        at=now,
        until=forecast.end,
        revision=revision,
        of_files=not forecast.note,
        days=tuple(days),
        campaigns=campaigns,
        capped=forecast.capped.mails,
        capped_people=forecast.capped.people,
        capped_too_late=forecast.capped.too_late,
        coupons={name: use.waiting for name, use in forecast.coupons.items() if use.runs_out},
    )
