"""Events coming in: their ids, whose they are, what is refused, and who is touched."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from penfriend.domain import segment
from penfriend.domain.definitions import Definitions
from penfriend.domain.events import EventIn
from penfriend.domain.fields import Field, FieldType
from penfriend.domain.ingestion import Duplicate, Own, Refused, Taken
from penfriend.domain.segment import Op, Segment
from penfriend.engine.ingest import Ingester
from tests.contract.store_cases import DEFINITIONS, NOW, Shop
from tests.support.clock import moment


def test_event_is_kept_with_its_contact_and_touches_it(shop: Shop) -> None:
    assert shop.happen("product_viewed", "2026-03-01T09:00:00Z", id="e-1", product_id="p-1") == Taken()
    event = shop.row("SELECT * FROM events")
    contact = shop.contact()
    assert (event["key"], event["contact_id"], event["product_key"]) == ("e-1", contact["id"], "p-1")
    assert (event["at"], event["received_at"]) == (moment("2026-03-01T09:00:00Z"), moment(NOW))
    touched = shop.row("SELECT contact_id, event_id, at FROM touched")
    assert touched == {"contact_id": contact["id"], "event_id": event["id"], "at": moment(NOW)}
    assert contact["version"] == 1


def test_same_event_again_is_a_success_without_effect(shop: Shop) -> None:
    event = shop.event("page", id="e-1", url="/tea")
    assert shop.take(event, event) == [Taken(), Duplicate()]
    assert shop.take(event) == [Duplicate()]
    assert shop.row("SELECT count(*) AS n FROM touched") == {"n": 1}
    assert shop.contact()["version"] == 1


def test_same_id_with_another_body_is_a_conflict(shop: Shop) -> None:
    shop.happen("page", id="e-1", url="/tea")
    refused = Refused("id: was taken before with another body", conflict=True)
    assert shop.happen("page", id="e-1", url="/cups") == refused
    assert shop.row("SELECT count(*) AS n FROM events") == {"n": 1}


def test_number_as_text_is_the_same_body(shop: Shop) -> None:
    shop.happen("order_placed", id="e-1", total="12.50")
    assert shop.happen("order_placed", id="e-1", total=12.5) == Duplicate()


def test_one_bad_event_hurts_only_itself(shop: Shop) -> None:
    good, bad = shop.event("order_placed", total=5), shop.event("order_placed", total="abc")
    assert shop.take(bad, good) == [Refused('total: "abc" is not an amount, e.g. 12.50'), Taken()]


def test_unknown_contact_is_made_without_consent(shop: Shop) -> None:
    shop.happen("page", "2026-03-01T09:00:00Z", email="Ann@Shop.Example ")
    contact = shop.contact()
    assert (contact["email"], contact["subscribed_at"]) == ("ann@shop.example", None)
    assert contact["created_at"] == moment("2026-03-01T09:00:00Z")
    assert shop.rows("SELECT * FROM subscriptions") == []


def test_further_id_with_an_address_is_an_alias(shop: Shop) -> None:
    shop.happen("page", contact="c-1", email="ann@shop.example")
    shop.happen("page", contact="web-7", email="ann@shop.example")
    assert shop.contact("web-7")["id"] == shop.contact("c-1")["id"]
    assert shop.contact("web-7")["key"] == "c-1"


def test_event_by_address_alone_is_the_contacts(shop: Shop) -> None:
    shop.happen("page", contact="c-1", email="ann@shop.example")
    shop.happen("page", contact=None, email="ANN@shop.example")
    assert shop.row("SELECT count FROM event_facts") == {"count": 2}


def test_id_and_address_that_came_alone_are_joined_when_they_come_together(shop: Shop) -> None:
    shop.happen("order_placed", contact="c-1", total=5)
    shop.happen("order_placed", contact=None, email="ann@shop.example", total=7)
    assert shop.row("SELECT count(*) AS n FROM contacts") == {"n": 2}
    shop.happen("page", contact="c-1", email="ann@shop.example")
    assert shop.row("SELECT count(*) AS n FROM contacts") == {"n": 1}
    assert shop.contact()["orders_total"] == 120_000


def test_id_with_its_own_address_keeps_it_beside_anothers(shop: Shop) -> None:
    shop.happen("page", contact="c-1", email="ann@shop.example")
    shop.happen("page", contact="c-2", email="bo@shop.example")
    assert shop.happen("page", contact="c-2", email="ann@shop.example") == Taken()
    assert shop.contact("c-2")["email"] == "bo@shop.example"


def test_address_of_another_contact_is_refused_in_an_update(shop: Shop) -> None:
    shop.happen("page", contact="c-1", email="ann@shop.example")
    shop.happen("page", contact="c-2", email="bo@shop.example")
    answer = shop.take(
        replace(shop.event("contact_updated", contact="c-2"), properties={"email": "ann@shop.example"})
    )
    assert answer == [Refused('email: belongs to another contact "c-1"; join them with contact_merged')]


def test_two_contacts_may_swap_addresses_in_one_batch(shop: Shop) -> None:
    shop.happen("page", contact="c-1", email="ann@shop.example")
    shop.happen("page", contact="c-2", email="bo@shop.example")

    def update(contact: str, email: str | None) -> EventIn:
        return replace(shop.event("contact_updated", contact=contact), properties={"email": email})

    answers = shop.take(
        update("c-1", None), update("c-2", "ann@shop.example"), update("c-1", "bo@shop.example")
    )
    assert answers == [Taken(), Taken(), Taken()]
    assert (shop.contact("c-1")["email"], shop.contact("c-2")["email"]) == (
        "bo@shop.example",
        "ann@shop.example",
    )


def test_merged_contacts_are_one(shop: Shop) -> None:
    shop.happen("order_placed", contact="c-1", id="o-1", total=5)
    shop.happen("order_placed", contact="c-2", id="o-2", total=7, email="bo@shop.example")
    shop.happen("points_earned", contact="c-2", amount=30)
    shop.happen("contact_merged", contact="c-2", into="c-1")
    contact = shop.contact("c-2")
    assert (contact["key"], contact["orders_count"], contact["points_balance"]) == ("c-1", 2, 30)
    assert contact["email"] == "bo@shop.example"
    assert shop.row("SELECT count(*) AS n FROM contacts") == {"n": 1}


def test_merge_ends_the_second_run_through_the_same_campaign(shop: Shop) -> None:
    shop.happen("page", contact="c-1")
    shop.happen("page", contact="c-2")
    with shop.db.write() as connection:
        for contact in ("c-1", "c-2"):
            connection.exec_driver_sql(
                "INSERT INTO enrollments (campaign, contact_id, occurrence, entered_at, began_at, status)"
                f" VALUES ('welcome', {shop.contact(contact)['id']}, '', 1, 1, 'active')"
            )
    shop.happen("contact_merged", contact="c-2", into="c-1")
    found = shop.rows("SELECT entry, status, end_word FROM enrollments ORDER BY entry")
    assert found == [
        {"entry": 0, "status": "active", "end_word": None},
        {"entry": 1, "status": "ended", "end_word": "merged"},
    ]


def test_merge_calls_nothing_skipped_that_may_have_arrived(shop: Shop) -> None:
    shop.happen("page", contact="c-1")
    shop.happen("page", contact="c-2")
    with shop.db.write() as connection:
        for run, contact in ((1, "c-1"), (2, "c-2")):
            who = shop.contact(contact)["id"]
            connection.exec_driver_sql(
                "INSERT INTO enrollments (id, campaign, contact_id, occurrence, entered_at, began_at, status)"
                f" VALUES ({run}, 'welcome', {who}, '', 1, 1, 'active')"
            )
        for step, facts in (("never_tried", "NULL"), ("in_doubt", "'{}'")):
            connection.exec_driver_sql(
                "INSERT INTO messages (enrollment_id, campaign, contact_id, step, template, status,"
                " wanted_at, due_at, message_id, created_at, facts)"
                f" VALUES (2, 'welcome', {who}, '{step}', 'x', 'due', 1, 1, '<{step}@x.example>', 1, {facts})"
            )
    shop.happen("contact_merged", contact="c-2", into="c-1")
    assert shop.rows("SELECT step, status, reason FROM messages ORDER BY step") == [
        {"step": "in_doubt", "status": "unknown", "reason": None},
        {"step": "never_tried", "status": "skipped", "reason": "exit_step"},
    ]


def test_event_of_the_future_counts_as_now(shop: Shop) -> None:
    shop.happen("page", "2026-03-03T09:59:00Z")
    assert shop.row("SELECT at FROM events") == {"at": moment(NOW)}


def test_event_more_than_a_day_ahead_is_refused(shop: Shop) -> None:
    assert shop.happen("page", "2026-03-03T10:00:01Z") == Refused("at: is more than a day ahead")


def test_what_the_service_hears_back_is_taken_from_inside_only(shop: Shop) -> None:
    shop.happen("page")
    contact_id = shop.contact()["id"]
    click = shop.event("mail_clicked", contact=None, url="https://shop.example/tea")
    assert isinstance(shop.take(shop.event("mail_clicked"))[0], Refused)
    assert shop.ingester.ingest_own([(click, Own(contact_id, 7, 9))]) == [Taken()]
    found = shop.row("SELECT contact_id, enrollment_id, message_id FROM events WHERE name = 'mail_clicked'")
    assert found == {"contact_id": contact_id, "enrollment_id": 7, "message_id": 9}


def reading_products() -> Definitions:
    cheap = segment.Test(Field("product.price", "product", "price", FieldType.AMOUNT), Op.AT_MOST, 10)
    return replace(DEFINITIONS, segments={"cheap": Segment("cheap", cheap)})


@pytest.mark.parametrize("named_by", ["product_viewed", "order_placed", "cart_updated"])
def test_product_touches_those_whose_things_name_it(shop: Shop, named_by: str) -> None:
    items = [{"product_id": "p-1", "price": 5}]
    given: dict[str, dict[str, Any]] = {
        "product_viewed": {"product_id": "p-1"},
        "order_placed": {"total": 5, "items": items},
        "cart_updated": {"cart_id": "k-1", "items": items},
    }
    shop.take(replace(shop.event(named_by, contact="c-1"), properties=given[named_by]))
    shop.happen("page", contact="c-2")
    before = {key: shop.contact(key)["version"] for key in ("c-1", "c-2")}
    ingester = Ingester(shop.store, reading_products(), shop.clock)
    ingester.ingest_events([shop.event("product_updated", contact=None, product_id="p-1", price=4)])
    after = {key: shop.contact(key)["version"] - before[key] for key in ("c-1", "c-2")}
    assert after == {"c-1": 1, "c-2": 0}
    assert shop.row("SELECT value FROM products") == {"value": 40_000}


def test_product_touches_nobody_where_no_segment_reads_products(shop: Shop) -> None:
    shop.happen("product_viewed", product_id="p-1")
    shop.happen("product_updated", contact=None, product_id="p-1", price=4)
    assert shop.contact()["version"] == 1
