"""Activation makes the indexes by which passed moments are found, and the queries use them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, insert, select, text, update

from penfriend.domain.definitions import Brand, Definitions
from penfriend.domain.moments import FromNow, Window
from penfriend.domain.segment import All, Condition, Narrow, Op, Segment, Things
from penfriend.domain.segment import Test as FieldTest
from penfriend.domain.timing import DAY, Duration, Moment, Unit
from penfriend.storage.database import Database, open_database
from penfriend.storage.looks_tables import look_passed, make_room
from penfriend.storage.passed_moments import PassedMoments, make_indexes, recording
from penfriend.storage.tables import contacts
from tests.contract.shop_world import named
from tests.support.houses import NOON

WINDOW = Window(Duration(14, Unit.DAYS), 1)
AGO = FromNow(Duration(90, Unit.DAYS), -1)


@pytest.fixture
def database(store_url: str) -> Iterator[Database]:
    with open_database(store_url) as database:
        yield database


def within(name: str) -> Condition:
    return FieldTest(named(name), Op.WITHIN, WINDOW)


SEGMENTS = {
    "lapsed": Segment("lapsed", FieldTest(named("orders.last_at"), Op.BEFORE, AGO)),
    "attribute": Segment("attribute", within("contact.attributes.renews_at")),
    "birthday": Segment("birthday", within("contact.birthday")),
    "renewal": Segment("renewal", within("event.renews_at"), Things.EVENTS, "seen", "product_id"),
    "carts": Segment("carts", FieldTest(named("cart.updated_at"), Op.BEFORE, AGO), Things.CARTS),
    "points": Segment("points", within("points.expires_at"), Things.POINTS),
    "events": Segment("events", FieldTest(named("events.seen.last_at"), Op.BEFORE, AGO)),
    "counted": Segment(
        "counted", FieldTest(named("orders.count"), Op.AT_LEAST, 1, Narrow(within=WINDOW, where=All(())))
    ),
    "product": Segment("product", within("product.attributes.renews_at"), Things.PURCHASES),
    "best_before": Segment("best_before", within("cart.items.attributes.due_on"), Things.CARTS),
    "ordered": Segment("ordered", within("items.attributes.due_on")),
    "campaign": Segment("campaign", FieldTest(named("campaign.other.entered_at"), Op.BEFORE, AGO)),
}


def plan_of(connection: Connection, statement: object, values: dict[str, object]) -> str:
    compiled = statement.compile(dialect=connection.dialect)  # type: ignore[attr-defined]  # a statement of SQLAlchemy
    named_values = compiled.construct_params(values)
    if connection.dialect.name == "sqlite":
        places = tuple(named_values[name] for name in compiled.positiontup)
        rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {compiled}", places)
        return "\n".join(str(row[3]) for row in rows)
    connection.execute(
        text("SET LOCAL enable_seqscan = off")
    )  # the tables are empty: anything else costs as much
    return "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {compiled}", named_values))


@pytest.mark.parametrize("name", SEGMENTS)
def test_a_passed_moment_is_found_by_an_index(database: Database, name: str) -> None:
    definitions = Definitions(brand=Brand(timezone="Europe/London"), segments=SEGMENTS)
    with database.write() as connection:
        make_indexes(connection, SEGMENTS[name], definitions)
        assert make_indexes(connection, SEGMENTS[name], definitions) == []
        passed = PassedMoments(SEGMENTS[name], definitions)
        for watch in passed.watches:
            values: dict[str, object] = {"low": 0, "high": 1, "moves": 1, "moved": 0, "turn": 1}
            dates: dict[str, object] = {"day": "2026-01-01", "moment": 0, "turn": 1}
            plan = plan_of(
                connection, recording(watch.source).select, dates if watch.source.is_date else values
            )
            assert "SCAN" not in plan.replace("SCAN CONSTANT", "")
            assert "Seq Scan" not in plan
            assert "index" in plan.lower() or "PRIMARY KEY" in plan


def test_next_moment_is_that_of_the_nearest_value_also_when_another_is_nearer_now(database: Database) -> None:
    definitions = Definitions(brand=Brand(timezone="Europe/London"), segments=SEGMENTS)
    passed = PassedMoments(SEGMENTS["lapsed"], definitions)
    near, far = Moment(NOON - 50 * DAY), Moment(NOON - 10 * DAY)
    with database.write() as connection:
        connection.execute(insert(contacts), {"key": "far", "created_at": NOON, "orders_last_at": far})
        late = passed.next_moment(connection, NOON)
        assert passed.next_moment(connection, Moment(NOON + DAY)) == late
        connection.execute(insert(contacts), {"key": "near", "created_at": NOON, "orders_last_at": near})
        soon = passed.next_moment(connection, Moment(NOON + DAY))
        assert soon is not None
        assert late is not None
        assert late - soon == 40 * DAY
        assert passed.next_moment(connection, soon) == late
        connection.execute(update(contacts).values(orders_last_at=None))
        assert passed.next_moment(connection, soon) is None


def test_who_was_passed_is_recorded_whatever_else_is_not(database: Database) -> None:
    """One turn of the segment has somebody, the other nobody."""
    where = All((SEGMENTS["lapsed"].where, within("contact.birthday")))
    passed = PassedMoments(Segment("both", where), Definitions(brand=Brand(timezone="Europe/London")))
    row = {"key": "ann", "created_at": NOON, "orders_last_at": NOON - 90 * DAY}
    with database.write() as connection:
        make_room(connection)
        connection.execute(insert(contacts), row)
        assert not passed.record(connection, Moment(NOON - 2 * DAY), Moment(NOON - DAY))
        assert passed.record(connection, Moment(NOON - DAY), NOON)
        assert connection.execute(select(look_passed.c.at)).scalars().all() == [NOON]
