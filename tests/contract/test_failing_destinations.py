"""Destinations that fail: their windows, their rests, and what is the route's matter."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from penfriend.delivery.memory import KEPT
from penfriend.domain.delivery import Handover, Result
from penfriend.domain.timing import MINUTE, SECOND
from tests.support.connections import Seconds, connections, mails, sent_to
from tests.support.mail_pieces import BUSY, LETTER, NO_SUCH_USER, NOON, campaign
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.clock = Seconds(NOON)
        world.run(campaign(LETTER, name="urgent", priority=90), campaign(LETTER))
        yield world


def test_storm_of_421_shrinks_the_window_and_good_results_open_it_again(world: World) -> None:
    mails(world, 60, "busy.example")
    storm = [KEPT] * 10 + [BUSY] * 3 + [KEPT] * 60
    transport = connections(world, lambda _: storm[len(seen)])
    seen: list[int] = []

    class Watched(list[Handover]):
        def remove(self, one: Handover) -> None:
            super().remove(one)
            seen.append(len(self))

    transport.held = Watched()
    world.send()
    left = [count + 1 for count in seen]
    assert max(left[:10]) == 8  # grown by one with each good mail, to all that one destination may hold
    assert left[10:19] == [8, 7, 6, 5, 6, 7, 8, 8, 8]
    assert {row["attempts"] for row in world.rows("messages") if row["status"] == "due"} == {0}


def test_cohort_of_failures_rests_the_destination_and_another_worker_obeys(world: World) -> None:
    mails(world, 30, "dead.example")
    mails(world, 10, "quick.example")
    transport = connections(world, lambda one: BUSY if "dead" in one.email.envelope_to else KEPT)
    world.send()
    assert sent_to(world, "quick.example") == 10
    tried = [one for one in transport.taken if "dead" in one.email.envelope_to]
    assert len(tried) == 5
    (row,) = world.rows("destinations", "domain")
    assert (row["route"], row["domain"], row["failures"], row["reason"]) == (
        "default", "dead.example", 1, BUSY.text,
    )  # fmt: skip
    assert row["resting_until"] == NOON + 5 * MINUTE
    world.start()
    mails(world, 3, "dead.example")
    world.send()
    assert len(transport.taken) == 15
    waiting = [row for row in world.rows("messages") if row["status"] == "due"]
    assert {row["attempts"] for row in waiting} == {0}
    assert len([row for row in waiting if row["due_at"] == NOON + 5 * MINUTE]) == 28
    assert world.held() == []


def test_after_the_rest_one_tries_and_its_failure_makes_it_longer(world: World) -> None:
    mails(world, 30, "dead.example")
    transport = connections(world, lambda _: BUSY)
    sender = world.sender()
    tries, rests = [], []
    for _ in range(3):
        before = len(transport.taken)
        transport.most.clear()
        sender.tick(world.live)
        tries.append((len(transport.taken) - before, transport.most["dead.example"]))
        (row,) = world.rows("destinations", "domain")
        rests.append((row["resting_until"] - world.clock.now()) // MINUTE)
        world.at(row["resting_until"])
    assert (tries, rests) == ([(5, 5), (1, 1), (1, 1)], [5, 10, 20])


@pytest.mark.parametrize("restarted", [False, True])
def test_one_success_ends_the_rest_and_the_window_opens(world: World, *, restarted: bool) -> None:
    mails(world, 30, "dead.example")
    transport = connections(world, lambda _: BUSY)
    sender = world.sender()
    sender.tick(world.live)
    world.later(6 * MINUTE)
    if restarted:
        world.start()
        sender = world.sender()
    seen: list[int] = []

    def count(_: Handover) -> Result:
        seen.append(len(transport.held))
        return KEPT

    transport.says = count
    sender.tick(world.live)
    assert seen[0] == 1
    assert max(seen) == 8
    assert world.rows("destinations", "domain") == []
    world.later(6 * MINUTE)
    sender.tick(world.live)
    assert set(world.statuses()) == {"sent"}


def test_dead_addresses_rest_no_destination(world: World) -> None:
    mails(world, 20, "quick.example")
    connections(world, lambda _: NO_SUCH_USER)
    assert world.send().failed == 20
    assert world.rows("destinations", "domain") == []


def test_what_three_destinations_say_of_us_rests_the_route_and_none_of_them(world: World) -> None:
    for number in range(40):
        mails(world, 1, f"d{number % 10}.example")
    transport = connections(world, lambda _: replace(BUSY, code=451, enhanced="4.7.0", text="too many"))
    world.send()
    (route,) = world.rows("routes", "name")
    assert (route["paused_until"], route["reason"]) == (NOON + 30 * SECOND, "too many")
    assert world.rows("destinations", "domain") == []
    assert len(transport.taken) <= 12


def test_route_rests_not_where_mails_are_accepted_in_between(world: World) -> None:
    for number in range(6):
        mails(world, 1, f"d{number}.example")
        mails(world, 1, "quick.example")
    connections(world, lambda one: KEPT if "quick" in one.email.envelope_to else BUSY)
    world.send()
    assert world.rows("routes", "name") == []
