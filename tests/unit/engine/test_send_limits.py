"""The tick `send`: caps, the results of tries, the rate, a stop."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from penfriend.delivery.memory import MemoryTransport
from penfriend.domain.campaign import Policy
from penfriend.domain.delivery import Fault, Handover, Outcome, Result, Stage
from penfriend.domain.timing import DAY, HOUR, MINUTE, SECOND, Cap, Duration, Moment, Unit
from penfriend.storage import tables as t
from tests.support.mail_pieces import GREYLISTED, LETTER, NO_SUCH_USER, NOON, ROUTE_DOWN, campaign, with_id
from tests.support.mail_world import World, worlds

ONE_A_WEEK = Policy(at_most=(Cap(1, Duration(7, Unit.DAYS)),))
SECOND_LETTER = with_id(LETTER, "second")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path)


def people(world: World, *names: str) -> list[int]:
    """Contacts whose mail is due."""
    found = [world.person(name)[0] for name in names]
    world.advance()
    return found


def only(world: World, table: str = "messages") -> dict[str, Any]:
    (row,) = world.rows(table)
    return row


# -- caps


def test_two_messages_to_one_contact_in_one_batch_keep_the_cap(world: World) -> None:
    world.run(
        campaign(LETTER, name="low", priority=10),
        campaign(LETTER, name="high", priority=90),
        policy=ONE_A_WEEK,
    )
    contact = world.contact()
    world.enroll(contact, "low")
    world.enroll(contact, "high")
    world.advance()
    report = world.send()
    assert (report.sent, report.postponed) == (1, 1)
    assert {row["campaign"]: (row["status"], row["held_by"]) for row in world.rows("messages")} == {
        "high": ("sent", None), "low": ("due", "frequency_cap"),
    }  # fmt: skip


class Between(MemoryTransport):
    """Does something once, before it takes its first mail."""

    def __init__(self, what: Any) -> None:
        super().__init__("default")
        self.what: Any = what

    def deliver(self, handovers: Any, watch: Any) -> None:
        what, self.what = self.what, None
        if what is not None:
            what()
        super().deliver(handovers, watch)


def test_two_senders_at_once_keep_the_cap(world: World) -> None:
    world.run(campaign(LETTER, name="one"), campaign(LETTER, name="two"), policy=ONE_A_WEEK)
    contact = world.contact()
    world.enroll(contact, "one")
    world.enroll(contact, "two")
    world.advance()
    mine = world.claim(1)
    world.send()
    world.messages.give_back([one.id for one in mine], world.owner)
    world.send()
    assert sorted(world.statuses()) == ["due", "sent"]


def test_mail_on_its_way_counts_under_the_cap(world: World) -> None:
    world.run(campaign(LETTER, name="one"), campaign(LETTER, name="two"), policy=ONE_A_WEEK)
    contact = world.contact()
    world.enroll(contact, "one")
    world.enroll(contact, "two")
    world.advance()
    with world.db.write() as connection:
        first = world.rows("messages")[0]["id"]
        connection.execute(
            update(t.messages)
            .where(t.messages.c.id == first)
            .values(status="sending", owner="b", lease_until=NOON + HOUR, dated_at=NOON)
        )
    world.send()
    assert (world.sent(), world.statuses()) == ([], ["sending", "due"])


def test_when_the_cap_has_room_again_the_higher_priority_goes_first(world: World) -> None:
    world.run(
        campaign(LETTER, name="low", priority=10),
        campaign(LETTER, name="high", priority=90),
        policy=Policy(at_most=(Cap(1, Duration(1, Unit.DAYS)),)),
    )
    contact = world.contact()
    for name in ("low", "high"):
        world.enroll(contact, name)
    world.enroll(contact, "low", occurrence="first", at=Moment(NOON - HOUR))
    world.at(NOON - HOUR)
    world.settle()
    world.at(NOON)
    world.settle()
    world.at(NOON + 23 * HOUR)
    world.settle()
    sent = [(row["campaign"], row["occurrence"]) for row in _joined(world) if row["status"] == "sent"]
    assert sorted(sent) == [("high", ""), ("low", "first")]


def _joined(world: World) -> list[dict[str, Any]]:
    enrollments = {row["id"]: row for row in world.rows("enrollments")}
    return [{**enrollments[row["enrollment_id"]], **row} for row in world.rows("messages")]


# -- results


def test_deferred_comes_back_later_and_is_made_anew(world: World) -> None:
    world.run(campaign(LETTER))
    (contact,) = people(world, "ann")
    world.memory.answer_with([GREYLISTED])
    assert world.send().deferred == 1
    world.touch(contact, first_name="Anna")
    world.at(NOON + 6 * MINUTE)
    world.send()
    assert b"Anna" in world.memory.sent[0].content
    assert [row["number"] for row in world.rows("attempts")] == [1, 2]


def test_rejected_fails_and_the_enrollment_goes_on(world: World) -> None:
    world.run(campaign(LETTER, SECOND_LETTER))
    people(world, "ann")
    world.memory.answer_with([NO_SUCH_USER])
    world.settle()
    assert (world.mails(), world.ends()) == ([("hello", "failed", "rejected")], ["suppressed"])


def test_route_that_is_down_costs_one_try_and_the_others_wait_for_it(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann", "bob", "cem")
    world.memory.answer_with([ROUTE_DOWN])
    report = world.send()
    assert (report.deferred, report.postponed, len(world.memory.taken)) == (1, 2, 1)
    assert {row["due_at"] for row in world.rows("messages")} == {NOON + 30 * SECOND}
    assert [row["attempts"] for row in world.rows("messages")] == [0, 0, 0]
    world.at(NOON + 30 * SECOND)
    assert world.send().sent == 3


def test_mail_whose_try_the_route_failed_waits_for_the_route(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann", "bob")
    world.memory.answer_with([ROUTE_DOWN])
    world.send()
    assert [(row["held_by"], row["postponed"]) for row in world.rows("messages")] == [
        ("provider_paused", 1), ("provider_paused", 1),
    ]  # fmt: skip
    paused = [row for row in world.rows("decisions") if row["reason"] == "provider_paused"]
    assert {(row["until"], row["detail"]) for row in paused} == {
        (NOON + 30 * SECOND, "connection refused"), (NOON + 30 * SECOND, None),
    }  # fmt: skip


def test_too_late_gives_the_answer_that_held_it_up_last(world: World) -> None:
    world.run(campaign(LETTER), policy=ONE_A_WEEK)
    (contact,) = people(world, "ann")
    world.touch(contact, paused_until=NOON + MINUTE)
    world.send()
    assert only(world)["held_by"] == "contact_paused"
    world.at(NOON + MINUTE)
    world.memory.answer_with([replace(GREYLISTED, text="451 4.7.1 Greylisted")])
    world.send()
    assert only(world)["held_by"] is None
    world.at(NOON + 2 * DAY)
    world.send()
    assert (world.mails(), only(world)["note"]) == (
        [("hello", "skipped", "too_late")], "held up by the last try: 451 4.7.1 Greylisted",
    )  # fmt: skip


def test_route_that_stays_down_is_tried_less_and_less_often(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann")
    world.memory.answer_with(lambda _: ROUTE_DOWN)
    pauses = []
    for _ in range(4):
        world.send()
        due = max(only(world)["due_at"], world.rows("routes", "name")[0]["paused_until"])
        pauses.append((due - world.clock.now()) // SECOND)
        world.at(due)
    assert pauses == [30, 60, 120, 240]
    assert only(world)["attempts"] == 0


def test_next_step_counts_from_the_answer_not_from_its_record(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann", "bob")

    def answer(handover: Handover) -> None:
        world.clock.set(Moment(world.clock.now() + SECOND))

    world.memory.answer_with(answer)
    world.send()
    assert [row["over_at"] for row in world.rows("messages")] == [NOON + SECOND, NOON + 2 * SECOND]


# -- rate


def test_rate_ends_the_tick_when_it_is_used_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.clock, "elapsed", lambda: 0.0)  # a busy machine is no reason for another mail
    world.pace = 2
    world.run(campaign(LETTER))
    people(world, "ann", "bob", "cem")
    assert world.send().sent == 2
    assert (world.statuses(), world.held()) == (["sent", "sent", "due"], [])


def test_mail_that_waits_for_the_rate_says_so_once_however_long_it_waits(world: World) -> None:
    world.pace = 1
    world.run(campaign(LETTER))
    people(world, "ann", "bob", "cem")
    assert world.send().postponed == 2
    assert [(row["held_by"], row["due_at"]) for row in world.rows("messages")[1:]] == [
        ("rate_limit", NOON), ("rate_limit", NOON),
    ]  # fmt: skip
    world.later(SECOND)
    assert (world.send().postponed, world.sent()) == (0, ["ann@shop.example", "bob@shop.example"])
    assert world.story().count(("postponed", "rate_limit")) == 2


def test_too_late_names_the_rate_that_held_it_up_last(world: World) -> None:
    world.pace = 1
    world.run(campaign(LETTER), policy=Policy(max_lateness=Duration(1, Unit.HOURS)))
    people(world, "ann", "bob")
    world.send()
    world.at(NOON + HOUR)
    world.send()
    assert [(row["status"], row["reason"], row["note"]) for row in world.rows("messages")] == [
        ("sent", None, "kept"), ("skipped", "too_late", "held up by rate_limit"),
    ]  # fmt: skip


# -- stop


def test_stop_in_the_middle_leaves_nothing_claimed(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann", "bob", "cem")
    world.send(lambda: len(world.memory.sent) == 1)
    assert (world.statuses(), world.held()) == (["sent", "due", "due"], [])
    assert len(world.rows("attempts")) == 1


def test_tick_ends_where_the_transport_takes_nothing(world: World) -> None:
    class Idle(MemoryTransport):
        def deliver(self, handovers: Any, watch: Any) -> None:
            """Take none."""

    world.transport = Idle("default")
    world.run(campaign(LETTER))
    people(world, "ann")
    assert world.send().decided == 0
    assert (world.statuses(), world.held()) == (["due"], [])


def test_refusal_by_a_closed_route_is_not_a_skip(world: World) -> None:
    world.run(campaign(LETTER))
    people(world, "ann")
    refused = Result(Outcome.REJECTED, Stage.MAIL, 550, "5.7.1", fault=Fault.ROUTE)
    world.memory.answer_with([refused])
    world.send()
    assert world.statuses() == ["due"]
    assert world.rows("suppressions", "reason") == []
