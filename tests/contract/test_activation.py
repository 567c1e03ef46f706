"""Activation, backfill, a segment's new definition, and removed campaigns."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select, update

from penfriend.domain.campaign import (
    Campaign,
    SegmentTrigger,
)
from penfriend.domain.definitions import Definitions
from penfriend.domain.segment import Op, Segment
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import HOUR, MINUTE
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from tests.contract.entering_shop import BRITISH, NOW, ORDERED, SEGMENTS, Shop, campaign, contact, touch
from tests.contract.shop_world import World, named


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def test_who_is_in_the_segment_at_activation_is_noted(database: Database) -> None:
    shop = Shop(database, BRITISH, world=World([contact(1, country="GB"), contact(2)]))
    with database.write() as connection:
        touch(connection, NOW, 1)
    shop.look(NOW + MINUTE)
    with database.read() as connection:
        members = connection.execute(select(t.members.c.contact_id, t.members.c.noted)).all()
    assert ([tuple(row) for row in members], shop.entered()) == ([(1, 1)], [])


def test_backfill_mails_who_is_there_at_activation(database: Database) -> None:
    everybody = campaign(SegmentTrigger("british"), backfill=True)
    shop = Shop(database, everybody, world=World([contact(1, country="GB"), contact(2)]))
    assert shop.entered() == [(1, "", 1, NOW)]
    shop.activate(everybody, at=NOW + HOUR)  # again: nothing is new
    assert len(shop.entered()) == 1


@pytest.mark.parametrize(("backfill", "entered"), [(False, []), (True, [(2, "", 1, NOW + HOUR)])])
def test_a_new_definition_treats_whom_it_brings_in_as_an_activation_does(
    database: Database, backfill: bool, entered: list[object]
) -> None:
    shop = Shop(
        database,
        campaign(SegmentTrigger("british")),
        world=World([contact(1, country="GB"), contact(2, country="TR")]),
    )
    turkish = {**SEGMENTS, "british": Segment("british", FieldTest(named("contact.country"), Op.EQUAL, "TR"))}
    shop.activate(campaign(SegmentTrigger("british"), backfill=backfill), at=NOW + HOUR, segments=turkish)
    with database.read() as connection:
        assert connection.execute(select(t.members.c.contact_id)).scalars().all() == [2]
    assert shop.entered() == entered


def test_a_removed_campaign_ends_its_enrollments_and_skips_their_mails(database: Database) -> None:
    shop = Shop(database, BRITISH)
    shop.be(1, "GB", NOW + 5)
    shop.look(NOW + MINUTE)
    mail = {
        "enrollment_id": 1,
        "campaign": "campaign",
        "contact_id": 1,
        "step": "s",
        "template": "s",
        "status": "due",
    }
    times = {"wanted_at": NOW, "due_at": NOW, "created_at": NOW, "message_id": "<m@x.example>"}
    shop.execute(insert(t.messages).values(**mail, **times))
    shop.activate(at=NOW + HOUR)
    with database.read() as connection:
        row = connection.execute(select(t.enrollments)).one()
        message = connection.execute(select(t.messages)).one()
    assert (row.status, row.end_reason, row.ended_at, row.due_at) == (
        "ended",
        "campaign_removed",
        NOW + HOUR,
        None,
    )
    assert (message.status, message.reason) == ("skipped", "campaign_removed")
    shop.be(2, "GB", NOW + HOUR + 5)
    shop.look(NOW + 2 * HOUR)
    assert len(shop.entered()) == 1


def test_a_campaign_that_was_not_activated_lets_nobody_in(database: Database) -> None:
    shop = Shop(database)
    shop.definitions = Definitions(segments=SEGMENTS, campaigns={"campaign": ORDERED})
    shop.happen(1, "order_placed", NOW + 5, order_id="o1")
    shop.look(NOW + MINUTE)
    assert shop.entered() == []


def test_the_erased_do_not_enter(database: Database) -> None:
    shop = Shop(database, BRITISH, ORDERED)
    shop.execute(update(t.contacts).where(t.contacts.c.id == 1).values(erased_at=NOW))
    shop.be(1, "GB", NOW + 5)
    shop.happen(1, "order_placed", NOW + 5, order_id="o1")
    shop.look(NOW + MINUTE)
    assert (shop.entered(), shop.refused()) == ([], [])


def test_an_entry_touches_the_contact_where_a_segment_asks_who_is_inside(database: Database) -> None:
    inside = FieldTest(named("campaign.campaign.inside"), Op.EQUAL, True)
    segments = {**SEGMENTS, "inside": Segment("inside", inside)}
    second = Campaign(name="second", trigger=SegmentTrigger("inside"), topic="offers", steps=())
    shop = Shop(database)
    shop.activate(second, BRITISH, segments=segments)
    shop.be(1, "GB", NOW + 5)
    shop.look(NOW + MINUTE)
    shop.look(NOW + 2 * MINUTE)
    assert shop.entered() == [(1, "", 1, NOW + 5), (1, "", 1, NOW + MINUTE)]
