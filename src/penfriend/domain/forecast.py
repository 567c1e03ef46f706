"""What a simulation found: the mails that would go out, and what would keep others back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from zoneinfo import ZoneInfo

from penfriend.domain.customers import Customers
from penfriend.domain.overview import Overview
from penfriend.domain.timing import HOUR, Moment, local_date, to_datetime


@dataclass(frozen=True, slots=True)
class ForecastMail:
    """One mail that would go out."""

    at: Moment
    campaign: str
    step: str
    message_id: str


@dataclass(frozen=True, slots=True)
class Capped:
    """Who would hit `at_most`."""

    mails: int
    """Mails that were postponed by it at least once."""
    people: int
    too_late: int
    """Mails that it held up until they were too late."""


@dataclass(frozen=True, slots=True)
class CouponUse:
    """The codes of one coupon."""

    given: int
    left: int
    waiting: int
    """Mails that wait at the end because no code is left."""

    @property
    def runs_out(self) -> bool:
        """Somebody wants a code and none is left."""
        return self.waiting > 0 or (self.left == 0 and self.given > 0)


@dataclass(frozen=True, slots=True)
class BusiestHour:
    """The full hour in which most mails go out."""

    at: Moment
    mails: int
    rate: float | None
    """Mails a second that the transport takes; None where it names no limit."""

    @property
    def seconds(self) -> float | None:
        """So long the transport takes for them; None without a limit."""
        return None if self.rate is None else self.mails / self.rate


@dataclass(frozen=True, slots=True)
class Forecast:
    """The time from `begin` to `end` (not included), by the brand's clock."""

    begin: Moment
    end: Moment
    zone: ZoneInfo
    revision: int
    """The live revision that was simulated; 0 where it was the files."""
    note: str
    """Why the files were not simulated; empty where they were, or equal the live revision."""
    customers: Customers
    overview: Overview
    """What happened in that time; people who wait and where they stand are those of its end."""
    mails: tuple[ForecastMail, ...]
    """In the order of time."""
    capped: Capped
    rate: float | None
    coupons: Mapping[str, CouponUse]
    sources: Mapping[str, Moment | None] = field(default_factory=dict)
    """When each segment with `sql` was last read: it stands so in all that time."""
    steps: int = 0
    """Steps that people took: every entry, wait, mail, branch and end is one."""

    @property
    def days(self) -> list[date]:
        """Every day of that time."""
        first, last = local_date(self.begin, self.zone), local_date(Moment(self.end - 1), self.zone)
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    @property
    def campaigns(self) -> list[str]:
        """Every campaign, by name."""
        return sorted(self.overview.campaigns)

    def by_day(self, campaign: str | None = None) -> dict[date, int]:
        """Mails of each day, of one campaign or of all."""
        found: Counter[date] = Counter()
        for at, mails in self._moments(campaign).items():
            found[local_date(at, self.zone)] += mails
        return {day: found[day] for day in self.days}

    def by_hour(self, campaign: str | None = None) -> list[int]:
        """Mails by the hour of the day, 0 to 23."""
        found: Counter[int] = Counter()
        for at, mails in self._moments(campaign).items():
            found[to_datetime(at, self.zone).hour] += mails
        return [found[hour] for hour in range(24)]

    @property
    def busiest(self) -> BusiestHour | None:
        """The first of the hours with the most mails; None where there is no mail."""
        found = Counter(mail.at // HOUR for mail in self.mails)
        if not found:
            return None
        hour = min(found, key=lambda one: (-found[one], one))
        return BusiestHour(Moment(hour * HOUR), found[hour], self.rate)

    @property
    def silent(self) -> list[str]:
        """The campaigns that send nothing."""
        sending = {mail.campaign for mail in self.mails}
        return [name for name in self.campaigns if name not in sending]

    @property
    def samples(self) -> dict[tuple[str, str], ForecastMail]:
        """The first mail of each step of each campaign."""
        first: dict[tuple[str, str], ForecastMail] = {}
        for mail in self.mails:
            first.setdefault((mail.campaign, mail.step), mail)
        return dict(sorted(first.items()))

    def _moments(self, campaign: str | None) -> Counter[Moment]:
        """How many mails at each moment: thousands go at nine o'clock."""
        return Counter(mail.at for mail in self._of(campaign))

    def _of(self, campaign: str | None) -> list[ForecastMail]:
        return [mail for mail in self.mails if campaign is None or mail.campaign == campaign]
