"""Mails set aside for a slow domain: in a lane, in the order of all, moved once, in nobody's way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from penfriend.domain.pacing import Rate
from penfriend.domain.timing import HOUR, MINUTE, SECOND, Moment
from penfriend.domain.transport_plan import TransportPlan
from penfriend.engine.live import Live
from penfriend.storage import tables as t
from penfriend.storage.rate_book import RateBook
from penfriend.storage.rate_lanes import leave_lanes
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

SLOW, OTHER = "slow.example", "shop.example"


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER), campaign(LETTER, name="urgent", priority=90))
        limited(world, Rate(2))
        yield world


def limited(world: World, rate: Rate) -> None:
    """Let the slow domain have this rate."""
    plans = {"default": TransportPlan(name="default", per_domain={SLOW: rate})}
    world.live = Live.of(1, replace(world.live.definitions, transports=plans), world.renderer, "store")
    world.revisions[1] = world.live


def people(
    world: World,
    number: int,
    domain: str = SLOW,
    name: str = "welcome",
    first: int = 0,
    at: Moment = NOON,
) -> None:
    """So many people who wait for a letter."""
    for one in range(first, first + number):
        contact = world.contact(f"{name}-{one}-{domain}", email=f"{name}{one}@{domain}")
        world.enroll(contact, name, at=at)
    world.advance()


def lanes(world: World) -> list[str | None]:
    return [row["lane"] for row in world.rows("messages") if row["status"] == "due"]


def to(world: World, domain: str) -> list[str]:
    return [address.partition("@")[0] for address in world.sent() if address.endswith(domain)]


def test_a_slow_domain_holds_nobody_up(world: World) -> None:
    people(world, 5)
    people(world, 3, OTHER)
    world.send()
    assert (len(to(world, SLOW)), len(to(world, OTHER))) == (2, 3)
    assert lanes(world) == [f"default {SLOW}"] * 3
    waiting = [row for row in world.rows("messages") if row["status"] == "due"]
    assert {(row["held_by"], row["postponed"]) for row in waiting} == {("rate_limit", 1)}


def test_who_waits_goes_when_there_is_room_and_says_once_that_it_waited(world: World) -> None:
    people(world, 5)
    for _ in range(3):
        world.send()
        world.later(SECOND)
    assert to(world, SLOW) == [f"welcome{one}" for one in range(5)]
    assert world.story().count(("postponed", "rate_limit")) == 3
    assert {row["lane"] for row in world.rows("messages")} == {None}


def test_the_higher_priority_goes_first_of_those_that_wait(world: World) -> None:
    people(world, 4)
    world.send()
    people(world, 2, name="urgent")
    world.send()
    world.later(SECOND)
    world.send()
    assert to(world, SLOW) == ["welcome0", "welcome1", "urgent0", "urgent1"]


def test_those_at_the_front_of_the_queue_are_set_aside_together(world: World) -> None:
    people(world, 4)
    people(world, 1, OTHER)
    people(world, 2, first=10)
    world.later(HOUR)
    people(world, 1, first=20, at=world.clock.now())
    book, now = RateBook(world.db), Moment(NOON + MINUTE)

    def clear(limit: int) -> int:
        def lane_for(name: str, address: str) -> str | None:
            return f"{name} lane" if address.endswith(SLOW) else None

        return book.set_aside_from_front(lane_for, now, 1, limit, None)

    assert [clear(3), clear(3), clear(3), clear(3)] == [3, 2, 1, 0]
    assert lanes(world) == ["welcome lane"] * 4 + [None] + ["welcome lane"] * 2 + [None]


def test_claim_takes_of_a_lane_what_it_may_and_in_the_order_of_all(world: World) -> None:
    people(world, 3)
    people(world, 2, OTHER)
    people(world, 1, name="urgent")
    slow = [one.id for one in world.claim() if _domain(world, one.contact) == SLOW]
    RateBook(world.db).set_aside({f"default {SLOW}": slow}, world.owner, NOON, 1)
    world.messages.release(world.owner)

    def claimed(limit: int, room: dict[str, int]) -> list[tuple[str, str]]:
        found = world.messages.claim(NOON, world.owner, Moment(NOON + MINUTE), 1, limit, None, room)
        world.messages.release(world.owner)
        return [(one.campaign, _domain(world, one.contact)) for one in found]

    assert claimed(10, {}) == [("welcome", OTHER)] * 2
    assert claimed(10, {f"default {SLOW}": 2}) == [
        ("urgent", SLOW), ("welcome", SLOW), ("welcome", OTHER), ("welcome", OTHER)
    ]  # fmt: skip
    assert claimed(2, {f"default {SLOW}": 9}) == [("urgent", SLOW), ("welcome", SLOW)]


def _domain(world: World, contact: int) -> str:
    found = {row["id"]: row["email"] for row in world.rows("contacts")}
    return str(found[contact]).partition("@")[2]


def test_what_is_put_off_leaves_its_lane(world: World) -> None:
    people(world, 3)
    world.send()
    assert lanes(world) == [f"default {SLOW}"]
    assert RateBook(world.db).put_off(NOON, Moment(NOON + HOUR), 1, 10) == 1
    row = next(row for row in world.rows("messages") if row["status"] == "due")
    assert (row["lane"], row["due_at"], row["held_by"]) == (None, NOON + HOUR, "rate_limit")


def test_mail_that_waits_for_something_else_leaves_its_lane(world: World) -> None:
    people(world, 3)
    world.send()
    contact = next(row["contact_id"] for row in world.rows("messages") if row["status"] == "due")
    world.touch(contact, paused_until=NOON + HOUR)
    world.later(SECOND)
    world.send()
    row = next(row for row in world.rows("messages") if row["status"] == "due")
    assert (row["lane"], row["due_at"], row["held_by"]) == (None, NOON + HOUR, "contact_paused")


def test_nothing_is_set_aside_once_a_later_revision_is_live(world: World) -> None:
    people(world, 2)
    held = [one.id for one in world.claim()]
    with world.db.write() as connection:
        row = {"applied_at": NOON, "digest": "", "files": {}, "entry": ""}
        connection.execute(t.revisions.insert(), [{"number": number, **row} for number in (1, 2)])
    RateBook(world.db).set_aside({"default x": held}, world.owner, NOON, 1)
    assert (lanes(world), world.held()) == ([None, None], [])
    assert RateBook(world.db).set_aside_from_front(lambda *_: "x", NOON, 1, 10, None) == 0


def test_other_transports_begin_with_empty_lanes(world: World) -> None:
    people(world, 3)
    world.send()
    with world.db.write() as connection:
        leave_lanes(connection)
    assert lanes(world) == [None]


def test_lane_of_a_domain_that_only_another_route_limits_is_emptied(world: World) -> None:
    """It may have been filled by one that stood in."""
    people(world, 4)
    world.send()
    bulk = TransportPlan(name="bulk", url="smtp://bulk.example", per_domain={SLOW: Rate(2)})
    plans = {"bulk": bulk}
    world.live = Live.of(1, replace(world.live.definitions, transports=plans), world.renderer, "store")
    world.send()
    assert len(to(world, SLOW)) == 4
