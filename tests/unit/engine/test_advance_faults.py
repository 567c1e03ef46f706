"""The tick `advance` over a changing revision, with what must not keep others back, and after a crash."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, update

from penfriend.domain.asking import Answer, Probe, Question
from penfriend.domain.campaign import (
    EventHappening,
    IfHappening,
    WaitFor,
    WaitHappening,
    WaitUntil,
)
from penfriend.domain.errors import StoreUnavailable
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.moments import OfField
from penfriend.domain.segment import Op
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import HOUR, MINUTE, Duration, Moment, Unit
from penfriend.storage import tables as t
from tests.support.mail_pieces import LETTER, NOON, campaign, with_id
from tests.support.mail_world import World, worlds

ORDERED = EventHappening("order_placed")
CLICKED = EventHappening("product_viewed")
TWO_DAYS = Duration(2, Unit.DAYS)
PAUSE = WaitFor(id="pause", duration=TWO_DAYS)
SECOND = with_id(LETTER, "second")
FOR = WaitHappening(id="for", happenings=(CLICKED,), at_most=TWO_DAYS)
WAITED = Field("waited", "waited", "waited", FieldType.YES_NO)
CAME = FieldTest(WAITED, Op.EQUAL, True)
CART = Field("cart.updated_at", "cart", "updated_at", FieldType.MOMENT)
TIER = Field("contact.tier", "contact", "tier", FieldType.TEXT)
GOLD = FieldTest(TIER, Op.EQUAL, "gold")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    yield from worlds(f"sqlite:///{tmp_path / 'penfriend.db'}", tmp_path)


def only(world: World, table: str = "enrollments") -> dict[str, Any]:
    (row,) = world.rows(table)
    return row


# -- revisions


def test_enrollment_of_a_removed_campaign_ends_and_the_tick_too(world: World) -> None:
    world.run(campaign(LETTER))
    contact, _ = world.person()
    world.advance()
    world.run(campaign(LETTER, name="another"))
    world.touch(contact)
    assert world.advance().ended == 1
    assert (world.ends(), world.mails()) == (["campaign_removed"], [("hello", "skipped", "campaign_removed")])


def test_woken_enrollment_of_a_removed_campaign_that_has_ended_is_left_alone(world: World) -> None:
    world.run(campaign(LETTER, name="another"))
    contact = world.contact()
    world.enroll(contact, status="ended", end_reason="goal", due_at=None)
    world.touch(contact)
    world.advance()
    assert (world.ends(), world.held()) == (["goal"], [])


def test_enrollment_of_a_campaign_that_only_a_later_revision_knows_is_not_ended(world: World) -> None:
    world.run(campaign(LETTER), revision=1)
    world.enroll(world.contact(), "brand_new", revision=2)
    assert world.advance().moved == 0
    assert world.ends() == [None]


def test_worker_with_a_former_revision_stops_when_another_is_live(world: World) -> None:
    world.run(campaign(LETTER), revision=1)
    world.person()
    with world.db.write() as connection:
        connection.execute(
            insert(t.revisions), {"number": 2, "applied_at": NOON, "digest": "x", "files": {}, "entry": "x"}
        )
    assert world.advance().moved == 0
    assert (world.held(), world.mails()) == ([], [])
    world.run(campaign(LETTER), revision=2)
    assert world.advance().moved == 1


def test_who_was_moved_behind_a_removed_step_goes_on_there(world: World) -> None:
    world.run(campaign(SECOND))
    world.person(step="second", began_at=NOON, due_at=NOON)
    world.settle()
    assert (world.mails(), world.ends()) == ([("second", "sent", None)], ["completed"])


# -- nobody keeps another back


class Faulty:
    """Answers for everybody but those whose probe is about `contact`."""

    def __init__(self, contact: int, error: Exception) -> None:
        self.contact, self.error = contact, error

    def ask(self, questions: Sequence[Question], probes: Sequence[Probe]) -> list[list[Answer]]:
        if any(probe.contact == self.contact for probe in probes):
            raise self.error
        return [[None for _ in questions] for _ in probes]


def test_one_that_cannot_be_moved_is_set_aside_and_the_others_move(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    world.run(campaign(LETTER))
    people = [world.person(name)[0] for name in ("ann", "bob", "cem", "dan", "eve")]
    asking = Faulty(people[2], ValueError("strange data"))
    with caplog.at_level(logging.ERROR, "penfriend.advance"):
        report = world.advancer(asking).tick(world.live)
    assert (report.mails, report.set_aside) == (4, 1)
    rows = world.rows("enrollments")
    assert [row["due_at"] for row in rows] == [None, None, NOON + HOUR, None, None]
    assert "could not be moved" in caplog.text
    world.at(NOON + HOUR)
    world.settle()
    assert len(world.sent()) == 5


def test_store_that_fails_ends_the_tick_and_nobody_stays_held(world: World) -> None:
    world.run(campaign(LETTER))
    contact, _ = world.person()
    asking = Faulty(contact, StoreUnavailable("gone"))
    with pytest.raises(StoreUnavailable):
        world.advancer(asking).tick(world.live)
    assert (world.held(), world.advance().mails) == ([], 1)


def test_field_that_leads_out_of_the_calendar_hurts_only_itself(world: World) -> None:
    born = Field("contact.birthday", "contact", "birthday", FieldType.DATE)
    world.run(campaign(WaitUntil(id="until", until=OfField(born, Duration(7, Unit.DAYS), -1)), LETTER))
    world.enroll(world.contact("ann", birthday="0001-01-02"))
    world.enroll(world.contact("bob", birthday="2026-03-20"))
    world.advance()
    assert [row["step"] for row in world.rows("enrollments")] == [None, "until"]


# -- after a crash


def test_lease_of_a_worker_that_was_killed_ends_and_its_move_is_made(world: World) -> None:
    world.run(campaign(PAUSE, LETTER, exit_on=(IfHappening(GOLD),)))
    contact, _ = world.person()
    world.advance()
    world.touch(contact, NOON, tier="gold")
    world.enrollments.claim(NOON, world.owner, Moment(NOON + MINUTE), 1, 10)  # and then it is killed
    world.start()
    assert world.advance().moved == 0
    world.at(NOON + MINUTE)
    world.advance()
    assert (world.ends(), world.held()) == (["exit_condition"], [])


def test_condition_that_woke_a_wait_counts_although_the_worker_was_killed(world: World) -> None:
    world.run(campaign(WaitHappening(id="for", happenings=(IfHappening(GOLD),), at_most=TWO_DAYS), LETTER))
    contact, _ = world.person()
    world.advance()
    world.touch(contact, NOON, tier="gold")
    world.enrollments.claim(NOON, world.owner, Moment(NOON + MINUTE), 1, 10)
    world.start()
    world.at(NOON + MINUTE)
    world.advance()
    assert [mail[:2] for mail in world.mails()] == [("hello", "due")]


def test_move_that_was_made_but_not_known_of_is_not_made_twice(world: World) -> None:
    world.run(campaign(LETTER, SECOND))
    world.person()
    world.advance()
    with world.db.write() as connection:  # as if the first save had not been there, but its mail
        connection.execute(update(t.enrollments).values(step=None, due_at=NOON))
    world.settle()
    assert world.mails() == [("hello", "sent", None), ("second", "sent", None)]


def test_stop_that_is_asked_for_is_heard_between_two_batches(world: World) -> None:
    world.run(campaign(LETTER))
    world.person()
    asking = Faulty(0, ValueError())
    tick = world.advancer(asking).tick(world.live, lambda: True)
    assert (tick.moved, world.held()) == (0, [])


def test_renamed_letter_of_the_same_step_is_not_sent_again(world: World) -> None:
    world.run(campaign(LETTER, SECOND))
    world.person()
    world.settle()
    world.run(campaign(replace(LETTER, template="other"), SECOND), revision=2)
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).values(status="active", step=None, due_at=NOON))
    world.settle()
    assert len(world.sent()) == 2
