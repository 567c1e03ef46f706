"""Points by month: earned, spent, expired, and those that a letter saved, on both databases."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from sqlalchemy import insert

from penfriend.domain.retention import Retention
from penfriend.domain.timing import Duration, Moment, Unit
from penfriend.storage import tables as t
from penfriend.storage.database import Database, open_database
from penfriend.storage.relationship import read_relationship, renew_relationship
from tests.contract.looks_shop import contact
from tests.contract.shop_world import Row, World
from tests.contract.test_relationship import DEFINITIONS, NOW, at, fill


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def move(number: int, kind: str, at: int, amount: int | None, expires_on: str | None = None) -> Row:
    return {
        "event_id": number, "contact_id": 1, "kind": kind, "amount": amount, "lot_key": None,
        "expires_on": expires_on, "at": at,
    }  # fmt: skip


def event_of(row: Row) -> Row:
    """The event that a move of points came with."""
    return {
        "id": row["event_id"], "contact_id": 1, "name": f"points_{row['kind']}", "at": row["at"],
        "received_at": row["at"], "key": f"e{row['event_id']}", "body_hash": "", "properties": {},
        "product_key": None,
    }  # fmt: skip


def test_points_are_earned_spent_expired_and_saved_by_a_letter(database: Database) -> None:
    world = World([contact(1, created_at=at("2026-01-01"))])
    world.point_moves = [
        move(1, "earned", at("2026-01-05"), 100, "2026-02-28"),
        move(2, "earned", at("2026-01-06"), 70, "2026-03-31"),
        move(3, "spent", at("2026-02-10 09:00"), 30),  # before the letter
        move(4, "spent", at("2026-02-20"), 50),  # after it: 50 of the first lot
        move(5, "spent", at("2026-03-15"), 40),  # of the second; 20 lapsed with the first
    ]  # fmt: skip
    world.events = [event_of(row) for row in world.point_moves]
    for number, (campaign, expires_on, sent) in enumerate(
        [
            ("points", "2026-02-28", at("2026-02-10 10:00")),
            ("points", "2026-03-31", None),
            ("news", "2026-03-31", at("2026-03-01")),
        ],
        1,
    ):
        world.enrollments.append(
            {"id": number, "campaign": campaign, "contact_id": 1, "occurrence": expires_on, "entry": 1,
             "entered_at": 0, "began_at": 0, "status": "active", "expires_on": expires_on}
        )  # fmt: skip
        world.messages.append(
            {"id": number, "enrollment_id": number, "contact_id": 1, "campaign": campaign, "step": "one",
             "template": "one", "status": "sent" if sent else "due", "message_id": f"<{number}@shop.example>",
             "wanted_at": 0, "due_at": 0, "created_at": 0, "sent_at": sent}
        )  # fmt: skip
    fill(database, world, {})
    renew_relationship(database, DEFINITIONS, Moment(NOW))
    with database.read() as connection:
        kept = read_relationship(connection)
    assert kept is not None
    found = {name: (one.earned, one.spent, one.expired, one.saved) for name, one in kept.points.items()}
    assert found == {"2026-01": (170, 0, 0, 0), "2026-02": (0, 80, 20, 50), "2026-03": (0, 40, 30, 0)}


@pytest.mark.parametrize(
    ("retention", "saved"), [(Retention(messages=Duration(30, Unit.DAYS)), 50), (Retention(), 0)]
)
def test_what_a_letter_saved_outlives_the_letter(
    database: Database, retention: Retention, saved: int
) -> None:
    world = World([contact(1, created_at=at("2025-01-01"))])
    world.point_moves = [move(1, "spent", at("2025-02-10"), 80)]
    world.events = [event_of(world.point_moves[0])]
    fill(database, world, {})
    with database.write() as connection:  # what was known of it while the letter was there
        connection.execute(insert(t.relation_points).values(month="2025-02", spent=80, saved=50))
    renew_relationship(database, replace(DEFINITIONS, retention=retention), Moment(NOW))
    with database.read() as connection:
        kept = read_relationship(connection)
    assert kept is not None
    assert (kept.points["2025-02"].spent, kept.points["2025-02"].saved) == (80, saved)
