"""Enrollments in the store: claimed under a lease, loaded, woken, on both databases."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import update

from penfriend.domain.enrollment import Enrollment, Moved, NewMessage
from penfriend.domain.timing import HOUR, MINUTE, Moment
from penfriend.storage import tables as t
from penfriend.storage.enrollment_claim import WOKEN_BY_NOBODY, woken_at
from penfriend.storage.enrollment_log import EnrollmentLog, wake_campaigns
from penfriend.storage.pending import pending
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

MAIL = NewMessage(
    step="hello",
    template="hello",
    message_id="<1@mail.acorn.example>",
    topic="offers",
    transactional=False,
    priority=50,
    wanted_at=NOON,
)


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


def claim(
    world: World, owner: str = "a", *, now: int = NOON, revision: int = 1, limit: int = 100
) -> list[Enrollment]:
    return world.enrollments.claim(Moment(now), owner, Moment(now + MINUTE), revision, limit)


def save(world: World, *moves: Moved, owner: str = "a", now: int = NOON) -> int:
    return world.enrollments.save(moves, owner, Moment(now))


def moved(row: Enrollment, **changes: Any) -> Moved:
    return replace(Moved(row, replace(row.standing, step="hello", due_at=None), 1), **changes)


def change(world: World, enrollment: int, **values: Any) -> None:
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).where(t.enrollments.c.id == enrollment).values(**values))


def only(world: World) -> dict[str, Any]:
    (row,) = world.rows("enrollments")
    return row


# -- claiming


def test_who_is_due_is_claimed_with_all_that_is_known(world: World) -> None:
    contact, enrollment = world.person(
        occurrence="cart-1", entry=2, step="hello", waited=0, missed=1, due_wall="x", due_zone="y",
        cart_key="cart-1", order_key="o", product_key="p", reward_key="r", expires_on="2026-03-09",
        event_id=7,
    )  # fmt: skip
    (row,) = claim(world)
    assert (row.id, row.contact, row.occurrence, row.entry, row.active) == (
        enrollment,
        contact,
        "cart-1",
        2,
        True,
    )
    assert (row.standing.step, row.standing.waited, row.standing.missed) == ("hello", False, True)
    assert (row.standing.due_wall, row.standing.due_zone, row.woken_at) == ("x", "y", None)
    subject = row.subject
    assert (subject.cart_key, subject.order_key, subject.product_key) == ("cart-1", "o", "p")
    assert (subject.reward_key, subject.expires_on, subject.event_id) == ("r", "2026-03-09", 7)


def test_who_is_not_due_is_left_alone(world: World) -> None:
    world.person(due_at=NOON + 1)
    assert claim(world) == []


def test_who_is_held_is_claimed_by_nobody_else(world: World) -> None:
    world.person()
    assert len(claim(world)) == 1
    assert claim(world, "b") == []


def test_who_was_woken_is_claimed_with_when_that_came(world: World) -> None:
    contact, _ = world.person(due_at=None)
    world.touch(contact, Moment(NOON - HOUR))
    assert [row.woken_at for row in claim(world)] == [NOON - HOUR]


def test_who_was_woken_by_nobody_knows_when_was_woken_now(world: World) -> None:
    contact, _ = world.person(due_at=None)
    world.touch(contact, None)
    assert [row.woken_at for row in claim(world)] == [NOON]


def test_who_claims_behind_a_lease_that_has_ended_knows_when_what_woke_it_came(world: World) -> None:
    contact, _ = world.person(due_at=None)
    world.touch(contact, Moment(NOON - HOUR))
    claim(world)
    (row,) = claim(world, "b", now=NOON + MINUTE)
    assert row.woken_at == NOON - HOUR


def test_whom_time_alone_brought_up_is_woken_by_nobody_behind_a_lease_that_has_ended(world: World) -> None:
    world.person()
    claim(world)
    (row,) = claim(world, "b", now=NOON + MINUTE)
    assert row.woken_at is None


def test_what_is_given_back_is_claimed_as_it_was_found(world: World) -> None:
    world.person("ann")
    bob, _ = world.person("bob", due_at=None)
    world.touch(bob, Moment(NOON - HOUR))
    claim(world)
    world.enrollments.release("a")
    assert {row.contact == bob: row.woken_at for row in claim(world, "b", now=NOON + 1)} == {
        False: None,
        True: NOON - HOUR,
    }


def test_what_woke_it_is_over_once_it_has_moved(world: World) -> None:
    contact, _ = world.person(due_at=None)
    world.touch(contact, Moment(NOON - HOUR))
    (row,) = claim(world)
    save(world, moved(row))
    assert (only(world)["woken"], only(world)["woken_at"]) == (0, None)


def test_what_comes_while_it_is_held_is_no_older_than_that(world: World) -> None:
    contact, enrollment = world.person(due_at=None)
    world.touch(contact, Moment(NOON - HOUR))
    (row,) = claim(world)
    for came in (NOON + 1, NOON + 2):
        change(world, enrollment, **woken_at(Moment(came)))
    save(world, moved(row))
    assert [row.woken_at for row in claim(world, now=NOON + 3)] == [NOON + 1]


def test_mail_that_is_over_while_it_is_held_wakes_it_with_no_older_moment(world: World) -> None:
    contact, enrollment = world.person(due_at=None)
    world.touch(contact, Moment(NOON - HOUR))
    (row,) = claim(world)
    change(world, enrollment, **WOKEN_BY_NOBODY)
    save(world, moved(row))
    assert [row.woken_at for row in claim(world, now=NOON + 3)] == [NOON + 3]


def test_earliest_due_is_claimed_first(world: World) -> None:
    for name, due in (("ann", NOON), ("bob", NOON - HOUR), ("cem", NOON - MINUTE)):
        world.person(name, due_at=due)
    assert [row.standing.due_at for row in claim(world, limit=2)] == [NOON - HOUR, NOON - MINUTE]


def test_what_a_later_revision_has_made_is_left_to_it(world: World) -> None:
    world.person(revision=2)
    assert claim(world) == []
    assert len(claim(world, revision=2)) == 1


def test_ended_enrollment_is_claimed_only_when_woken(world: World) -> None:
    contact, enrollment = world.person(status="ended")
    assert claim(world) == []
    world.touch(contact)
    assert [(row.id, row.active) for row in claim(world)] == [(enrollment, False)]


# -- background


def test_background_has_when_each_mail_was_over(world: World) -> None:
    contact, _ = world.person()
    (row,) = claim(world)
    skipped = replace(MAIL, step="first", message_id="<2@mail.acorn.example>", skip="too_late")
    save(world, moved(row, standing=row.standing, mails=[MAIL, skipped]))
    people, mails = world.enrollments.background([row], world.live.definitions)
    assert mails == {row.id: {"hello": None, "first": NOON}}
    assert people[contact].topics == {"offers"}


def test_contact_without_a_zone_of_its_own_or_with_a_strange_one_has_the_brands(world: World) -> None:
    rows = []
    for name, zone in (("ann", None), ("bob", "Mars/Olympus"), ("cem", "Europe/Istanbul")):
        world.enroll(world.contact(name, timezone=zone))
    rows = claim(world)
    people, _ = world.enrollments.background(rows, world.live.definitions)
    assert [people[row.contact].timezone for row in rows] == [
        "Europe/London",
        "Europe/London",
        "Europe/Istanbul",
    ]


def test_suppressed_contact_says_why(world: World) -> None:
    contact, _ = world.person()
    digest = world.rows("contacts")[0]["email_hash"]
    with world.db.write() as connection:
        connection.execute(
            t.suppressions.insert(), {"email_hash": digest, "reason": "complained", "at": NOON}
        )
    people, _ = world.enrollments.background(claim(world), world.live.definitions)
    assert people[contact].suppression == "complained"


# -- waking


def test_everybody_in_a_changed_campaign_is_woken(world: World) -> None:
    world.person("ann", due_at=None)
    world.enroll(world.contact("bob"), "other", due_at=None)
    with world.db.write() as connection:
        assert wake_campaigns(connection, ["welcome"]) == 1
    assert [row.campaign for row in claim(world)] == ["welcome"]


def test_new_time_zone_data_wakes_who_waits_for_a_wall_clock_time(world: World) -> None:
    world.person("ann", due_at=NOON + HOUR, due_wall="2026-03-02T13:00:00", due_zone="Europe/London")
    world.person("bob", due_at=NOON + HOUR)
    assert world.enrollments.wake() == 1


def test_next_due_is_the_earliest_of_who_is_still_inside(world: World) -> None:
    world.person("ann", due_at=NOON + HOUR)
    world.person("bob", due_at=NOON + MINUTE, status="ended")
    assert pending(world.db).enrollment_due == NOON + HOUR


def test_two_workers_share_what_is_due(world: World) -> None:
    for number in range(10):
        world.person(f"person{number}")
    other = EnrollmentLog(world.db)
    mine = claim(world, "a", limit=5)
    theirs = other.claim(NOON, "b", Moment(NOON + MINUTE), 1, 100)
    assert len({row.id for row in mine} | {row.id for row in theirs}) == 10
