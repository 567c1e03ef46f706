"""Messages on their way out: begun only where nothing has changed, recorded with what follows."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from penfriend.domain.campaign import OnUnknown
from penfriend.domain.delivery import Outcome, Result, Stage
from penfriend.domain.outbox import Beginning, DueMessage, Finished
from penfriend.domain.retry import consequence
from penfriend.domain.timing import HOUR, MINUTE, SECOND, Moment
from penfriend.storage import tables as t
from tests.contract.test_message_log import message, person
from tests.support.mail_pieces import LETTER, NO_ANSWER, NOON, ROUTE_DOWN, campaign
from tests.support.mail_world import World, worlds

KEPT = Result(Outcome.ACCEPTED, Stage.DOT, code=250, text="queued as 1", provider_id="1", server="mx.example")
LEASE = Moment(NOON + 15 * MINUTE)
FACTS = {"contact": {"email": "ann@shop.example", "first_name": "Ann"}}


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def beginnings(world: World, held: list[DueMessage]) -> list[Beginning]:
    contacts = world.messages.background(held, world.live.definitions, Moment(0)).contacts
    return [
        Beginning(
            message=one,
            contact_version=contacts[one.contact].version,
            address="ann@shop.example",
            dated_at=NOON,
            facts=FACTS,
            template="another",
            revision=1,
            made_for=one.contact,
            digest="5e4d",
            locale="de",
        )
        for one in held
    ]


def begin(world: World, group: list[Beginning], now: Moment = NOON) -> dict[int, int]:
    return world.handovers.begin(group, world.owner, "default", now, LEASE)


def begun(world: World) -> tuple[DueMessage, int]:
    """Whatever is due, begun: a message and its attempt."""
    (one,) = world.claim()
    ((_, attempt),) = begin(world, beginnings(world, [one])).items()
    return one, attempt


def record(
    world: World,
    one: DueMessage,
    attempt: int,
    result: Result,
    *,
    at: int = NOON + SECOND,
    on_unknown: OnUnknown = OnUnknown.HOLD,
    owner: str = "",
) -> None:
    follows = consequence(
        result, message_id=one.message_id, number=one.attempts + 1, now=Moment(at), on_unknown=on_unknown
    )
    done = Finished(attempt, one.id, result, follows, Moment(at))
    world.handovers.record([done], owner or world.owner, "default")


def only(world: World, table: str = "messages") -> dict[str, Any]:
    (row,) = world.rows(table)
    return row


# -- begin


def test_beginning_commits_an_attempt_and_what_the_mail_is_made_of(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    row = only(world)
    assert (row["status"], row["attempts"], row["route"], row["address"], row["lease_until"]) == (
        "sending", 1, "default", "ann@shop.example", LEASE,
    )  # fmt: skip
    assert (row["facts"], row["dated_at"]) == (FACTS, NOON)
    tried = only(world, "attempts")
    assert (tried["id"], tried["message_id"], tried["number"], tried["owner"], tried["ended_at"]) == (
        attempt, one.id, 1, world.owner, None,
    )  # fmt: skip


def test_beginning_says_what_made_the_mail_so_that_a_copy_is_the_same(world: World) -> None:
    person(world, revision=0)
    one, _ = begun(world)
    row = only(world)
    assert (row["revision"], row["template"], row["made_for"], row["digest"]) == (
        1, "another", one.contact, "5e4d",
    )  # fmt: skip


def test_facts_come_back_with_their_names_in_the_order_in_which_a_letter_saw_them(world: World) -> None:
    person(world)
    attributes = {"wishes": ["b", "a"], "b": 1.10, "aa": {"z": 1, "y": None}, "a": 1e22, "c": -0.0}
    facts = FACTS | {"cart": {"attributes": attributes}}
    (one,) = world.claim()
    ((_, attempt),) = begin(
        world, [replace(begin_as, facts=facts) for begin_as in beginnings(world, [one])]
    ).items()
    record(world, one, attempt, NO_ANSWER, on_unknown=OnUnknown.RESEND)
    world.later(HOUR)
    (again,) = world.claim()
    assert repr(again.facts) == repr(facts)


def test_contact_that_changed_since_the_decision_is_decided_about_again(world: World) -> None:
    person(world)
    (one,) = world.claim()
    group = beginnings(world, [one])
    world.touch(one.contact)
    assert (begin(world, group), world.statuses()) == ({}, ["claimed"])


def test_enrollment_that_ended_since_the_decision_gets_no_mail(world: World) -> None:
    person(world)
    group = beginnings(world, world.claim())
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).values(status="ended", end_reason="goal"))
    assert begin(world, group) == {}


def test_message_whose_lease_another_has_taken_is_not_begun(world: World) -> None:
    person(world)
    group = beginnings(world, world.claim())
    world.recovery.free_claimed(Moment(NOON + HOUR))
    world.start()
    (again,) = world.claim()
    former = world.owner
    assert world.handovers.begin(group, "worker-1", "default", NOON, LEASE) == {}
    assert (only(world)["owner"], again.id) == (former, group[0].message.id)


def test_message_whose_contact_became_another_is_not_begun(world: World) -> None:
    person(world)
    other = world.contact("bob")
    group = beginnings(world, world.claim())
    with world.db.write() as connection:
        connection.execute(update(t.messages).values(contact_id=other))
    assert begin(world, group) == {}


def test_of_two_messages_to_one_contact_the_first_begins(world: World) -> None:
    contact = world.contact()
    for name, priority in (("low", 10), ("high", 90)):
        message(world, world.enroll(contact, occurrence=name, due_at=None), contact, name, priority=priority)
    group = beginnings(world, world.claim())
    assert list(begin(world, group)) == [group[0].message.id]
    assert {row["step"]: row["status"] for row in world.rows("messages")} == {
        "low": "claimed", "high": "sending",
    }  # fmt: skip


def test_of_two_senders_with_mail_for_one_contact_one_begins(world: World) -> None:
    contact = world.contact()
    for name in ("one", "two"):
        message(world, world.enroll(contact, occurrence=name, due_at=None), contact, name)
    mine, theirs = (beginnings(world, world.claim(1)) for _ in range(2))
    assert (len(begin(world, mine)), len(begin(world, theirs))) == (1, 0)


def test_try_that_does_not_count_still_has_a_number_of_its_own(world: World) -> None:
    person(world)
    record(world, *begun(world), ROUTE_DOWN)
    world.later(HOUR)
    begun(world)
    assert [row["number"] for row in world.rows("attempts")] == [1, 2]
    assert only(world)["attempts"] == 1


# -- withdraw


def test_withdrawn_message_is_due_as_if_it_had_never_begun(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    world.handovers.withdraw([(one.id, attempt)], world.owner)
    row = only(world)
    assert (row["status"], row["attempts"], row["facts"], row["owner"]) == ("due", 0, None, None)
    assert world.rows("attempts") == []


def test_withdrawn_copy_of_a_mail_in_doubt_keeps_what_it_was_made_of(world: World) -> None:
    person(world)
    record(world, *begun(world), NO_ANSWER, on_unknown=OnUnknown.RESEND)
    world.later(HOUR)
    one, attempt = begun(world)
    world.handovers.withdraw([(one.id, attempt)], world.owner)
    assert (only(world)["facts"], only(world)["attempts"]) == (FACTS, 1)


def test_nobody_withdraws_what_is_another_ones(world: World) -> None:
    person(world)
    one, attempt = begun(world)
    world.handovers.withdraw([(one.id, attempt)], "somebody else")
    assert world.statuses() == ["sending"]
