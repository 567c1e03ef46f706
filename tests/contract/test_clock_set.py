"""Somebody sets the machine's clock: back by two hours, forward by a day."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import time
from pathlib import Path

import pytest
from sqlalchemy import insert

from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.campaign import Policy
from penfriend.domain.delivery import Handover
from penfriend.domain.health import ClockSet
from penfriend.domain.timing import DAY, HOUR, MINUTE, Cap, Duration, Moment, Unit
from penfriend.engine.handing_over import LeaseLost
from penfriend.storage import tables as t
from penfriend.storage.clock_mending import mend_clock, read_clock
from penfriend.storage.leases import take_lease
from tests.support.mail_pieces import GREYLISTED, LETTER, NOON, ROUTE_DOWN, campaign
from tests.support.mail_world import World, worlds

BACK, FORWARD = -2 * HOUR, DAY
ONE_A_WEEK = Policy(at_most=(Cap(1, Duration(7, Unit.DAYS)),))
MORNING = Policy(send_window_hours=(time(9), time(13)))


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def people(world: World, *names: str) -> None:
    """Who has a mail that is due."""
    for name in names:
        world.person(name, at=world.clock.now())
    world.advance()


def set_clock(world: World, by: int) -> Moment:
    """As the daemon hears of it."""
    now = world.later(by)
    with world.db.write() as connection:
        mend_clock(connection, ClockSet(now, by))
    return now


def test_that_it_was_set_is_kept_for_status(world: World) -> None:
    now = set_clock(world, FORWARD)
    with world.db.read() as connection:
        assert read_clock(connection) == ClockSet(now, FORWARD)


@pytest.mark.parametrize("by", [BACK, FORWARD])
def test_cap_counts_over_the_jump(world: World, by: int) -> None:
    world.run(campaign(LETTER, name="one"), campaign(LETTER, name="two"), policy=ONE_A_WEEK)
    contact = world.contact()
    world.enroll(contact, "one")
    world.settle()
    now = set_clock(world, by)
    world.enroll(contact, "two", at=now)
    world.settle()
    assert [row["held_by"] for row in world.rows("messages")] == [None, "frequency_cap"]
    assert world.sent() == ["ann@shop.example"]


def test_nothing_is_done_twice_after_it_went_back(world: World) -> None:
    people(world, "ann", "bob")
    world.settle()
    set_clock(world, BACK)
    for _ in range(5):
        world.later(HOUR)
        world.settle()
        world.recover()
    assert world.statuses() == ["sent", "sent"]
    assert len(world.sent()) == 2


def test_transport_that_rested_until_a_moment_of_before_works_again(world: World) -> None:
    people(world, "ann", "bob")
    world.memory.answer_with([ROUTE_DOWN])
    world.later(FORWARD)
    world.send()
    set_clock(world, -FORWARD)
    world.settle()
    assert world.statuses() == ["sent", "sent"]


def test_domain_that_rested_until_a_moment_of_before_rests_no_more(world: World) -> None:
    rest = {"route": "default", "domain": "shop.example", "failures": 3, "resting_until": NOON + FORWARD}
    with world.db.write() as connection:
        connection.execute(insert(t.destinations), rest)
    people(world, "ann")
    set_clock(world, 0)
    assert world.send().sent == 0
    set_clock(world, -1)
    world.later(MINUTE)
    assert world.send().sent == 1


def test_mail_that_waits_for_a_window_of_before_is_decided_about_anew(world: World) -> None:
    world.run(campaign(LETTER), policy=MORNING)
    people(world, "ann")
    world.later(4 * HOUR)  # too late for today: it waits until tomorrow
    world.send()
    set_clock(world, -4 * HOUR)
    world.send()
    assert world.statuses() == ["sent"]


def test_mail_that_a_server_put_off_is_tried_again_in_its_usual_time(world: World) -> None:
    people(world, "ann")
    world.memory.answer_with([GREYLISTED])
    world.later(FORWARD)
    world.send()
    now = set_clock(world, -FORWARD)
    (row,) = world.rows("messages")
    assert row["due_at"] <= now + 4 * HOUR
    world.later(5 * MINUTE)
    assert world.send().decided == 0  # not at once either: that is for the server to say


def test_mail_of_a_gap_is_not_let_go(world: World) -> None:
    people(world, "ann")
    with world.db.write() as connection:
        connection.exec_driver_sql(f"UPDATE messages SET held_by = 'unconfirmed', due_at = {NOON + DAY}")
    set_clock(world, BACK)
    assert [row["due_at"] for row in world.rows("messages")] == [NOON + DAY]


def test_claims_of_a_worker_that_is_gone_are_free_and_those_of_one_that_lives_do_no_harm(
    world: World,
) -> None:
    people(world, "ann")
    held = world.claim()
    world.enroll(world.contact("bob"))
    world.enrollments.claim(world.clock.now(), "gone", Moment(NOON + MINUTE), 1, 10)
    set_clock(world, BACK)
    assert world.held() == []
    world.start()
    world.at(NOON)
    assert world.send().sent == 1
    assert len(held) == 1
    world.messages.give_back([one.id for one in held], "worker-1")  # the first one lives after all
    assert world.statuses() == ["sent"]


def test_what_only_one_may_do_is_not_kept_for_hours(world: World) -> None:
    with world.db.write() as connection:
        assert take_lease(connection, "enroll", "gone", now=NOON, until=Moment(NOON + MINUTE))
    now = set_clock(world, BACK)
    with world.db.write() as connection:
        assert take_lease(connection, "enroll", "other", now=now, until=Moment(now + MINUTE))


def test_mail_whose_lease_ended_by_the_jump_is_not_sent_by_two(world: World) -> None:
    people(world, "ann")
    transport = Jumps(world, FORWARD)
    world.transport = transport
    with suppress(LeaseLost):
        world.send()
    world.start()
    world.recover("worker-1")
    world.send()
    assert world.statuses() == ["sent"]
    assert len(transport.sent) == 1


class Jumps(MemoryTransport):
    """The clock is set between the handing over and the dot of the first mail, and `recover` comes by."""

    def __init__(self, world: World, by: int) -> None:
        super().__init__("default", self._jump)
        self._world, self._by = world, by

    def _jump(self, handover: Handover) -> None:
        if self._by:
            set_clock(self._world, self._by)
            self._by = 0
            self._world.recover()


def test_mail_that_a_jump_makes_later_than_it_may_be_is_skipped(world: World) -> None:
    people(world, "ann")
    set_clock(world, 3 * FORWARD)
    world.send()
    assert world.mails() == [("hello", "skipped", "too_late")]
