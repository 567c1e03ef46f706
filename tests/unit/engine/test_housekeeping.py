"""What is done once a day, and when the data of the time zones changes."""

from contextlib import suppress

from penfriend.domain.timing import DAY, HOUR, Moment
from penfriend.engine.clock import SetClock
from penfriend.engine.housekeeping import HousekeepingReport, keep_house
from tests.support.mail_pieces import NOON


class Notes(dict[str, str]):
    """Notes in memory."""

    def read(self, name: str) -> str | None:
        return self.get(name)

    def write(self, name: str, value: str) -> None:
        self[name] = value


class Home:
    """What is kept, and what was called."""

    def __init__(self) -> None:
        self.notes, self.clock = Notes(), SetClock(NOON)
        self.looks: list[Moment] = []
        self.old = 0

    def forget(self, _: Moment) -> int:
        return self.old

    def keep(self, tzdata: str = "2026a") -> HousekeepingReport:
        def look(now: Moment) -> int:
            self.looks.append(now)
            return 3

        return keep_house(
            self.notes,
            self.clock,
            refresh_members=look,
            keep_sizes=lambda: None,
            keep_relationship=lambda _: 0,
            rewake=lambda: 7,
            forget=self.forget,
            tzdata=tzdata,
        )

    def later(self, microseconds: int) -> None:
        self.clock.set(Moment(self.clock.now() + microseconds))


def test_first_day_has_been_looked_at_by_the_activation() -> None:
    home = Home()
    assert home.keep() == HousekeepingReport(mended=None, rewoken=0)


def test_full_look_is_taken_once_a_day() -> None:
    home = Home()
    home.keep()
    found = []
    for _ in range(5):
        home.later(12 * HOUR)
        found.append(home.keep().mended)
    assert found == [None, 3, None, 3, None]
    assert home.looks == [NOON + DAY, NOON + 2 * DAY]


def test_full_look_that_failed_is_taken_again() -> None:
    home = Home()
    home.keep()
    home.later(DAY)
    with suppress(ZeroDivisionError):
        keep_house(
            home.notes,
            home.clock,
            refresh_members=lambda _: 1 // 0,
            keep_sizes=lambda: None,
            keep_relationship=lambda _: 0,
            rewake=lambda: 0,
            forget=lambda _: 0,
            tzdata="2026a",
        )
    assert home.keep().mended == 3


def test_new_time_zone_data_has_due_times_reckoned_anew_once() -> None:
    home = Home()
    home.keep("2026a")
    assert [home.keep("2026b").rewoken, home.keep("2026b").rewoken] == [7, 0]


def test_what_was_forgotten_is_told() -> None:
    home = Home()
    home.old = 12
    assert home.keep().forgotten == 12
