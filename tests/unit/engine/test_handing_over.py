"""One batch on its way: groups, staleness, and what a transport leaves behind that breaks."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from penfriend.delivery.memory import KEPT, MemoryTransport
from penfriend.domain.delivery import Handover
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.timing import HOUR, SECOND, Moment
from penfriend.domain.transport import DeliveryWatch
from penfriend.engine import group_size
from penfriend.engine.clock import SetClock
from penfriend.engine.handing_over import LeaseLost
from penfriend.storage import tables as t
from tests.support.mail_pieces import LETTER, NOON, Killed, campaign
from tests.support.mail_world import World, worlds


class Wide(MemoryTransport):
    """Holds three mails at a time and answers when told to: `each` is called between taking and answering."""

    concurrency = 3

    def __init__(self, each: Any = None, *, take: int = 99, dots: bool = True) -> None:
        super().__init__("default")
        self.each, self.take, self.dots = each, take, dots

    def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
        """Take up to `take` mails, one after the other."""
        for handover in filter(None, handovers):
            self.taken.append(handover)
            if self.dots:
                watch.dot(handover)
            if self.each is not None:
                self.each(handover)
            self.sent.append(handover.email)
            watch.done(handover, KEPT)
            if len(self.taken) == self.take:
                return


class Seconds(SetClock):
    """A clock by hand whose seconds are by hand too."""

    passed = 0.0

    def elapsed(self) -> float:
        return self.passed


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    monkeypatch.setattr(group_size, "SMALLEST_GROUP", 1)
    monkeypatch.setattr(group_size, "LARGEST_GROUP", 3)
    for world in worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path):
        world.clock = Seconds(NOON)
        world.run(campaign(LETTER))
        yield world


def seconds(world: World) -> Seconds:
    assert isinstance(world.clock, Seconds)
    return world.clock


def people(world: World, *names: str) -> None:
    for name in names:
        world.person(name)
    world.advance()


def wide(world: World, each: Any = None, **more: Any) -> Wide:
    transport = Wide(each, **more)
    world.transport = world.memory = transport
    return transport


def test_group_is_begun_together_and_the_next_only_when_it_is_out(world: World) -> None:
    people(world, "ann", "bob", "cem", "dan")
    seen: list[list[str]] = []
    wide(world, lambda _: seen.append(world.statuses()))
    world.send()
    assert seen[0] == ["sending", "sending", "sending", "claimed"]
    assert seen[3][3] == "sending"
    assert world.statuses() == ["sent"] * 4


def test_what_waits_longer_than_a_second_is_decided_again(world: World) -> None:
    people(world, "ann", "bob", "cem")

    def slow(_: Handover) -> None:
        seconds(world).passed += 1.5

    wide(world, slow)
    assert world.send().sent == 3
    assert [row["number"] for row in world.rows("attempts")] == [1, 1, 1]
    assert (world.held(), [row["attempts"] for row in world.rows("messages")]) == ([], [1, 1, 1])


def test_who_left_while_the_mail_waited_is_not_mailed(world: World) -> None:
    people(world, "ann", "bob")

    def slow(handover: Handover) -> None:
        if handover.email.envelope_to.startswith("ann"):
            seconds(world).passed += 1.5
            world.unsubscribe(world.rows("contacts")[1]["id"])

    wide(world, slow)
    world.send()
    assert world.mails() == [("hello", "sent", None), ("hello", "skipped", "unsubscribed")]


def test_transport_that_takes_no_more_leaves_nothing_sending(world: World) -> None:
    people(world, "ann", "bob", "cem", "dan")
    transport = wide(world, take=1)
    transport.take = 1
    report = world.sender().tick(world.live, lambda: len(transport.taken) > 0)
    assert report.sent == 1
    assert (world.statuses(), world.held()) == (["sent", "due", "due", "due"], [])
    assert len(world.rows("attempts")) == 1


def test_group_grows_while_the_way_is_quick(world: World) -> None:
    people(world, *"abcdefgh")
    seen: list[int] = []
    transport = MemoryTransport("default")
    transport.answer_with(lambda _: seen.append(world.statuses().count("sending")))
    world.transport = world.memory = transport
    world.send()
    assert max(seen) > 1


def test_stop_hands_over_nothing_more_and_takes_back_what_was_begun(world: World) -> None:
    people(world, "ann", "bob", "cem")
    transport = wide(world)
    world.send(lambda: len(transport.sent) == 1)
    assert (world.statuses(), world.held()) == (["sent", "due", "due"], [])


def test_transport_that_breaks_after_the_dot_leaves_an_unknown(world: World) -> None:
    people(world, "ann", "bob")

    def break_off(_: Handover) -> None:
        raise Killed

    wide(world, break_off)
    with pytest.raises(Killed):
        world.send()
    assert (world.statuses(), world.held()) == (["unknown", "due"], [])
    assert "given up" in world.rows("messages")[0]["note"]


def test_transport_that_breaks_before_the_dot_leaves_a_due_one(world: World) -> None:
    people(world, "ann")

    def break_off(_: Handover) -> None:
        raise Killed

    wide(world, break_off, dots=False)
    with pytest.raises(Killed):
        world.send()
    assert (world.statuses(), world.rows("attempts")) == (["due"], [])


@pytest.mark.parametrize("how", ["lease", "frozen"])
def test_dot_is_not_written_when_another_may_have_the_message(world: World, how: str) -> None:
    people(world, "ann")

    class Frozen(Wide):
        def deliver(self, handovers: Iterator[Handover | None], watch: DeliveryWatch) -> None:
            handover = next(filter(None, handovers))
            if how == "lease":
                world.at(NOON + HOUR)
            else:
                seconds(world).passed += 15 * 60
            watch.dot(handover)
            self.sent.append(handover.email)

    world.transport = world.memory = Frozen()
    with pytest.raises(LeaseLost):
        world.send()
    assert (world.sent(), world.statuses(), world.held()) == ([], ["due"], [])


def test_dot_is_on_record_before_it_may_be_written(world: World) -> None:
    people(world, "ann")
    seen: list[Any] = []
    transport = wide(world, lambda _: seen.append(world.recovery.journal_of(world.owner)))
    world.send()
    assert seen == [{transport.taken[0].attempt: None}]
    assert world.recovery.journal_of(world.owner) == {}


def test_answers_are_on_record_before_they_are_in_the_store(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(world, "ann")
    wide(world)

    def fail(*_: object) -> None:
        raise StoreUnavailable("the server was stopped")

    monkeypatch.setattr(world.handovers, "record", fail)
    with pytest.raises(StoreUnavailable):
        world.send()
    assert world.statuses() == ["sending"]
    world.start()  # the process ends, and another recovers
    world.recover("worker-1")
    assert (world.statuses(), len(world.sent())) == (["sent"], 1)


def test_store_that_failed_while_recording_costs_no_dot_of_the_next_batch(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    people(world, "ann")
    transport = wide(world)
    with monkeypatch.context() as patched:
        patched.setattr(world.handovers, "record", lambda *_: (_ for _ in ()).throw(StoreUnavailable("gone")))
        with pytest.raises(StoreUnavailable):
            world.send()
    world.person("bob")
    world.settle()
    journal = world.recovery.journal_of(world.owner)
    assert journal is not None
    assert transport.taken[0].attempt in journal
    world.at(NOON + HOUR)
    world.recover()
    assert (world.statuses(), world.sent()) == (["sent", "sent"], ["ann@shop.example", "bob@shop.example"])


def test_contact_that_becomes_another_while_claimed_is_decided_again(world: World) -> None:
    world.person("ann")
    world.person("bob", occurrence="another")
    world.advance()
    ann, bob = (row["id"] for row in world.rows("contacts"))

    def merge(_: Handover) -> None:
        with world.db.write() as connection:
            for table in (t.messages, t.enrollments, t.decisions):
                connection.execute(update(table).where(table.c.contact_id == bob).values(contact_id=ann))
            connection.execute(t.subscriptions.delete().where(t.subscriptions.c.contact_id == bob))
            connection.execute(t.contacts.delete().where(t.contacts.c.id == bob))

    transport = MemoryTransport("default")  # one at a time: the second is decided about after the first
    transport.answer_with(lambda handover: merge(handover) if len(transport.taken) == 1 else None)
    world.transport = world.memory = transport
    world.send()
    world.send()
    assert (world.statuses(), set(world.sent())) == (["sent", "sent"], {"ann@shop.example"})


def test_lease_is_longer_than_any_answer_may_take(world: World) -> None:
    people(world, "ann")
    found: list[int] = []
    wide(world, lambda _: found.append(world.rows("messages")[0]["lease_until"]))
    world.send()
    assert found[0] - NOON > 600 * SECOND


def test_moment_of_the_handover_is_the_date_of_the_mail(world: World) -> None:
    people(world, "ann")
    world.at(NOON + HOUR)
    world.send()
    assert world.rows("messages")[0]["dated_at"] == Moment(NOON + HOUR)
