"""Messages in the store until they leave the house: claimed, decided about, given back, on both databases."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from penfriend.domain.gap import Gap, Settled
from penfriend.domain.outbox import DueMessage, Verdict
from penfriend.domain.reasons import End, Postponed
from penfriend.domain.send_policy import PostponeIt, SkipIt
from penfriend.domain.standing import Ending
from penfriend.domain.timing import DAY, HOUR, MINUTE, Moment
from penfriend.storage import tables as t
from penfriend.storage.life import GAP, HEARD_WITHIN
from penfriend.storage.notes import write_note
from penfriend.storage.pending import pending
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

TRIED = {"contact": {"email": "ann@shop.example"}}


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def message(world: World, enrollment: int, contact: int, step: str = "hello", **fields: Any) -> int:
    """A message of an enrollment."""
    row: dict[str, Any] = {
        "enrollment_id": enrollment,
        "campaign": "welcome",
        "contact_id": contact,
        "step": step,
        "template": "hello",
        "topic": "offers",
        "priority": 50,
        "revision": 1,
        "status": "due",
        "wanted_at": NOON,
        "due_at": NOON,
        "message_id": f"<{enrollment}-{step}@mail.acorn.example>",
        "created_at": NOON,
    } | fields
    with world.db.write() as connection:
        made: int = connection.execute(insert(t.messages).returning(t.messages.c.id), row).scalar_one()
    return made


def person(world: World, name: str = "ann", **fields: Any) -> int:
    """A contact, waiting for its mail; the message's id."""
    contact, enrollment = world.person(name, step="hello", due_at=None)
    return message(world, enrollment, contact, **fields)


def settle(world: World, one: DueMessage, decision: SkipIt | PostponeIt, now: int = NOON) -> None:
    world.messages.settle([Verdict(one, decision)], world.owner, Moment(now), 1)


def recent(world: World, held: list[DueMessage], since: int = 0) -> dict[str, list[Moment]]:
    """When counted mails went out, by the contact's name."""
    names = {row["id"]: row["key"] for row in world.rows("contacts")}
    found = world.messages.background(held, world.live.definitions, Moment(since)).recent
    return {names[contact]: sorted(moments) for contact, moments in found.items()}


# -- claiming


def test_due_message_is_claimed_with_all_that_is_known(world: World) -> None:
    made = person(world, attempts=2, held_by="rate_limit", dated_at=NOON - 1, facts=TRIED)
    (one,) = world.claim()
    assert (one.id, one.campaign, one.step, one.template, one.topic) == (
        made, "welcome", "hello", "hello", "offers",
    )  # fmt: skip
    assert (one.attempts, one.held_by, one.dated_at, one.facts, one.in_doubt) == (
        2, "rate_limit", NOON - 1, TRIED, True,
    )  # fmt: skip


def test_first_comes_the_priority_then_the_time_then_the_id(world: World) -> None:
    late = person(world, "ann", priority=50)
    owed = person(world, "bob", priority=1000)
    early = person(world, "cem", priority=50, due_at=NOON - 1)
    last = person(world, "dan", priority=50)
    assert [one.id for one in world.claim()] == [owed, early, late, last]


def test_only_so_many_are_claimed_as_were_asked_for(world: World) -> None:
    for name in ("ann", "bob", "cem"):
        person(world, name)
    assert [len(world.claim(2)), len(world.claim(2)), len(world.claim(2))] == [2, 1, 0]


def test_what_is_not_due_or_not_of_this_revision_is_left(world: World) -> None:
    person(world, "ann", due_at=NOON + 1)
    person(world, "bob", revision=2)
    assert world.claim() == []


# -- background


def test_background_has_contact_enrollment_and_why_it_ended(world: World) -> None:
    person(world, "ann")
    contact = world.contact("bob", topics=())
    over = world.enroll(contact, status="ended", end_reason="goal")
    message(world, over, contact)
    held = world.claim()
    background = world.messages.background(held, world.live.definitions, Moment(0))
    assert background.ended == {over: "goal"}
    assert background.enrollments[over].active is False
    assert background.contacts[contact].topics == frozenset()


