"""A new transport sends more each day: counted over all workers, and exactly; what is over waits a day."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.campaign import Policy
from penfriend.domain.outbox import SendingDay
from penfriend.domain.timing import DAY, HOUR, MINUTE, Duration, Moment, Unit
from penfriend.domain.transport_plan import TransportPlan, WarmUp
from penfriend.engine.handing_over import OneBatch
from penfriend.engine.live import Live
from penfriend.engine.send import Send
from penfriend.storage.coupon_pool import CouponPool
from penfriend.storage.dot_journal import FileJournal
from penfriend.storage.questions import Asker
from penfriend.storage.rate_book import RateBook
from tests.support.mail_pieces import LETTER, NO_SUCH_USER, NOON, ROUTE_DOWN, Killed, campaign
from tests.support.mail_world import World, worlds

TODAY, TOMORROW = Moment(NOON - 12 * HOUR), Moment(NOON + 12 * HOUR)
"""In London, in winter."""
A_WEEK = Policy(max_lateness=Duration(7, Unit.DAYS))


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER), policy=A_WEEK)
        warmed(world, WarmUp(2, 1.5, 4))
        yield world


def warmed(world: World, warm_up: WarmUp | None) -> None:
    plans = {"default": TransportPlan(name="default", warm_up=warm_up)}
    world.live = Live.of(1, replace(world.live.definitions, transports=plans), world.renderer, "store")
    world.revisions[1] = world.live


def people(world: World, number: int) -> None:
    before = len(world.rows("contacts"))
    for one in range(before, before + number):
        world.person(f"p{one}")
    world.advance()


def days(world: World) -> dict[int, int]:
    return {row["begins_at"]: row["handed"] for row in world.rows("route_days", "begins_at")}


def waiting(world: World) -> set[tuple[int, str | None, int]]:
    return {
        (row["due_at"], row["held_by"], row["postponed"])
        for row in world.rows("messages")
        if row["status"] == "due"
    }


def test_what_is_over_the_limit_of_a_day_waits_until_the_next(world: World) -> None:
    people(world, 4)
    world.send()
    assert (len(world.sent()), days(world)) == (2, {TODAY: 2})
    assert waiting(world) == {(TOMORROW, "rate_limit", 1)}
    told = [row for row in world.rows("decisions") if row["what"] == "postponed"]
    assert {(row["reason"], row["until"]) for row in told} == {("rate_limit", TOMORROW)}


def test_limit_grows_by_days_on_which_it_sent_and_then_there_is_none(world: World) -> None:
    people(world, 30)
    sent: list[int] = []
    for at in (NOON, NOON + HOUR, NOON + DAY, NOON + 4 * DAY):
        before = len(world.sent())
        world.at(at)
        world.send()
        sent.append(len(world.sent()) - before)
    assert sent == [2, 0, 3, 25]


def test_day_on_which_nothing_was_handed_over_does_not_count(world: World) -> None:
    people(world, 1)
    transport = MemoryTransport("default")
    world.transport = transport
    stops = iter([False, False])
    world.send(lambda: next(stops, True))  # begun, and taken back
    assert (transport.taken, days(world)) == ([], {TODAY: 0})
    world.at(NOON + DAY)
    assert world.gate().day() == SendingDay(TOMORROW, 2)


def test_day_on_which_no_server_was_reached_does_not_count(world: World) -> None:
    people(world, 1)
    world.transport = MemoryTransport("default", lambda _: ROUTE_DOWN)
    world.send()
    world.at(NOON + DAY)
    assert (days(world), world.gate().day()) == ({TODAY: 0}, SendingDay(TOMORROW, 2))


def test_day_whose_mails_were_all_refused_counts(world: World) -> None:
    people(world, 1)
    world.transport = MemoryTransport("default", lambda _: NO_SUCH_USER)
    world.send()
    world.at(NOON + DAY)
    assert (days(world), world.gate().day()) == ({TODAY: 1}, SendingDay(TOMORROW, 3))


def test_try_that_was_refused_counts_and_one_that_was_taken_back_does_not(world: World) -> None:
    people(world, 2)
    transport = MemoryTransport("default", [NO_SUCH_USER])
    world.transport = transport
    world.send(lambda: bool(transport.taken))
    assert (world.statuses(), days(world)) == (["failed", "due"], {TODAY: 1})


def kill(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The worker is killed with its first mail in hand: nothing of it cleans up."""

    def die(_: object) -> None:
        raise Killed

    world.transport = MemoryTransport("default", die)
    with monkeypatch.context() as patched:
        patched.setattr(OneBatch, "close", lambda *_: 0)
        with pytest.raises(Killed):
            world.send()


def test_tries_of_a_worker_that_was_killed_before_the_dot_are_not_counted(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(world, 2)
    kill(world, monkeypatch)
    assert days(world) == {TODAY: 2}
    gone, world.transport = world.owner, world.memory
    world.start()
    world.recover(gone)
    assert (days(world), world.statuses()) == ({TODAY: 0}, ["due", "due"])
    world.send()
    assert (days(world), world.statuses()) == ({TODAY: 2}, ["sent", "sent"])


def test_what_was_begun_before_midnight_is_taken_back_of_that_day(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(world, 2)
    world.at(TOMORROW - MINUTE)
    kill(world, monkeypatch)
    gone, world.transport = world.owner, world.memory
    world.start()
    world.at(TOMORROW + MINUTE)
    people(world, 1)
    world.send()
    world.recover(gone)
    assert days(world) == {TODAY: 0, TOMORROW: 1}


def test_limit_holds_over_workers_at_once(world: World) -> None:
    warmed(world, WarmUp(50, 1.5, 1_000))
    people(world, 70)
    transports = [MemoryTransport("default") for _ in range(3)]
    together = threading.Barrier(len(transports))
    failures: list[BaseException] = []

    def work(number: int) -> None:
        owner = f"thread-{number}"
        journal = FileJournal(world.folder / "dots", owner)
        asking = Asker(world.db, world.live.definitions)
        send = Send(
            world.messages, world.handovers, asking, transports[number], journal, world.clock, owner,
            world.gate(), world.revision, CouponPool(world.db),
        )  # fmt: skip
        together.wait(30)
        try:
            for _ in range(6):
                send.tick(world.live)
        except BaseException as failure:
            failures.append(failure)
        journal.close()

    threads = [threading.Thread(target=work, args=(number,)) for number in range(len(transports))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert failures == []
    world.transport = world.memory
    world.send()
    received = [email.message_id for one in (*transports, world.memory) for email in one.sent]
    assert (len(received), len(set(received)), days(world)) == (50, 50, {TODAY: 50})
    assert (world.held(), waiting(world)) == ([], {(TOMORROW, "rate_limit", 1)})


def test_without_a_warm_up_the_days_are_counted_all_the_same(world: World) -> None:
    warmed(world, None)
    people(world, 5)
    world.send()
    assert days(world) == {TODAY: 5}
    assert RateBook(world.db).handed_over("default", TODAY).today == 5
    assert RateBook(world.db).handed_over("default", TOMORROW).days_before == 1
