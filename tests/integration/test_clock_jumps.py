"""The clock jumps under a whole shop: schedules, segments and what the next start says of it."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.bootstrap import House, Worker
from penfriend.bootstrap.fit_to_send import FitToSend
from penfriend.bootstrap.healing import clock_was_set, health_of
from penfriend.delivery import MemoryTransport
from penfriend.domain.events import EventIn
from penfriend.domain.health import ClockSet
from penfriend.domain.ingestion import ContactIn
from penfriend.domain.timing import DAY, HOUR, MINUTE, Moment
from penfriend.engine.clock import SetClock
from tests.support.houses import NOON, open_house

CAMPAIGNS = """
brand: {name: Acorn, from: Acorn <hello@mail.acorn.example>, address: 12 Mill Lane, timezone: Europe/London}
topics: {offers: {title: Offers}}
policy: {max_lateness: 5 hours}
segments: {lapsed: {where: {orders.last_at: {before: 1 hour ago}}}}
campaigns:
  letter: {topic: offers, trigger: {schedule: "0 13 * * *"}, steps: [{send: hello}]}
  back: {topic: offers, trigger: {segment: lapsed}, steps: [{send: hello}]}
"""


class Shop:
    """Ann, who buys something at noon; a letter goes out each day at one."""

    def __init__(self, house: House) -> None:
        self.house, self.transport = house, MemoryTransport("default")
        self.clock = house.clock
        ann = ContactIn(
            id="ann", email="ann@shop.example", topics=("offers",), subscribed_at=Moment(NOON - DAY),
            created_at=Moment(NOON - DAY),
        )  # fmt: skip
        house.ingester().ingest_contacts([ann], proof="the test")
        house.apply(house.read_files())
        order = {"order_id": "o-1", "total": 10}
        house.ingester().ingest_events([EventIn("order_placed", "ann", None, NOON, order, "e-1")])

    def settle(self, at: int) -> list[str]:
        """What is due then; the campaigns whose mails went out by now, in order."""
        assert isinstance(self.clock, SetClock)
        self.clock.set(Moment(NOON + at))
        worker = Worker(self.house, lambda _name, _url: (self.transport, None), fit=FitToSend.of(self.house))
        worker.settle()
        worker.close()
        lines = self.house.reports.list_messages([], None, None, 100)
        return [f"{line.campaign} {line.reason or line.status}" for line in reversed(lines)]

    def jump(self, before: int, by: int) -> None:
        """As the daemon hears of it."""
        clock_was_set(self.house, ClockSet(Moment(NOON + before + by), by))


@pytest.fixture
def shop(tmp_path: Path, database_url: str) -> Iterator[Shop]:
    with open_house(tmp_path, database_url, CAMPAIGNS) as house:
        yield Shop(house)


DONE = ["back sent", "letter sent"]


@pytest.mark.both
def test_schedule_and_segment_that_were_done_are_not_done_again_after_the_clock_went_back(
    shop: Shop,
) -> None:
    assert shop.settle(HOUR + MINUTE) == DONE
    shop.jump(HOUR + MINUTE, -2 * HOUR)
    for minutes in range(-59, 180, 20):
        assert shop.settle(minutes * MINUTE) == DONE
    assert len(shop.transport.sent) == 2
    assert shop.settle(DAY + HOUR + MINUTE) == [*DONE, "letter sent"]  # tomorrow's comes as ever


def test_schedule_that_a_jump_passes_over_obeys_max_lateness(shop: Shop) -> None:
    shop.settle(0)
    shop.jump(0, DAY)
    # today's letter is 23 hours late, and nobody enters for it; that of tomorrow comes at its time
    assert shop.settle(DAY) == []
    assert shop.settle(DAY + HOUR)[-1] == "letter sent"


def test_schedule_that_a_jump_passes_over_by_less_goes_out(shop: Shop) -> None:
    shop.settle(0)
    shop.jump(0, 4 * HOUR)
    assert sorted(shop.settle(4 * HOUR)) == sorted(DONE)


def test_start_of_a_daemon_says_that_the_store_was_at_work_later_than_now(
    shop: Shop, caplog: pytest.LogCaptureFixture
) -> None:
    shop.settle(2 * HOUR)
    with caplog.at_level(logging.WARNING, "penfriend.life"):
        shop.settle(0)
    assert "the clock was set back by 120 minutes" in caplog.text
    (line,) = health_of(shop.house).lines()
    assert line.startswith("Clock: the clock was set back by 120 minutes")
    shop.settle(2 * DAY)
    assert health_of(shop.house).lines() == []
