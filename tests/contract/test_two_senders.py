"""Several workers over one store at the same time: caps hold, and nothing is sent twice."""

import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.campaign import Policy, WaitFor
from penfriend.domain.delivery import Email
from penfriend.domain.timing import MINUTE, SECOND, Cap, Duration, Moment, Unit
from penfriend.engine.send import Send
from penfriend.storage.coupon_pool import CouponPool
from penfriend.storage.dot_journal import FileJournal
from penfriend.storage.questions import Asker
from tests.support.mail_pieces import LETTER, NOON, campaign, with_id
from tests.support.mail_world import World, worlds

CAMPAIGNS = [f"campaign{number}" for number in range(5)]
TWO_A_WEEK = Policy(at_most=(Cap(2, Duration(7, Unit.DAYS)),))
WORKERS = 3


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    yield from worlds(url, tmp_path)


def at_once(world: World, rounds: int) -> list[Email]:
    """Let the workers advance and send for some rounds, all at the same time; what was received."""
    received: list[Email] = []
    failures: list[BaseException] = []

    def work(owner: str) -> None:
        asking = Asker(world.db, world.live.definitions)
        transport = MemoryTransport("default")
        journal = FileJournal(world.folder / "dots", owner)
        advance = world.advancer(asking, owner)
        send = Send(
            world.messages,
            world.handovers,
            asking,
            transport,
            journal,
            world.clock,
            owner,
            world.gate(),
            world.revision,
            CouponPool(world.db),
        )
        try:
            for _ in range(rounds):
                advance.tick(world.live)
                send.tick(world.live)
        except BaseException as error:
            failures.append(error)
        received.extend(transport.sent)
        journal.close()

    threads = [threading.Thread(target=work, args=(f"thread-{number}",)) for number in range(WORKERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    world.settle()  # what the others still held when the last of them had ended
    received += world.memory.sent
    world.memory.sent = []
    return received


def test_cap_holds_over_all_workers_and_the_higher_priority_is_not_forgotten(world: World) -> None:
    world.run(
        *(campaign(LETTER, name=name, priority=number) for number, name in enumerate(CAMPAIGNS)),
        policy=TWO_A_WEEK,
    )
    for person in range(20):
        contact = world.contact(f"person{person}")
        for name in CAMPAIGNS:
            world.enroll(contact, name)
    received = at_once(world, 4)
    assert set(Counter(email.envelope_to for email in received).values()) == {2}
    assert set(Counter(email.message_id for email in received).values()) == {1}
    assert Counter(world.statuses()) == {"sent": 40, "due": 60}
    assert {row["held_by"] for row in world.rows("messages") if row["status"] == "due"} == {"frequency_cap"}
    assert world.held() == []


def test_sequence_is_walked_once_by_several_workers(world: World) -> None:
    pause = WaitFor(id="pause", duration=Duration(1, Unit.MINUTES))
    world.run(campaign(LETTER, with_id(LETTER, "second"), pause, with_id(LETTER, "third")))
    for person in range(30):
        world.person(f"person{person}")
    received = at_once(world, 4)
    world.at(Moment(NOON + MINUTE))
    received += at_once(world, 4)
    assert Counter(email.message_id for email in received) == {
        row["message_id"]: 1 for row in world.rows("messages")
    }
    assert Counter(world.statuses()) == {"sent": 90}
    assert set(world.ends()) == {"completed"}
    assert world.held() == []


def test_rate_holds_over_workers_at_once_and_nothing_goes_twice(world: World) -> None:
    world.run(campaign(LETTER))
    world.pace = 50
    for person in range(60):
        world.person(f"person{person}")
    received = at_once(world, 4)  # the clock stands still: one burst, nine tenths of a second's worth
    assert (len(received), len({email.message_id for email in received})) == (45, 45)
    assert Counter(world.statuses()) == {"sent": 45, "due": 15}
    waiting = [row for row in world.rows("messages") if row["status"] == "due"]
    assert {(row["held_by"], row["attempts"]) for row in waiting} == {("rate_limit", 0)}
    assert world.held() == []
    world.later(SECOND)
    assert len(at_once(world, 4)) == 15
