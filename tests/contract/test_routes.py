"""Which mails a route claims, over real stores."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import update

from penfriend.domain.outbox import Carried
from penfriend.domain.timing import MINUTE, Moment
from penfriend.storage.tables import messages
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    yield from worlds(url, tmp_path)


def test_claim_takes_the_mails_of_the_campaigns_that_its_route_carries(world: World) -> None:
    world.run(campaign(LETTER), campaign(LETTER, name="bulk"), campaign(LETTER, name="quick"))
    for name in ("welcome", "bulk", "quick"):
        world.enroll(world.contact(name), name)
    world.advance()
    two = frozenset({"bulk", "quick"})

    def claimed(carried: Carried) -> list[str]:
        held = world.messages.claim(NOON, world.owner, Moment(NOON + MINUTE), 1, 10, carried)
        world.messages.release(world.owner)
        return [message.campaign for message in held]

    assert claimed(Carried(two)) == ["bulk", "quick"]
    assert claimed(Carried(two, all_but=True)) == ["welcome"]
    assert claimed(Carried(frozenset())) == []
    assert world.messages.hold_for_rate(NOON, 1, 10, Carried(two, all_but=True)) == 1
    assert world.messages.hold_for_rate(NOON, 1, 10, Carried(two)) == 2


def test_what_an_earlier_try_may_have_delivered_is_carried_apart(world: World) -> None:
    world.run(campaign(LETTER), campaign(LETTER, name="bulk"))
    for name in ("welcome", "bulk"):
        for number in (1, 2):
            world.enroll(world.contact(f"{name}{number}"), name)
    world.advance()
    with world.db.write() as connection:  # what a letter was made of is kept where it may have arrived
        connection.execute(update(messages).where(messages.c.id % 2 == 0).values(facts={"a": 1}))

    def claimed(carried: Carried) -> list[tuple[str, bool]]:
        held = world.messages.claim(NOON, world.owner, Moment(NOON + MINUTE), 1, 10, carried)
        world.messages.release(world.owner)
        return sorted((message.campaign, message.in_doubt) for message in held)

    bulk, welcome = frozenset({"bulk"}), frozenset({"welcome"})
    assert claimed(Carried(bulk, in_doubt=True)) == [("bulk", True)]
    assert claimed(Carried(bulk, in_doubt=False)) == [("bulk", False)]
    together = Carried(welcome, also=(Carried(welcome, all_but=True, in_doubt=False),))
    assert claimed(together) == [("bulk", False), ("welcome", False), ("welcome", True)]
    assert world.messages.hold_for_rate(NOON, 1, 10, together) == 3
    assert world.messages.hold_for_rate(NOON, 1, 10, Carried(bulk, in_doubt=True)) == 1
