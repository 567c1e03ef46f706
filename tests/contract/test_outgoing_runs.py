"""Enrollments are told when they begin and end, with the mails that the end skips."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from penfriend.domain.campaign import EventTrigger
from penfriend.domain.outgoing import Kind
from penfriend.domain.reasons import End
from penfriend.domain.relocation import Relocation
from penfriend.domain.send_policy import SkipIt
from penfriend.domain.standing import Ending
from penfriend.domain.timing import DAY, MINUTE, SECOND
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.relocation import relocate
from tests.contract import entering_shop
from tests.contract.outgoing_world import ask, documents, reasons
from tests.contract.store_cases import Shop
from tests.contract.test_message_log import message, person, settle
from tests.support.mail_pieces import LETTER, NOON, campaign
from tests.support.mail_world import World, worlds

WAITING_MAIL = {
    "enrollment_id": 1,
    "campaign": "campaign",
    "contact_id": 1,
    "step": "hello",
    "template": "hello",
    "status": "due",
    "wanted_at": NOON,
    "due_at": NOON,
    "message_id": "<1@mail.acorn.example>",
    "created_at": NOON,
}


@pytest.fixture
def world(url: str, tmp_path: Path) -> Iterator[World]:
    for world in worlds(url, tmp_path):
        world.run(campaign(LETTER))
        yield world


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def test_enrollment_is_told_when_it_begins(database: Database) -> None:
    ordered = entering_shop.campaign(EventTrigger("order_placed", key="order_id"))
    shop = entering_shop.Shop(database, ordered)
    ask(database)
    shop.happen(1, "order_placed", entering_shop.NOW + 5 * SECOND, order_id="o1")
    shop.look(entering_shop.NOW + MINUTE)
    assert documents(database) == [
        {
            "type": "enrollment.began",
            "timestamp": "2026-06-01T10:00:05Z",
            "data": {
                "contact": {"id": "c1", "email": None},
                "campaign": "campaign",
                "occurrence": "o1",
                "entry": 1,
                "entered_at": "2026-06-01T10:00:05Z",
            },
        }
    ]


def test_enrollment_is_told_when_it_ends_and_what_waits_is_skipped(world: World) -> None:
    ask(world.db)
    world.person()
    world.settle()
    assert world.ends() == ["completed"]
    assert reasons(world.db) == [("message.sent", None), ("enrollment.ended", "completed")]
    assert documents(world.db)[1]["timestamp"] == "2026-03-02T12:00:00Z"


def test_end_that_comes_before_the_mail_is_told_with_the_skip(world: World) -> None:
    ask(world.db)
    contact, _ = world.person()
    world.advance()
    world.unsubscribe(contact)
    world.settle()
    (skipped, over) = reasons(world.db)
    assert (skipped[0], over[0]) == ("message.skipped", "enrollment.ended")
    assert [skipped[1], over[1]] == [world.mails()[0][2], world.ends()[0]]


@pytest.mark.parametrize("status", ["active", "ended"])
def test_end_that_a_sender_finds_is_told_where_it_is_the_first(world: World, status: str) -> None:
    ask(world.db)
    person(world)
    (one,) = world.claim()
    with world.db.write() as connection:
        connection.execute(update(t.enrollments).values(status=status))
    left_topic = Ending(End.UNSUBSCRIBED, NOON)
    settle(world, one, SkipIt(End.UNSUBSCRIBED.value, ending=left_topic))
    over = [("enrollment.ended", "unsubscribed")] if status == "active" else []
    assert reasons(world.db) == [("message.skipped", "unsubscribed"), *over]


def test_step_that_is_taken_out_is_told_of_its_mails_and_runs(world: World) -> None:
    ask(world.db)
    contact, enrollment = world.person(step="hello", due_at=None)
    message(world, enrollment, contact)
    message(world, enrollment, contact, step="later", status="sent", over_at=NOON)
    with world.db.write() as connection:
        move = Relocation(campaign="welcome", step="hello", to=None, begins=True, waits_anew=False)
        relocate(connection, [move], NOON)
    assert reasons(world.db) == [("message.skipped", "campaign_removed"), ("enrollment.ended", "completed")]


def test_campaign_that_is_removed_is_told_of_its_mails_and_runs(database: Database) -> None:
    shop = entering_shop.Shop(database, entering_shop.campaign(EventTrigger("order_placed")))
    shop.happen(1, "order_placed", entering_shop.NOW + 5)
    shop.look(entering_shop.NOW + MINUTE)
    shop.execute(insert(t.messages).values(WAITING_MAIL))
    ask(database)
    shop.activate(at=entering_shop.NOW + DAY)
    removed = End.CAMPAIGN_REMOVED.value
    assert reasons(database) == [("message.skipped", removed), ("enrollment.ended", removed)]


def test_run_that_a_join_ends_is_told(world: World) -> None:
    ann, gone = world.person("ann", step="hello", due_at=None)
    message(world, gone, ann)
    world.person("bob", step="hello", due_at=None)
    with world.db.write() as connection:
        connection.execute(
            insert(t.contact_keys),
            [{"key": row["key"], "contact_id": row["id"]} for row in world.rows("contacts")],
        )
    ask(world.db, Kind.MESSAGE, Kind.ENROLLMENT)
    shop = Shop(world.url)
    with shop.db:
        shop.happen("contact_merged", NOON, contact="ann", into="bob")
    assert reasons(world.db) == [("message.skipped", "exit_step"), ("enrollment.ended", "exit_step")]
    assert {one["data"]["contact"]["id"] for one in documents(world.db)} == {"bob"}