def test_who_came_to_the_end_may_be_sent_again_what_was_in_doubt(world: World) -> None:
    contact = world.contact()
    message(world, world.enroll(contact, status="ended", end_reason="completed"), contact, facts=TRIED)
    background = world.messages.background(world.claim(), world.live.definitions, Moment(0))
    assert background.ended == {}


def test_contact_that_is_gone_is_missing(world: World) -> None:
    contact, enrollment = world.person("ann")
    other = world.contact("bob")
    message(world, enrollment, contact)
    held = world.claim()
    with world.db.write() as connection:
        connection.execute(update(t.messages).values(contact_id=other))
        connection.execute(update(t.enrollments).values(contact_id=other))
        connection.execute(t.subscriptions.delete().where(t.subscriptions.c.contact_id == contact))
        connection.execute(t.contacts.delete().where(t.contacts.c.id == contact))
    assert world.messages.background(held, world.live.definitions, Moment(0)).contacts == {}


@pytest.mark.parametrize(
    ("fields", "counted"),
    [
        ({"status": "sent", "sent_at": NOON - HOUR}, NOON - HOUR),
        ({"status": "unknown", "over_at": NOON - HOUR}, NOON - HOUR),
        ({"status": "sending", "dated_at": NOON - HOUR}, NOON - HOUR),
        ({"status": "due", "due_at": NOON + DAY, "dated_at": NOON - HOUR, "facts": TRIED}, NOON - HOUR),
        ({"status": "due", "due_at": NOON + DAY}, None),
        ({"status": "failed", "over_at": NOON - HOUR}, None),
        ({"status": "skipped", "over_at": NOON - HOUR}, None),
        ({"status": "sent", "sent_at": NOON - HOUR, "transactional": 1}, None),
        ({"status": "sent", "sent_at": NOON - 9 * DAY}, None),
    ],
)
def test_what_counts_under_a_cap(world: World, fields: dict[str, Any], counted: int | None) -> None:
    contact, enrollment = world.person(due_at=None)
    message(world, enrollment, contact, "before", **fields)
    message(world, enrollment, contact)
    held = world.claim()
    assert recent(world, held, NOON - 8 * DAY) == ({} if counted is None else {"ann": [counted]})


def test_mail_in_doubt_does_not_count_against_its_own_copy(world: World) -> None:
    person(world, dated_at=NOON - HOUR, facts=TRIED)
    assert recent(world, world.claim()) == {}


# -- verdicts


def test_skip_says_why_and_lets_the_enrollment_go_on(world: World) -> None:
    person(world)
    (one,) = world.claim()
    settle(world, one, SkipIt("condition_false", "detail"), NOON + 1)
    (row,) = world.rows("messages")
    assert (row["status"], row["reason"], row["note"], row["over_at"], row["owner"]) == (
        "skipped", "condition_false", "detail", NOON + 1, None,
    )  # fmt: skip
    assert world.rows("enrollments")[0]["woken"] == 1
    assert world.story() == [("skipped", "condition_false")]


def test_skip_of_what_may_have_been_delivered_leaves_it_unknown(world: World) -> None:
    person(world, facts=TRIED)
    (one,) = world.claim()
    settle(world, one, SkipIt("too_late"))
    assert world.mails() == [("hello", "unknown", None)]
    assert world.rows("enrollments")[0]["woken"] == 1


def test_end_before_the_mail_ends_the_enrollment_and_looks_for_its_goal(world: World) -> None:
    person(world)
    (one,) = world.claim()
    end = Ending(End.EXIT_EVENT, Moment(NOON - 5), "order_placed")
    settle(world, one, SkipIt("exit_event", "order_placed", end))
    (row,) = world.rows("enrollments")
    assert (row["status"], row["ended_at"], row["end_reason"], row["end_word"], row["woken"]) == (
        "ended", NOON - 5, "exit_event", "order_placed", 1,
    )  # fmt: skip
    assert world.story() == [("skipped", "exit_event"), ("ended", "exit_event")]


