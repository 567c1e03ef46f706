"""What is known of a person can be given out whole and erased, on both databases: no table is forgotten."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import JSON, Column, Text, delete, insert, select, update

from penfriend.domain.contact import ERASED, address_hash
from penfriend.domain.errors import NotFound
from penfriend.domain.events import EventIn
from penfriend.domain.ingestion import ContactIn, Own, Refused, Taken
from penfriend.domain.timing import DAY, Moment
from penfriend.storage import tables as t
from penfriend.storage.erasing import GONE, STILL_COMING, erase, erase_again
from penfriend.storage.person_data import OURS, read_all, read_contact
from penfriend.storage.person_rows import MAY_QUOTE, NOBODYS, PERSONAL, STAFF
from penfriend.storage.suppressions import suppression_reason
from penfriend.storage.tables import metadata
from tests.contract.store_cases import Shop
from tests.support.clock import moment

ADDRESS, NAME, CANARY = "ada.canary@post.example", "Adacanary", "canary"
WORDS_OF_OURS = {
    "answers": {"survey"},
    "attempts": {"route", "owner", "stage", "outcome", "enhanced"},
    "coupon_codes": {"coupon", "code"},
    "decisions": {"step", "what", "reason"},
    "enrollments": {"campaign", "step", "end_word", "goal_event"},
    "messages": {"campaign", "step", "template", "topic", "held_by", "route", "message_id", "locale"},
    "orders": {"currency"},
    "refusals": {"campaign", "reason"},
    "suppressions": {"reason"},
    "suppression_changes": {"reason", "by"},  # who lifted it, not for whom
}
"""Texts that stay: the words of campaigns and the closed lists. Nothing in them comes from the person."""


_AS: dict[str, dict[str, object]] = {
    "enrollments": {"status": "active"},
    "messages": {"status": "due", "facts": None},
    "suppression_changes": {"change": "lifted"},
}
"""What the rows are, where it matters."""
_NAMED = ("events", "enrollments", "messages")
"""Tables whose rows others name."""


def contact_id(shop: Shop) -> int:
    return int(shop.contact("c-canary")["id"])


@pytest.fixture
def who(shop: Shop) -> int:
    """Somebody with one row in every table that has any about people, each text of it with a canary."""
    known = ContactIn("c-canary", ADDRESS, {"first_name": NAME}, {"canary": "attribute canary"}, ("news",))
    assert shop.contacts(known) == [Taken()]
    mine = contact_id(shop)
    with shop.db.write() as connection:
        links: dict[str, int] = {"contact_id": mine}
        for name in (*_NAMED, *(one for one in PERSONAL if one not in {"contacts", *_NAMED})):
            table = metadata.tables[name]
            row = {column.name: _value(column, links) for column in table.c if column.name != "id"}
            row.update(_AS.get(name, {}))
            made = connection.execute(insert(table).values(row)).inserted_primary_key
            assert made is not None
            if name in _NAMED:
                links[f"{name[:-1]}_id"] = made[0]
    return mine


def _value(column: Column[Any], links: dict[str, int]) -> object:
    if column.name in links:
        return links[column.name]
    if column.name == "email_hash":
        return address_hash(ADDRESS)
    if isinstance(column.type, JSON):
        return {"email": ADDRESS, "said": f"{CANARY} {column}"}
    if column.name in WORDS_OF_OURS.get(column.table.name, ()):
        return f"ours {column}"
    if isinstance(column.type, Text):
        return f"{CANARY} {column} {NAME} {ADDRESS}"
    return 1


def texts(shop: Shop) -> dict[str, dict[str, str]]:
    """By table and column all that it holds, as one text."""
    found: dict[str, dict[str, str]] = {}
    with shop.db.read() as connection:
        for table in metadata.sorted_tables:
            for row in connection.execute(select(table)).mappings():
                for column in table.c:
                    if isinstance(column.type, JSON | Text):
                        told = json.dumps(row[column.name], ensure_ascii=False)
                        held = found.setdefault(table.name, {})
                        held[column.name] = held.get(column.name, "") + told
    return found


def holding(shop: Shop) -> set[str]:
    """The columns that hold something of the person."""
    return {
        f"{table}.{column}"
        for table, held in texts(shop).items()
        for column, text in held.items()
        if any(word in text for word in (CANARY, NAME, ADDRESS))
    }


def wiped(shop: Shop, who: int, at: str = "2026-03-02T10:00:00Z") -> dict[str, int]:
    with shop.db.write() as connection:
        return erase(connection, who, Moment(moment(at)), "somebody")


def test_every_table_is_either_about_people_or_said_not_to_be() -> None:
    assert PERSONAL.keys() | NOBODYS.keys() | STAFF.keys() == metadata.tables.keys()
    assert not PERSONAL.keys() & (NOBODYS.keys() | STAFF.keys())
    named = {"contact_id", "enrollment_id", "message_id", "email", "email_hash", "address"}
    assert [name for name in NOBODYS if named & set(metadata.tables[name].c.keys())] == []


def test_export_has_the_rows_of_every_table(shop: Shop, who: int) -> None:
    with shop.db.read() as connection:
        found = read_all(connection, who)
    assert found.keys() == PERSONAL.keys()
    assert [name for name, rows in found.items() if not rows] == []
    told = json.dumps(found, ensure_ascii=False)
    missing = [
        f"{table}.{column}"
        for table, held in texts(shop).items()
        for column, text in held.items()
        if CANARY in text
        and f"{CANARY} {table}.{column}" not in told
        and table not in {"contacts", "contact_keys"}
    ]
    assert [one for one in missing if one.rpartition(".")[2] not in OURS] == []
    assert NAME in told


def test_after_erasure_no_table_holds_the_address_the_name_or_a_canary(shop: Shop, who: int) -> None:
    assert holding(shop) != set()
    wiped(shop, who)
    assert holding(shop) == set()


def test_erasure_leaves_what_can_be_counted_and_the_hash(shop: Shop, who: int) -> None:
    with shop.db.write() as connection:
        connection.execute(delete(t.suppressions))
    counts = wiped(shop, who)
    assert counts["hits"] == counts["feedback"] == counts["consents"] - 1 == 1
    row = shop.row("SELECT * FROM contacts WHERE id = :who", who=who)
    assert (row["erased_at"], row["email"], row["key"], row["points_balance"]) == (
        moment("2026-03-02T10:00:00Z"),
        None,
        None,
        0,
    )
    [message] = shop.rows("SELECT status, reason, address FROM messages")
    assert message == {"status": "skipped", "reason": "erased", "address": None}
    [run] = shop.rows("SELECT status, end_reason, due_at, occurrence FROM enrollments")
    assert (run["status"], run["end_reason"], run["due_at"]) == ("ended", "erased", None)
    assert [row["score"] for row in shop.rows("SELECT score FROM answers")] == [1]
    assert [row["net"] for row in shop.rows("SELECT net FROM orders")] == [1]
    with shop.db.read() as connection:
        assert suppression_reason(connection, ADDRESS) == ERASED


def test_what_may_have_arrived_is_not_told_to_be_skipped_by_erasure(shop: Shop, who: int) -> None:
    with shop.db.write() as connection:
        connection.execute(update(t.messages).values(facts={"a": 1}, status="claimed"))
    wiped(shop, who)
    assert shop.row("SELECT status, facts FROM messages") == {"status": "unknown", "facts": None}


def test_rows_of_others_stay_as_they_were(shop: Shop, who: int) -> None:
    shop.happen(
        "order_placed", contact="c-2", email="bob@post.example", order_id="o-2", total=12, cart_id="b"
    )
    shop.happen("subscribed", contact="c-2", topic="news")
    shop.happen("survey_answered", contact="c-2", survey="nps", score=9, comment="Good")
    other = int(shop.contact("c-2")["id"])
    with shop.db.read() as connection:
        before = read_contact(connection, other), read_all(connection, other)
    wiped(shop, who)
    with shop.db.read() as connection:
        assert (read_contact(connection, other), read_all(connection, other)) == before


def test_address_that_a_friend_or_a_server_has_named_is_taken_out(shop: Shop, who: int) -> None:
    shop.happen("referral_made", contact="c-2", friend=ADDRESS, code="WELCOME")
    with shop.db.write() as connection:
        rest = {"name": "default", "reason": f"550 5.7.1 <{ADDRESS}>: no", "failures": 1, "probing": 0}
        connection.execute(insert(t.routes).values(rest))
    wiped(shop, who)
    assert shop.row("SELECT reason FROM routes")["reason"] == f"550 5.7.1 <{GONE}>: no"
    [event] = [
        row for row in shop.rows("SELECT name, properties FROM events") if row["name"] == "referral_made"
    ]
    assert "WELCOME" in str(event["properties"])
    assert all(column.table.name in NOBODYS for column in MAY_QUOTE)


def test_address_that_is_another_ones_by_now_is_left_to_them(shop: Shop, who: int) -> None:
    new = "ada.new@post.example"
    shop.clock.set("2026-03-02T11:00:00Z")
    at = moment("2026-03-02T11:00:00Z")
    shop.take(EventIn("contact_updated", "c-canary", None, Moment(at), {"email": new}, "moved"))
    shop.happen("order_placed", contact="c-2", email=ADDRESS, order_id="o-2", total=12)
    with shop.db.write() as connection:
        connection.execute(delete(t.suppressions))
    wiped(shop, who)
    with shop.db.read() as connection:
        assert suppression_reason(connection, ADDRESS) is None
        assert suppression_reason(connection, new) == ERASED


def test_what_is_heard_of_an_erased_person_is_not_taken(shop: Shop, who: int) -> None:
    wiped(shop, who)
    heard = shop.event("mail_clicked", contact=None)
    [answer] = shop.ingester.ingest_own([(heard, Own(who))])
    assert isinstance(answer, Refused)
    with pytest.raises(NotFound), shop.db.write() as connection:
        erase(connection, 99, Moment(0), None)


def test_what_a_worker_writes_afterwards_is_wiped_too(shop: Shop, who: int) -> None:
    wiped(shop, who)
    now = Moment(moment("2026-03-02T10:10:00Z"))
    assert erase_again(shop.db, now) == 0
    with shop.db.write() as connection:
        connection.execute(update(t.messages).values(note=f"250 ok <{ADDRESS}>"))
        connection.execute(update(t.attempts).values(text=f"250 ok <{ADDRESS}>"))
    assert erase_again(shop.db, now) > 0
    assert holding(shop) == set()
    assert erase_again(shop.db, Moment(now + STILL_COMING + DAY)) == 0


def test_who_comes_again_after_erasure_is_somebody_new_and_not_written_to(shop: Shop, who: int) -> None:
    wiped(shop, who)
    again = ContactIn("c-canary", ADDRESS, {"first_name": NAME}, {}, ("news",))
    assert shop.contacts(again) == [Taken()]
    assert contact_id(shop) != who
    with shop.db.read() as connection:
        assert read_contact(connection, contact_id(shop))["suppression"] is not None
