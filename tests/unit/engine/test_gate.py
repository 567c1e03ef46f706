"""The gate of a route: what goes now, where a rate is used up while mails are on their way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from penfriend.domain.delivery import Handover, Result
from penfriend.domain.pacing import Rate
from penfriend.domain.timing import SECOND
from penfriend.domain.transport_plan import TransportPlan
from penfriend.engine.gate import Gate
from penfriend.engine.pace import Pace
from penfriend.storage.rate_book import RateBook
from tests.support.mail_pieces import LETTER, NOON, campaign, definitions
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path)


def people(world: World, number: int) -> None:
    """So many contacts whose mail is due."""
    for one in range(number):
        world.person(f"p{one}")
    world.advance()


def others(world: World) -> Pace:
    """The pace of another worker."""
    return Pace(RateBook(world.db), world.clock, Rate(20), "default")


def test_what_was_made_ready_goes_back_when_others_have_used_its_second(world: World) -> None:
    """A slow server: a second passes with the first mail, and another worker takes what has flowed in."""
    world.pace = 20
    world.run(campaign(LETTER))
    people(world, 5)
    other = others(world)

    def slow(_: Handover) -> Result | None:
        if world.clock.now() == NOON:
            world.later(SECOND)
            other.take(100)
        return None

    world.memory.answer_with(slow)
    report = world.send()
    assert (report.sent, world.statuses()) == (1, ["sent", *["due"] * 4])
    assert [row["attempts"] for row in world.rows("messages")] == [1, 0, 0, 0, 0]
    assert {row["held_by"] for row in world.rows("messages")[1:]} == {"rate_limit"}
    assert (len(world.rows("attempts")), world.held()) == (1, [])
    assert [row["handed"] for row in world.rows("route_days", "route")] == [1]


def test_mail_to_a_slow_domain_gives_its_room_in_the_rate_of_all_to_another(world: World) -> None:
    gate, other = slow_domain_gate(world), others(world)
    assert (gate.take(1), gate.spend("a@slow.example")) == (1, True)
    assert not gate.spend("b@slow.example")
    assert other.take(100) == 17
    assert not gate.spend("c@shop.example")
    world.later(SECOND)
    assert gate.spend("c@shop.example")


def slow_domain_gate(world: World) -> Gate:
    """Twenty a second, and one a second to slow.example."""
    plan = TransportPlan(name="default", rate=Rate(20), per_domain={"slow.example": Rate(1)})
    files = replace(definitions(), transports={"default": plan})
    return Gate("default", files, RateBook(world.db), world.clock)


def test_where_the_rate_of_all_is_used_up_the_domain_keeps_its_own(world: World) -> None:
    gate, other = slow_domain_gate(world), others(world)
    assert other.take(100) == 18
    assert not gate.spend("a@slow.example")
    other.give_back()
    assert not gate.spend("a@slow.example")  # not asked again before something can have flowed in
    world.later(SECOND // 10)
    assert gate.spend("a@slow.example")