@pytest.mark.parametrize("watched", [True, False])
def test_end_touches_the_contact_where_somebody_looks_for_it(world: World, watched: bool) -> None:
    person(world)
    (one,) = world.claim()
    verdict = Verdict(one, SkipIt("goal", "", Ending(End.GOAL, NOON)))
    world.messages.settle([verdict], world.owner, NOON, 1, touch_ended=watched)
    assert [row["contact_id"] for row in world.rows("touched")] == ([one.contact] if watched else [])
    assert world.rows("contacts")[0]["version"] == int(watched)


def test_end_does_not_overwrite_an_earlier_one(world: World) -> None:
    person(world)
    (one,) = world.claim()
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).values(status="ended", end_reason="erased", ended_at=NOON))
    settle(world, one, SkipIt("goal", "", Ending(End.GOAL, NOON)))
    assert world.ends() == ["erased"]


def test_postponement_says_why_and_comes_up_again_then(world: World) -> None:
    person(world)
    (one,) = world.claim()
    settle(world, one, PostponeIt(Moment(NOON + HOUR), Postponed.FREQUENCY_CAP, "3 per 7 days"))
    (row,) = world.rows("messages")
    assert (row["status"], row["due_at"], row["held_by"], row["postponed"], row["owner"]) == (
        "due", NOON + HOUR, "frequency_cap", 1, None,
    )  # fmt: skip
    (told,) = world.rows("decisions")
    assert (told["what"], told["until"], told["detail"]) == ("postponed", NOON + HOUR, "3 per 7 days")
    assert world.rows("enrollments")[0]["woken"] == 0


def test_mail_that_waits_for_a_yes_comes_up_at_once_where_it_was_given_meanwhile(world: World) -> None:
    """The worker that decides has not heard of it yet, and would let the mail wait until it is too late."""
    wait = PostponeIt(Moment(NOON + DAY), Postponed.UNCONFIRMED)
    gap = Gap(since=Moment(NOON - HOUR), until=NOON, found_at=NOON)
    for known, due_at in ((gap, NOON + DAY), (gap.settle(Settled.RESEND, NOON), NOON + HEARD_WITHIN)):
        with world.db.write() as connection:
            write_note(connection, GAP, json.dumps(known.as_json()))
        made = person(world, str(due_at))
        (one,) = world.claim()
        settle(world, one, wait)
        (row,) = (row for row in world.rows("messages") if row["id"] == made)
        assert (row["status"], row["held_by"], row["due_at"]) == ("due", "unconfirmed", due_at)


def test_verdict_of_a_worker_that_lost_the_message_is_not_written(world: World) -> None:
    person(world)
    (one,) = world.claim()
    world.messages.settle([Verdict(one, SkipIt("too_late"))], "somebody else", NOON, 1)
    assert (world.statuses(), world.story()) == (["claimed"], [])


def test_verdict_about_a_contact_that_became_another_is_not_written(world: World) -> None:
    person(world)
    other = world.contact("bob")
    (one,) = world.claim()
    with world.db.write() as connection:
        connection.execute(update(t.messages).values(contact_id=other))
    settle(world, one, SkipIt("too_late"))
    assert (world.statuses(), world.story()) == (["claimed"], [])


# -- giving back


def test_given_back_is_due_again(world: World) -> None:
    person(world, "ann")
    person(world, "bob")
    first, _ = world.claim()
    world.messages.give_back([first.id], world.owner)
    assert world.statuses() == ["due", "claimed"]


def test_nobody_gives_back_what_is_another_ones(world: World) -> None:
    person(world)
    (one,) = world.claim()
    world.messages.give_back([one.id], "somebody else")
    world.messages.release("somebody else")
    assert world.statuses() == ["claimed"]


def test_release_gives_back_what_is_claimed_and_nothing_that_was_begun(world: World) -> None:
    person(world, "ann")
    person(world, "bob", status="sending", owner=world.owner, lease_until=NOON + MINUTE)
    world.claim()
    world.messages.release(world.owner)
    assert world.statuses() == ["due", "sending"]


def test_next_due_is_the_earliest_that_waits(world: World) -> None:
    person(world, "ann", due_at=NOON + HOUR)
    person(world, "bob", due_at=NOON, status="sent")
    assert pending(world.db).message_due == NOON + HOUR
